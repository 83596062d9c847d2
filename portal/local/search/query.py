"""Lucene's classic query syntax, read by luqum, as a tree of our own nodes. What a node finds is in `evaluate`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import luqum.thread
import luqum.tree as syntax
from luqum.exceptions import ParseError

from portal.local.search.errors import BadRequest

LONGEST_QUERY = 100_000
"""Characters of one query; CKAN's own stay far below."""

MOST_CLAUSES = 1024
"""Solr's default for maxBooleanClauses."""

DEEPEST = 50
"""Brackets within brackets."""

Operator = Literal["AND", "OR"]


@dataclass(frozen=True)
class Everything:
    """Finds every document (`*:*`)."""


@dataclass(frozen=True)
class Nothing:
    """Finds no document."""


@dataclass(frozen=True)
class Term:
    """Finds the documents that hold a word; analysed to several, all of them or any, as the operator says."""

    field: str
    text: str
    operator: Operator = "OR"


@dataclass(frozen=True)
class Phrase:
    """Finds the documents that hold words in this order."""

    field: str
    text: str
    slop: int = 0


@dataclass(frozen=True)
class Wildcard:
    """Finds the documents that hold a term of this shape (`*` and `?`)."""

    field: str
    text: str


@dataclass(frozen=True)
class Regex:
    """Finds the documents that hold a term that the expression fits as a whole."""

    field: str
    text: str


@dataclass(frozen=True)
class Fuzzy:
    """Finds the documents that hold a term like this one."""

    field: str
    text: str
    distance: int


@dataclass(frozen=True)
class Range:
    """Finds the documents with a value between two; None is open."""

    field: str
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True)
class Present:
    """Finds the documents that have anything in a field."""

    field: str


@dataclass(frozen=True)
class Boost:
    """Finds what its node finds, with the score multiplied."""

    node: "Node"
    factor: float


@dataclass(frozen=True)
class Boolean:
    """Clauses together: all of `must`, none of `must_not`, and at least `minimum` of `should`."""

    must: tuple["Node", ...] = ()
    should: tuple["Node", ...] = ()
    must_not: tuple["Node", ...] = ()
    minimum: int = 0


@dataclass(frozen=True)
class Best:
    """The same text in several fields: the best score counts, of the others `tie` times theirs."""

    nodes: tuple["Node", ...]
    tie: float


Node = Everything | Nothing | Term | Phrase | Wildcard | Regex | Fuzzy | Range | Present | Boost | Boolean | Best


def parse(text: str, default_field: str, operator: Operator) -> Node:
    """Read a query. Raises BadRequest where Solr's own parser would refuse it."""
    if not text.strip():
        return Nothing()
    if text.lstrip().startswith("{!"):
        raise BadRequest("Local parameters are not supported by this search server.")
    if len(text) > LONGEST_QUERY:
        raise BadRequest(f"The query has {len(text)} characters; at most {LONGEST_QUERY} are read.")
    rewritten = rewrite(text)
    try:
        tree = luqum.thread.parse(rewritten)
    except (ParseError, ValueError) as error:
        raise BadRequest(f"org.apache.solr.search.SyntaxError: Cannot parse '{text}': {error}") from error
    reader = _Reader(text, operator)
    return reader.node(tree, default_field, 0)


QUOTED_OR_BRACKETED = re.compile(r'"(?:\\.|[^"\\])*"|[\[{](?:"(?:\\.|[^"\\])*"|[^"\]}])*[\]}]|\\.', re.DOTALL)
OPERATORS = re.compile(r"(?<![^\s(])(&&|\|\|)(?=[\s(])")
WORD_SIGNS = re.compile(r"[<>]")
NEGATION = re.compile(r"(?<![\w*?])!\s*")


def rewrite(text: str) -> str:
    """The query with what luqum reads otherwise than Lucene written so that it does not: `&&`, `||`, `!`, `<`, `>`."""
    parts: list[str] = []
    depth = end = 0
    for quoted in QUOTED_OR_BRACKETED.finditer(text):
        parts += [_plain(text[end : quoted.start()]), quoted.group()]
        end = quoted.end()
    parts.append(_plain(text[end:]))
    for part in parts[::2]:
        for character in part:
            depth += (character == "(") - (character == ")")
            if depth > DEEPEST:
                raise BadRequest(f"More than {DEEPEST} brackets within each other.")
    return "".join(parts)


def _plain(text: str) -> str:
    text = OPERATORS.sub(lambda match: "AND" if match.group() == "&&" else "OR", text)
    text = NEGATION.sub("NOT ", text)
    return WORD_SIGNS.sub(lambda match: "\\" + match.group(), text)


