"""Publishing: what the store holds and CKAN has not confirmed, sent by a few parallel writers.

An outbox: each dataset has what was last confirmed in this CKAN beside it. What is confirmed and unchanged causes no call
at all. Only this thread touches the database; the writers only talk to CKAN.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from time import monotonic

import msgspec
from ckanapi import RemoteCKAN
from django.db.models import F, Q

from catalogue.configuration import Configuration
from catalogue.datasets import store
from catalogue.datasets.models import Dataset
from catalogue.errors import PublishError
from catalogue.publish import ckan
from catalogue.publish.ckan import Target
from catalogue.publish.models import Publication
from catalogue.publish.payload import Payload, payload, public_name, stamp
from catalogue.register.models import Source
from catalogue.states.models import State
from harvesters import package as packages
from harvesters.findings import find

__all__ = ["Published", "StatePublished", "Target", "publish"]

BATCH_ROWS = 200
FAILURES_IN_A_ROW = 20
"""After so many datasets without an answer CKAN is taken to be down, and publishing ends; what is left still waits."""


class StatePublished(msgspec.Struct):
    """What publishing came to for one State party."""

    state: str
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    refused: int = 0
    failed: int = 0


class Published(msgspec.Struct):
    """What publishing came to. written: calls that wrote to CKAN's datasets."""

    states: list[StatePublished]
    seconds: float
    written: int = 0


class _Waiting(msgspec.Struct, frozen=True):
    """One dataset that CKAN has to be told of."""

    id: str
    state: str
    content_hash: str
    stamp: str
    payload: Payload
    known: bool


def publish(
    target: Target,
    configuration: Configuration,
    *,
    dry_run: bool,
    again: bool,
    progress: Callable[[int, int], None],
    now: datetime,
) -> Published:
    """Bring a CKAN to what the store holds. dry_run: only count. again: send also what is confirmed.

    progress: told of datasets done and in all. Raises PublishError where CKAN cannot be written to or stops answering.
    """
    started = monotonic()
    states = {state.code: state for state in State.objects.filter(sources__datasets__isnull=False).distinct()}
    counts = {code: StatePublished(code) for code in sorted(states)}
    sources = {source.id: source for source in Source.objects.all()}
    stamps = {source.id: stamp(source) for source in sources.values()}
    total = 0
    for source in sources.values():
        held = Dataset.objects.filter(source=source).exclude(content_hash="")
        waiting = _pending(held, target, stamps[source.id], again=again)
        number = waiting.count()
        total += number
        if source.state_id in counts:
            counts[source.state_id].unchanged += held.count() - number
            if dry_run:
                confirmed = waiting.filter(publications__target=target.key, publications__refused=None).count()
                counts[source.state_id].updated += confirmed
                counts[source.state_id].created += number - confirmed
    written = 0
    if total and not dry_run:
        ckan.check(target)
        client = ckan.connect(target)
        queue = (
            item for source in sources.values() for item in _waiting(source, target, stamps[source.id], again=again)
        )
        written = _send(queue, total, target, configuration.ckan_writers, client, states, counts, progress, now)
    return Published(list(counts.values()), round(monotonic() - started, 3), written)


def _pending(held, target: Target, current: str, *, again: bool):  # type: ignore[no-untyped-def]  # Django's query sets
    if again:
        return held
    confirmed = Publication.objects.filter(target=target.key, stamp=current).filter(
        Q(dataset__content_hash=F("content_hash"))
    )
    return held.exclude(pk__in=confirmed.values("dataset"))


def _waiting(source: Source, target: Target, current: str, *, again: bool) -> Iterator[_Waiting]:
    """The datasets of a source that CKAN has to be told of, in the order of their ids, a batch in memory at a time."""
    held = Dataset.objects.filter(source=source).exclude(content_hash="")
    after = None
    while True:
        rows = _pending(held, target, current, again=again).order_by("pk")
        batch = list((rows.filter(pk__gt=after) if after else rows)[:BATCH_ROWS])
        if not batch:
            return
        known = {p.dataset_id: p for p in Publication.objects.filter(target=target.key, dataset__in=batch)}
        for row in batch:
            before = known.get(row.pk)
            package = packages.decode(store.unpack(row.descriptor))
            name = before.name if before else public_name(package)
            yield _Waiting(
                id=str(row.pk),
                state=source.state_id,
                content_hash=row.content_hash,
                stamp=current,
                payload=payload(package, source, name, row.changed),
                known=before is not None and before.refused is None,
            )
        after = batch[-1].pk


def _send(
    queue: Iterator[_Waiting], total: int, target: Target, writers: int, client: RemoteCKAN, states: dict[str, State],
    counts: dict[str, StatePublished], progress: Callable[[int, int], None], now: datetime,
) -> int:  # fmt: skip
    clients = threading.local()

    def write(item: _Waiting) -> str:
        if not hasattr(clients, "client"):
            clients.client = ckan.connect(target)
        return ckan.write(clients.client, item.payload.dataset, known=item.known)

    ensured: set[str] = set()
    flying: dict[Future[str], _Waiting] = {}
    done: list[Publication] = []
    finished = failures = 0
    with ThreadPoolExecutor(writers) as pool:
        try:
            for item in queue:
                if item.state not in ensured:
                    ckan.ensure_organization(client, states[item.state])
                    ensured.add(item.state)
                flying[pool.submit(write, item)] = item
                if len(flying) < 2 * writers:
                    continue
                failures = _collect(flying, counts, done, target, now, failures)
                finished += 1
                if len(done) >= BATCH_ROWS:
                    _confirm(done)
                progress(finished, total)
                if failures >= FAILURES_IN_A_ROW:
                    raise PublishError(
                        f"CKAN stopped answering after {finished} datasets; see whether it runs, then publish again."
                    )
            while flying:
                failures = _collect(flying, counts, done, target, now, failures)
                progress(total - len(flying), total)
        finally:
            for future in flying:
                future.cancel()
            _confirm(done)
    return sum(count.created + count.updated for count in counts.values())


def _collect(
    flying: dict[Future[str], _Waiting], counts: dict[str, StatePublished], done: list[Publication], target: Target,
    now: datetime, failures: int,
) -> int:  # fmt: skip
    """Take in what has come back; gives how many in a row are without an answer now."""
    finished, _ = wait(flying, return_when=FIRST_COMPLETED)
    for future in finished:
        item = flying.pop(future)
        count = counts[item.state]
        refused = None
        try:
            written = future.result()
        except ckan.Unsent:
            count.failed += 1
            failures += 1
            continue
        except ckan.Refused as refusal:
            count.refused += 1
            refused = msgspec.to_builtins(find("ckan-refused", value=str(refusal)))
        else:
            count.created += written == "created"
            count.updated += written == "updated"
        failures = 0
        done.append(
            Publication(
                dataset_id=item.id,
                target=target.key,
                name=item.payload.dataset["name"],
                content_hash=item.content_hash,
                stamp=item.stamp,
                confirmed=now,
                refused=refused,
            )
        )
    return failures


def _confirm(done: list[Publication]) -> None:
    Publication.objects.bulk_create(
        done,
        BATCH_ROWS,
        update_conflicts=True,
        unique_fields=["dataset", "target"],
        update_fields=["content_hash", "stamp", "confirmed", "refused"],
    )
    done.clear()
