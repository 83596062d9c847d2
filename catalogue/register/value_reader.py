"""Values that entries of the register's file have in several places: words of a choice, days, moments, parts of a mapping."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TypeVar

from catalogue.register.yaml_nodes import Field, Reading, quoted

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


class ValueReader:
    """Reads single values; what is wrong with one becomes a problem of the reading, and the value None."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def part(
        self, fields: Mapping[str, Field], line: int, key: str, example: str, read: Callable[[Field], T | None]
    ) -> T | None:
        """A required part of a mapping that begins in `line`."""
        if key not in fields:
            self.reading.problem(line, f'The key "{key}" is missing.', f"Write: {example}")
            return None
        with self.reading.inside(key):
            return read(fields[key])

    def plain_text(self, field: Field) -> str | None:
        """Any text."""
        return self.reading.text(field, example="the text after the colon")

    def date(self, field: Field) -> str | None:
        """A day of the calendar."""
        value = self.reading.text(field, example="date: 2025-03-14")
        if value is None:
            return None
        if not is_date(value):
            self.reading.problem(
                field.line, f"{quoted(value)} is not a date.", "Write year, month and day: 2025-03-14."
            )
            return None
        return value

    def moment(self, field: Field) -> str | None:
        """A day, or a day with a time."""
        value = self.reading.text(field, example="since: 2025-03-14")
        if value is None or is_moment(value):
            return value
        self.reading.problem(
            field.line, f"{quoted(value)} is neither a day nor a moment.", "Write 2025-03-14, or 2025-03-14T16:20:00Z."
        )
        return None

    def one_of(self, field: Field, allowed: Collection[Word], example: str, why: str = "") -> Word | None:
        """A word of `allowed`; None with a problem for another."""
        value = self.reading.text(field, example=example)
        if value is None:
            return None
        for word in allowed:
            if word == value:
                return word
        near = get_close_matches(value.casefold(), allowed, n=1, cutoff=0.5)
        hint = f'Did you mean "{near[0]}"?' if near else f"Use one of: {', '.join(allowed)}."
        self.reading.problem(field.line, f"{quoted(value)} is not possible here.", f"{hint} {why}".rstrip())
        return None


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar in ISO 8601's extended format."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_moment(text: str) -> bool:
    """Whether a text is a day, or a day with a time, in ISO 8601's extended format."""
    if not _DATE.fullmatch(text[:10]):
        return False
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True
