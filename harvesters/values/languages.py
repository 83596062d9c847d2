"""Languages as BCP 47 tags, from codes, authority IRIs and names."""

import re
from functools import cache, lru_cache
from typing import Any

import msgspec
from babel import Locale

from harvesters.values.text import clean_text

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_SPLIT = re.compile(r"[;,|]|(?<!/)/(?!/)")
_WITH_COUNTRY = re.compile(r"([a-z]{2,3})\s*;\s*[A-Z]{2,3}")
"""A language and a country, as the Canadian profile of ISO 19115 writes them: "eng; CAN"."""
NAMED_IN = ("ar", "zh", "en", "fr", "ru", "es", "de", "it", "pt", "nl")
"""Languages in which names of languages are known: the six of the United Nations, and those of many real portals."""


class Language(msgspec.Struct, frozen=True, omit_defaults=True):
    """A language as stated, and its tag; None where it is not recognised."""

    text: str
    tag: str | None = None


def read_language(raw: object) -> Language | None:
    """One language; None where nothing is said."""
    text = clean_text(raw)
    return _read(text) if text is not None else None


def read_languages(raw: object) -> list[Language]:
    """Languages from a text, a list, or a list in one text, without repetitions."""
    values: list[Any] = raw if isinstance(raw, list) else [raw]
    found: dict[str, Language] = {}
    for value in values:
        text = clean_text(value)
        if text is None:
            continue
        if with_country := _WITH_COUNTRY.fullmatch(text):
            text = with_country[1]
        whole = _read(text.strip("[]'\""))
        pieces = (
            [whole]
            if whole.tag
            else [_read(piece.strip(" {}[]'\"")) for piece in _SPLIT.split(text) if piece.strip(" {}[]'\"")]
        )
        for language in pieces:
            found.setdefault(language.tag or language.text, language)
    return list(found.values())


@lru_cache(maxsize=2048)
def _read(text: str) -> Language:
    code = re.split(r"[/#:]", text.rstrip("/"))[-1] if "://" in text else text
    if not _TAG.fullmatch(code):
        return Language(text, _names().get(text.casefold()))
    import langcodes  # its tables take 25 ms to load, and reading a portal needs none of them; assembling does

    first = code.replace("_", "-").split("-")[0].lower()
    if not langcodes.Language.get(first).is_valid() or first in {"us", "un", "und"}:
        return Language(text, _names().get(text.casefold()))
    tag = langcodes.standardize_tag(code.replace("_", "-"))
    if langcodes.tag_is_valid(tag):
        return Language(text, tag)
    language = langcodes.standardize_tag(first)
    return Language(text, language if "-" not in code.replace("_", "-") else None)


@cache
def _names() -> dict[str, str]:
    """Languages by their names: in their own words, and in those of `NAMED_IN`."""
    names: dict[str, str] = {}
    for locale in NAMED_IN:
        for tag, name in Locale.parse(locale).languages.items():
            if "_" not in tag:
                names.setdefault(name.casefold(), tag)
    return names
