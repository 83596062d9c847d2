"""What is wrong with a request: where, which mistake it is, and what to do about it in the reader's language.

What somebody sent is not sent back.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MAX_DETAILS = 100
"""Of one answer; whoever has more mistakes than that has made the same one many times."""

TEXTS: dict[str, Promise] = {
    "missing": _("This is required; fill it in."),
    "no-such-parameter": _("There is no such parameter; check its name."),
    "no-such-field": _("There is no such field; check its name."),
    "no-text": _("This is not text; write it in quotation marks."),
    "no-text-and-no-list": _("This is neither a text nor a list of texts; write it as one of the two."),
    "too-short": _("This is too short; write at least %(limit)s characters."),
    "too-long": _("This is too long; shorten it to %(limit)s characters."),
    "no-number": _("This is not a whole number; write it in digits."),
    "too-small": _("This number is too small; write %(limit)s or more."),
    "too-large": pgettext_lazy("number", "This number is too large; write %(limit)s or less."),
    "no-such-choice": _("This is not one of the choices; write one of these: %(choices)s."),
    "no-list": _("This is not a list; write it in square brackets."),
    "too-few": _("The list is too short; it needs at least %(limit)s."),
    "too-many": _("The list is too long; send at most %(limit)s at once."),
    "no-day": _("This is not a date; write it as in 2026-01-31."),
    "not-true-or-false": _("This is neither true nor false; write one of the two words."),
    "no-object": _("This is not a JSON object; write it in braces."),
    "no-idempotency-key": _("This is not a valid key; write up to %(limit)s ASCII characters, in quotation marks."),
    "unreadable": _("This cannot be read; see in the description of the API how it is written."),
}
"""By code; what follows the semicolon is what to do."""

_OF_PYDANTIC = {
    "missing": "missing",
    "string_type": "no-text",
    "string_too_short": "too-short",
    "string_too_long": "too-long",
    "int_type": "no-number",
    "int_parsing": "no-number",
    "int_parsing_size": "no-number",
    "int_from_float": "no-number",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "literal_error": "no-such-choice",
    "enum": "no-such-choice",
    "list_type": "no-list",
    "too_short": "too-few",
    "too_long": "too-many",
    "date_from_datetime_parsing": "no-day",
    "date_parsing": "no-day",
    "date_type": "no-day",
    "bool_parsing": "not-true-or-false",
    "bool_type": "not-true-or-false",
    "dict_type": "no-object",
    "model_type": "no-object",
    "model_attributes_type": "no-object",
}
"""Kinds of mistakes that pydantic finds (its "error types"), by our codes; our own validators name ours at once."""

_LIMITS = ("ge", "le", "min_length", "max_length", "limit")
_BRANCHES = frozenset({"str", "list[str]"})
"""Ends of places, for a field that may be a text or a list: pydantic tells of each what it is not."""


def details(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Every mistake that pydantic found, in the language that is active, each once."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for error in errors:
        place, code = _place(error["loc"], named=error["type"] == "extra_forbidden"), _code(error)
        found.setdefault((place, code), detail(place, code, error.get("ctx") or {}))
    return list(found.values())[:MAX_DETAILS]


def detail(field: str, code: str, about: Mapping[str, Any] | None = None) -> dict[str, str]:
    """One mistake as the API says it. about: what its sentence names: a limit (see `_LIMITS`), "expected"."""
    about = about or {}
    limit = next((about[name] for name in _LIMITS if name in about), "")
    choices = str(about.get("expected", "")).replace("'", "").replace(" or ", ", ")
    return {"field": field, "code": code, "message": str(TEXTS[code]) % {"limit": limit, "choices": choices}}


def _code(error: Mapping[str, Any]) -> str:
    kind, place = error["type"], error["loc"]
    if kind in TEXTS:
        return str(kind)
    if kind == "extra_forbidden":
        return "no-such-parameter" if place[0] == "query" else "no-such-field"
    if place[-1] in _BRANCHES:
        return "no-text-and-no-list"
    return _OF_PYDANTIC.get(kind, "unreadable")


def _place(location: tuple[str | int, ...], *, named: bool) -> str:
    """Where in the body or the query a mistake is: "entries.2.title". The names of our own parameters are left out. named:
    whether the last part is a name that the request chose."""
    inner = location[2:] if location[0] == "body" or location[1:2] == ("page",) else location[1:]
    last = len(inner) - 1
    return (
        ".".join(str(each) for n, each in enumerate(inner) if each not in _BRANCHES or (named and n == last)) or "body"
    )
