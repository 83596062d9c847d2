"""The one place that chains the steps: harvest, assemble, assess, reconcile.

Each step leaves a durable thing behind (a spool, the store, the outbox), so that each can be repeated alone.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import msgspec
from django.db import close_old_connections, transaction

from catalogue.assess.validation import check
from catalogue.configuration import Configuration
from catalogue.datasets import store
from catalogue.datasets.withdrawing import sentence
from catalogue.errors import CatalogueError, HarvestNotPossible
from catalogue.harvests import ending, leases, resuming, retention
from catalogue.harvests.assemble import Assembled, Assembler
from catalogue.harvests.crawling import Crawls, Said, crawl
from catalogue.harvests.detected import as_read, detect, protocol_of
from catalogue.harvests.models import Run
from catalogue.reconcile.reconciliation import Rules, reconcile
from catalogue.register.models import Source, Withdrawal
from catalogue.register.source_entry import AUTO
from harvesters.errors import DISK_FULL, SpoolInUse
from harvesters.progress import progress
from harvesters.registry import harvester_for

LOG = logging.getLogger(__name__)

Tell = Callable[[str, str, int, int | None], None]
"""Told of progress: source, step ("detect", "harvest" or "assemble"), records done, records in all where known."""

OF_ONE_SOURCE = (CatalogueError, OSError)
"""What keeps one source from being read, and not the others: its key, its spool's folder. A full disk ends everything."""

OVERLAP = timedelta(days=1)
"""So far before the last complete harvest a harvest of changes begins: clocks differ, and some portals know only days."""


class Harvested(msgspec.Struct, kw_only=True):
    """What harvesting one source came to; `run` is None where it could not begin, and then `sentence` says why.

    hold: the number of the hold that a person has to decide, where its runs call for one.
    """

    source: str
    run: int | None = None
    state: str = "failed"
    failure: str = ""
    sentence: str = ""
    records: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    withdrawn: int = 0
    invalid: int = 0
    hold: int | None = None
    seconds: float = 0.0


def harvest(
    sources: Sequence[Source],
    configuration: Configuration,
    tell: Tell,
    *,
    limit: int | None = None,
    full: bool = False,
    changes: bool = False,
) -> list[Harvested]:
    """Harvest and assemble sources: read several hosts at once, each host one source at a time; one after the other into
    the store. Gives one outcome per source, in the order given. KeyboardInterrupt leaves checkpoints behind.

    changes: ask only for what changed since the last complete harvest, where the protocol can say it and there was one.
    """
    results: dict[str, Harvested] = {}
    who = leases.owner()
    crawls = Crawls()
    hosts: dict[str, threading.Lock] = {urlsplit(source.url).netloc: threading.Lock() for source in sources}
    with (
        leases.kept_warm(who),
        _workers(configuration) as workers,
        ThreadPoolExecutor(configuration.parallel_harvests) as readers,
        _stopped_together(crawls, readers) as begun,
    ):
        for source in sources:
            try:
                if withdrawal := Withdrawal.objects.filter(source=source.id).first():
                    raise HarvestNotPossible(sentence(withdrawal))
                if holder := leases.take(source.id, who, _now()):
                    raise HarvestNotPossible(
                        f"{source.id} is being harvested by {holder}; wait for it, `catalogue runs list` shows how it goes."
                    )
                run, spool = _begin(source, configuration, tell, limit, full=full, changes=changes)
            except OF_ONE_SOURCE as error:
                results[source.id] = Harvested(source=source.id, sentence=_said_of(error, source))
                continue
            lock = hosts[urlsplit(source.url).netloc]
            begun[readers.submit(_read, source, run, spool, configuration, tell, crawls, lock, limit, full=full)] = (
                source,
                run,
                spool,
            )
        for future in as_completed(begun):
            source, run, spool = begun[future]
            failed = future.exception()
            if isinstance(failed, SpoolInUse):  # nothing was read, and the run is to go on once that process has ended
                _interrupt(run)
                results[source.id] = Harvested(source=source.id, sentence=str(failed))
                leases.give_back(source.id, who)
                continue
            if failed is not None and not isinstance(failed, OF_ONE_SOURCE):
                raise failed
            run.harvest_seconds = 0.0 if failed else future.result()
            results[source.id] = _finish(source, run, spool, configuration, workers, tell, failed, full=full)
            leases.give_back(source.id, who)
    return [results[source.id] for source in sources]


_Begun = dict["Future[float]", tuple[Source, Run, Path]]
"""What is being read: the source, its run, and its spool."""


@contextmanager
def _stopped_together(crawls: Crawls, readers: ThreadPoolExecutor) -> Iterator[_Begun]:
    """A block in which readings begin. Where it is broken off, by Ctrl-C say, the crawls are asked to end at once: otherwise
    whoever waits for their threads waits for the last page."""
    begun: _Begun = {}
    try:
        yield begun
    except BaseException:
        for future in begun:
            future.cancel()
        crawls.end()
        readers.shutdown(wait=True)
        for _, run, _ in begun.values():
            _interrupt(run)
        raise


def _interrupt(run: Run) -> None:
    Run.objects.filter(pk=run.pk, state="running").update(state="interrupted", ended=_now())


def _said_of(problem: CatalogueError | OSError, source: Source) -> str:
    """Why a source could not be read, in a sentence. A full disk is no source's matter: it is raised again."""
    if isinstance(problem, CatalogueError):
        return str(problem)
    if problem.errno in DISK_FULL:
        raise problem
    where = problem.filename or "what it needs"
    return (
        f"The harvest of {source.id} cannot work with {where} ({problem.strerror or problem}); see that CATALOGUE_HOME may be "
        "written to and read, then harvest it again."
    )