def unescape(text: str) -> str:
    """The text without the backslashes that make signs plain."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


@dataclass(frozen=True)
class _Clause:
    node: Node
    kind: Literal["must", "should", "must_not"]


class _Reader:
    """Turns luqum's tree into nodes, with Lucene's classic rule for operators: they mark the clauses beside them."""

    def __init__(self, text: str, operator: Operator) -> None:
        self.text = text
        self.operator = operator
        self.clauses = 0

    def node(self, item: syntax.Item, field: str, depth: int) -> Node:
        self.clauses += 1
        if self.clauses > 4 * MOST_CLAUSES or depth > 4 * DEEPEST:
            raise BadRequest("too many boolean clauses: the query is too large.")
        match item:
            case syntax.SearchField():
                if isinstance(item.expr, syntax.SearchField):
                    raise BadRequest(
                        f"org.apache.solr.search.SyntaxError: Cannot parse '{self.text}': two fields in a row"
                    )
                return self.node(item.expr, unescape(item.name), depth + 1)
            case syntax.Boost():
                return Boost(self.node(item.expr, field, depth + 1), float(item.force))
            case syntax.BaseGroup():
                return self.node(item.expr, field, depth + 1)
            case syntax.BaseOperation() | syntax.Plus() | syntax.Not() | syntax.Prohibit():
                return self._boolean(item, field, depth)
            case _:
                return self._leaf(item, field)

    def _boolean(self, item: syntax.Item, field: str, depth: int) -> Node:
        clauses: list[_Clause] = []
        for joint, part in _flat(item, ""):
            if clauses and clauses[-1].kind != "must_not":
                if joint == "AND":
                    clauses[-1] = replace(clauses[-1], kind="must")
                elif joint == "OR" and self.operator == "AND":
                    clauses[-1] = replace(clauses[-1], kind="should")
            match part:
                case syntax.Not() | syntax.Prohibit():
                    clauses.append(_Clause(self.node(part.a, field, depth + 1), "must_not"))
                    continue
                case syntax.Plus():
                    kind: Literal["must", "should"] = "must"
                    part = part.a  # noqa: PLW2901 - the clause is what stands behind the sign
                case _:
                    wanted = joint != "OR" if self.operator == "AND" else joint == "AND"
                    kind = "must" if wanted else "should"
            clauses.append(_Clause(self.node(part, field, depth + 1), kind))
        if len(clauses) > MOST_CLAUSES:
            raise BadRequest(f"too many boolean clauses: {len(clauses)}, at most {MOST_CLAUSES}.")
        return combine(clauses)

    def _leaf(self, item: syntax.Item, field: str) -> Node:
        match item:
            case syntax.Proximity():
                return Phrase(field, unescape(item.term.value[1:-1]), int(item.degree))
            case syntax.Phrase():
                return Phrase(field, unescape(item.value[1:-1]))
            case syntax.Fuzzy():
                distance = float(item.degree)
                return Fuzzy(field, unescape(item.term.value), min(2, int(distance)) if distance >= 1 else 2)
            case syntax.Regex():
                return Regex(field, item.value[1:-1])
            case syntax.Range():
                return Range(field, _end(item.low), _end(item.high), item.include_low, item.include_high)
            case syntax.Word():
                return self._word(item.value, field)
        raise BadRequest(f"org.apache.solr.search.SyntaxError: Cannot parse '{self.text}'")

    def _word(self, text: str, field: str) -> Node:
        if text == "*":
            return Everything() if field == "*" else Present(field)
        if re.search(r"(?<!\\)(?:\\\\)*[*?]", text):
            return Wildcard(field, text)
        return Term(field, unescape(text), self.operator)


def combine(clauses: list[_Clause]) -> Node:
    """The clauses as one node."""
    if len(clauses) == 1 and clauses[0].kind != "must_not":
        return clauses[0].node
    must, should, must_not = (
        tuple(c.node for c in clauses if c.kind == kind) for kind in ("must", "should", "must_not")
    )
    return Boolean(must, should, must_not, 0 if must else min(1, len(should)))


def _flat(item: syntax.Item, joint: str) -> Iterator[tuple[str, syntax.Item]]:
    """The clauses in the order in which they were written, each with the operator before it."""
    names = {syntax.AndOperation: "AND", syntax.OrOperation: "OR"}
    if not isinstance(item, syntax.BaseOperation):
        yield joint, item
        return
    inner = names.get(type(item), "")
    for number, operand in enumerate(item.children):
        yield from _flat(operand, joint if number == 0 else inner)


def _end(item: syntax.Item) -> str | None:
    text = ("-" + item.a.value) if isinstance(item, syntax.Prohibit) else item.value
    if text == "*":
        return None
    return unescape(text[1:-1] if isinstance(item, syntax.Phrase) else text)
