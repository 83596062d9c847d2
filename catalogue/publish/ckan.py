"""What we ask of a CKAN: is it one, may we write, its organizations, and one dataset at a time.

Every write can be repeated: one that timed out may have been carried out, and saying it again gives the same dataset.
"""

from typing import Any, NamedTuple

import requests
from ckanapi import CKANAPIError, NotAuthorized, NotFound, RemoteCKAN, ValidationError

from catalogue.errors import PublishError
from catalogue.publish.session import PatientSession
from catalogue.states.models import State
from harvesters import identity

USER_AGENT = "uncac-catalogue"
REFUSAL_CHARACTERS = 300


class Target(NamedTuple):
    """A CKAN to publish to; key: under which the outbox knows it. The token never leaves this process's requests."""

    url: str
    token: str
    key: str

    def __repr__(self) -> str:
        return f"Target(url={self.url!r}, key={self.key!r})"


class Refused(Exception):
    """Raised by `write` when CKAN does not take a dataset, with its own words."""


class Unsent(Exception):
    """Raised by `write` when nobody can say whether CKAN has taken a dataset: no answer, or none of CKAN's."""


def connect(target: Target) -> RemoteCKAN:
    """A client of its own; one a thread."""
    return RemoteCKAN(target.url, apikey=target.token, user_agent=USER_AGENT, session=PatientSession())


def check(target: Target) -> None:
    """Raises PublishError where this is no CKAN that we may write to, in one sentence with what to do next."""
    client = connect(target)
    try:
        status = client.action.status_show()
    except (requests.RequestException, CKANAPIError, NotFound, ValueError) as error:
        raise PublishError(
            f"{target.url} does not answer as a CKAN does ({type(error).__name__}); check CKAN_URL, or start one with "
            "`catalogue portal up`."
        ) from error
    if not isinstance(status, dict) or "ckan_version" not in status:
        raise PublishError(f"{target.url} does not answer as a CKAN does; check CKAN_URL.")
    try:
        me = client.action.user_show()  # without a name: whose token it is
    except (NotAuthorized, NotFound, ValidationError, CKANAPIError) as error:
        raise PublishError(
            f"{target.url} does not accept the token; set CKAN_TOKEN to an API token of a sysadmin of that CKAN."
        ) from error
    if not me.get("sysadmin"):
        raise PublishError(
            f"The token for {target.url} is not a sysadmin's, and CKAN lets nobody else set a dataset's own id; set "
            "CKAN_TOKEN to a sysadmin's token."
        )


def ensure_organization(client: RemoteCKAN, state: State) -> None:
    """Bring the organization of a State party to be there and active, under its official name.

    What an editor added by hand stays. Raises PublishError where CKAN refuses.
    """
    wanted = {
        "id": identity.organization_id(state.code),
        "name": f"state-{state.code.lower()}",
        "title": state.name("en"),
        "state": "active",
    }
    extras = [{"key": f"name_{language}", "value": name} for language, name in sorted(state.names.items())]
    try:
        found = client.action.organization_show(
            id=wanted["id"],
            include_datasets=False,
            include_users=False,
            include_dataset_count=False,
            include_groups=False,
        )
    except NotFound:
        found = None
    try:
        if found is None:
            client.action.organization_create(**wanted, extras=extras)
        elif any(found.get(key) != value for key, value in wanted.items()):
            client.action.organization_patch(**wanted)
    except (ValidationError, NotAuthorized, CKANAPIError) as error:
        raise PublishError(
            f"CKAN does not take the organization of {state.name('en')} ({_words(error)}); put it right in CKAN, then publish "
            "again."
        ) from error


def write(client: RemoteCKAN, dataset: dict[str, Any], *, known: bool) -> str:
    """Create or update a dataset; gives "created" or "updated".

    known: whether CKAN confirmed this dataset before. Either way the other is tried where CKAN knows better: a create
    that timed out may have been carried out, and a dataset may have been purged by hand. Raises Refused or Unsent.
    """
    first, second = ("package_update", "package_create") if known else ("package_create", "package_update")
    try:
        try:
            _call(client, first, dataset)
        except NotFound:
            _call(client, second, dataset)
            first = second
        except ValidationError as error:
            if known or not _exists(client, dataset["id"]):
                raise Refused(_words(error)) from error
            _call(client, second, dataset)
            first = second
    except (ValidationError, NotAuthorized) as error:
        raise Refused(_words(error)) from error
    except NotFound as error:
        raise Unsent(_words(error)) from error
    except (requests.RequestException, CKANAPIError, ValueError) as error:
        raise Unsent(f"{type(error).__name__}") from error
    return "created" if first == "package_create" else "updated"


def _call(client: RemoteCKAN, action: str, dataset: dict[str, Any]) -> None:
    client.call_action(action, dataset)


def _exists(client: RemoteCKAN, identifier: str) -> bool:
    try:
        client.action.package_show(id=identifier)
    except NotFound:
        return False
    return True


def _words(error: Exception) -> str:
    said = getattr(error, "error_dict", None) or str(error)
    return str(said)[:REFUSAL_CHARACTERS]
