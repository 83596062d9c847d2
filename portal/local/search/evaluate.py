"""What a query finds in an index, and how well each find fits (BM25, as Lucene's default similarity)."""

import math
import re
from collections.abc import Callable, Sequence, Set
from datetime import UTC, datetime

from portal.local.search import dates
from portal.local.search.analysis import Token, folded
from portal.local.search.document import Value
from portal.local.search.errors import BadRequest
from portal.local.search.index import Index
from portal.local.search.postings import GramPostings, ValuePostings, WordPostings, pattern, within
from portal.local.search.query import (
    Best,
    Boolean,
    Boost,
    Everything,
    Fuzzy,
    Node,
    Nothing,
    Phrase,
    Present,
    Range,
    Regex,
    Term,
    Wildcard,
)
from portal.local.search.schema import Kind

SATURATION, LENGTH_SHARE = 1.2, 0.75
"""Lucene's k1 and b."""

LONGEST_EXPRESSION = 200
"""Characters of a regular expression; Python's engine can be made to run for ever by a longer one."""

REPEATED_GROUP = re.compile(r"[)\]][*+{]")


class Evaluator:
    """One look at an index: no change may come between the calls of one evaluator."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.now = datetime.now(UTC)

    def matching(self, node: Node) -> Set[int]:
        """The documents that a query finds; not to be changed by the caller. Raises BadRequest."""
        if isinstance(node, Boolean) and not node.must and not node.should and node.must_not:
            node = Boolean((Everything(),), (), node.must_not)
        return self._matching(node)

    def _matching(self, node: Node) -> Set[int]:
        match node:
            case Everything():
                return self.index.documents
            case Nothing():
                return frozenset()
            case Boost():
                return self._matching(node.node)
            case Best():
                return _union([self._matching(part) for part in node.nodes])
            case Boolean():
                return self._boolean(node)
            case Term():
                return self._term(node)
            case Phrase():
                return self._phrase(node)
            case Present():
                return self.index.postings(node.field).present()
            case Range():
                return self._range(node)
            case Wildcard() | Regex() | Fuzzy():
                return self.index.postings(node.field).where(self._shape(node))

    def _boolean(self, node: Boolean) -> Set[int]:
        must = sorted((self._matching(part) for part in node.must if not self._void(part)), key=len)
        should = [self._matching(part) for part in node.should if not self._void(part)]
        found: Set[int] = frozenset()
        if must:
            found = must[0]
            for other in must[1:]:
                found = found & other
        minimum = min(node.minimum, len(should))
        if should and (minimum or not must):
            enough = _at_least(should, max(1, minimum))
            found = found & enough if must else enough
        for part in node.must_not:
            if found and not self._void(part):
                found = found - self._matching(part)
        return found

    def _void(self, node: Node) -> bool:
        """Whether nothing is left of a text once it is analysed (`-`): such a clause does not count."""
        if isinstance(node, Boost):
            return self._void(node.node)
        if not isinstance(node, Term | Phrase) or self.index.schema.field(node.field).kind is not Kind.WORDS:
            return False
        return not self._tokens(node)

    def _tokens(self, node: Term | Phrase) -> list[Token]:
        analyser = self.index.schema.field(node.field).type.query
        return [] if analyser is None else analyser.tokens(node.text)[0]

    def _value(self, field: str, text: str) -> Value:
        kind = self.index.schema.field(field).kind
        try:
            match kind:
                case Kind.DATE:
                    return dates.parse(text, self.now)
                case Kind.INTEGER:
                    return int(text)
                case Kind.REAL:
                    return float(text)
                case Kind.BOOLEAN:
                    return text[:1] in ("1", "t", "T")
                case _:
                    return text
        except ValueError as error:
            raise BadRequest(f"Invalid Number: {text} for field {field}") from error

    def _term(self, node: Term) -> Set[int]:
        postings = self.index.postings(node.field)
        match postings:
            case ValuePostings():
                return postings.holding(self._value(node.field, node.text))
            case GramPostings():
                return postings.holding(node.text.split())
            case WordPostings():
                found = [postings.holding(token.term) for token in self._tokens(node)]
                return _union(found) if node.operator == "OR" else _intersection(found)

    def _phrase(self, node: Phrase) -> Set[int]:
        postings = self.index.postings(node.field)
        if not isinstance(postings, WordPostings):
            return self._term(Term(node.field, node.text))
        tokens = self._tokens(node)
        if len(tokens) < 2:
            return postings.holding(tokens[0].term) if tokens else frozenset()
        return postings.phrase(tokens, node.slop)

    def _range(self, node: Range) -> Set[int]:
        low = None if node.low is None else self._value(node.field, node.low)
        high = None if node.high is None else self._value(node.field, node.high)
        postings = self.index.postings(node.field)
        if low is None and high is None:
            return postings.present()

        def inside(value: Value) -> bool:
            # Every value of a field is of the field's one type.
            above = low is None or value > low or (node.include_low and value == low)  # type: ignore[operator]
            return above and (high is None or value < high or (node.include_high and value == high))  # type: ignore[operator]

        return postings.where(inside)

    def _shape(self, node: Wildcard | Regex | Fuzzy) -> Callable[[Value], bool]:
        """The condition on a term: terms of words are compared lower-cased and folded, as Solr does it."""
        plain = self.index.schema.field(node.field).kind not in (Kind.WORDS, Kind.GRAMS)
        text = node.text if plain else folded(node.text.lower())
        if isinstance(node, Fuzzy):
            distance = node.distance
            return lambda value: within(text, str(value), distance)
        if isinstance(node, Wildcard):
            return _fits(pattern(text))
        if len(text) > LONGEST_EXPRESSION or len(REPEATED_GROUP.findall(text)) > 1:
            raise BadRequest("The regular expression is too complex for this search server.")
        try:
            return _fits(re.compile(text, re.DOTALL))
        except re.error as error:
            raise BadRequest(f"The regular expression cannot be read: {error}") from error

    def scores(self, node: Node, hits: Set[int]) -> dict[int, float]:
        """How well each hit fits; a document that the query does not find has no score."""
        match node:
            case Boost():
                return {d: score * node.factor for d, score in self.scores(node.node, hits).items()}
            case Best():
                return self._best([self.scores(part, hits) for part in node.nodes], node.tie)
            case Boolean():
                total = dict.fromkeys(self._boolean(node) & hits, 0.0)
                for part in (*node.must, *node.should):
                    for document, score in self.scores(part, hits).items():
                        if document in total:
                            total[document] += score
                return total
            case Term() | Phrase():
                return self._text_scores(node, hits)
            case _:
                return dict.fromkeys(self._matching(node) & hits, 1.0)

    @staticmethod
    def _best(several: list[dict[int, float]], tie: float) -> dict[int, float]:
        best: dict[int, float] = {}
        total: dict[int, float] = {}
        for scores in several:
            for document, score in scores.items():
                best[document] = max(best.get(document, 0.0), score)
                total[document] = total.get(document, 0.0) + score
        return {document: score + tie * (total[document] - score) for document, score in best.items()}

    def _text_scores(self, node: Term | Phrase, hits: Set[int]) -> dict[int, float]:
        found = (self._term(node) if isinstance(node, Term) else self._phrase(node)) & hits
        postings = self.index.postings(node.field)
        if not isinstance(postings, WordPostings):
            weight = self._rarity(len(found)) / (1 + SATURATION)
            return dict.fromkeys(found, weight)
        total = dict.fromkeys(found, 0.0)
        if not total:
            return total
        average = postings.total / len(postings.lengths) or 1.0
        for token in self._tokens(node):
            frequencies = postings.frequencies(token.term)
            rarity = self._rarity(len(frequencies))
            for document in total:
                count = frequencies.get(document, 0)
                length = 1 - LENGTH_SHARE + LENGTH_SHARE * postings.lengths[document] / average
                total[document] += rarity * count / (count + SATURATION * length)
        return total

    def _rarity(self, found: int) -> float:
        """Lucene's idf: never negative, also for what nearly every document holds."""
        return math.log(1 + max(0.0, len(self.index.documents) - found + 0.5) / (found + 0.5))


def _fits(expression: re.Pattern[str]) -> Callable[[Value], bool]:
    return lambda value: expression.fullmatch(str(value)) is not None


def _union(several: Sequence[Set[int]]) -> Set[int]:
    return frozenset().union(*several)


def _intersection(several: Sequence[Set[int]]) -> Set[int]:
    several = sorted(several, key=len)
    return frozenset() if not several else frozenset(several[0]).intersection(*several[1:])


def _at_least(several: list[Set[int]], minimum: int) -> Set[int]:
    if minimum == 1:
        return _union(several)
    counts: dict[int, int] = {}
    for found in several:
        for document in found:
            counts[document] = counts.get(document, 0) + 1
    return {document for document, count in counts.items() if count >= minimum}
