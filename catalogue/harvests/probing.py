"""Finding out what an address speaks, seen from the catalogue: `harvesters.probe` started, listened to, and ended in time."""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, Queue

import msgspec

from catalogue.configuration import Configuration
from catalogue.errors import CheckNotPossible
from harvesters.base import HarvestPermission
from harvesters.detect import SECONDS_BETWEEN, Candidate, Step
from harvesters.phrases import Phrase
from harvesters.probe import ProbeJob, Told

PROBE = [sys.executable, "-m", "harvesters.probe"]
TO_END_SECONDS = 1.0
"""Before the time is over no new request is begun, so that the process ends by itself."""

Tell = Callable[[str], None]
"""Told in words what is being done."""


class Probed(msgspec.Struct):
    """What asking around an address gave. trouble: a class and what is said of it where the address itself could not be read.
    done: whether everything worth asking was asked in time."""

    candidates: dict[str, Candidate] = {}
    steps: list[Step] = []
    trouble: tuple[str, tuple[Phrase, ...]] | None = None
    requests: int = 0
    done: bool = False

    @property
    def ranked(self) -> list[Candidate]:
        """The candidates, the likeliest first."""
        return sorted(self.candidates.values(), key=lambda candidate: candidate.rank)


def probe(
    url: str,
    configuration: Configuration,
    tell: Tell,
    *,
    protocol: str | None = None,
    permission: HarvestPermission | None = None,
    seconds: float,
) -> Probed:
    """Find out which protocols an address speaks, in so many seconds. protocol: look for this one only.

    Raises CheckNotPossible for settings that cannot be used.
    """
    until = time.monotonic() + seconds
    job = ProbeJob(
        url=url,
        seconds=max(TO_END_SECONDS, seconds - TO_END_SECONDS),
        protocol=protocol,
        permission=permission,
        allow_addresses=list(configuration.allow_addresses),
        delay_seconds=min(SECONDS_BETWEEN, configuration.delay_seconds),
        contact=configuration.contact or "",
        proxy=configuration.proxy,
        ca_bundle=str(configuration.ca_bundle) if configuration.ca_bundle else None,
    )
    probed = Probed()
    for line in lines_of(PROBE, msgspec.json.encode(job), until):
        told = msgspec.json.decode(line, type=Told)
        if told.step is not None:
            probed.steps.append(told.step)
            tell(f"asked {told.step.asked}")
        if told.candidate is not None:
            probed.candidates[told.candidate.protocol] = told.candidate
        probed.trouble = told.trouble or probed.trouble
        probed.done = told.done
        probed.requests = told.requests or len(probed.steps)
    return probed


def lines_of(command: list[str], job: bytes, until: float) -> Iterator[bytes]:
    """The lines that a process says, until it ends or the time is over; then it is ended.

    Raises CheckNotPossible where it could not begin, with what it said.
    """
    with tempfile.TemporaryFile() as errors, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
    ) as process:  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise CheckNotPossible("The check's process has no pipes; this is a mistake of ours, please report it.")
        said: Queue[bytes | None] = Queue()
        stdout = process.stdout

        def read() -> None:
            for line in stdout:
                said.put(line)
            said.put(None)

        reader = threading.Thread(target=read, daemon=True)
        try:
            process.stdin.write(job)
            process.stdin.close()
            reader.start()
            while (line := _before(said, until)) is not None:
                yield line
        finally:
            _end(process)
        if process.returncode not in {0, -15, -9}:
            errors.seek(0)
            words = errors.read()[-2000:].decode("utf-8", "replace").strip()
            raise CheckNotPossible(words or f"The check's process ended with status {process.returncode}.")


def _before(said: "Queue[bytes | None]", until: float) -> bytes | None:
    try:
        return said.get(timeout=max(0.0, until - time.monotonic()))
    except Empty:
        return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process: politely, and where it does not listen within half a second, for good."""
    if process.poll() is None:
        try:
            process.wait(timeout=0.2)  # it said its last line and is on its way out
        except subprocess.TimeoutExpired:
            process.terminate()
    try:
        process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
