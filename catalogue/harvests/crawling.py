"""The harvest's own process, seen from the catalogue: started with a job, listened to, and ended."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from catalogue.configuration import Configuration
from catalogue.errors import HarvestKilled, HarvestNotPossible
from harvesters.base import Source
from harvesters.errors import DiskFull

MESSAGE_CHARACTERS = 2000
"""Of what a crawl that could not run said, this much from the end is shown."""


class Said(msgspec.Struct):
    """One line of a crawl's progress (`harvesters.job.Said`, which is not imported: it would bring Scrapy along)."""

    records: int
    advertised: int | None = None
    requests: int = 0
    state: str | None = None


def crawl(
    source: Source,
    run: int,
    spool: Path,
    configuration: Configuration,
    said: Callable[[Said], None],
    *,
    delay_seconds: float | None,
    ca_bundle: str | None,
    earlier: Path | None = None,
) -> None:
    """Run one harvest in a process of its own until it closed its spool, with a verdict or without one.

    delay_seconds, ca_bundle: of the source, before the configuration's. earlier: the spool of its last complete
    harvest. said: called with each line of progress. Raises DiskFull where there is no room for the spool, HarvestKilled where
    the process ended by a signal, HarvestNotPossible with what the process said, where it could not work.
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
        process = subprocess.Popen(
            [sys.executable, "-m", "harvesters.crawl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
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
    if status == DiskFull.status:
        raise DiskFull(spool)
    if status < 0:
        raise HarvestKilled(-status)
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
