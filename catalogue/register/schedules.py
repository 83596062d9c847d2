"""When a source is harvested: names for the usual rhythms, or five cron fields. Times are UTC."""

from datetime import UTC, datetime

from apscheduler.triggers.cron import CronTrigger

SCHEDULES = {
    "hourly": "17 * * * *",
    "daily": "17 2 * * *",
    "weekly": "17 2 * * sun",
    "monthly": "17 2 1 * *",
}
"""The cron fields of each name: at night and off the full hour, when portals are least busy."""

MAX_SCHEDULE_CHARACTERS = 60
"""Room for lists of hours and days; more is no schedule that somebody wrote."""

_ANY_LEAP_YEAR_START = datetime(2024, 1, 1, tzinfo=UTC)


class ScheduleError(ValueError):
    """Raised by `trigger` for a schedule that is neither a name of `SCHEDULES` nor cron fields that ever come round."""


def trigger(schedule: str) -> CronTrigger:
    """The times that a schedule stands for. Raises ScheduleError with one plain sentence.

    Days of the week are names (mon to sun): cron counts them from Sunday and APScheduler from Monday, so that a number
    would mean another day to whoever wrote it.
    """
    fields = SCHEDULES.get(schedule, schedule).split()
    if len(schedule) > MAX_SCHEDULE_CHARACTERS:
        raise ScheduleError(f"The schedule is longer than {MAX_SCHEDULE_CHARACTERS} characters.")
    if len(fields) != 5:
        raise ScheduleError(f'"{schedule}" is neither {", ".join(SCHEDULES)} nor five cron fields.')
    if any(character.isdigit() for character in fields[4].partition("/")[0]):
        raise ScheduleError(f'"{schedule}" numbers the days of the week, which not all count from the same day.')
    try:
        result = CronTrigger.from_crontab(" ".join(fields), timezone=UTC)
    except ValueError as error:
        raise ScheduleError(f'"{schedule}" is not a cron schedule: {error}.') from error
    if result.get_next_fire_time(None, _ANY_LEAP_YEAR_START) is None:
        raise ScheduleError(f'"{schedule}" names a day that no month has.')
    return result
