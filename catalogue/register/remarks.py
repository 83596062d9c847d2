"""What is to be said about an entry as it was written: mistakes that keep it from being submitted, and remarks that do not.

Pure: texts in, cleaned values and remarks out. A State's words are kept as they are; only blanks at the ends, controls and
marks of direction go.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.register.addresses import url_mistake
from catalogue.register.fields import BY_NAME, FIELDS, MAX_CHARACTERS, SEPARATOR, Field, Values
from catalogue.states.dates import listed, whole_number
from catalogue.states.languages import DJANGO_LANGUAGES, current
from harvesters.values import (
    clean_text,
    is_functional_mailbox,
    read_date,
    read_frequency,
    read_language,
    read_licence,
)

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ARTICLE = re.compile(r"(?:5|6|7|8|9|10|11|12|13|14|62|63)(?:\(\d{1,2}\))?")
"""An article of chapter II of the Convention, or of those on assistance and follow-up, with a paragraph where one is meant."""

_BEFORE_HOST = re.compile(r"^([^:/?#\s]*://)[^/?#]*@|^()[^/?#\s:@]+:[^/?#\s]*@")
_SCHEMELESS = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:].*)?")
_LIST_SEPARATORS = re.compile(r"[;；؛\n]|(?<=[^\d\s(]),\s*|、")

TEXTS: dict[str, Promise] = {
    "missing": _("This is required; fill it in."),
    "wished": _("Not stated; readers often look for this."),
    "not-an-address": _("“%(value)s” is not a web address; write it as in https://data.example.org."),
    "address-with-password": _("The address holds a user name or a password; remove what stands before the @."),
    "no-such-choice": _("“%(value)s” is not one of the choices: %(choices)s."),
    "too-long": _("This is longer than %(limit)s characters; shorten it, or move a part to the description."),
    "language-unknown": _("“%(value)s” is not a language that we know; write its name or its code, such as en."),
    "licence-unknown": _(
        "“%(value)s” is not a licence that we know; it is kept as it is. An SPDX name or an address helps."
    ),
    "frequency-unknown": _("“%(value)s” is not a frequency that we know; it is kept as it is."),
    "date-unread": _("“%(value)s” cannot be read as a date; write it as in 2026-01-31, or the year alone."),
    "article-unknown": _("“%(value)s” is not an article on prevention; write it as in 9(1); 10."),
    "personal-mail": _("This seems to hold a person's e-mail address, %(value)s; it would be published. Remove it."),
    "twice": _("The State's register has this address already, under “%(value)s”; is it the same entry?"),
}
"""By code; what follows the semicolon is what to do."""


class Remark(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing said of a field. code: of `TEXTS`. blocks: whether the entry cannot be submitted so."""

    field: str
    code: str
    blocks: bool = False
    value: str = ""

    @property
    def text(self) -> str:
        """In the language of the reader."""
        field = BY_NAME.get(self.field)
        choices = listed((str(label) for _, label in field.choices), current()) if field else ""
        limit = MAX_CHARACTERS.get(field.shape, 0) if field else 0
        return str(TEXTS[self.code]) % {
            "value": self.value,
            "choices": choices,
            "limit": whole_number(limit, current()),
        }


class Read(msgspec.Struct):
    """values: cleaned, without what is not said. remarks: in the order of the fields."""

    values: Values
    remarks: list[Remark]

    @property
    def blocked(self) -> bool:
        """Whether a mistake keeps it from being submitted."""
        return any(remark.blocks for remark in self.remarks)

    @property
    def doubted(self) -> bool:
        """Whether anything is said against it. That something is not stated which people look for is a wish, and no doubt."""
        return any(remark.code != "wished" for remark in self.remarks)


