"""Texts as they are searched: without case, width and accents, the same on every database.

SQLite knows capitals of ASCII only, and PostgreSQL those of its locale. So what is searched is folded here, kept in a column
beside what the State wrote (`Version.searched`), and a searched text is folded in the same way.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

FIELDS = ("title", "authority")
"""Of an entry: what is searched."""

MAX_CHARS = 2_000
"""Kept of one version: a search looks through all published entries, and each costs what is kept of it."""

_LETTERS = str.maketrans({"ı": "i", "ё": "е", "\N{ARABIC TATWEEL}": None})
"""Turkish has two letters i whose capitals change places with the language; Russian writes ё as е at will; a tatweel only
makes an Arabic word wider."""

_LAST_OF_GREEK = "\u03ff"
_ARABIC_MARKS = frozenset(map(chr, (*range(0x064B, 0x0656), 0x0670)))
"""Vowel signs, and the hamza and madda of an alef, which are often left out."""


def folded(text: str) -> str:
    """A text as it is compared: full case folding (Unicode, 3.13), compatibility forms, one blank between words; without
    accents in Latin and Greek, where people leave them out, and without vowel signs in Arabic. In other scripts a mark makes
    another letter (й, か and が), and stays."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept: list[str] = []
    base = ""
    for character in plain:
        if not unicodedata.combining(character):
            base = character
        elif base <= _LAST_OF_GREEK or character in _ARABIC_MARKS:
            continue
        kept.append(character)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS).split())


def searched(fields: Mapping[str, Any]) -> str:
    """What is kept of an entry's fields to be searched, a line for each."""
    return "\n".join(folded(str(fields.get(name, ""))) for name in FIELDS)[:MAX_CHARS]
