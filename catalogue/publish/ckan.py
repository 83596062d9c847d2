"""What we ask of a CKAN: is it one, may we write, and one dataset at a time.

Every write can be repeated: one that timed out may have been carried out, and saying it again gives the same dataset.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import requests
from ckanapi import CKANAPIError, NotAuthorized, NotFound, RemoteCKAN, ServerIncompatibleError, ValidationError

from catalogue.errors import PublishError
from catalogue.publish.session import PatientSession

USER_AGENT = "uncac-catalogue"
WORDS_CHARACTERS = 300

_TOKEN = re.compile(r"[\x21-\x7e]+")
"""RFC 6750, 2.1, and whatever else a header can carry; CKAN's are JWTs (RFC 7519)."""

OLDEST_CKAN = (2, 10)
"""The oldest CKAN whose API tokens and schemas we know to do; older ones are no longer maintained."""

UNANSWERED = (requests.RequestException, CKANAPIError, ServerIncompatibleError, KeyError, ValueError)
"""What ckanapi raises where no answer came, or none of CKAN's: HTML, a 5xx, JSON of another shape."""

REFUSING = frozenset({400, 413, 414, 422, 431})
"""HTTP statuses by which a web server before CKAN refuses this one dataset, its size for example."""


class Target(NamedTuple):
    """A CKAN to publish to; key: under which the outbox knows it. The token never leaves this process's requests."""

    url: str
    token: str
    key: str

    def __repr__(self) -> str:
        return f"Target(url={self.url!r}, key={self.key!r})"


class Fate(StrEnum):
    """What became of one dataset. unanswered: nobody can say whether CKAN took it; it waits and is sent again."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    UNANSWERED = "unanswered"


class Written(NamedTuple):
    """The outcome of one write; words: CKAN's own, where it did not take the dataset."""

    fate: Fate
    words: str = ""


def connect(target: Target) -> RemoteCKAN:
    """A client of its own; one a thread."""
    return RemoteCKAN(target.url, apikey=target.token, user_agent=USER_AGENT, session=PatientSession())


def check(target: Target) -> None:
    """Raises PublishError where this is no CKAN that we may write to, in one sentence with what to do next."""
    if not _TOKEN.fullmatch(target.token):
        raise PublishError(
            "CKAN_TOKEN holds what no API token has (a line break, a space, or a letter beyond ASCII); copy it again from "
            "CKAN, in one line."
        )
    try:
        client = connect(target)  # reads the address
        version = _version(client)
    except UNANSWERED as error:
        raise PublishError(
            f"{target.url} does not answer as a CKAN does ({type(error).__name__}); check CKAN_URL (with https where "
            "the site redirects to it), or start one with `catalogue portal up`."
        ) from error
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers is None:
        raise PublishError(f"{target.url} does not answer as a CKAN does; check CKAN_URL.")
    if (int(numbers[1]), int(numbers[2])) < OLDEST_CKAN:
        raise PublishError(f"{target.url} is CKAN {version}; publish to CKAN 2.10 or later.")
    _check_token(client, target)


def answers(client: RemoteCKAN) -> bool:
    """Whether CKAN answers at all, whatever it says to what is written."""
    try:
        return bool(_version(client))
    except UNANSWERED:
        return False


def _version(client: RemoteCKAN) -> str:
    """What CKAN says its version is; empty where it says none. Raises one of `UNANSWERED`."""
    status = client.action.status_show()
    return str(status.get("ckan_version", "")) if isinstance(status, dict) else ""


def _check_token(client: RemoteCKAN, target: Target) -> None:
    try:
        me = client.action.user_show()  # without a name: whose token it is
    except (NotAuthorized, NotFound, ValidationError) as error:
        raise PublishError(
            f"{target.url} does not accept the token; set CKAN_TOKEN to an API token of a sysadmin of that CKAN."
        ) from error
    except UNANSWERED as error:
        raise PublishError(
            f"{target.url} does not say whose token CKAN_TOKEN is ({type(error).__name__}); see CKAN's log, then "
            "publish again."
        ) from error
    if not isinstance(me, dict) or not me.get("sysadmin"):
        raise PublishError(
            f"The token for {target.url} is not a sysadmin's, and CKAN lets nobody else set a dataset's own id; set "
            "CKAN_TOKEN to a sysadmin's token."
        )


def write(client: RemoteCKAN, dataset: dict[str, Any], *, known: bool) -> Written:
    """Create or update a dataset.

    known: whether CKAN confirmed this dataset before. Either way the other is tried where CKAN knows better: a create
    that timed out may have been carried out, and a dataset may have been purged by hand.
    """
    return _settle(client, lambda: _create_or_update(client, dataset, known=known))


def delete(client: RemoteCKAN, identifier: str) -> Written:
    """Delete a dataset as CKAN does it: it keeps its row and its address, and an update brings it back. One that is not
    there counts as deleted."""

    def carry_out() -> Written:
        try:
            client.action.package_delete(id=identifier)
        except NotFound:
            return Written(Fate.DELETED, "it was not there")
        return Written(Fate.DELETED)

    return _settle(client, carry_out)


def _create_or_update(client: RemoteCKAN, dataset: dict[str, Any], *, known: bool) -> Written:
    create = ("package_create", Fate.CREATED)
    update = ("package_update", Fate.UPDATED)
    first, second = (update, create) if known else (create, update)
    try:
        client.call_action(first[0], dataset)
    except NotFound:
        client.call_action(second[0], dataset)
        return Written(second[1])
    except ValidationError:
        if known or not _exists(client, dataset["id"]):
            raise
        client.call_action(second[0], dataset)
        return Written(second[1])
    return Written(first[1])


def _settle(client: RemoteCKAN, carry_out: Callable[[], Written]) -> Written:
    """The fate of a write, whatever CKAN answered."""
    try:
        return carry_out()
    except ValidationError as error:
        return Written(Fate.REFUSED, words(error))
    except NotAuthorized as error:
        return Written(Fate.FORBIDDEN, words(error))
    except UNANSWERED as error:
        status = client.session.last_status
        fate = Fate.REFUSED if status in REFUSING else Fate.UNANSWERED
        return Written(fate, f"{type(error).__name__}, HTTP status {status or 'none'}")


def words(error: Exception) -> str:
    """What CKAN said, cut to a length that can be kept and shown."""
    said = getattr(error, "error_dict", None) or str(error)
    return str(said)[:WORDS_CHARACTERS]


def _exists(client: RemoteCKAN, identifier: str) -> bool:
    try:
        client.action.package_show(id=identifier)
    except NotFound:
        return False
    return True
