"""The dataset store: batches of mapped records in, with what is new, changed and unchanged told apart.

Packing keeps a package at a third of its size. A batch is one transaction, and nothing is written for a dataset whose
content is what it was, but for when it was last seen. A source that was withdrawn while it was being read stays withdrawn:
what the run goes on to keep of it are tombstones.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
import zstandard
from django.db import transaction

from catalogue.datasets.kept import Kept
from catalogue.datasets.models import Dataset, Version
from catalogue.datasets.withdrawing import standing
from harvesters import identity
from harvesters import package as packages

PACKING_LEVEL = 3
BATCH_ROWS = 500
"""Rows a statement; SQLite is asked for at most this many identifiers at once."""


class Seen(msgspec.Struct, frozen=True):
    """What the store knows of a dataset before a run reads it again."""

    pk: str
    name: str
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
        for pk, name, native_id, content_hash, record_hash, state, run in rows.values_list(
            "pk", "name", "native_id", "content_hash", "record_hash", "state", "last_run"
        ):
            found[native_id] = Seen(str(pk), name, content_hash, record_hash, state, run)
    return found


def apart(source: str, native_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The `id` and `name` for datasets that the store does not know, by native identifier, where it has given away those that
    follow from the identifier: to one that its portal has renumbered since, and that kept them."""
    found: dict[str, tuple[str, str]] = {}
    left, turn = list(native_ids), 1
    while left:
        ids = {identity.package_id(source, native_id, turn): native_id for native_id in left}
        taken = _taken(list(ids))
        if turn > 1:
            for key, native_id in ids.items():
                found[native_id] = (key, identity.package_name(source, native_id, turn))
        left, turn = [native_id for key, native_id in ids.items() if key in taken], turn + 1
    return found


def _taken(keys: Sequence[str]) -> set[str]:
    taken: set[str] = set()
    for start in range(0, len(keys), BATCH_ROWS):
        rows = Dataset.objects.filter(pk__in=keys[start : start + BATCH_ROWS])
        taken.update(str(pk) for pk in rows.values_list("pk", flat=True))
    return taken


def saw(source: str, pks: Iterable[str], run: int, at: datetime) -> int:
    """Note that datasets were listed again, and that nothing else about them changed."""
    listed = list(pks)
    with transaction.atomic():
        back = _back(source)
        for start in range(0, len(listed), BATCH_ROWS):
            Dataset.objects.filter(pk__in=listed[start : start + BATCH_ROWS]).update(
                last_run=run, last_seen=at, missing_since=None, **back
            )
    return len(listed)


def _back(source: str) -> dict[str, None]:
    """What being listed changes of a tombstone: it is one no longer, unless its source is withdrawn."""
    return {} if standing(source) else {"withdrawn": None}


def listed(source: str, native_ids: Sequence[str], run: int, at: datetime) -> None:
    """Note that the portal lists datasets whose records could not be read: they are not missing, and their last valid
    packages stay. What the store does not know has nothing to keep."""
    with transaction.atomic():
        back = _back(source)
        for start in range(0, len(native_ids), BATCH_ROWS):
            rows = Dataset.objects.filter(source=source, native_id__in=native_ids[start : start + BATCH_ROWS])
            rows.update(last_run=run, last_seen=at, missing_since=None, **back)


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
        withdrawal = standing(source)
        _remember(replaced, run, at)
        for row in rows:
            row.withdrawn = withdrawal.since if withdrawal else None
        _write([row for row in rows if row.native_id not in before], [])
        unchanged = set(same)
        fields = ["state", "record_hash", "findings", "last_seen", "last_run", "missing_since"]
        if withdrawal is None:
            fields.append("withdrawn")
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
        withdrawn=None,
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


def mark_missing(source: str, run: int, at: datetime) -> None:
    """After a whole run: note which datasets it did not list."""
    unlisted = Dataset.objects.filter(source=source, withdrawn=None).exclude(last_run=run)
    unlisted.filter(missing_since=None).update(missing_since=at)


def mark_gone(source: str, native_ids: Sequence[str], run: int, at: datetime) -> None:
    """Note which datasets the portal itself says it has deleted. A dataset that the same run has also read is there again,
    and stays."""
    for first in range(0, len(native_ids), BATCH_ROWS):
        gone = Dataset.objects.filter(source=source, native_id__in=native_ids[first : first + BATCH_ROWS])
        gone.exclude(last_run=run).filter(missing_since=None).update(missing_since=at)


def adopt(couples: Sequence[tuple[str, str]], run: int, at: datetime) -> int:
    """Make former datasets go on as new ones: each former one (the first of a couple of primary keys) takes over the native
    identifier and the content of the new one, and keeps its own `id` and `name`. Gives how many.

    A couple whose new dataset was published before is left: CKAN holds it under its own name.
    """
    adopted = 0
    for first in range(0, len(couples), BATCH_ROWS):
        part = dict(couples[first : first + BATCH_ROWS])
        rows = Dataset.objects.in_bulk([*part, *part.values()])
        published = set(
            Dataset.objects.filter(pk__in=part.values(), publications__isnull=False).values_list("pk", flat=True)
        )
        by_key = {str(pk): row for pk, row in rows.items()}
        with transaction.atomic():
            for old_key, new_key in part.items():
                old, new = by_key.get(old_key), by_key.get(new_key)
                if old is not None and new is not None and new.pk not in published:
                    _take_over(old, new, run, at)
                    adopted += 1
    return adopted


def _take_over(old: Dataset, new: Dataset, run: int, at: datetime) -> None:
    if old.content_hash:
        Version.objects.create(
            dataset=old, content_hash=old.content_hash, descriptor=old.descriptor, replaced=at, run=run
        )
    package = msgspec.structs.replace(packages.decode(unpack(new.descriptor)), id=str(old.pk), name=old.name)
    descriptor = packages.encode(package)
    old.descriptor, old.content_hash = pack(descriptor), packages.content_hash(descriptor)
    for field in ("native_id", "title", "state", "record_hash", "findings", "last_seen", "changed", "last_run"):
        setattr(old, field, getattr(new, field))
    old.missing_since = old.withdrawn = None
    new.delete()  # first: (source, native_id) is unique
    old.save()


def descriptors(sources: Sequence[str] = ()) -> Iterator[bytes]:
    """Every valid package as JSON bytes, in the order of source and native identifier, in bounded memory; what was
    withdrawn is left out."""
    rows = Dataset.objects.filter(withdrawn=None).exclude(content_hash="").order_by("source_id", "native_id")
    if sources:
        rows = rows.filter(source__in=sources)
    for packed in rows.values_list("descriptor", flat=True).iterator(BATCH_ROWS):
        yield unpack(packed)
