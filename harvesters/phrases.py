"""Phrases: what a program tells people of what it saw or what went wrong, as a code with values.

A protocol says `phrase("feed", entries=5)`; whoever shows it asks for the words of the reader's language. The words are
kept per code and language in `phrases.json` beside this file. Numbers stand after a colon there: no language needs a plural.
"""

import functools
import json
from collections.abc import Iterable, Sequence
from importlib import resources

import msgspec
from babel.numbers import format_decimal

LOCALES = {"zh": "zh_Hans", "en": "en_GB"}
"""Of Babel, where they are not called as the language is: the United Nations write English as in the United Kingdom."""

VALUE_LIMIT_CHARACTERS = 2_000
"""A phrase quotes a value up to this length, which addresses rarely have."""

VERBATIM = "verbatim"
ADVICE = "do-"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
"""Unicode UAX 9, 2.4: around a value of unknown direction, an address say, within a text that runs from right to left."""


class Phrase(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something said. code: a key of `phrases.json`. params: the values that its words mention; whole numbers are written in
    the way of the reader's language, a phrase within in its words, and texts stay as they are."""

    code: str
    params: dict[str, "str | int | Phrase"] = {}


@functools.cache
def _catalogue() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = json.loads(
        resources.files("harvesters").joinpath("phrases.json").read_text(encoding="utf-8")
    )
    return texts


def phrase(code: str, **params: str | int | Phrase) -> Phrase:
    """Make a phrase. Raises KeyError for a code that `phrases.json` has not: one that nobody can read is a mistake."""
    _catalogue()[code]
    return Phrase(code, {k: v[:VALUE_LIMIT_CHARACTERS] if isinstance(v, str) else v for k, v in params.items()})


def verbatim(text: str) -> Phrase:
    """Words that are not ours, or of which no code is known: the same in every language."""
    return Phrase(VERBATIM, {"text": text})


def translated(said: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """The phrases; none of them where all are words as they stand, so that nothing would be read in another language."""
    return tuple(said) if any(each.code != VERBATIM for each in said) else ()


def in_words(said: Phrase, language: str = "en") -> str:
    """A phrase in words of one of the six UN languages; English where another is asked for.

    Raises KeyError for a code that is not known, of another version of the catalogue.
    """
    words = _catalogue()[said.code]
    language = language if language in words else "en"
    text = words[language]
    if said.code == VERBATIM:
        return str(said.params["text"])
    # Every place is filled once, from left to right: a brace within a value is no place.
    pieces = text.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}")
        filled += [_value(said.params[name], language) if name in said.params else "{" + name + "}", rest]
    return "".join(filled)


def all_in_words(phrases: Iterable[Phrase], language: str = "en") -> str:
    """Sentences one after the other, as `in_words`; without a blank behind a Chinese full stop."""
    return " ".join(in_words(said, language) for said in phrases).replace("。 ", "。")


def without_advice(said: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """What happened, without what whoever reads the catalogue is to do (codes that begin with "do-"); all of it where
    nothing else is said."""
    phrases = tuple(said)
    return tuple(each for each in phrases if not each.code.startswith(ADVICE)) or phrases


def clauses(phrases: Iterable[Phrase], language: str = "en") -> str:
    """Phrases that are no sentences, divided as the language does it."""
    return {"ar": "؛ ", "zh": "；", "fr": "\u00a0; "}.get(language, "; ").join(
        in_words(said, language) for said in phrases
    )


def isolated(value: str, language: str) -> str:
    """A value that is put into a text of a language, so that neither turns the other around."""
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if language == "ar" and value else value


def _value(value: str | int | Phrase, language: str) -> str:
    if isinstance(value, Phrase):
        # What is not ours has a direction of its own, within our words too.
        return in_words(value, language) if value.code != VERBATIM else _value(str(value.params["text"]), language)
    if isinstance(value, int):
        if language == "en":
            return f"{value:,}"  # as Babel writes it; loading its tables takes a harvest 20 ms
        return str(format_decimal(value, locale=LOCALES.get(language, language)))
    return isolated(value, language)
