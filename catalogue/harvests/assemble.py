"""Assembling: a spool into the dataset store. Can be repeated at any time with the same outcome.

Records are read in batches. Those that say what they said before are only noted as seen; the others are mapped and judged
in worker processes, and kept in one transaction a batch. Memory holds a few batches, however long the spool is.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from catalogue.datasets import store
from catalogue.datasets.kept import Kept
from catalogue.harvests.mapping import Check, map_batch, record_hash
from catalogue.harvests.models import RunFinding
from harvesters import parts
from harvesters.base import Source
from harvesters.findings import Finding, find
from harvesters.identity import store_key
from harvesters.spool import read_spool
from harvesters.spool_lines import Gone, Line, Noticed, Part, Record, Verdict

BATCH_RECORDS = 250
"""Records a batch: enough to make a transaction worth it, few enough that large records fit."""

BATCH_BYTES = 16 << 20
"""A batch of large records is closed earlier, so that memory stays bounded by bytes and not by count."""

MAX_RUN_FINDINGS = 10_000
"""Findings without a dataset that are kept per run; more are counted, and stand in the spool."""


NO_DATASET = "not-a-dataset"
"""The finding on what a portal lists and is none: a service, an application, an image."""


class Assembled(msgspec.Struct):
    """What assembling a spool came to."""

    outcome: store.Outcome
    findings_by_code: dict[str, int]
    quarantined: int = 0
    verdict: Verdict | None = None
    repeated: int = 0
    gone: list[str] = []
    """What the portal says it has deleted, by the store's key of its native identifier."""


class Assembler:
    """Assembles one spool of one run.

    workers: processes of which each maps a batch. full: map every record again, also those that did not change.
    """

    def __init__(
        self, source: Source, run: int, at: datetime, workers: ProcessPoolExecutor, check: Check, *, full: bool = False
    ) -> None:
        self._source = source
        self._run = run
        self._at = at
        self._workers = workers
        self._check = check
        self._full = full
        self._codes: Counter[str] = Counter()
        self._run_findings: list[RunFinding] = []
        self._unread: list[str] = []
        self._result = Assembled(store.Outcome(), {})

    def assemble(self, spool: Path, progress: Callable[[int], None]) -> Assembled:
        """Read the spool to its end. progress: told how many more records are done. Raises SpoolError."""
        with parts_of(spool) as parts_file:
            waiting: deque[tuple[Future[list[Kept]], dict[str, store.Seen], int]] = deque()
            for batch in self._batches(read_spool(spool)):
                records, unchanged, before = self._told_apart(batch, shortcut=parts_file is None)
                self._result.outcome.unchanged += store.saw(self._source.id, unchanged, self._run, self._at)
                if records:
                    own = {native_id: (seen.pk, seen.name) for native_id, seen in before.items()}
                    new = [record.id or "" for record in records if store_key(record.id or "") not in own]
                    own |= {store_key(each): identity for each, identity in store.apart(self._source.id, new).items()}
                    future = self._workers.submit(map_batch, records, self._source, parts_file, self._check, own)
                    waiting.append((future, before, len(batch)))
                else:
                    progress(len(batch))
                while len(waiting) > 4:
                    self._keep(*waiting.popleft(), progress)
            while waiting:
                self._keep(*waiting.popleft(), progress)
        self._write_listed()
        self._write_run_findings()
        self._result.findings_by_code = dict(sorted(self._codes.items()))
        return self._result

    def _batches(self, lines: Iterator[Line]) -> Iterator[list[Record]]:
        batch: dict[str, Record] = {}
        size = 0
        for line in lines:
            match line:
                case Record(id=None):
                    said = line.text if line.text is not None else bytes(line.json).decode("utf-8", "replace")
                    self._note(find("no-identifier", value=said), line.url)
                    self._result.quarantined += 1
                case Record():
                    identifier = line.id or ""
                    self._result.repeated += identifier in batch
                    batch[identifier] = line  # a later record of the same dataset is the newer one
                    size += len(line.text or "") + len(bytes(line.json))
                case Gone(identifier):
                    self._result.gone.append(store_key(identifier))
                case Noticed():
                    self._note(line.finding, line.url)
                    self._note_listed(line)
                    self._result.quarantined += line.received and line.finding.severity == "blocks"
                case Verdict():
                    self._result.verdict = line
                case _:
                    pass
            if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
                yield list(batch.values())
                batch, size = {}, 0
        if batch:
            yield list(batch.values())

    def _told_apart(
        self, batch: list[Record], *, shortcut: bool
    ) -> tuple[list[Record], list[str], dict[str, store.Seen]]:
        """The records to map, and the primary keys of those that say what they said before."""
        before = store.known(self._source.id, [store_key(record.id or "") for record in batch])
        if self._full or not shortcut:
            return batch, [], before
        records, unchanged = [], []
        for record in batch:
            seen = before.get(store_key(record.id or ""))
            if seen is not None and seen.state == "valid" and seen.record_hash == record_hash(record):
                unchanged.append(seen.pk)
            else:
                records.append(record)
        return records, unchanged, before

    def _keep(
        self,
        future: Future[list[Kept]],
        before: dict[str, store.Seen],
        records: int,
        progress: Callable[[int], None],
    ) -> None:
        batch = future.result()
        for item in batch:
            self._codes.update(str(finding["code"]) for finding in item.findings)
        # Read again: an identifier that the portal lists twice may have been kept by an earlier batch.
        before = {**before, **store.known(self._source.id, [item.native_id for item in batch])}
        self._result.outcome.add(store.keep(self._source.id, batch, before, self._run, self._at))
        progress(records)

    def _note(self, finding: Finding, url: str) -> None:
        self._codes[finding.code] += 1
        if self._codes[finding.code] <= MAX_RUN_FINDINGS:
            self._run_findings.append(RunFinding(run_id=self._run, finding=msgspec.to_builtins(finding), url=url))
        if len(self._run_findings) >= store.BATCH_ROWS:
            self._write_run_findings()

    def _note_listed(self, line: Noticed) -> None:
        """The verdict counts what was received and could not be kept as seen; so must the store, or it would be taken to be
        missing. What turned out to be no dataset is not listed as one."""
        if line.received and line.id and line.finding.code != NO_DATASET:
            self._unread.append(store_key(line.id))
            if len(self._unread) >= store.BATCH_ROWS:
                self._write_listed()

    def _write_listed(self) -> None:
        store.listed(self._source.id, self._unread, self._run, self._at)
        self._unread.clear()

    def _write_run_findings(self) -> None:
        RunFinding.objects.bulk_create(self._run_findings)
        self._run_findings.clear()


@contextmanager
def parts_of(spool: Path) -> Iterator[Path | None]:
    """The file of the spool's parts while it is wanted; None where the spool has none."""
    if not any(isinstance(line, Part) for line in read_spool(spool)):
        yield None
        return
    path = spool.with_suffix(".parts")
    parts.collect(read_spool(spool), path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
