"""What templates need: texts of States marked with their language and direction, dates and numbers in the reader's way."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
from babel import Locale, UnknownLocaleError
from django import template
from django.forms import BaseForm, BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from catalogue.desk.words import EVENTS, RUN_STATES, SCHEDULES, STATUSES
from catalogue.harvests.models import Run
from catalogue.register import fields
from catalogue.register.addresses import url_mistake
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Version
from catalogue.register.review import REASONS
from catalogue.register.source_entry import AUTO
from catalogue.states.dates import listed, locale_of, long_date, long_moment, whole_number
from catalogue.states.languages import current, direction
from catalogue.states.models import State
from harvesters.errors import UnknownProtocol
from harvesters.phrases import Phrase, clauses, in_words
from harvesters.registry import harvester_for
from harvesters.values import without_personal_mail

register = template.Library()
CODES = frozenset({"articles", "content_languages", "endpoint", "language", "protocol", "start_date", "url"})
"""Fields whose digits, codes and addresses run from left to right in every script."""

LANGUAGES = frozenset({"content_languages", "language"})


@register.filter
def day(value: date | datetime | str | None) -> str:
    """A date in the reader's language."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    return _day(value.date() if isinstance(value, datetime) else value, current()) if value else ""


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return long_date(value, language)


@register.filter
def moment(value: datetime | None) -> str:
    """A date with its time (UTC) in the reader's language."""
    return long_moment(value, current()) if value else ""


@register.filter
def number(value: Any) -> str:
    """A whole number with the separators of the reader's language."""
    return whole_number(value, current()) if value is not None else "–"


@register.filter
def state_name(state: State) -> str:
    """The official name of a State party in the reader's language."""
    return state.name(current())


@register.filter
def unaddressed(text: object) -> str:
    """Words that are not ours, where there can be no marks of language, without persons' e-mail addresses."""
    return without_personal_mail(str(text or ""))


@register.simple_tag
def said(text: object, language: str = "und") -> SafeString:
    """Words that are not ours, in their own language and direction. Persons' e-mail addresses are left out."""
    shown = unaddressed(text)
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
        return without_personal_mail(str(fields.label_of(name, value)))
    if name in LANGUAGES:
        return language_names(value)
    if name in CODES:
        return format_html('<bdi dir="ltr">{}</bdi>', without_personal_mail(fields.shown(value)))
    return said(fields.shown(value), version.language)


@register.filter
def language_names(value: str | list[str]) -> str:
    """Languages by their names in the reader's language, with their tags; a tag alone where it has no name there."""
    return listed(map(_language_name, [value] if isinstance(value, str) else value), current())


def _language_name(tag: str) -> str:
    try:
        name = Locale.parse(tag, sep="-").get_display_name(locale_of(current()))
    except (UnknownLocaleError, ValueError, TypeError):
        name = None
    if not name:
        return without_personal_mail(tag)
    return f"{name}（{tag}）" if current() == "zh" else f"{name} ({tag})"


@register.filter
def inline_list(items: Any) -> str:
    """Short items one after the other, in the way of the reader's language."""
    return listed(map(str, items), current())


@register.filter
def web_address(text: str) -> bool:
    """Whether a link may lead there: an address of the web, not a script that a link would run."""
    return url_mistake(text) is None


@register.filter
def statuses_name(status: str) -> str:
    """Where several versions stand, in words."""
    return str(STATUSES.get(status, status))


@register.filter
def protocol_name(protocol: str) -> str:
    """What a source speaks, in words."""
    if protocol == AUTO:
        return gettext("not yet detected")
    try:
        return in_words(harvester_for(protocol).called(), current())
    except UnknownProtocol:  # of another version of the catalogue
        return protocol


@register.simple_tag
def schedule(text: str) -> str | SafeString:
    """When a source is harvested: a name of the usual rhythms in words, cron fields as they are."""
    return str(SCHEDULES[text]) if text in SCHEDULES else format_html('<bdi dir="ltr">{}</bdi>', text)


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
def in_fours(key: str) -> str:
    """A key in groups of four characters, to be copied by eye."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@register.filter
def bound(form: BaseForm, name: str) -> BoundField:
    """A field of a form, by its name."""
    return form[name]


@register.filter
def run_state(state: str) -> str:
    """How a run ended, in words."""
    return str(RUN_STATES.get(state, state))
