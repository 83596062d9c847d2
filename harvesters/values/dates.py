"""Dates and periods at the precision at which they were stated. No day is guessed for a year, and no zone for a time."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

import msgspec

from harvesters.values.text import clean_text

YEARS = range(1000, 2201)
"""Years that a dataset can speak of; what is outside is kept as text."""

_ISO = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|UTC|GMT)?)?)?)?(Z|[+-]\d{2}:\d{2})?",
    re.I,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_AMBIGUOUS = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AP]M)?)?", re.I)
_CHINESE = re.compile(r"(\d{4})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)?")
_WORDS = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|er|º|°)?\.?\s+(?:de\s+|d')?([^\W\d]{3,})\.?,?\s+(?:de\s+)?(\d{4})(?:\s*г\.?)?(?:\s*[-,]?\s*\d{1,2}:\d{2}(?::\d{2})?)?"
)
_AMERICAN = re.compile(r"(?:[^\W\d]+,\s+)?([^\W\d]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_MONTH_YEAR = re.compile(r"([^\W\d]{3,})\.?,?\s+(?:de\s+)?(\d{4})")
_PERIOD_SIGN = re.compile(r"\s*(?:/|\s-\s|–|—|\bto\b)\s*")
_RECURRING = re.compile(r"R\d*/P", re.I)
_OPEN = frozenset({"", "..", "now", "present"})

_MONTHS = (
    "january januar janvier enero janeiro gennaio января январь يناير",
    "february februar février fevrier febrero fevereiro febbraio февраля февраль فبراير",
    "march märz mars marzo março marco марта март مارس",
    "april avril abril aprile апреля апрель أبريل",
    "may mai mayo maio maggio мая май مايو",
    "june juni juin junio junho giugno июня июнь يونيو",
    "july juli juillet julio julho luglio июля июль يوليو",
    "august août aout agosto августа август أغسطس",
    "september septembre septiembre setiembre setembro settembre сентября сентябрь سبتمبر",
    "october oktober octobre octubre outubro ottobre октября октябрь أكتوبر",
    "november novembre noviembre novembro ноября ноябрь نوفمبر",
    "december dezember décembre decembre diciembre dezembro dicembre декабря декабрь ديسمبر",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
MONTHS |= {word[:3]: number for number, words in enumerate(_MONTHS, 1) for word in words.split()[:1]}


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date as stated: its text, its ISO 8601 value at its own precision, and that precision; None where unreadable."""

    text: str
    value: str | None = None
    precision: str | None = None


class Period(msgspec.Struct, frozen=True, omit_defaults=True):
    """A period: either end may be open or unreadable."""

    text: str
    start: Moment | None = None
    end: Moment | None = None


def read_date(raw: object) -> Moment | None:
    """A date; None where nothing is said. What is no date keeps its text and has no value."""
    text = clean_text(raw)
    return _read(" ".join(text.split())) if text is not None else None


@lru_cache(maxsize=8192)
def _read(text: str) -> Moment:
    if match := _ISO.fullmatch(text):
        return _iso(text, match)
    for pattern, order in ((_COMPACT, (1, 2, 3)), (_SLASHED, (1, 2, 3)), (_DOTTED, (3, 2, 1))):
        if match := pattern.fullmatch(text):
            return _day(text, *(int(match[group]) for group in order))
    if match := _AMBIGUOUS.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first > 12 >= second or first == second:
            return _day(text, year, second, first)
        if second > 12 >= first:
            return _day(text, year, first, second)
        return Moment(text)
    if match := _CHINESE.fullmatch(text):
        return _parts(text, match[1], match[2], match[3])
    if match := _WORDS.fullmatch(text):
        return _worded(text, match[3], match[2], match[1])
    if match := _AMERICAN.fullmatch(text):
        return _worded(text, match[3], match[1], match[2])
    if (match := _MONTH_YEAR.fullmatch(text)) and (month := MONTHS.get(match[1].lower())):
        return _parts(text, match[2], str(month), None)
    return Moment(text)


def _iso(text: str, match: re.Match[str]) -> Moment:
    year, month, day, hour, minute, second, zone = match.groups()[:7]
    if hour is None:
        return _parts(text, year, month, day)
    when = _day(text, int(year), int(month), int(day))
    if when.value is None or int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
        return Moment(text)
    sign = "" if zone is None else "Z" if zone.upper() in {"Z", "UTC", "GMT"} else zone
    if sign and sign != "Z" and ":" not in sign:
        sign = f"{sign[:3]}:{sign[3:]}"
    return Moment(text, f"{when.value}T{int(hour):02}:{minute}:{second or '00'}{sign}", "second")


def _parts(text: str, year: str, month: str | None, day: str | None) -> Moment:
    if day is not None and month is not None:
        return _day(text, int(year), int(month), int(day))
    if int(year) not in YEARS:
        return Moment(text)
    if month is None:
        return Moment(text, year, "year")
    return Moment(text, f"{year}-{int(month):02}", "month") if 1 <= int(month) <= 12 else Moment(text)


def _worded(text: str, year: str, month: str, day: str) -> Moment:
    number = MONTHS.get(month.lower())
    return _day(text, int(year), number, int(day)) if number else Moment(text)


def _day(text: str, year: int, month: int, day: int) -> Moment:
    if year not in YEARS:
        return Moment(text)
    try:
        return Moment(text, date(year, month, day).isoformat(), "day")
    except ValueError:
        return Moment(text)


def read_epoch_ms(raw: object) -> Moment | None:
    """A count of milliseconds since 1970 in UTC, as ArcGIS sends dates; None where it is not a number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        value = datetime.fromtimestamp(raw / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return Moment(str(raw))
    return Moment(str(raw), value, "second")


def read_period(raw: object) -> Period | None:
    """A period such as 2010/2015 or 2010-01-01/..; a single date is a period that begins and ends with it."""
    text = clean_text(raw)
    if text is None:
        return None
    whole = _read(" ".join(text.split()))
    if whole.value is not None:
        return Period(text, whole, whole)
    if _RECURRING.match(text):
        return Period(text)
    ends = _PERIOD_SIGN.split(text)
    if len(ends) != 2:
        return Period(text)
    start, end = (None if end.strip().lower() in _OPEN else _read(" ".join(end.split())) for end in ends)
    return Period(text, start, end)
