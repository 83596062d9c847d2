"""Withdrawing a source and restoring it: a person's decision, whose effect is on all its datasets at once.

Its datasets become tombstones, so that the next publish deletes them in every CKAN; nothing is lost, and restoring brings
back the very same ones. It is a person who decides, so no grace and no ceiling of the reconciliation stands before it.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Max

from catalogue.datasets.models import Dataset
from catalogue.register import review
from catalogue.register.life_cycle import COMMAND_LINE, Actor
from catalogue.register.models import Event, Source, Withdrawal
from catalogue.register.source_entry import Withdrawn

WITHDRAW, RESTORE = "withdraw-source", "restore-source"
"""The names of the two events."""

NEXT = timedelta(microseconds=1)
"""The smallest step of both databases' moments."""


class Effect(msgspec.Struct, frozen=True):
    """What a decision came to. changed: False where it was so already. datasets: that left the catalogue, or came back."""

    source: str
    changed: bool
    datasets: int = 0


def withdraw(source: Source, actor: Actor, note: str, now: datetime) -> Effect:
    """Take a source out of the catalogue, whole or not at all. Withdrawing it again changes nothing, and leaves no event."""
    with transaction.atomic():
        if standing(source.pk) is not None:
            return Effect(source.pk, changed=False)
        latest = Dataset.objects.filter(source=source).aggregate(latest=Max("withdrawn"))["latest"]
        # No tombstone of before has this moment, so that restoring tells them apart.
        since = now if latest is None else max(now, latest + NEXT)
        gone = Dataset.objects.filter(source=source, withdrawn=None).update(withdrawn=since)
        Withdrawal.objects.create(source=source, since=since, note=note)
        review.record(source.state_id, WITHDRAW, actor, note, source=source)
    return Effect(source.pk, changed=True, datasets=gone)


def restore(source: Source, actor: Actor, note: str = "") -> Effect:
    """Bring a source back with the datasets that went with it, under their identifiers and names; what was a tombstone before
    stays one until the portal lists it. Restoring what is not withdrawn changes nothing, and leaves no event."""
    with transaction.atomic():
        withdrawal = standing(source.pk)
        if withdrawal is None:
            return Effect(source.pk, changed=False)
        back = Dataset.objects.filter(source=source, withdrawn=withdrawal.since).update(withdrawn=None)
        withdrawal.delete()
        review.record(source.state_id, RESTORE, actor, note, source=source)
    return Effect(source.pk, changed=True, datasets=back)


def standing(source: str) -> Withdrawal | None:
    """The withdrawal of a source, inside a transaction to whose end nobody else withdraws or restores it."""
    Source.objects.select_for_update(no_key=True).only("pk").get(pk=source)
    return Withdrawal.objects.filter(source=source).first()


def follow(source: Source, told: Withdrawn) -> None:
    """Withdraw a source that a file says is withdrawn; unless it was restored after that, for then the file is the older."""
    since = datetime.fromisoformat(told.since)
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    if not Event.objects.filter(source=source, action=RESTORE, at__gte=since).exists():
        withdraw(source, COMMAND_LINE, told.note or "", since)


def latest_decision() -> int:
    """The number of the event by which a source was last withdrawn or restored; 0 where none ever was."""
    decided = Event.objects.filter(source__isnull=False, action__in=(WITHDRAW, RESTORE))
    return decided.aggregate(latest=Max("pk"))["latest"] or 0


def live(sources: Collection[str]) -> int:
    """How many datasets these sources have in the catalogue."""
    return Dataset.objects.filter(source__in=sources, withdrawn=None).count()


def sentence(withdrawal: Withdrawal) -> str:
    """Why nothing is harvested, and what to do, in a sentence."""
    why = f" ({withdrawal.note.rstrip('.')})" if withdrawal.note else ""
    return (
        f"{withdrawal.source_id} is withdrawn since {withdrawal.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC{why}; `catalogue "
        f"sources restore {withdrawal.source_id}` brings it back, with its datasets."
    )
