"""The clock: harvests what is due and publishes what came of it, until it is told to stop.

Each harvest is the command itself in a process of its own, so that one that dies takes nothing with it. What is due, and
who is harvesting, are rows (`harvests.appointments`, `harvests.leases`): a clock keeps nothing that its death would lose.
"""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from catalogue.configuration import Configuration
from catalogue.datasets import withdrawing
from catalogue.errors import CatalogueError
from catalogue.harvests import appointments
from catalogue.harvests.models import Appointment

TICK_SECONDS = 5.0
PATIENCE_SECONDS = 120.0
"""For harvests to leave their checkpoints when the clock is stopped; then they are killed, and resumed at the next start."""

PUBLISH_WAIT_SECONDS = 15 * 60.0
"""So long publishing waits for harvests to end, to tell CKAN of several at once. A withdrawal does not wait for a harvest of
days; publishing beside harvests leaves out what is not judged yet (`publish.outbox`)."""

PUBLISH_RETRY_SECONDS = 15 * 60.0
"""After this a publish that failed is tried again; what CKAN has confirmed is not sent twice."""

COMMAND = (sys.executable, "-m", "catalogue.cli")
LOG = logging.getLogger(__name__)


def is_running(configuration: Configuration) -> bool:
    """Whether a clock of this home is running, on this machine."""
    path = configuration.home / "clock.lock"
    if not path.exists():
        return False
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Clock:
    """One clock of one CATALOGUE_HOME. publishes: whether to publish after harvests."""

    def __init__(self, configuration: Configuration, *, publishes: bool) -> None:
        self._configuration = configuration
        self._publishes = publishes
        self._stopped = threading.Event()
        self._harvests: dict[str, tuple[Appointment, subprocess.Popen[bytes]]] = {}
        self._publishing: subprocess.Popen[bytes] | None = None
        # Only the outbox knows what a clock of before left unsent, so that each publishes once at its start.
        self._owed_since = monotonic() if publishes else None
        self._publish_not_before = 0.0
        self._decision = withdrawing.latest_decision()

    def run(self, *, once: bool = False) -> None:
        """Tick until SIGTERM or Ctrl-C; once: until what is due is done, each source once. Raises CatalogueError where
        another clock of this home is running."""
        begun: set[str] = set()
        with self._alone(), self._signals():
            try:
                self._begin(appointments.due(_now()), begun)
                while not self._stopped.wait(0.2 if once else min(TICK_SECONDS, 1.0)):
                    self._collect()
                    if not once:
                        begun.clear()
                    # More may be due than may run at a time, so what is left begins as others end.
                    self._begin(appointments.due(_now()), begun)
                    if once and not (self._harvests or self._publishing or self._may_publish()):
                        return
            finally:
                self._end()

    def stop(self) -> None:
        """Stop at the next moment; harvests that are running leave checkpoints."""
        self._stopped.set()

    def _begin(self, due: Sequence[Appointment], begun: set[str]) -> None:
        for appointment in due:
            source = appointment.source
            if source.pk in begun or source.pk in self._harvests:
                continue
            if len(self._harvests) >= self._configuration.parallel_harvests:
                return
            if not appointments.take(appointment, _now()):
                continue
            begun.add(source.pk)
            LOG.info("harvesting %s", source.pk, extra={"source": source.pk})
            self._harvests[source.pk] = (appointment, self._start("harvest", source.pk))

    def _collect(self) -> None:
        decision = withdrawing.latest_decision()
        if decision > self._decision:  # a source was withdrawn or restored
            self._decision = decision
            self._owe_publishing()
        for key, (appointment, process) in list(self._harvests.items()):
            status = process.poll()
            if status is not None:
                del self._harvests[key]
                appointments.ended(appointment.source, _now(), failed=status != 0)
                LOG.info("harvested %s: exit status %s", key, status, extra={"source": key, "status": status})
                self._owe_publishing()
        if self._publishing is not None and (status := self._publishing.poll()) is not None:
            LOG.log(
                logging.WARNING if status else logging.INFO,
                "published: exit status %s",
                status,
                extra={"status": status},
            )
            self._publishing, self._publish_not_before = None, 0.0
            if status:
                self._publish_not_before = monotonic() + PUBLISH_RETRY_SECONDS
                self._owe_publishing()
        if self._publishing is None and self._may_publish() and not self._waits_for_harvests():
            self._owed_since = None
            self._publishing = self._start("publish")

    def _owe_publishing(self) -> None:
        if self._publishes and self._owed_since is None:
            self._owed_since = monotonic()

    def _may_publish(self) -> bool:
        """Whether there is something to publish, and a publish that failed does not ask for patience."""
        return self._owed_since is not None and monotonic() >= self._publish_not_before

    def _waits_for_harvests(self) -> bool:
        return (
            bool(self._harvests)
            and self._owed_since is not None
            and monotonic() < self._owed_since + PUBLISH_WAIT_SECONDS
        )

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        folder = self._configuration.home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{arguments[-1]}.log").open("wb") as log:
            # A session and a group of its own: Ctrl-C reaches the clock alone, which then asks each group in turn.
            return subprocess.Popen([*COMMAND, *arguments, "--json"], stdout=log, stderr=log, start_new_session=True)

    def _end(self) -> None:
        processes = [process for _, process in self._harvests.values()]
        if self._publishing is not None:
            processes.append(self._publishing)
        for process in processes:
            _tell(process, signal.SIGINT)
        end = monotonic() + PATIENCE_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, end - monotonic()))
            except subprocess.TimeoutExpired:
                _tell(process, signal.SIGKILL)
                process.wait()
        for appointment, process in self._harvests.values():
            if process.returncode == 0:
                appointments.ended(appointment.source, _now(), failed=False)
            else:
                appointments.put_back(appointment.source, _now(), wanted=appointment.wanted)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        path: Path = self._configuration.home / "clock.lock"
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CatalogueError(
                    f"Another clock is running for {self._configuration.home}; stop it first, or let it do the work."
                ) from error
            yield

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, lambda *_: self.stop()) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _tell(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal a command with all its processes, so that none is left behind that nobody waits for."""
    if process.poll() is None:
        os.killpg(process.pid, number)


def _now() -> datetime:
    return datetime.now(UTC)
