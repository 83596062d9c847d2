"""Publishing: what the store holds and CKAN has not confirmed, sent by a few parallel writers.

An outbox: each dataset has what was last confirmed in this CKAN beside it. What is confirmed and unchanged causes no
call at all. Only this thread touches the database; the writers only talk to CKAN.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from itertools import chain
from time import monotonic

import msgspec
from ckanapi import RemoteCKAN
from django.db.models import Exists, OuterRef

from catalogue.configuration import Configuration
from catalogue.datasets.models import Dataset
from catalogue.errors import PublishError
from catalogue.publish import ckan, organizations, outbox
from catalogue.publish.ckan import Fate, Target, Written
from catalogue.publish.models import Publication
from catalogue.publish.outbox import Outbox, Waiting
from catalogue.reconcile.models import waiting
from catalogue.register.models import Source
from harvesters.findings import find

__all__ = ["Published", "StatePublished", "Target", "publish"]

FAILURES_IN_A_ROW = 20
"""After so many datasets without an answer CKAN is asked whether it answers at all. Where it does not, publishing ends; where
it does, these wait, and the others are sent."""


class StatePublished(msgspec.Struct):
    """What publishing came to for one State party. refused: now, or before and unchanged since. failed: still waits, also to
    be deleted where CKAN refused that. held: waits for a person's decision about a held run of its source."""

    state: str
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    refused: int = 0
    failed: int = 0
    held: int = 0


class Published(msgspec.Struct):
    """What publishing came to. written: calls that wrote to CKAN's datasets. failure: words of the last that failed."""

    states: list[StatePublished]
    seconds: float
    written: int = 0
    failure: str = ""


def publish(
    target: Target,
    configuration: Configuration,
    *,
    dry_run: bool = False,
    again: bool = False,
    progress: Callable[[int, int], None],
    now: datetime,
) -> Published:
    """Bring a CKAN to what the store holds. dry_run: only count. again: send also what is confirmed, or was refused.

    progress: told of datasets done and in all. Raises PublishError where CKAN cannot be written to or stops answering;
    what was confirmed until then stays confirmed.
    """
    started = monotonic()
    box = Outbox(target.key, again)
    with_datasets = Exists(Dataset.objects.filter(source=OuterRef("pk")))
    sources = list(Source.objects.filter(with_datasets).annotate(is_held=waiting()).select_related("state"))
    counts = {code: StatePublished(code) for code in sorted({source.state_id for source in sources})}
    total = 0
    for source in sources:
        tally, count = box.tally(source), counts[source.state_id]
        count.unchanged += tally.unchanged
        count.refused += tally.refused
        if source.is_held:
            count.held += tally.waiting
            continue
        total += tally.waiting
        if dry_run:
            count.created += tally.created
            count.updated += tally.updated
            count.deleted += tally.deleted
    free = [source for source in sources if not source.is_held]
    delivery = _Delivery(target, box, counts, now)
    if total and not dry_run:
        ckan.check(target)
        delivery.send(free, configuration.ckan_writers, lambda done: progress(done, total))
    return Published(list(counts.values()), round(monotonic() - started, 3), delivery.written, delivery.failure)


class _Delivery:
    """One publish on its way: the datasets that writers hold, and what has come back."""

    def __init__(self, target: Target, box: Outbox, counts: dict[str, StatePublished], now: datetime) -> None:
        self._target = target
        self._box = box
        self._counts = counts
        self._now = now
        self._clients = threading.local()
        self._flying: dict[Future[Written], Waiting] = {}
        self._lines: list[Publication] = []
        self._done = 0
        self._failures_in_a_row = 0
        self._forbidden = False
        self.written = 0
        self.failure = ""

    def send(self, sources: Sequence[Source], writers: int, progress: Callable[[int], None]) -> None:
        """Send what waits. Raises PublishError where CKAN stops answering, or accepts the token no longer."""
        ensured: set[str] = set()
        with ThreadPoolExecutor(writers) as pool:
            try:
                for source in sources:
                    # What goes first: a dataset that comes back under another identifier may want its address.
                    for item in chain(self._box.withdrawals(source), self._box.waiting(source)):
                        if item.state not in ensured:
                            organizations.ensure(self._client, source.state)
                            ensured.add(item.state)
                        self._flying[pool.submit(self._write, item)] = item
                        if len(self._flying) >= 2 * writers:
                            self._collect(progress)
                            self._stop_where_hopeless()
                while self._flying:
                    self._collect(progress)
                self._stop_where_hopeless()
            finally:
                for future in [future for future in self._flying if future.cancel()]:
                    del self._flying[future]
                while self._flying:
                    self._collect(progress)
                self._record()

    def _write(self, item: Waiting) -> Written:
        if item.withdrawn:
            return ckan.delete(self._client, item.dataset)
        return ckan.write(self._client, item.payload.dataset, known=item.known)

    @property
    def _client(self) -> RemoteCKAN:
        """This thread's own."""
        if not hasattr(self._clients, "client"):
            self._clients.client = ckan.connect(self._target)
        client: RemoteCKAN = self._clients.client
        return client

    def _collect(self, progress: Callable[[int], None]) -> None:
        finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        for future in finished:
            self._take(self._flying.pop(future), future.result())
        progress(self._done)
        if len(self._lines) >= outbox.BATCH_ROWS:
            self._record()

    def _take(self, item: Waiting, written: Written) -> None:
        count = self._counts[item.state]
        self._done += 1
        if written.fate in {Fate.UNANSWERED, Fate.FORBIDDEN}:
            count.failed += 1
            self.failure = written.words
            self._failures_in_a_row += 1
            self._forbidden = self._forbidden or written.fate is Fate.FORBIDDEN
            return
        self._failures_in_a_row = 0
        refused = None
        if written.fate is Fate.REFUSED:
            if item.withdrawn:  # what CKAN goes on showing is told until it is gone
                count.failed += 1
                self.failure = written.words
            else:
                count.refused += 1
            refused = find("ckan-refused", value=written.words)
        else:
            count.created += written.fate is Fate.CREATED
            count.updated += written.fate is Fate.UPDATED
            count.deleted += written.fate is Fate.DELETED
            self.written += 1
        self._lines.append(self._box.confirm(item, self._now, refused))

    def _stop_where_hopeless(self) -> None:
        if self._forbidden:
            raise PublishError(
                f"CKAN no longer lets us write ({self.failure}); check that CKAN_TOKEN is still a sysadmin's, then "
                "publish again."
            )
        if self._failures_in_a_row < FAILURES_IN_A_ROW:
            return
        if not ckan.answers(self._client):
            raise PublishError(
                f"CKAN stopped answering after {self._done} datasets ({self.failure}); see whether it runs, then "
                "publish again."
            )
        # It is these datasets that make it fail, or what stands before it. The others shall not wait for them.
        self._failures_in_a_row = 0

    def _record(self) -> None:
        outbox.record(self._lines)
        self._lines.clear()
