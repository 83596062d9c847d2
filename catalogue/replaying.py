"""Reading old spools again with the present code, to see what a new mapping changes before anything is kept or published."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from catalogue.assess.validation import check
from catalogue.configuration import Configuration
from catalogue.datasets import store
from catalogue.datasets.models import Dataset
from catalogue.errors import ReplayNotPossible
from catalogue.harvests.assemble import BATCH_RECORDS, parts_of
from catalogue.harvests.detected import as_read
from catalogue.harvests.mapping import map_batch
from catalogue.harvests.models import Run
from catalogue.register.models import Source
from harvesters.base import Source as AsRead
from harvesters.identity import store_key
from harvesters.spool import read_spool
from harvesters.spool_lines import Record

VALUE_CHARACTERS = 80
"""Of a value, so much is shown."""

MAX_SHOWN = 20


class Difference(msgspec.Struct, frozen=True):
    """One dataset that becomes another. fields: by path what it has now, and what it would have."""

    native_id: str
    title: str
    fields: dict[str, tuple[str, str]]


class Replayed(msgspec.Struct):
    """What a spool would become. fields: how many datasets differ at each path; shown: some of them, whole.

    lost: valid now, and would be quarantined, with the codes of the findings that block; won: the other way round.
    """

    source: str
    run: int
    spool: str
    records: int = 0
    same: int = 0
    different: int = 0
    unknown: int = 0
    lost: dict[str, list[str]] = {}
    won: list[str] = []
    fields: dict[str, int] = {}
    shown: list[Difference] = []


def replay(
    source: Source, configuration: Configuration, progress: Callable[[int], None], shown: int = MAX_SHOWN
) -> Replayed:
    """Map the newest whole spool of a source with the present code, and compare with what is held; nothing is written.

    progress: told how many more records are done. Raises ReplayNotPossible where no spool is left, SpoolError where it is torn.
    """
    run, spool = _newest(source, configuration)
    wanted = as_read(source, limit=run.limit, max_record_bytes=configuration.max_record_bytes, since=run.since)
    found = Replayed(source.pk, run.pk, str(spool))
    with parts_of(spool) as parts_file:
        records = (line for line in read_spool(spool) if isinstance(line, Record) and line.id is not None)
        while batch := list(itertools.islice(records, BATCH_RECORDS)):
            _compare(batch, wanted, parts_file, found, shown)
            progress(len(batch))
    found.fields = dict(sorted(found.fields.items(), key=lambda item: (-item[1], item[0])))
    return found


def _newest(source: Source, configuration: Configuration) -> tuple[Run, Path]:
    for run in Run.objects.filter(source=source, state__in=("complete", "partial")):
        spool = configuration.home / run.spool
        if run.spool and spool.exists():
            return run, spool
    raise ReplayNotPossible(f"No spool of {source.pk} is left; harvest it, then replay.")


def _compare(batch: list[Record], source: AsRead, parts_file: Path | None, found: Replayed, shown: int) -> None:
    rows = {
        row.native_id: row
        for row in Dataset.objects.filter(
            source=source.id, native_id__in=[store_key(record.id or "") for record in batch]
        )
    }
    own = {native_id: (str(row.pk), row.name) for native_id, row in rows.items()}
    for kept in map_batch(batch, source, parts_file, check, own):
        found.records += 1
        row = rows.get(kept.native_id)
        if row is None:
            found.unknown += 1
        elif kept.blocked and row.state == "valid":
            codes = [str(finding["code"]) for finding in kept.findings if finding["severity"] == "blocks"]
            found.lost[kept.native_id] = codes
        elif not kept.blocked and row.state == "invalid":
            found.won.append(kept.native_id)
        elif kept.blocked or kept.content_hash == row.content_hash:
            found.same += 1
        else:
            found.different += 1
            fields = dict(_fields(json.loads(store.unpack(row.descriptor)), json.loads(kept.descriptor)))
            for path in fields:
                found.fields[path] = found.fields.get(path, 0) + 1
            if len(found.shown) < shown:
                found.shown.append(Difference(kept.native_id, kept.title, fields))


def _fields(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """Where two values differ, as paths of their fields; members of lists are not numbered, so that they can be counted."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _fields(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _fields(one, other, f"{path}[]")
    elif before != after:
        yield path, (_short(before), _short(after))


def _short(value: Any) -> str:
    said = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= VALUE_CHARACTERS else f"{said[: VALUE_CHARACTERS - 1]}…"
