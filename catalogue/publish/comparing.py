"""What a CKAN holds beside what it once confirmed: for a CKAN that was restored from a backup, or changed by hand.

Nothing is written to CKAN here. What it no longer has as it confirmed it is marked in the outbox as not confirmed, so that
publishing sends it again.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from ckanapi import NotAuthorized, NotFound, RemoteCKAN
from django.db.models import Q

from catalogue.datasets import store
from catalogue.errors import PublishError
from catalogue.publish import ckan
from catalogue.publish.ckan import UNANSWERED, Target
from catalogue.publish.models import Publication
from catalogue.publish.payload import payload
from catalogue.register.many import parts
from catalogue.register.models import Source
from harvesters import package as packages

PAGE_ROWS = 500
"""Datasets a search; CKAN gives at most 1,000 (ckan.search.rows_max)."""

BATCH_ROWS = 500
TIME_CHARACTERS = len("2026-01-31T00:00:00")
TIMES = frozenset({"created", "last_modified"})


GONE = Q(withdrawn=True) | Q(dataset__withdrawn__isnull=False)
"""Of lines of the outbox, those of which CKAN is to show nothing."""


class Compared(msgspec.Struct):
    """What a CKAN has otherwise than it confirmed it, by datasets.

    missing: it has them no longer. differing: it has them with other words. shown: withdrawn ones that it shows all the
    same, or as yet. unknown: they bear the name of a source of ours, and are not in the outbox; they are left as they are.
    """

    missing: int = 0
    differing: int = 0
    shown: int = 0
    unknown: int = 0
    same: int = 0


class Marks(msgspec.Struct):
    """Rows of the outbox, by number. again: to be sent again, for CKAN has them otherwise or no longer. back: to be deleted
    again, for it shows them."""

    again: list[int] = []
    back: list[int] = []

    def keep(self) -> None:
        """Mark them in the outbox."""
        for part in parts(self.again):
            Publication.objects.filter(pk__in=part).update(content_hash="")
        for part in parts(self.back):
            Publication.objects.filter(pk__in=part).update(withdrawn=False)


def compare(target: Target, progress: Callable[[int, int], None], marks: Marks | None = None) -> Compared:
    """Compare, and mark in the outbox what is to be sent again. progress: told of datasets done and in all. marks: given for
    a dry run, which marks nothing: what would be marked is added there.

    Raises PublishError where CKAN cannot be asked.
    """
    ckan.check(target)
    client = ckan.connect(target)
    rows = Publication.objects.filter(target=target.key)
    total, compared = rows.filter(Q(refused__isnull=True) | GONE).count(), Compared()
    for source in Source.objects.filter(datasets__publications__target=target.key).distinct():
        try:
            held = {each["id"]: each for each in _listed(client, source)}
            found = _compare_source(client, rows.filter(dataset__source=source), source, held, compared)
        except (NotAuthorized, *UNANSWERED) as error:
            raise PublishError(
                f"{target.url} cannot be compared ({type(error).__name__}); see whether it runs, then try again."
            ) from error
        if marks is None:
            found.keep()
        else:
            marks.again += found.again
            marks.back += found.back
        progress(compared.same + compared.missing + compared.differing + compared.shown, total)
    return compared


def _listed(client: RemoteCKAN, source: Source) -> Iterator[dict[str, Any]]:
    """Every dataset that CKAN's search shows of a source."""
    start = 0
    while True:
        found = client.action.package_search(
            fq=f'source:"{source.pk}"', rows=PAGE_ROWS, start=start, sort="id asc", include_private=True
        )["results"]
        yield from found
        start += len(found)
        if not found:
            return


def _compare_source(
    client: RemoteCKAN, rows: Any, source: Source, held: dict[str, dict[str, Any]], compared: Compared
) -> Marks:
    marks = Marks()
    for publication in rows.select_related("dataset").order_by("pk").iterator(BATCH_ROWS):
        identifier = str(publication.dataset_id)
        listed = held.pop(identifier, None)
        gone = publication.withdrawn or publication.dataset.withdrawn is not None
        if publication.refused is not None and not gone:
            continue  # it may show an earlier version or none, and is told again when the dataset changes
        shown = listed or _shown(client, identifier)
        if gone:
            if shown is None:
                compared.same += 1
            else:
                compared.shown += 1
                marks.back.append(publication.pk)
            continue
        if shown is None:
            compared.missing += 1
        elif publication.content_hash == publication.dataset.content_hash and differs(
            _expected(publication, source), shown
        ):
            compared.differing += 1
        else:
            compared.same += 1
            continue
        marks.again.append(publication.pk)
    compared.unknown += len(held)
    return marks


def _shown(client: RemoteCKAN, identifier: str) -> dict[str, Any] | None:
    """A dataset by the database and not by the search, whose index may be older; None where it is deleted or not there."""
    try:
        shown: dict[str, Any] = client.action.package_show(id=identifier)
    except NotFound:
        return None
    return shown if shown.get("state") == "active" else None


def _expected(publication: Publication, source: Source) -> dict[str, Any]:
    dataset = publication.dataset
    package = packages.decode(store.unpack(dataset.descriptor))
    return payload(package, source, publication.name, dataset.changed).dataset


def differs(sent: dict[str, Any], shown: dict[str, Any]) -> bool:
    """Whether CKAN shows something else than was sent: any value that we send, whatever else CKAN adds."""
    return any(_plain(key, value) != _plain(key, shown.get(key)) for key, value in sent.items())


def _plain(key: str, value: Any) -> Any:
    """A value in the form in which what was sent and what is shown are alike."""
    if key == "tags":
        return sorted(tag["name"] for tag in value or [])
    if key == "extras":
        return {extra["key"]: extra["value"] for extra in value or []}
    if key == "resources":
        return [_Resource(each) for each in value or []]
    return value or None if isinstance(value, str) else value


class _Resource:
    """A resource of one side; equal to one of the other that has all that was sent."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Resource):
            return NotImplemented
        return all(self._said(key) == other._said(key) for key in self._values)

    __hash__ = None  # type: ignore[assignment]  # compared, and never a key

    def _said(self, key: str) -> Any:
        value = self._values.get(key)
        if key in TIMES and isinstance(value, str):
            return value[:TIME_CHARACTERS]
        return value or None if isinstance(value, str) else value
