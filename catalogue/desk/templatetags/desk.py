"""What templates need: texts of States marked with their language and direction, dates and numbers in the reader's way."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django import template
from django.forms import BaseForm, BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.desk.words import EVENTS, RUN_STATES
from catalogue.harvests.models import Run
from catalogue.register import fields
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Version
from catalogue.register.review import REASONS
from catalogue.states.languages import current, direction
from catalogue.states.models import State
from harvesters.phrases import Phrase, clauses
from harvesters.values import without_personal_mail

register = template.Library()
CODES = frozenset({"articles", "content_languages", "endpoint", "language", "protocol", "start_date", "url"})
"""Fields whose digits, codes and addresses run from left to right in every script."""

BABEL = {"zh": "zh_Hans", "en": "en_GB"}
"""The United Nations write English as in the United Kingdom, and the day before the month."""


def _locale() -> str:
    return BABEL.get(current(), current())


@register.filter
def day(value: date | datetime | str | None) -> str:
    """A date in the reader's language."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    return _day(value.date() if isinstance(value, datetime) else value, _locale()) if value else ""


@lru_cache(maxsize=4096)
def _day(value: date, locale: str) -> str:
    return format_date(value, "long", locale=locale)


@register.filter
def moment(value: datetime | None) -> str:
    """A date with its time (UTC) in the reader's language."""
    return format_datetime(value, "medium", locale=_locale()) + " UTC" if value else ""


@register.filter
def number(value: Any) -> str:
    """A whole number with the separators of the reader's language."""
    return format_decimal(value, locale=_locale()) if value is not None else "–"


@register.filter
def state_name(state: State) -> str:
    """The official name of a State party in the reader's language."""
    return state.name(current())


@register.simple_tag
def said(text: object, language: str = "und") -> SafeString:
    """Words that are not ours, in their own language and direction. Persons' e-mail addresses are left out."""
    shown = without_personal_mail(str(text or ""))
    if language in ("", "und"):
        return format_html('<bdi dir="auto">{}</bdi>', shown)
    return format_html('<bdi lang="{}" dir="{}">{}</bdi>', language, direction(language), shown)


@register.simple_tag
def how_it_ended(run: Run) -> SafeString:
    """How a run ended, in the reader's language; in English, and marked as such, where it is known in no other."""
    text, language = run.told(current())
    return format_html('<span lang="{}" dir="{}">{}</span>', language, direction(language), text)


@register.simple_tag
def why(column: Mapping[str, Any]) -> SafeString:
    """Why a column of a list was taken for what it was, in the reader's language; else in English, and marked as such."""
    text, language = column.get("evidence", ""), "en"
    if column.get("said"):
        with suppress(KeyError):  # a phrase of another version of the catalogue
            text, language = clauses(msgspec.convert(column["said"], tuple[Phrase, ...]), current()), current()
    return (
        format_html('<span lang="{}" dir="{}">{}</span>', language, direction(language), text) if text else SafeString()
    )


@register.filter
def sentence(run: Run) -> str:
    """How a run ended, for a plain text."""
    return run.told(current())[0]


@register.filter
def label(name: str) -> str:
    """The name of a field."""
    return str(fields.BY_NAME[name].label) if name in fields.BY_NAME else name


@register.simple_tag
def value_of(version: Version, name: str) -> str | SafeString:
    """What a version says in a field, as people read it."""
    value = version.fields.get(name)
    if value in (None, "", []):
        return ""
    if fields.BY_NAME[name].shape == "choice":
        return str(fields.label_of(name, value))
    if name in CODES:
        return format_html('<bdi dir="ltr">{}</bdi>', fields.shown(value))
    return said(fields.shown(value), version.language)


@register.filter
def status_name(status: str) -> str:
    """Where a version stands, in words."""
    return str(Status(status).label) if status in Status.values else status


@register.filter
def action_name(action: str) -> str:
    """What can be done, in words."""
    return str(Action(action).label) if action in Action.values else action


@register.filter
def event_name(action: str) -> str:
    """What happened, in words."""
    return str(EVENTS.get(action, action))


@register.filter
def reason_text(code: str) -> str:
    """A reason of the list, in words."""
    return str(REASONS.get(code, code))


@register.filter
def get(mapping: Any, key: object) -> Any:
    """A member of a mapping, or nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def bound(form: BaseForm, name: str) -> BoundField:
    """A field of a form, by its name."""
    return form[name]


@register.filter
def run_state(state: str) -> str:
    """How a run ended, in words."""
    return str(RUN_STATES.get(state, state))
