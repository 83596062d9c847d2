"""Dates, times, numbers, labels and lists as documents of the United Nations write them in each of the six languages."""

from collections.abc import Iterable
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal

from harvesters.phrases import LOCALES

MONTHS_IN_ARABIC = (
    "كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو", "حزيران/يونيه",
    "تموز/يوليه", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر", "كانون الأول/ديسمبر",
)  # fmt: skip
"""Documents in Arabic give both names of a month, since the Arab States use different ones."""

_MOMENTS = {"ar": "{day}، الساعة {time} (بالتوقيت العالمي المنسق)", "zh": "{day}{time}（协调世界时）"}
_LABELLED = {"fr": "{name}\u00a0: {value}", "zh": "{name}：{value}"}
_BETWEEN = {"ar": "، ", "zh": "、"}


def locale_of(language: str) -> str:
    """A language as Babel calls it."""
    return LOCALES.get(language, language)


def long_date(day: date, language: str) -> str:
    """A date with the month in words; day and month stay on one line."""
    if language == "ar":
        month = MONTHS_IN_ARABIC[day.month - 1].replace(" ", "\u00a0")
        return f"{day.day}\u00a0{month} {day.year}"
    return format_date(day, "long", locale=locale_of(language)).replace(" ", "\u00a0", 1)


def long_moment(at: datetime, language: str) -> str:
    """A date with its time, which is in UTC."""
    return _MOMENTS.get(language, "{day}, {time}\u00a0UTC").format(day=long_date(at, language), time=f"{at:%H:%M}")


def whole_number(value: int, language: str) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value, locale=locale_of(language)))


def labelled(name: str, value: str, language: str) -> str:
    """A value behind its name."""
    return _LABELLED.get(language, "{name}: {value}").format(name=name, value=value)


def listed(items: Iterable[str], language: str) -> str:
    """Short items one after the other, divided as the language does it."""
    return _BETWEEN.get(language, ", ").join(items)