def read(stated: Mapping[str, Any]) -> Read:
    """An entry as it was written in a form, a sheet or a request. Names that are no fields are ignored."""
    values: Values = {}
    remarks: list[Remark] = []
    for field in FIELDS:
        raw = stated.get(field.name)
        value = None if raw is None else _value(field, raw)
        if value in (None, []):
            if field.needed:
                remarks.append(Remark(field.name, "missing", blocks=True))
            elif field.wished:
                remarks.append(Remark(field.name, "wished"))
            continue
        values[field.name] = value
        remarks += _remarks(field, value)
    return Read(values, remarks)


def read_address(stated: object) -> tuple[str, Remark | None]:
    """The address of an entry as it would be kept ("" where nothing is stated), and what is wrong with it."""
    said = read({"url": stated})
    mistake = next((remark for remark in said.remarks if remark.field == "url" and remark.code != "missing"), None)
    return said.values.get("url", ""), mistake


def _value(field: Field, raw: Any) -> Any:
    if field.shape == "list":
        parts = raw if isinstance(raw, list) else _LIST_SEPARATORS.split(clean_text(raw) or "")
        return list(dict.fromkeys(text for part in parts if (text := clean_text(part))))
    text = clean_text(f"{SEPARATOR} ".join(map(str, raw)) if isinstance(raw, list) else raw)
    if text is None or field.shape == "long":
        return text
    text = " ".join(text.split())
    if field.shape == "choice":
        return _choice(field, text)
    if field.shape == "address":
        # A draft keeps what was written, but never a password: the remark says what to do about the rest of it.
        text = _BEFORE_HOST.sub(lambda match: f"{match[1] or ''}***@", text)
        return f"https://{text}" if _SCHEMELESS.fullmatch(text) else text
    return text


def _choice(field: Field, text: str) -> str:
    """The value of the choice that a text names, by its value or its name in any of the six languages."""
    folded = text.casefold()
    # Values first: names in six languages take a hundred times as long, which tells in a list of thousands.
    for value, _label in field.choices:
        if folded == value.casefold():
            return value
    for value, label in field.choices:
        for language in DJANGO_LANGUAGES.values():
            with translation.override(language):
                if folded == str(label).casefold():
                    return value
    return text


def _remarks(field: Field, value: Any) -> list[Remark]:
    shown = f"{SEPARATOR} ".join(value) if isinstance(value, list) else value
    found = []
    if len(shown) > MAX_CHARACTERS.get(field.shape, MAX_CHARACTERS["text"]):
        found.append(Remark(field.name, "too-long", blocks=True))
    if code := _unread(field, value, shown):
        said = next((each for each in value if code == "article-unknown" and not _is_article(each)), shown) if isinstance(
            value, list
        ) else shown  # fmt: skip
        found.append(Remark(field.name, code, blocks=field.name in {"kind", "url"}, value=said[:200]))
    for mail in _MAIL.findall(shown) if field.shape != "address" else ():
        if not is_functional_mailbox(mail):
            found.append(Remark(field.name, "personal-mail", value=mail))
    return found


def _unread(field: Field, value: Any, shown: str) -> str | None:
    """The code of what cannot be read in a value, or None."""
    if field.shape == "address" and url_mistake(shown) is not None:
        return (
            "address-with-password"
            if "@" in shown.rsplit("://", maxsplit=1)[-1].split("/", maxsplit=1)[0]
            else "not-an-address"
        )
    if field.choices and value not in dict(field.choices):
        return "no-such-choice"
    if field.shape == "date":
        moment = read_date(value)
        return None if moment is not None and moment.value is not None else "date-unread"
    languages = [value] if field.name == "language" else value if field.name == "content_languages" else []
    if any((language := read_language(each)) is None or language.tag is None for each in languages):
        return "language-unknown"
    if field.name == "licence" and ((licence := read_licence(value)) is None or not (licence.spdx or licence.url)):
        return "licence-unknown"
    if field.name == "frequency" and ((frequency := read_frequency(value)) is None or frequency.code is None):
        return "frequency-unknown"
    if field.name == "articles" and not all(map(_is_article, value)):
        return "article-unknown"
    return None


def _is_article(text: str) -> bool:
    return bool(_ARTICLE.fullmatch(re.sub(r"[^\d()]", "", text)))
