"""The columns of a list: which row is the header, and what each column means, with the evidence.

A pure function on rows, however they were read. It proposes; a person confirms (`stated`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from harvesters.columns.headers import CERTAIN, Vocabulary, datasets, fold, match_header
from harvesters.phrases import Phrase, clauses, phrase
from harvesters.values import clean_text, read_format

HEADER_ROWS = 30
"""The header is looked for among so many rows: above it stand titles, notes and logos."""

SAMPLE_ROWS = 200
"""Below the header so many rows are looked at for evidence."""

CERTAIN_CONFIDENCE = 80
"""From this confidence on a title and an address make a list of datasets."""

STATED = 100
BY_VALUES = 62
"""Confidence where no header but the values say that a column has addresses."""

DOUBTED = 60
"""Confidence where a header says so and none of the values does."""

MOST = 0.8
"""The share of a column's values that makes them a kind."""

REPEATABLE = frozenset({"download", "keywords", "theme", "contact"})
"""Several columns may have this meaning."""

BY_LANGUAGE = frozenset({"title", "description", "keywords", "publisher"})
"""Several columns may have this meaning, in a language each."""

_WORDS_OF = frozenset({"title", "description", "publisher", "theme", "spatial"})
_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)\S+", re.IGNORECASE)
_SCHEMELESS = re.compile(r"(?:https?://|ftp://)?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:[:/?#]\S*)?", re.IGNORECASE)
_PAGES = frozenset({"HTML", None})


class Column(msgspec.Struct, frozen=True):
    """One column. index: from 0. header: as it stands, made unique ("Link", "Link (2)"). meaning: one of
    `headers.MEANINGS`, or None for what is kept as it is. confidence: 0 to 100. said: why, for a person. language: of
    the texts, as a tag, where the header names one."""

    index: int
    header: str
    meaning: str | None = None
    confidence: int = 0
    said: tuple[Phrase, ...] = ()
    language: str | None = None

    @property
    def evidence(self) -> str:
        """What is said, in English."""
        return clauses(self.said)


class Columns(msgspec.Struct, frozen=True):
    """What was recognised. header_row: its index among the rows, from 0; -1 where the keys came with the rows."""

    header_row: int
    columns: tuple[Column, ...]

    def of(self, meaning: str) -> list[Column]:
        """The columns with this meaning, from the left."""
        return [column for column in self.columns if column.meaning == meaning]

    @property
    def score(self) -> int:
        """How much is recognised, to compare readings of the same list."""
        return sum({column.meaning: column.confidence for column in self.columns if column.meaning}.values())

    @property
    def is_list(self) -> bool:
        """Whether this plainly is a list of datasets or sources: each row has a title and an address."""
        titled = any(column.confidence >= CERTAIN_CONFIDENCE for column in self.of("title"))
        addressed = [*self.of("page"), *self.of("download")]
        return titled and any(column.confidence >= CERTAIN_CONFIDENCE for column in addressed)


