"""What people type into the search box: read leniently, looked for in several fields at once. Never a syntax error.

dismax and edismax of Solr, in the parts that CKAN uses: qf, mm, tie, q.op.
"""

import re
from dataclasses import dataclass

from portal.local.search.errors import BadRequest
from portal.local.search.query import (
    Best,
    Boolean,
    Boost,
    Everything,
    Fuzzy,
    Node,
    Nothing,
    Phrase,
    Regex,
    Term,
    Wildcard,
)
from portal.local.search.query import parse as parse_lucene

ANY_FIELD = "_any_"
"""Stands for the qf fields while an edismax query is read; no field of CKAN's has this name."""

PIECE = re.compile(r'(?P<sign>[+-]?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Fields:
    """The fields that text is looked for in (qf), and how the finds are weighed (tie) and counted (mm)."""

    weights: tuple[tuple[str, float], ...]
    tie: float
    minimum: str

    def spread(self, text: str, *, phrase: bool) -> Node:
        """The same text in every field."""
        nodes: list[Node] = []
        for name, weight in self.weights:
            node: Node = Phrase(name, text) if phrase else Term(name, text, "AND")
            nodes.append(Boost(node, weight))
        return Best(tuple(nodes), self.tie)


def weights(qf: str) -> tuple[tuple[str, float], ...]:
    """`name^4 text` as ((name, 4.0), (text, 1.0)). Raises BadRequest."""
    found: list[tuple[str, float]] = []
    for part in qf.split():
        name, _, weight = part.partition("^")
        try:
            found.append((name, float(weight or 1)))
        except ValueError as error:
            raise BadRequest(f"The weight in qf is not a number: {part}") from error
    return tuple(found)


def parse(text: str, fields: Fields) -> Node:
    """User text: words and phrases, with + and - before them. Anything else in it is plain text."""
    must: list[Node] = []
    should: list[Node] = []
    must_not: list[Node] = []
    if text.count('"') % 2:
        text = text.replace('"', " ")
    for piece in PIECE.finditer(text):
        words = piece["word"] if piece["phrase"] is None else piece["phrase"]
        if words in ("AND", "OR", "NOT") or not words.strip("+-"):
            continue
        node = fields.spread(words, phrase=piece["phrase"] is not None)
        {"+": must, "-": must_not}.get(piece["sign"], should).append(node)
    if not must and not should and not must_not:
        return Nothing()
    return Boolean(tuple(must), tuple(should), tuple(must_not), at_least(len(should), fields.minimum))


def parse_extended(text: str, fields: Fields) -> Node:
    """Lucene's syntax where the text is some, the words without a field looked for in qf; else as user text."""
    if text.strip() in ("", "*", "*:*"):
        return Everything()
    try:
        node = parse_lucene(text, ANY_FIELD, "OR")
    except BadRequest:
        return parse(text, fields)
    spread = _spread(node, fields)
    if isinstance(spread, Boolean):
        return Boolean(spread.must, spread.should, spread.must_not, at_least(len(spread.should), fields.minimum))
    return spread


def _spread(node: Node, fields: Fields) -> Node:
    match node:
        case Term(field=name, text=text) if name == ANY_FIELD:
            return fields.spread(text, phrase=False)
        case Phrase(field=name, text=text) if name == ANY_FIELD:
            return fields.spread(text, phrase=True)
        case Wildcard(field=name, text=text) if name == ANY_FIELD:
            return Best(tuple(Boost(Wildcard(field, text), weight) for field, weight in fields.weights), fields.tie)
        case Regex(field=name, text=text) if name == ANY_FIELD:
            return Best(tuple(Boost(Regex(field, text), weight) for field, weight in fields.weights), fields.tie)
        case Fuzzy(field=name, text=text, distance=distance) if name == ANY_FIELD:
            return Best(tuple(Boost(Fuzzy(field, text, distance), w) for field, w in fields.weights), fields.tie)
        case Boost(node=inner, factor=factor):
            return Boost(_spread(inner, fields), factor)
        case Boolean(must=must, should=should, must_not=must_not, minimum=minimum):
            parts = [tuple(_spread(part, fields) for part in several) for several in (must, should, must_not)]
            return Boolean(parts[0], parts[1], parts[2], minimum)
        case _ if getattr(node, "field", None) == ANY_FIELD:
            return Nothing()
        case _:
            return node


def at_least(clauses: int, minimum: str) -> int:
    """How many of the optional clauses must be met (Solr's mm: `2<-1 5<80%`, `75%`, `-1`, `2`). Raises BadRequest."""
    try:
        return _at_least(clauses, minimum.strip())
    except ValueError as error:
        raise BadRequest(f"The mm parameter cannot be read: {minimum}") from error


def _at_least(clauses: int, minimum: str) -> int:
    if "<" in minimum:
        result = clauses
        for condition in re.sub(r"\s*<\s*", "<", minimum).split():
            bound, _, rest = condition.partition("<")
            if clauses <= int(bound):
                return result
            result = _at_least(clauses, rest)
        return result
    wanted = int(clauses * int(minimum[:-1]) / 100) if minimum.endswith("%") else int(minimum)
    return max(0, min(clauses, clauses + wanted if wanted < 0 else wanted))
