"""When sources are due: by their schedules, sooner where a person asked, later where they keep failing, never while paused.

APScheduler's triggers reckon the moments; the moments are rows of ours, so that a clock that was stopped makes up what it
missed, once, and two clocks do nothing twice.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from catalogue.errors import RegisterError
from catalogue.harvests.models import Appointment
from catalogue.register.models import Source
from catalogue.register.schedules import trigger

JITTER = timedelta(minutes=10)
"""Sources of one rhythm do not all begin in the same minute."""

FIRST_RETRY = timedelta(minutes=15)
LAST_RETRY = timedelta(days=1)
"""A source that fails is tried again after a quarter of an hour, then after twice as long each time, at most daily."""


def due(now: datetime) -> list[Source]:
    """The sources to harvest now, those that a person asked for first. Makes an appointment for each that has none."""
    found: list[tuple[bool, datetime, Source]] = []
    for source in Source.objects.select_related("state").order_by("pk"):
        appointment, _ = Appointment.objects.get_or_create(source=source)
        if appointment.paused:
            continue
        if appointment.due is None or appointment.schedule != source.schedule:
            appointment.due, appointment.schedule = next_due(source.schedule, now), source.schedule
            appointment.save(update_fields=["due", "schedule"])
        if appointment.wanted or appointment.due <= now:
            found.append((not appointment.wanted, appointment.due, source))
    return [source for _, _, source in sorted(found, key=lambda each: (each[0], each[1], each[2].pk))]


def next_due(schedule: str, now: datetime, *, jitter: timedelta = JITTER) -> datetime:
    """The next moment of a schedule after now, and up to `jitter` later."""
    following = trigger(schedule).get_next_fire_time(None, now + timedelta(seconds=1))
    if following is None:
        raise ValueError(f"the schedule {schedule!r} has no next moment")
    moment: datetime = following.astimezone(UTC)
    return moment + random.random() * jitter  # noqa: S311 (spreads load; nothing depends on its secrecy)


def began(source: Source, now: datetime) -> None:
    """A harvest begins: what was missed is made up by it, once."""
    Appointment.objects.filter(source=source).update(
        wanted=False, started=now, due=next_due(source.schedule, now), schedule=source.schedule
    )


def ended(source: Source, now: datetime, *, failed: bool) -> None:
    """A harvest ended. One that failed is tried again, later with each failure in a row."""
    appointment = Appointment.objects.get(source=source)
    appointment.failures = appointment.failures + 1 if failed else 0
    if failed:
        appointment.due = now + min(FIRST_RETRY * 2 ** min(appointment.failures - 1, 20), LAST_RETRY)
    appointment.save(update_fields=["failures", "due"])


def pause(sources: Sequence[Source], reason: str) -> None:
    """Harvest these no more until `resume`; the reason is shown wherever they are listed. Raises RegisterError without one."""
    if not reason.strip():
        raise RegisterError("Say why, with --reason; whoever sees a paused source wants to know.")
    for source in sources:
        Appointment.objects.update_or_create(source=source, defaults={"paused": reason.strip()})


def resume(sources: Sequence[Source]) -> None:
    """Harvest these by their schedules again."""
    Appointment.objects.filter(source__in=list(sources)).update(paused="", failures=0)


def ask_for(sources: Sequence[Source]) -> None:
    """Harvest these as soon as the clock can, paused ones excepted."""
    for source in sources:
        Appointment.objects.update_or_create(source=source, defaults={"wanted": True})
