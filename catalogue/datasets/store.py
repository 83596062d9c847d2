"""The dataset store: batches of mapped records in, with what is new, changed and unchanged told apart.

Packing keeps a package at a third of its size. A batch is one transaction, and nothing is written for a dataset whose
content is what it was, but for when it was last seen.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
import zstandard
from django.db import transaction

from catalogue.datasets.kept import Kept
from catalogue.datasets.models import Dataset, Version

PACKING_LEVEL = 3
BATCH_ROWS = 500
"""Rows a statement; SQLite is asked for at most this many identifiers at once."""


class Seen(msgspec.Struct, frozen=True):
    """What the store knows of a dataset before a run reads it again."""

    pk: str
    content_hash: str
    record_hash: str
    state: str
    last_run: int


class Outcome(msgspec.Struct):
    """How many datasets of a batch, or of a run, were new, changed, unchanged or invalid."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    invalid: int = 0

    def add(self, other: "Outcome") -> None:
        """Count another outcome in."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.invalid += other.invalid


def pack(descriptor: bytes) -> bytes:
    """A descriptor as the database holds it."""
    return zstandard.compress(descriptor, PACKING_LEVEL)


def unpack(packed: bytes | memoryview) -> bytes:
    """The descriptor that was packed."""
    return zstandard.decompress(bytes(packed))


def known(source: str, native_ids: Sequence[str]) -> dict[str, Seen]:
    """What the store knows of datasets of one source, by native identifier."""
    found: dict[str, Seen] = {}
    for start in range(0, len(native_ids), BATCH_ROWS):
        rows = Dataset.objects.filter(source=source, native_id__in=native_ids[start : start + BATCH_ROWS])
        for pk, native_id, content_hash, record_hash, state, run in rows.values_list(
            "pk", "native_id", "content_hash", "record_hash", "state", "last_run"
        ):
            found[native_id] = Seen(str(pk), content_hash, record_hash, state, run)
    return found


def saw(pks: Iterable[str], run: int, at: datetime) -> int:
    """Note that datasets were listed again, and that nothing else about them changed."""
    listed = list(pks)
    with transaction.atomic():
        for start in range(0, len(listed), BATCH_ROWS):
            Dataset.objects.filter(pk__in=listed[start : start + BATCH_ROWS]).update(
                last_run=run, last_seen=at, missing_since=None
            )
    return len(listed)


def keep(source: str, batch: Sequence[Kept], before: dict[str, Seen], run: int, at: datetime) -> Outcome:
    """Write a batch: new datasets, changed ones with their former package into the history, and invalid ones.

    before: of `known`. A dataset that turned invalid keeps its last valid package. at: when the run read them.
    """
    outcome = Outcome()
    rows: list[Dataset] = []
    replaced: dict[str, Kept] = {}
    same: list[str] = []
    for item in batch:
        seen = before.get(item.native_id)
        outcome.invalid += item.blocked
        if seen is None:
            outcome.new += 1
        elif item.blocked:
            outcome.changed += seen.state == "valid"
            outcome.unchanged += seen.state != "valid"
        elif seen.content_hash == item.content_hash and seen.state == "valid":
            outcome.unchanged += 1
            same.append(item.native_id)
        else:
            outcome.changed += 1
            if seen.content_hash and seen.content_hash != item.content_hash:
                replaced[seen.pk] = item
        rows.append(_row(source, item, run, at))
    with transaction.atomic():
        _remember(replaced, run, at)
        _write([row for row in rows if row.native_id not in before], [])
        unchanged = set(same)
        fields = ["state", "record_hash", "findings", "last_seen", "last_run", "missing_since"]
        again = [row for row in rows if row.native_id in before]
        _write([row for row in again if row.state == "invalid" or row.native_id in unchanged], fields)
        _write(
            [row for row in again if row.state == "valid" and row.native_id not in unchanged],
            [*fields, "title", "descriptor", "content_hash", "changed"],
        )
    return outcome


def _row(source: str, item: Kept, run: int, at: datetime) -> Dataset:
    return Dataset(
        id=item.id,
        source_id=source,
        native_id=item.native_id,
        name=item.name,
        title=item.title,
        state="invalid" if item.blocked else "valid",
        descriptor=b"" if item.blocked else pack(item.descriptor),
        content_hash="" if item.blocked else item.content_hash,
        record_hash=item.record_hash,
        findings=item.findings,
        first_seen=at,
        last_seen=at,
        changed=at,
        last_run=run,
        missing_since=None,
    )


def _write(rows: list[Dataset], update: list[str]) -> None:
    if update and rows:
        Dataset.objects.bulk_create(rows, BATCH_ROWS, update_conflicts=True, unique_fields=["id"], update_fields=update)
    elif rows:
        Dataset.objects.bulk_create(rows, BATCH_ROWS)


def _remember(replaced: dict[str, Kept], run: int, at: datetime) -> None:
    former = Dataset.objects.filter(pk__in=list(replaced)).values_list("pk", "content_hash", "descriptor")
    Version.objects.bulk_create(
        [
            Version(dataset_id=pk, content_hash=content_hash, descriptor=descriptor, replaced=at, run=run)
            for pk, content_hash, descriptor in former
        ]
    )


def mark_missing(source: str, run: int, at: datetime) -> int:
    """After a complete run: note which datasets it did not list; gives how many are missing now. Nothing is withdrawn."""
    unlisted = Dataset.objects.filter(source=source).exclude(last_run=run)
    unlisted.filter(missing_since=None).update(missing_since=at)
    return unlisted.count()


def mark_gone(source: str, native_ids: Sequence[str], run: int, at: datetime) -> int:
    """Note which datasets the portal itself says it has deleted; gives how many are missing now. A dataset that the same
    run has also read is there again, and stays."""
    for first in range(0, len(native_ids), BATCH_ROWS):
        gone = Dataset.objects.filter(source=source, native_id__in=native_ids[first : first + BATCH_ROWS])
        gone.exclude(last_run=run).filter(missing_since=None).update(missing_since=at)
    return Dataset.objects.filter(source=source).exclude(missing_since=None).count()


def descriptors(sources: Sequence[str] = ()) -> Iterator[bytes]:
    """Every valid package as JSON bytes, in the order of source and native identifier, in bounded memory."""
    rows = Dataset.objects.exclude(content_hash="").order_by("source_id", "native_id")
    if sources:
        rows = rows.filter(source__in=sources)
    for packed in rows.values_list("descriptor", flat=True).iterator(BATCH_ROWS):
        yield unpack(packed)
