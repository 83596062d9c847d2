"""When sources are due: by their schedules, sooner where a person asked, later where they keep failing, never while paused
or withdrawn.

APScheduler's triggers reckon the moments; the moments are rows of ours, so that a clock that was stopped makes up what it
missed, once, and two clocks do nothing twice. What a clock took is marked until it has noted the end: what its death left
undone is due again.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from catalogue.datasets.withdrawing import sentence
from catalogue.errors import RegisterError
from catalogue.harvests import leases
from catalogue.harvests.models import Appointment, Lease, Run
from catalogue.register.many import parts
from catalogue.register.models import Source, Withdrawal
from catalogue.register.schedules import trigger

JITTER = timedelta(minutes=10)
"""Sources of one rhythm do not all begin in the same minute."""

FIRST_RETRY = timedelta(minutes=15)
LAST_RETRY = timedelta(days=1)
"""A source that fails is tried again after a quarter of an hour, then after twice as long each time, at most daily."""


def due(now: datetime) -> list[Appointment]:
    """The appointments to keep now, those that a person asked for first. Makes one for each source that has none."""
    _make_up(now)
    found: list[tuple[bool, datetime, str, Appointment]] = []
    for source in Source.objects.filter(withdrawal=None).select_related("state").order_by("pk"):
        appointment, _ = Appointment.objects.get_or_create(source=source)
        if appointment.paused:
            continue
        moment = appointment.due
        if moment is None or appointment.schedule != source.schedule or moment > _latest(source.schedule, now):
            moment = _make(appointment, now)
        if not appointment.paused and (appointment.wanted or moment <= now):
            found.append((not appointment.wanted, moment, source.pk, appointment))
    return [appointment for *_, appointment in sorted(found, key=lambda each: each[:3])]


def _make(appointment: Appointment, now: datetime) -> datetime:
    """Make an appointment for the schedule's next moment, or find the one that another clock made just now."""
    schedule = appointment.source.schedule
    as_seen = Appointment.objects.filter(
        source=appointment.source_id, due=appointment.due, schedule=appointment.schedule
    )
    as_seen.update(due=next_due(schedule, now), schedule=schedule)
    appointment.refresh_from_db(fields=["due", "wanted", "paused", "schedule"])
    return appointment.due or now


def _latest(schedule: str, now: datetime) -> datetime:
    """No appointment lies behind this, unless this machine's time was ahead when it was made."""
    return max(next_due(schedule, now, jitter=timedelta()) + JITTER, now + LAST_RETRY)


def next_due(schedule: str, now: datetime, *, jitter: timedelta = JITTER) -> datetime:
    """The next moment of a schedule after now, and up to `jitter` later."""
    following = trigger(schedule).get_next_fire_time(None, now + timedelta(seconds=1))
    if following is None:
        raise ValueError(f"the schedule {schedule!r} has no next moment")
    moment: datetime = following.astimezone(UTC)
    return moment + random.random() * jitter  # noqa: S311 (spreads load; nothing depends on its secrecy)


def take(appointment: Appointment, now: datetime) -> bool:
    """Take an appointment that is due: what was missed is made up by the harvest that begins now, once. False where another
    clock took it a moment ago, or a person paused or withdrew the source."""
    schedule = appointment.source.schedule
    as_seen = Appointment.objects.filter(
        source=appointment.source_id,
        due=appointment.due,
        wanted=appointment.wanted,
        paused="",
        source__withdrawal=None,
    )
    return bool(as_seen.update(wanted=False, started=now, due=next_due(schedule, now), schedule=schedule))


def ended(source: Source, now: datetime, *, failed: bool) -> None:
    """A harvest ended. One that failed is tried again, later with each failure in a row."""
    appointment = Appointment.objects.get(source=source)
    appointment.failures = appointment.failures + 1 if failed else 0
    if failed:
        appointment.due = now + min(FIRST_RETRY * 2 ** min(appointment.failures - 1, 20), LAST_RETRY)
    appointment.started = None
    appointment.save(update_fields=["failures", "due", "started"])


def put_back(source: Source, now: datetime, *, wanted: bool) -> None:
    """The clock broke a harvest off: it is due again at once. wanted: whether a person had asked for it when it was taken."""
    as_it_was = {"wanted": True} if wanted else {}  # a person may have asked meanwhile
    Appointment.objects.filter(source=source).update(due=now, started=None, **as_it_was)


def _make_up(now: datetime) -> None:
    """What was taken by a clock that died is due again, where its harvest died too."""
    for appointment in Appointment.objects.exclude(started=None):
        started, source = appointment.started, appointment.source_id
        lease = Lease.objects.filter(source=source).first()
        if started is None or (lease is not None and not leases.is_free(lease, now)):
            continue
        as_seen = Appointment.objects.filter(source=source, started=started)
        if Run.objects.filter(source=source, state__in=("complete", "partial"), ended__gte=started).exists():
            as_seen.update(started=None)  # only its clock died
        elif started < now - leases.COLD or (lease is not None and lease.since >= started):
            # Without a lease of its own it may be just about to take one.
            as_seen.update(due=now, started=None)


def pause(sources: Sequence[Source], reason: str) -> None:
    """Harvest these no more until `resume`; the reason is shown wherever they are listed. Raises RegisterError without one."""
    if not reason.strip():
        raise RegisterError("Say why, with --reason; whoever sees a paused source wants to know.")
    for source in sources:
        Appointment.objects.update_or_create(source=source, defaults={"paused": reason.strip()})


def resume(sources: Sequence[Source]) -> None:
    """Harvest these by their schedules again."""
    for part in parts(sources):
        Appointment.objects.filter(source__in=part).update(paused="", failures=0)


def ask_for(sources: Sequence[Source]) -> None:
    """Harvest these as soon as the clock can, paused ones excepted. Raises RegisterError for one that is withdrawn."""
    for part in parts(sources):
        for withdrawal in Withdrawal.objects.filter(source__in=part):
            raise RegisterError(sentence(withdrawal))
        wanted = [Appointment(source=source, wanted=True) for source in part]
        Appointment.objects.bulk_create(
            wanted, update_conflicts=True, unique_fields=["source"], update_fields=["wanted"]
        )