def _begin(
    source: Source, configuration: Configuration, tell: Tell, limit: int | None, *, full: bool, changes: bool
) -> tuple[Run, Path]:
    """The run to do, with its spool: the one that was interrupted, where it can go on (`harvests.resuming`), or a new one.
    Raises HarvestNotPossible."""
    protocol = protocol_of(source)
    if protocol == AUTO:
        tell(source.id, "detect", 0, None)
        protocol = detect(source, configuration, lambda words: None).protocol
    harvester = harvester_for(protocol)
    since = _last_complete(source) if changes and harvester.incremental and not full else None
    run = resuming.goes_on(source, configuration, limit, _now(), changes=since is not None, full=full)
    if run is None:
        run = Run.objects.create(source=source, state="running", started=_now(), limit=limit, since=since)
        run.spool = f"spools/{source.id}/{run.pk}.jsonl.zst"
        run.save(update_fields=["spool"])
    resuming.supersede(source, run, _now())
    return run, configuration.home / run.spool


def _last_complete(source: Source) -> datetime | None:
    """From when on changes are to be asked for: the start of the last complete harvest, less an overlap."""
    last = Run.objects.filter(source=source, state="complete", limit=None).first()
    return last.started - OVERLAP if last else None


def _earlier(source: Source, run: Run, configuration: Configuration) -> Path | None:
    """The spool of the last complete harvest of all that a source has, where it is still kept."""
    if run.limit is not None or run.since is not None:
        return None
    last = Run.objects.filter(source=source, state="complete", limit=None, since=None).exclude(pk=run.pk).first()
    spool = configuration.home / last.spool if last is not None and last.spool else None
    return spool if spool is not None and spool.exists() else None


def _read(
    source: Source,
    run: Run,
    spool: Path,
    configuration: Configuration,
    tell: Tell,
    crawls: Crawls,
    host: threading.Lock,
    limit: int | None,
    *,
    full: bool,
) -> float:
    """Read one source to its spool; gives the seconds that it took. full: ask for all, also for what did not change."""
    wanted = as_read(source, limit=limit, max_record_bytes=configuration.max_record_bytes, since=run.since)
    entry = source.entry

    def said(line: Said) -> None:
        tell(source.id, "harvest", line.records, line.advertised)

    if spool.exists() and progress(spool).verdict is not None:
        return 0.0  # read to its end before; only assembling was interrupted
    with host:
        started = monotonic()
        spool.parent.mkdir(parents=True, exist_ok=True)
        try:
            crawl(
                wanted,
                run.pk,
                spool,
                configuration,
                said,
                crawls,
                delay_seconds=entry.get("delay_seconds"),
                ca_bundle=entry.get("ca_bundle"),
                earlier=None if full else _earlier(source, run, configuration),
            )
        finally:
            close_old_connections()
        return monotonic() - started


def _finish(
    source: Source,
    run: Run,
    spool: Path,
    configuration: Configuration,
    workers: ProcessPoolExecutor,
    tell: Tell,
    failed: CatalogueError | OSError | None,
    *,
    full: bool,
) -> Harvested:
    """Assemble what was read, note the verdict, and reconcile: what was not listed is missing, withdrawn, or held.

    failed: how our own process of this harvest ended, or what kept it from its work, where it did not end well. Raises OSError
    for a full disk.
    """
    started = monotonic()
    at = run.started
    assembled = Assembled(store.Outcome(), {})
    if isinstance(failed, OSError):
        _said_of(failed, source)  # raises it again for a full disk
    elif spool.exists():  # what could not be opened there cannot be assembled
        wanted = as_read(source, limit=run.limit, max_record_bytes=configuration.max_record_bytes, since=run.since)
        done = 0

        def told(records: int) -> None:
            nonlocal done
            done += records
            tell(source.id, "assemble", done, None)

        assembled = Assembler(wanted, run.pk, at, workers, check, full=full).assemble(spool, told)
    run.assemble_seconds = monotonic() - started
    ending.note(run, source, assembled, spool, _now(), failed, _said_of(failed, source) if failed else "")
    with transaction.atomic():  # a run that ended is reconciled, or neither
        run.save()
        reconciled = reconcile(run, assembled.gone, _rules(configuration), _now())
        run.missing, run.withdrawn = reconciled.missing, reconciled.withdrawn
        run.save(update_fields=["missing", "withdrawn"])
    LOG.info("%s: %s", source.pk, run.sentence, extra={"source": source.pk, "run": run.pk, "state": run.state})
    retention.forget_old(source, configuration.home, configuration.keep_spools)
    said = f"{run.sentence} {reconciled.sentence}".strip()
    return Harvested(
        source=source.id, run=run.pk, state=run.state, failure=run.failure, sentence=said, records=run.records,
        new=run.new, changed=run.changed, unchanged=run.unchanged, missing=run.missing, withdrawn=run.withdrawn,
        invalid=run.invalid, hold=reconciled.hold,
        seconds=round(run.harvest_seconds + run.assemble_seconds, 3),
    )  # fmt: skip


def _rules(configuration: Configuration) -> Rules:
    return Rules(
        configuration.grace_runs, timedelta(days=configuration.grace_days), configuration.ceiling_percent / 100
    )


@contextmanager
def _workers(configuration: Configuration) -> Iterator[ProcessPoolExecutor]:
    """The processes that map and judge. Forked servers, not forks: this process has threads and a database."""
    # Ctrl-C, or a signal to the group, reaches them too; this process ends them, and in silence.
    pool = ProcessPoolExecutor(
        configuration.workers,
        mp_context=get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _now() -> datetime:
    return datetime.now(UTC)
