"""Solr's dates: ISO 8601 instants in UTC and its date mathematics (`NOW-7DAYS/DAY`), as milliseconds since 1970."""

import calendar
import re
from datetime import UTC, datetime, timedelta

from portal.local.search.errors import BadRequest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
STEP = re.compile(r"(?P<sign>[+-])(?P<count>\d{1,6})(?P<unit>[A-Z]+)|/(?P<floor>[A-Z]+)")

UNITS = {
    **dict.fromkeys(("YEAR", "YEARS"), "year"),
    **dict.fromkeys(("MONTH", "MONTHS"), "month"),
    **dict.fromkeys(("DAY", "DAYS", "DATE"), "day"),
    **dict.fromkeys(("HOUR", "HOURS"), "hour"),
    **dict.fromkeys(("MINUTE", "MINUTES"), "minute"),
    **dict.fromkeys(("SECOND", "SECONDS"), "second"),
    **dict.fromkeys(("MILLI", "MILLIS", "MILLISECOND", "MILLISECONDS"), "millisecond"),
}
"""The words of Solr's DateMathParser, to the unit that each means."""

FLOOR = ("year", "month", "day", "hour", "minute", "second")


def milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def written(value: int) -> str:
    """Milliseconds since 1970 as Solr writes a date: no fraction where it is zero."""
    moment = EPOCH + timedelta(milliseconds=value)
    fraction = f".{value % 1000:03d}".rstrip("0") if value % 1000 else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + fraction + "Z"


def parse(text: str, now: datetime) -> int:
    """A date with optional mathematics after it, as milliseconds since 1970. Raises BadRequest."""
    try:
        if text.startswith("NOW"):
            return milliseconds(_calculate(now, text[3:], text))
        match = INSTANT.match(text)
        if match is None:
            return milliseconds(_whole(text))
        return milliseconds(_calculate(_whole(match.group()), text[match.end() :], text))
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"Invalid Date String:'{text}'") from error


def _whole(text: str) -> datetime:
    """An ISO 8601 date; one without an offset is UTC, as Solr's default parse-date processor has it."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _calculate(moment: datetime, mathematics: str, text: str) -> datetime:
    position = 0
    while position < len(mathematics):
        step = STEP.match(mathematics, position)
        unit = UNITS.get(step["unit"] or step["floor"]) if step else None
        if step is None or unit is None:
            raise BadRequest(f"Invalid Date Math String:'{text}'")
        position = step.end()
        moment = _floor(moment, unit) if step["floor"] else _add(moment, int(step["sign"] + step["count"]), unit)
    return moment


def _floor(moment: datetime, unit: str) -> datetime:
    if unit == "millisecond":
        return moment
    kept = FLOOR[: FLOOR.index(unit) + 1]
    least = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    changes = {name: value for name, value in least.items() if name not in kept}
    return moment.replace(**changes)  # type: ignore[arg-type]  # the names are those of replace()


def _add(moment: datetime, count: int, unit: str) -> datetime:
    if unit in ("year", "month"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
    return moment + timedelta(**{f"{unit}s": count})