def recognise(
    rows: Sequence[Sequence[Any]],
    stated: Mapping[str, str | None] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Columns | None:
    """The header among the first rows, and what its columns mean; None where no row is a header.

    rows: cells as texts, numbers or None; rows may differ in length. stated: meanings by header that a person confirmed
    (None: the column has none); they outweigh what is recognised. vocabulary: else that of lists of datasets.
    """
    vocabulary = vocabulary or datasets()
    confirmed = {fold(header): meaning for header, meaning in (stated or {}).items()}
    best: tuple[int, int] | None = None
    for index, row in enumerate(rows[:HEADER_ROWS]):
        score = _header_score(row, confirmed, vocabulary)
        if score and (best is None or score > best[0]):
            best = (score, index)
    if best is None:
        return None
    header_row = best[1]
    return Columns(header_row, _columns(rows[header_row], rows[header_row + 1 :], confirmed, vocabulary))


def recognise_keys(
    keys: Sequence[str],
    rows: Sequence[Sequence[Any]],
    stated: Mapping[str, str | None] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Columns:
    """What columns mean whose names are known to be names: the keys of JSON objects."""
    confirmed = {fold(header): meaning for header, meaning in (stated or {}).items()}
    return Columns(-1, _columns(keys, rows, confirmed, vocabulary or datasets()))


def _header_score(row: Sequence[Any], confirmed: Mapping[str, str | None], vocabulary: Vocabulary) -> int:
    """How much of a row is headers; 0 where it is none."""
    found: dict[str, int] = {}
    for cell in row:
        if not isinstance(cell, str) or _ADDRESS.search(cell):
            continue
        key = fold(cell)
        if key in confirmed:
            found[f"stated {key}"] = 2 * STATED
        elif match := match_header(cell, vocabulary):
            found[match.meaning] = max(match.confidence, found.get(match.meaning, 0))
    enough = len(found) >= 2 or any(key.startswith("stated") for key in found)
    return sum(found.values()) if enough else 0


def _columns(
    headers: Sequence[Any], rows: Sequence[Sequence[Any]], confirmed: Mapping[str, str | None], vocabulary: Vocabulary
) -> tuple[Column, ...]:
    names = _unique([clean_text(header) or "" for header in headers])
    sample = rows[:SAMPLE_ROWS]
    proposed = [
        _propose(index, name, [row[index] for row in sample if index < len(row)], confirmed, vocabulary)
        for index, name in enumerate(names)
    ]
    return _settle(proposed)


def _propose(
    index: int, header: str, values: Sequence[Any], confirmed: Mapping[str, str | None], vocabulary: Vocabulary
) -> Column:
    """What a column means by itself."""
    match = match_header(header, vocabulary)
    if fold(header) in confirmed:
        meaning = confirmed[fold(header)]
        known = meaning if meaning in vocabulary.meanings else None
        return Column(index, header, known, STATED, (phrase("column-stated"),), match.tag if match else None)
    texts = [text for value in values if (text := clean_text(value)) is not None]
    addresses = sum(_is_address(text, vocabulary) for text in texts)
    mostly_addresses = bool(texts) and addresses >= MOST * len(texts)
    if match is None:
        if mostly_addresses:
            return _address(index, header, texts, BY_VALUES, (phrase("column-addresses"),))
        return Column(index, header)
    if match.confidence == CERTAIN:
        return Column(index, header, match.meaning, CERTAIN, (phrase("column-of-template"),), match.tag)
    said = (phrase("column-word", words=match.words, languages=", ".join(match.languages)),)
    if match.meaning in _WORDS_OF and mostly_addresses:
        return _address(index, header, texts, BY_VALUES, (phrase("column-addresses"),))
    if match.meaning in vocabulary.addresses and texts and not addresses:
        doubted = (*said, phrase("column-no-address"))
        if vocabulary.keeps_pages and match.meaning == "page":
            return Column(index, header, "page", min(DOUBTED, match.confidence), doubted)
        return Column(index, header, None, 0, doubted)
    if match.meaning == "page":
        return _address(index, header, texts, match.confidence, said)
    return Column(index, header, match.meaning, match.confidence, said, match.tag)


def _is_address(text: str, vocabulary: Vocabulary) -> bool:
    return bool(_ADDRESS.match(text) or (vocabulary.schemeless and _SCHEMELESS.fullmatch(text)))


def _address(index: int, header: str, texts: Sequence[str], confidence: int, said: tuple[Phrase, ...]) -> Column:
    """A column of addresses: of files where most of them end as files do, else of pages."""
    links = [text for text in texts if _ADDRESS.match(text)]
    files = sum(_extension(link) not in _PAGES for link in links)
    if links and files >= MOST * len(links):
        return Column(index, header, "download", confidence, (*said, phrase("column-addresses-of-files")))
    return Column(index, header, "page", confidence, said)


def _extension(link: str) -> str | None:
    try:
        path = urlsplit(link.split(maxsplit=1)[0]).path
    except ValueError:
        return None
    return read_format(None, None, f"https://x.example{path}").format if "." in path.rpartition("/")[2] else None


def _settle(proposed: Sequence[Column]) -> tuple[Column, ...]:
    """Each meaning to the column that has it most plainly; the others keep their words without a meaning."""
    best: dict[tuple[str, str | None], Column] = {}
    for column in proposed:
        if column.meaning is None or column.meaning in REPEATABLE:
            continue
        key = (column.meaning, column.language if column.meaning in BY_LANGUAGE else None)
        if key not in best or column.confidence > best[key].confidence:
            best[key] = column
    settled = []
    for column in proposed:
        key = (column.meaning or "", column.language if column.meaning in BY_LANGUAGE else None)
        if column.meaning is None or column.meaning in REPEATABLE or best[key] is column:
            settled.append(column)
        else:
            why = phrase("column-other-plainer", header=best[key].header)
            settled.append(msgspec.structs.replace(column, meaning=None, confidence=0, said=(why,)))
    return tuple(settled)


def _unique(headers: Sequence[str]) -> list[str]:
    """Headers that are all different; one that is empty becomes "column 3"."""
    names: list[str] = []
    taken: set[str] = set()
    for index, header in enumerate(headers, 1):
        stem = name = header or f"column {index}"
        count = 1
        while name in taken:
            count += 1
            name = f"{stem} ({count})"
        taken.add(name)
        names.append(name)
    return names
