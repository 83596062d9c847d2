"""The inverted lists of one field: which documents hold which value or word.

Three kinds of field, three structures, each with the same small set of questions. Documents are numbers that only grow.
"""

from __future__ import annotations  # array[int] is for type checkers alone before Python 3.12

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field

from portal.local.search.analysis import Grams, Token
from portal.local.search.document import Value

POSITION_BITS = 24
"""Bits of an occurrence that hold the position; those above hold the document."""

POSITION_MASK = (1 << POSITION_BITS) - 1


@dataclass
class ValuePostings:
    """A field of whole values (strings, numbers, dates): found, counted and sorted by value. Removal is immediate."""

    documents: dict[Value, int | set[int]] = field(default_factory=dict)
    """Value to the one document that holds it (a plain number, as most are), or to the set of several."""
    values: dict[int, tuple[Value, ...]] = field(default_factory=dict)

    def add(self, document: int, values: list[Value]) -> None:
        """Note what a new document holds."""
        self.values[document] = tuple(dict.fromkeys(values))
        for value in self.values[document]:
            known = self.documents.get(value)
            if known is None:
                self.documents[value] = document
            elif isinstance(known, int):
                self.documents[value] = {known, document}
            else:
                known.add(document)

    def remove(self, document: int) -> None:
        """Forget a document."""
        for value in self.values.pop(document):
            known = self.documents[value]
            if isinstance(known, set) and len(known) > 1:
                known.discard(document)
            else:
                del self.documents[value]

    def holding(self, value: Value) -> Set[int]:
        """The documents that hold exactly this value."""
        known = self.documents.get(value)
        return frozenset() if known is None else frozenset((known,)) if isinstance(known, int) else known

    def where(self, condition: Callable[[Value], bool]) -> set[int]:
        """The documents with a value that meets a condition."""
        found: set[int] = set()
        for value, known in self.documents.items():
            if condition(value):
                if isinstance(known, int):
                    found.add(known)
                else:
                    found |= known
        return found

    def present(self) -> Set[int]:
        """The documents that have any value."""
        return self.values.keys()


@dataclass
class WordPostings:
    """A field of analysed text. One array of occurrences per term, in order: document and position in one number.

    A removed document's occurrences stay until `compact`, as in Lucene's segments; who asks drops the dead ones.
    """

    occurrences: dict[str, array[int]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    """Document to its number of words."""
    total: int = 0
    """Sum of all lengths."""

    def add(self, document: int, tokens: list[Token], length: int) -> None:
        """Note a new document's tokens and its number of words; `document` is greater than every one before it."""
        self.lengths[document] = length
        self.total += length
        base = document << POSITION_BITS
        for position, term in sorted({(token.position, token.term) for token in tokens}):
            places = self.occurrences.get(term)
            if places is None:
                places = self.occurrences[term] = array("Q")
            places.append(base | min(position, POSITION_MASK))

    def remove(self, document: int) -> None:
        """Forget a document; its occurrences go with the next `compact`."""
        self.total -= self.lengths.pop(document)

    def compact(self) -> None:
        """Drop the occurrences of removed documents."""
        alive = self.lengths
        for term, places in list(self.occurrences.items()):
            kept = array("Q", [place for place in places if place >> POSITION_BITS in alive])
            if kept:
                self.occurrences[term] = kept
            else:
                del self.occurrences[term]

    def holding(self, term: str) -> set[int]:
        """The living documents that hold a term."""
        places = self.occurrences.get(term)
        return set() if places is None else {p >> POSITION_BITS for p in places} & self.lengths.keys()

    def frequencies(self, term: str) -> dict[int, int]:
        """How often each document holds a term; removed ones may be among them."""
        counts: dict[int, int] = {}
        for place in self.occurrences.get(term, ()):
            document = place >> POSITION_BITS
            counts[document] = counts.get(document, 0) + 1
        return counts

    def where(self, condition: Callable[[Value], bool]) -> set[int]:
        """The documents with a term that meets a condition."""
        found: set[int] = set()
        for term, places in self.occurrences.items():
            if condition(term):
                found.update(place >> POSITION_BITS for place in places)
        return found & self.lengths.keys()

    def present(self) -> Set[int]:
        """The documents that have any text in this field."""
        return self.lengths.keys()

    def positions(self, term: str, document: int) -> array[int]:
        """Where a document holds a term."""
        places = self.occurrences.get(term, array("Q"))
        base = document << POSITION_BITS
        start = bisect_left(places, base)
        end = bisect_left(places, base + POSITION_MASK + 1, start)
        return array("Q", [place & POSITION_MASK for place in places[start:end]])

    def phrase(self, tokens: list[Token], slop: int) -> set[int]:
        """The documents that hold the tokens at these distances from each other, each at most `slop` away from its place."""
        documents = min((self.holding(token.term) for token in tokens), key=len)
        for token in tokens:
            documents = documents & self.holding(token.term)
        return {document for document in documents if self._stands(tokens, slop, document)}

    def _stands(self, tokens: list[Token], slop: int, document: int) -> bool:
        first, *others = tokens
        rest = [(token.position - first.position, self.positions(token.term, document)) for token in others]
        return any(
            all(any(abs(place - start - distance) <= slop for place in places) for distance, places in rest)
            for start in self.positions(first.term, document)
        )


@dataclass
class GramPostings:
    """A field whose terms are pieces of its text. The text itself is kept: looking through it finds just the same."""

    grams: Grams
    texts: dict[int, str] = field(default_factory=dict)

    def add(self, document: int, texts: list[str]) -> None:
        """Note a new document's text."""
        self.texts[document] = "\n".join(texts).lower()

    def remove(self, document: int) -> None:
        """Forget a document."""
        del self.texts[document]

    def holding(self, words: list[str]) -> set[int]:
        """The documents in whose text every word is a piece."""
        pieces = [word.lower() for word in words]
        return {d for d, text in self.texts.items() if pieces and all(self.grams.holds(text, p) for p in pieces)}

    def where(self, condition: Callable[[Value], bool]) -> set[int]:
        """The documents with a piece of text that meets a condition."""
        return {document for document, text in self.texts.items() if any(condition(gram) for gram in self._all(text))}

    def present(self) -> Set[int]:
        """The documents that have any text in this field."""
        return self.texts.keys()

    def _all(self, text: str) -> Iterator[str]:
        for start in range(len(text)):
            for end in range(start + self.grams.least, min(start + self.grams.most, len(text)) + 1):
                yield text[start:end]


Postings = ValuePostings | WordPostings | GramPostings


def pattern(wildcard: str) -> re.Pattern[str]:
    """Lucene's wildcards as a regular expression: `*` any run, `?` any one character, a backslash takes the next as it is."""
    parts = re.findall(r"\\(.)|([*?])|([^\\*?]+)|(\\)$", wildcard, re.DOTALL)
    signs = {"*": ".*", "?": "."}
    return re.compile(
        "".join(signs[sign] if sign else re.escape(escaped or plain or "\\") for escaped, sign, plain, _ in parts),
        re.DOTALL,
    )


def within(one: str, other: str, distance: int) -> bool:
    """Whether two words differ by at most `distance` letters inserted, dropped, replaced or swapped (as Lucene's fuzzy)."""
    if abs(len(one) - len(other)) > distance:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > distance and min(before) > distance:
            return False
    return row[-1] <= distance
