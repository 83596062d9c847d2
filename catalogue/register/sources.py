"""The register's sources in the database: loaded from a file as a whole or not at all, and written back to one."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC

import msgspec
from django.db import transaction

from catalogue.errors import RegisterError
from catalogue.register import filing
from catalogue.register.models import Source, Withdrawal
from catalogue.register.source_entry import SourceEntry, Withdrawn
from catalogue.register.source_rows import row_of
from catalogue.register.sources_file import read_sources, write_sources
from catalogue.states.models import State
from harvesters import base


class Loaded(msgspec.Struct, frozen=True):
    """What loading a file did. absent: sources of the register that the file does not have; they stay. withdrawn: sources of
    the file that are withdrawn in the register, by the file or before it; only `restore` brings them back."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]
    absent: list[str]
    withdrawn: list[str]


def load(content: bytes, protocols: Collection[str], withdraw: Callable[[Source, Withdrawn], None]) -> Loaded:
    """Take over a file of sources. withdraw: told of each that the file says is withdrawn (`datasets.withdrawing.follow`).

    Raises SourcesFileError with every mistake; then nothing was loaded.
    """
    names = {state.code: state.name("en") for state in State.objects.all()}
    entries = read_sources(content, states=names, protocols=protocols)
    with transaction.atomic():
        before = {source.id: source.entry for source in Source.objects.all()}
        rows = [row_of(entry) for entry in entries]
        differing = [row for row in rows if before.get(row.id) != row.entry]
        fields = [field.name for field in Source._meta.concrete_fields if field.name != "id"]
        Source.objects.bulk_create(differing, update_conflicts=True, unique_fields=["id"], update_fields=fields)
        filing.take_over(row.id for row in rows)
        for row, entry in zip(rows, entries, strict=True):
            if entry.withdrawn is not None:
                withdraw(row, entry.withdrawn)
    given = {row.id for row in rows}
    return Loaded(
        added=[row.id for row in differing if row.id not in before],
        changed=[row.id for row in differing if row.id in before],
        unchanged=[row.id for row in rows if row.id in before and row not in differing],
        absent=sorted(set(before) - given),
        withdrawn=sorted(given & set(Withdrawal.objects.values_list("pk", flat=True))),
    )


def export() -> str:
    """The register as the text of a file that loads back to the same register."""
    return write_sources(_entries())


def _entries() -> Iterator[SourceEntry]:
    for source in Source.objects.select_related("withdrawal"):
        entry, withdrawal = msgspec.convert(source.entry, SourceEntry), source.withdrawn
        if withdrawal is not None:
            told = Withdrawn(withdrawal.since.astimezone(UTC).isoformat(), withdrawal.note or None)
            entry = msgspec.structs.replace(entry, withdrawn=told)
        yield entry


def chosen(identifiers: Collection[str]) -> list[Source]:
    """The sources of these ids in the register's order; all of them for an empty collection. Raises RegisterError."""
    sources = list(Source.objects.select_related("state", "withdrawal"))
    unknown = sorted(set(identifiers) - {source.id for source in sources})
    if unknown:
        raise RegisterError(
            f"The register has no source {', '.join(unknown)}; `catalogue sources list` shows those that it has."
        )
    return [source for source in sources if not identifiers or source.id in identifiers]


def for_harvest(source: Source, *, limit: int | None, max_record_bytes: int) -> base.Source:
    """A source as harvesting sees it."""
    return base.Source(
        id=source.id,
        url=source.url,
        protocol=source.protocol,
        options=source.options,
        permission=msgspec.convert(source.permission, base.HarvestPermission) if source.permission else None,
        limit=limit,
        max_record_bytes=max_record_bytes,
    )
