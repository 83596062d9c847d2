"""From a field's text to the terms it is found by: what the analysers of CKAN's schema.xml do, filter by filter.

The rules are those of Lucene's WordDelimiterGraphFilter, SnowballPorterFilter, ASCIIFoldingFilter and NGramTokenizer.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import snowballstemmer

LOWER, UPPER, ALPHABETIC, DIGIT, DELIMITER = 1, 2, 3, 4, 0

CATEGORIES = {
    "Ll": LOWER,
    "Lu": UPPER,
    **dict.fromkeys(("Lt", "Lm", "Lo", "Mn", "Mc", "Me"), ALPHABETIC),
    **dict.fromkeys(("Nd", "Nl", "No"), DIGIT),
}
"""Unicode categories as Lucene's WordDelimiterIterator groups them; all others delimit."""

FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ŋ": "n", "ħ": "h"}
)
"""Latin letters that fold to ASCII without being decomposable."""

REMEMBERED = 100_000
"""Words whose analysis is kept: about 20 MB, and nine words in ten of a catalogue are among them."""


@dataclass(frozen=True)
class Token:
    """A term and its position: the count of words before it."""

    term: str
    position: int


@dataclass(frozen=True)
class Words:
    """An analyser of words: split at white space, then at delimiters, changes of case and digits; lower; stem; fold."""

    split_on_case: bool
    catenate: bool
    language: str | None
    fold: bool

    def tokens(self, text: str) -> tuple[list[Token], int]:
        """The tokens of a text, and the number of positions it takes."""
        found: list[Token] = []
        position = 0
        for word in text.split():
            terms, width = _word(word, self)
            found.extend(Token(term, position + offset) for term, offset in terms)
            position += width
        return found, position


@dataclass(frozen=True)
class Grams:
    """An analyser that makes every run of `least` to `most` characters of the lower-cased text a term."""

    least: int
    most: int

    def holds(self, text: str, gram: str) -> bool:
        """Whether `gram` would be a term of `text` (already lower-cased)."""
        return self.least <= len(gram) <= self.most and gram in text


@lru_cache(REMEMBERED)
def _word(word: str, analyser: Words) -> tuple[tuple[tuple[str, int], ...], int]:
    """The terms of one word between spaces, each with its offset; and the positions that the word takes (at least one)."""
    parts = _parts(word, split_on_case=analyser.split_on_case)
    normal = _normaliser(analyser.language, fold=analyser.fold)
    terms = [(normal(part), offset) for offset, (part, _) in enumerate(parts)]
    if analyser.catenate:
        terms.extend((normal(joined), offset) for joined, offset in _joined(parts))
    return tuple(terms), max(1, len(parts))


def _joined(parts: list[tuple[str, bool]]) -> list[tuple[str, int]]:
    """Neighbouring parts of one kind, joined: `wi-fi` is also found as `wifi`."""
    joined: list[tuple[str, int]] = []
    first = 0
    while first < len(parts):
        end = first + 1
        while end < len(parts) and parts[end][1] == parts[first][1]:
            end += 1
        if end - first > 1:
            joined.append(("".join(part for part, _ in parts[first:end]), first))
        first = end
    return joined


def _parts(word: str, *, split_on_case: bool) -> list[tuple[str, bool]]:
    """The runs of letters and of digits in a word, each with whether it is digits."""
    parts: list[tuple[str, bool]] = []
    current, last = "", DELIMITER
    for index, character in enumerate(word):
        kind = CATEGORIES.get(unicodedata.category(character), DELIMITER)
        if current and _breaks(last, kind, split_on_case=split_on_case):
            parts.append((current, last == DIGIT))
            current = ""
        if kind == DELIMITER or _possessive(word, index, last):
            last = DELIMITER
            continue
        current += character
        last = kind
    if current:
        parts.append((current, last == DIGIT))
    return parts


def _breaks(last: int, kind: int, *, split_on_case: bool) -> bool:
    if last & kind:
        return False
    if last & ALPHABETIC and kind & ALPHABETIC:
        return split_on_case and last == LOWER
    return True


def _possessive(word: str, index: int, last: int) -> bool:
    """Whether the character is the s of an English possessive ending: `State's` is found as `state`."""
    if word[index] not in "sS" or index < 2 or word[index - 1] != "'" or last != DELIMITER:
        return False
    after = word[index + 1 : index + 2]
    return word[index - 2].isalpha() and (
        not after or CATEGORIES.get(unicodedata.category(after), DELIMITER) == DELIMITER
    )


@cache
def _normaliser(language: str | None, *, fold: bool) -> Callable[[str], str]:
    stemmer = snowballstemmer.stemmer(language.lower()) if language else None

    def normal(part: str) -> str:
        term = part.lower()
        if stemmer is not None:
            term = str(stemmer.stemWord(term))
        return folded(term) if fold else term

    return normal


def folded(text: str) -> str:
    """Latin letters without their marks; every other script as it is."""
    if text.isascii():
        return text
    return "".join(_folded_character(character) for character in text.translate(FOLDED))


@lru_cache(4096)
def _folded_character(character: str) -> str:
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return base if base and base.isascii() else character
