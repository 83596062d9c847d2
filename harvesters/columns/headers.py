"""What the header of a column says: its words, in whatever spelling, against those of `words.json`."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import msgspec

from harvesters.values import read_language

WEAK = "name"
"""A meaning of `words.json` that stands for a title where no column is plainly one."""

NOISE = frozenset(
    {
        *("dataset", "datasets", "data", "set", "distribution", "resource", "catalog", "catalogue", "record", "file"),
        *("the", "of", "a", "an", "jeu", "jeux", "donnees", "de", "du", "des", "la", "le", "les", "l", "d", "conjunto"),
        *(
            "conjuntos",
            "datos",
            "dados",
            "el",
            "los",
            "del",
            "do",
            "da",
            "dos",
            "das",
            "datensatz",
            "datensatzes",
            "der",
        ),
        *(
            "die",
            "il",
            "lo",
            "gli",
            "набора",
            "набор",
            "данных",
            "открытых",
            "مجموعة",
            "بيانات",
            "数据集",
            "資料集",
            "数据",
        ),
    }
)
"""Words that say only that a list of datasets is one."""

COUNTING = frozenset(
    {"num", "number", "count", "total", "nb", "nombre", "numero", "anzahl", "cantidad", "количество", "عدد"}
)
"""Words that make a header one of numbers, whatever else is in it."""

EXACT, NEARLY, INSIDE, NAMED = 95, 88, 65, 82
"""Confidence where a header is a known word; is one but for noise; has one inside; is a word that may mean a title."""

CERTAIN = 99
"""Confidence where a header is one that whoever reads the list wrote into the template for it. Only what a person states
outweighs it."""

MAX_HEADER_CHARACTERS = 120
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
_BRACKETED = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")
_PARTS = re.compile(r"\s*[/|\n]\s*|\s+-\s+")
_TAGGED = re.compile(r"(.+?)[\s_.@-]+(ar|zh|en|fr|ru|es|pt|de|it)$", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARTICLE = re.compile(r"\bال(?=\w{3})")


class Match(NamedTuple):
    """A meaning that a header may have. words: the known words that it matches. languages: of those words. tag: the
    language that the header itself names for what stands under it ("Title (fr)")."""

    meaning: str
    confidence: int
    words: str
    languages: tuple[str, ...]
    tag: str | None = None


Words = Mapping[str, Mapping[str, Sequence[str]]]
"""Headers by meaning and language, as `words.json` has them."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words that headers are compared with. known: meaning and language by folded words; of several the first counts.
    meanings: what a column may mean. certain: meaning and languages by folded header, for those that leave no doubt.
    addresses: meanings whose columns hold addresses. keeps_pages: whether a column that is called an address, and has none,
    stays one, so that its mistakes can be shown. schemeless: whether "data.example.org" is an address."""

    known: Mapping[str, Sequence[tuple[str, str]]]
    meanings: frozenset[str]
    certain: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset({"page", "download"})
    keeps_pages: bool = False
    schemeless: bool = False


@cache
def datasets() -> Vocabulary:
    """The words of lists of datasets: those of `words.json`."""
    return Vocabulary(known_words(dataset_words()), MEANINGS)


@cache
def dataset_words() -> Words:
    """`words.json`."""
    content = resources.files("harvesters.columns").joinpath("words.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, dict[str, list[str]]])


def known_words(*tables: Words) -> dict[str, list[tuple[str, str]]]:
    """Meaning and language by folded words; those of the first table come first."""
    known: dict[str, list[tuple[str, str]]] = {}
    for table in tables:
        for meaning, by_language in table.items():
            for language, words in by_language.items():
                for word in words:
                    known.setdefault(fold(word), []).append((meaning, language))
    return known


MEANINGS = frozenset(
    {
        *(
            "title",
            "description",
            "publisher",
            "page",
            "download",
            "format",
            "licence",
            "frequency",
            "issued",
            "modified",
        ),
        *("keywords", "theme", "language", "contact", "identifier", "spatial", "temporal", "access", "size"),
    }
)
"""What a column may mean. page: the address of a web page about it. download: the address of the data. contact: whom to
ask (read to be left out: persons are not taken over)."""


def fold(text: str) -> str:
    """A header as it is compared: lower case, without accents, marks, punctuation and Arabic articles, parts of
    camelCase and snake_case divided by blanks."""
    text = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text))
    text = "".join(c for c in text if not unicodedata.combining(c) and c != "\u0640").casefold()
    text = _NOT_WORD.sub(" ", text.replace("ß", "ss")).strip()
    return _ARTICLE.sub("", text.replace("أ", "ا").replace("إ", "ا"))


@lru_cache(maxsize=4096)
def match_header(header: str, vocabulary: Vocabulary | None = None) -> Match | None:
    """What a header most likely means; None where nothing known is in it. vocabulary: else that of datasets."""
    if not header.strip() or len(header) > MAX_HEADER_CHARACTERS:
        return None
    vocabulary = vocabulary or datasets()
    if fold(header) in vocabulary.certain:
        return _certain(fold(header), vocabulary)
    tag, plain = _language_of(header, vocabulary)
    pieces = [plain, *(piece for piece in _PARTS.split(plain) if piece != plain)]
    found = [match for piece in pieces if (match := _match(piece, vocabulary)) is not None]
    if not found:
        return None
    return max(found, key=lambda match: match.confidence)._replace(tag=tag)


def _certain(key: str, vocabulary: Vocabulary) -> Match:
    meaning, languages = vocabulary.certain[key]
    return Match(meaning, CERTAIN, key, languages)


def _match(text: str, vocabulary: Vocabulary) -> Match | None:
    known, key = vocabulary.known, fold(text)
    if key in vocabulary.certain:
        return _certain(key, vocabulary)
    if key in known:
        return _matched(key, EXACT, vocabulary)
    words = [word for word in key.split() if word not in NOISE]
    rest = " ".join(words)
    for noise in ("数据集", "資料集", "数据", "资源"):
        rest = rest.replace(noise, "") if _HAN.search(rest) else rest
    if rest and rest in known:
        return _matched(rest, NEARLY, vocabulary)
    if COUNTING & set(key.split()):
        return None
    inside = [known_words for known_words in known if _stands_in(known_words, f" {key} ")]
    inside = [each for each in inside if any(meaning != WEAK for meaning, _ in known[each])]
    return _matched(max(inside, key=len), INSIDE, vocabulary) if inside else None


def _stands_in(words: str, key: str) -> bool:
    if _HAN.search(words):
        return len(words) >= 2 and words in key
    return len(words) >= 3 and f" {words} " in key


def _matched(words: str, confidence: int, vocabulary: Vocabulary) -> Match:
    meaning = vocabulary.known[words][0][0]
    languages = tuple(language for other, language in vocabulary.known[words] if other == meaning)
    if meaning == WEAK:
        return Match("title", min(confidence, NAMED), words, languages)
    return Match(meaning, confidence, words, languages)


def _language_of(header: str, vocabulary: Vocabulary) -> tuple[str | None, str]:
    """The language that a header names for its column ("Title (fr)", "titulo_es", "Titre [français]"), and the rest."""
    for bracketed in _BRACKETED.finditer(header):
        language = read_language(bracketed[1])
        if language is not None and language.tag is not None and len(bracketed[1]) > 1:
            return language.tag, (header[: bracketed.start()] + header[bracketed.end() :]).strip()
    plain = _BRACKETED.sub(" ", header).strip() or header
    if (tagged := _TAGGED.fullmatch(plain)) and fold(tagged[1]) in vocabulary.known:
        return tagged[2].lower(), tagged[1]
    return None, plain
