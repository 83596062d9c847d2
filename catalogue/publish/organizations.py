"""One organization per State party in CKAN: there, active, and under its official name."""

from typing import Any

from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError

from catalogue.errors import PublishError
from catalogue.publish.ckan import UNANSWERED, words
from catalogue.states.models import State
from harvesters import identity


def ensure(client: RemoteCKAN, state: State) -> None:
    """Bring the organization of a State party to be there and active, with its official names.

    What an editor added by hand stays. Raises PublishError where CKAN refuses or does not answer.
    """
    wanted = _wanted(state)
    try:
        found = _show(client, wanted["id"]) or _create(client, wanted)
        correction = _correction(found, wanted)
        if correction:
            client.action.organization_patch(id=wanted["id"], **correction)
    except (ValidationError, NotAuthorized) as error:
        raise PublishError(
            f"CKAN does not take the organization of {state.name('en')} ({words(error)}); put it right in CKAN, then "
            "publish again."
        ) from error
    except UNANSWERED as error:
        raise PublishError(
            f"CKAN did not answer about the organization of {state.name('en')} ({type(error).__name__}); see whether "
            "it runs, then publish again."
        ) from error


def _wanted(state: State) -> dict[str, Any]:
    return {
        "id": identity.organization_id(state.code),
        "name": f"state-{state.code.lower()}",
        "title": state.name("en"),
        "state": "active",
        "extras": [{"key": f"name_{language}", "value": name} for language, name in sorted(state.names.items())],
    }


def _show(client: RemoteCKAN, identifier: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = client.action.organization_show(
            id=identifier,
            include_datasets=False,
            include_users=False,
            include_dataset_count=False,
            include_groups=False,
        )
    except NotFound:
        return None
    return found


def _create(client: RemoteCKAN, wanted: dict[str, Any]) -> dict[str, Any]:
    try:
        client.action.organization_create(**wanted)
    except ValidationError:
        found = _show(client, wanted["id"])  # there, if an earlier create went through and its answer was lost
        if found is None:
            raise
        return found
    return wanted


def _correction(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Our fields that read otherwise in CKAN; extras with those of other keys left as they are."""
    correction = {key: wanted[key] for key in ("name", "title", "state") if found.get(key) != wanted[key]}
    extras = {extra["key"]: extra["value"] for extra in found.get("extras", [])}
    ours = {extra["key"]: extra["value"] for extra in wanted["extras"]}
    if extras != extras | ours:
        correction["extras"] = [{"key": key, "value": value} for key, value in (extras | ours).items()]
    return correction
