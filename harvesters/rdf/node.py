"""A thing in a record, with what is said of it: what the mapping reads DCAT through.

RDF has no order, and portals write the same description in another order every time. Values are therefore given sorted,
blank nodes by their content, so that what did not change gives the same package.
"""

import hashlib
from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from harvesters.base import Parts
from harvesters.rdf.graph import MemoryGraph, Term, key, read_description
from harvesters.rdf.vocabulary import canonical

SKOLEM_PATH = "/.well-known/genid/"
"""RDF 1.1 Concepts, 3.5: an IRI that stands for a blank node, and may be another one tomorrow."""

MAX_SIGNATURE_DEPTH = 4


class Node:
    """A node of a record's graph, or of a part that it refers to.

    said: values by predicate in its standard spelling. Empty for an IRI of which nothing is said.
    """

    def __init__(self, name: str, graph: MemoryGraph, parts: Parts, met: "_Met | None" = None) -> None:
        self.name = name
        self._graph = graph
        self._parts = parts
        self._met = met if met is not None else _Met()
        self.said: dict[str, list[Term]] = {}
        for predicate, value in graph.statements(name):
            self.said.setdefault(canonical(predicate), []).append(value)

    @property
    def iri(self) -> str | None:
        """Its IRI; None for a blank node, skolemised or not."""
        return None if self.name.startswith("_:") or SKOLEM_PATH in self.name else self.name or None

    @property
    def classes(self) -> frozenset[str]:
        """Its classes in their standard spelling."""
        return self._graph.classes(self.name)

    def values(self, *predicates: str) -> list[Term]:
        """The values of all the predicates, each once, sorted within each predicate."""
        found: list[Term] = []
        for predicate in predicates:
            values = self.said.get(predicate)
            if values is not None:
                found.extend(values if len(values) == 1 else sorted(values, key=self._order))
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def first(self, *predicates: str) -> list[Term]:
        """The values of the first of the predicates that has any."""
        return next((self.values(predicate) for predicate in predicates if predicate in self.said), [])

    def nodes(self, *predicates: str) -> Iterator["Node"]:
        """The nodes among the values."""
        return (self.follow(value) for value in self.values(*predicates) if not isinstance(value, Literal))

    def literals(self, *predicates: str) -> Iterator[str]:
        """The texts among the values that are not blank; an IRI counts as the text that it is."""
        for value in self.values(*predicates):
            if isinstance(value, (Literal, NamedNode)) and value.value.strip():
                yield value.value

    def follow(self, value: Term) -> "Node":
        """The node that a value is, described by the record or else by a part of the harvest."""
        name = key(value)
        if isinstance(value, BlankNode):
            return Node(name, self._graph, self._parts, self._met)
        node = self._met.nodes.get(name)
        if node is None:
            node = self._met.nodes[name] = Node(name, self._graph_of(name), self._parts, self._met)
        return node

    def described_here(self, value: Term) -> "Node":
        """The node that a value is, as far as the record itself describes it."""
        return Node(key(value), self._graph, self._parts, self._met)

    def _graph_of(self, name: str) -> MemoryGraph:
        text = None if self._graph.statements(name) else self._parts(name)
        if text is None:
            return self._graph
        try:
            return read_description(text)[1]
        except SyntaxError:  # a spool of older code; the thing counts as not described
            return self._graph

    def _order(self, value: Term) -> tuple[int, str, str]:
        if isinstance(value, Literal):
            return (0, value.value, value.language or "")
        if isinstance(value, NamedNode):
            return (1, value.value, "")
        return (2, self._signature(key(value), MAX_SIGNATURE_DEPTH), "")

    def _signature(self, name: str, depth: int) -> str:
        """A digest of what is said of a blank node, which does not depend on labels or order."""
        known = self._met.signatures.get((id(self._graph), name, depth))
        if known is not None:
            return known
        lines = sorted(
            f"{predicate} {(self._signature(key(value), depth - 1) if depth else '') if _is_blank(value) else value}"
            for predicate, value in self._graph.statements(name)
        )
        digest = hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
        self._met.signatures[id(self._graph), name, depth] = digest
        return digest


class _Met:
    """What the nodes of one record share: nodes by IRI, and digests of blank nodes by graph, label and depth."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.signatures: dict[tuple[int, str, int], str] = {}


def _is_blank(value: Term) -> bool:
    return isinstance(value, BlankNode)
