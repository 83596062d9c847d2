"""One protocol against one fault: the harvest, in a process of its own, and what is known of it afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from harvesters.base import Source
from harvesters.package import encode
from harvesters.spool import read_spool
from sandbox.faults.catalogue import FAULTS
from sandbox.faults.fault import Fault
from sandbox.faults.portal import FaultyPortal
from tests.conftest import REPOSITORY
from tests.faults.subjects import SUBJECTS, Subject
from tests.harvesters.harvesting import Harvest

MAX_ANSWER_BYTES = 256 << 20
LIMITS = {"connect_seconds": 2.0, "first_byte_seconds": 10.0, "total_seconds": 60.0, "rate_window_seconds": 10.0}
RETRIES = {"attempts": 2, "base_seconds": 0.05, "longest_seconds": 0.1, "longest_retry_after_seconds": 5.0}
IMPATIENT = {"connect_seconds": 0.25, "first_byte_seconds": 0.5, "total_seconds": 5.0, "rate_window_seconds": 1.0}
"""For portals that do not answer in time: what a real harvest waits minutes for."""

UNHARMED = Fault()
SLOW = {"stall", "stall-within", "drip"}


class Crawled(msgspec.Struct):
    """What became of a harvest's process."""

    status: int
    seconds: float
    memory_bytes: int
    errors: str


@dataclass
class Outcome:
    """A harvest against a fault. served, kept: numbers of datasets, in the answers that could be read and in the spool."""

    harvest: Harvest
    crawled: Crawled
    served: set[str]
    kept: set[str]
    struck: int
    requests: int
    packages: dict[str, bytes] = field(default_factory=dict)
    """What each dataset became, by its number."""


@dataclass
class Runner:
    """A portal that is up, and a nursery that harvests it."""

    subject: Subject
    portal: FaultyPortal
    nursery: "subprocess.Popen[str]"
    folder: Path

    def run(self, fault_name: str) -> Outcome:
        """Harvest the portal while it suffers a fault; "" for none."""
        portal = self.portal
        fault = FAULTS.get(fault_name) or UNHARMED
        kind = self.subject.kind
        number = len(list(self.folder.glob("*.zst")))
        spool = self.folder / f"{number}.jsonl.zst"
        with portal.suffering(fault) as address:
            source = Source("xa-source", f"{address}{kind.home}", kind.protocol, options=dict(kind.options))
            job = {
                "source": msgspec.to_builtins(source), "run": str(number), "spool": str(spool), "delay_seconds": 0,
                "allow_addresses": ["127.0.0.0/8"], "limits": IMPATIENT if fault_name in SLOW else LIMITS,
                "retries": RETRIES, "max_answer_bytes": MAX_ANSWER_BYTES,
                "ca_bundle": str(fault.authority) if fault.authority else None,
            }  # fmt: skip
            crawled = self._crawl(job)
            assert crawled.status == 0, crawled.errors
            done = Harvest(source, spool, list(read_spool(spool)))
            outcome = Outcome(done, crawled, set(portal.served), set(), portal.struck, len(portal.requests))
        for record in done.records:
            held = record.text.encode() if record.text is not None else bytes(record.json)
            outcome.kept |= portal.numbers(held)
        for mapped in done.mapped():
            if mapped.package is not None:
                descriptor = encode(mapped.package)
                for number in portal.numbers(descriptor):
                    outcome.packages[number] = descriptor
        return outcome

    def _crawl(self, job: dict[str, object]) -> Crawled:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(job) + "\n")
        self.nursery.stdin.flush()
        return msgspec.json.decode(self.nursery.stdout.readline(), type=Crawled)


@contextmanager
def nursery() -> Iterator["subprocess.Popen[str]"]:
    """A nursery, until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.communicate(timeout=60)


class Runners:
    """A portal for each protocol, started when it is first wanted, and one nursery for all, until the end of the block.

    folder: for the spools.
    """

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._folder = folder
        self._running: dict[str, Runner] = {}

    def __enter__(self) -> "Runners":
        self._nursery = self._stack.enter_context(nursery())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self, subject: str, fault: str) -> Outcome:
        """Harvest a subject's portal (`subjects.SUBJECTS`) while it suffers a fault; "" for none."""
        if subject not in self._running:
            folder = self._folder / str(len(self._running))
            folder.mkdir()
            portal = SUBJECTS[subject].portal()
            self._stack.enter_context(portal)
            self._running[subject] = Runner(SUBJECTS[subject], portal, self._nursery, folder)
        return self._running[subject].run(fault)
