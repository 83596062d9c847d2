"""The harvest's own process, seen from the catalogue: started with a job, listened to, and ended."""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from catalogue.configuration import Configuration
from catalogue.errors import HarvestKilled, HarvestNotPossible
from harvesters.base import Source
from harvesters.errors import DiskFull, SpoolInUse

MESSAGE_CHARACTERS = 2000
"""Of what a crawl that could not run said, this much from the end is shown."""


class Said(msgspec.Struct):
    """One line of a crawl's progress (`harvesters.job.Said`, which is not imported: it would bring Scrapy along)."""

    records: int
    advertised: int | None = None
    requests: int = 0
    state: str | None = None


class Crawls:
    """The crawls that this process has under way, each in a process and a thread of its own, so that whoever is interrupted
    can ask all of them to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ending = False

    def start(self, errors: BinaryIO) -> "subprocess.Popen[bytes] | None":
        """A new crawl, which waits for its job; None where all are being ended. errors: where its log goes."""
        with self._lock:
            if self._ending:
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", "harvesters.crawl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
            self._running.add(process)
        return process

    def ended(self, process: "subprocess.Popen[bytes]") -> None:
        """This one is to be asked no more."""
        with self._lock:
            self._running.discard(process)

    def end(self) -> None:
        """Ask all to end after the answers that are under way, and begin no more."""
        with self._lock:
            self._ending = True
            for process in self._running:
                process.terminate()


def crawl(
    source: Source,
    run: int,
    spool: Path,
    configuration: Configuration,
    said: Callable[[Said], None],
    crawls: Crawls,
    *,
    delay_seconds: float | None,
    ca_bundle: str | None,
    earlier: Path | None = None,
) -> None:
    """Run one harvest in a process of its own until it closed its spool, with a verdict or without one; where `crawls` are
    being ended, not at all.

    delay_seconds, ca_bundle: of the source, before the configuration's. earlier: the spool of its last complete
    harvest. said: called with each line of progress. Raises DiskFull where there is no room for the spool, SpoolInUse where
    another process writes it, HarvestKilled where the process ended by a signal, HarvestNotPossible with what the process
    said, where it could not work.
    """
    job = configuration.fetching | {"source": msgspec.to_builtins(source), "run": str(run), "spool": str(spool)}
    job["secret"] = configuration.key_of(source.id)
    job["earlier"] = str(earlier) if earlier else None
    if delay_seconds is not None:
        job["delay_seconds"] = delay_seconds
    if ca_bundle is not None:
        job["ca_bundle"] = ca_bundle
    log = spool.with_suffix(".log")
    with log.open("wb") as errors:
        process = crawls.start(errors)
        if process is None:
            log.unlink()
            return
        if process.stdin is None or process.stdout is None:
            raise HarvestNotPossible("The harvest's process has no pipes; this is a mistake of ours, please report it.")
        try:
            with suppress(BrokenPipeError):  # it ended before it was told what to do: its exit status says why
                process.stdin.write(msgspec.json.encode(job))
                process.stdin.close()
            for line in process.stdout:
                said(msgspec.json.decode(line, type=Said))
        finally:
            status = _ended(process)
            crawls.ended(process)
    if status == DiskFull.status:
        raise DiskFull(spool)
    if status < 0:
        raise HarvestKilled(-status)
    if status == SpoolInUse.status:
        raise SpoolInUse(spool)
    if status != 0:
        tail = log.read_text(encoding="utf-8", errors="replace")[-MESSAGE_CHARACTERS:].strip()
        raise HarvestNotPossible(f"The harvest of {source.id} could not run: {tail or f'exit status {status}'}")
    if log.stat().st_size == 0:
        log.unlink()


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """Wait for the process to close its spool; where we are interrupted ourselves, ask it to end first."""
    if process.poll() is None and sys.exc_info()[0] is not None:
        process.terminate()
    return process.wait()
