"""The graph of one page, and the part of it that describes one dataset.

Nodes are named by a string: an IRI by itself, a blank node by "_:" and its label. Statements keep the order of the
document, so that the same page always gives the same records.
"""

import functools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuadParser, RdfFormat, Triple, parse

from harvesters.base import SPELLED_OUT
from harvesters.rdf.vocabulary import ADMS, DCAT, DCT, FOAF, PROV, SKOS, TYPE, VOID, canonical

Term = NamedNode | BlankNode | Literal | Triple
Statement = tuple[str, Term]
"""A predicate's IRI, as written, and an object."""

MAX_DEPTH = 8
"""Steps from a dataset to what is still taken as part of its description; DCAT-AP's own deepest chain is five."""

MAX_IRI_STEPS = 4
"""Of those, steps over nodes that have an IRI (dataset, distribution, access service, licence, standard)."""

DATASET_CLASSES = frozenset({DCAT + "Dataset"})
APART_CLASSES = frozenset(DCAT + name for name in ("Dataset", "DatasetSeries", "Catalog", "CatalogRecord"))
"""What stands for itself: a dataset that refers to one of these does not contain its description."""

_NOT_FOLLOWED = frozenset(
    {
        *(ADMS + name for name in ("last", "next", "prev", "sample", "translation")),
        *(DCAT + name for name in ("catalog", "dataset", "first", "hasVersion", "inCatalog", "inSeries")),
        *(DCAT + name for name in ("isVersionOf", "last", "next", "nextVersion", "prev", "previousVersion", "record")),
        *(DCAT + name for name in ("resource", "seriesMember", "servesDataset", "service")),
        *(DCT + name for name in ("hasPart", "hasVersion", "isPartOf", "isReferencedBy", "isReplacedBy")),
        *(DCT + name for name in ("isRequiredBy", "isVersionOf", "relation", "replaces", "requires", "source")),
        *(SKOS + name for name in ("broader", "broaderTransitive", "exactMatch", "hasTopConcept", "inScheme")),
        *(SKOS + name for name in ("member", "narrower", "narrowerTransitive", "related", "topConceptOf")),
        *(FOAF + "isPrimaryTopicOf", FOAF + "primaryTopic", PROV + "wasUsedBy", VOID + "inDataset"),
    }
)
"""Predicates that lead from a dataset to other datasets, or from a concept into its whole scheme."""

WRITTEN_IRIS = 16_384
"""Of the IRIs last written this many are remembered; predicates, classes and vocabularies come again and again."""

_UNSAFE_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')  # N-Triples, production IRIREF


class Graph(Protocol):
    """What a page says, whether it is held in memory or on disk."""

    def statements(self, node: str) -> Sequence[Statement]:
        """What is said of a node; empty where nothing is."""

    def classes(self, node: str) -> frozenset[str]:
        """The classes of a node, in their standard spelling."""

    def members(self, classes: frozenset[str]) -> Iterable[str]:
        """The nodes of any of the classes, in the order of the document."""

    def with_predicate(self, *predicates: str) -> Iterable[tuple[str, Term]]:
        """Subject and object of every statement with one of the predicates."""


class MemoryGraph:
    """A graph held in memory."""

    def __init__(self, quads: Iterable[Quad] = ()) -> None:
        self._statements: dict[str, list[Statement]] = {}
        self._classes: dict[str, set[str]] = {}
        self.add(quads)

    def add(self, quads: Iterable[Quad]) -> None:
        """Take further statements over, whatever graph they are in."""
        statements = self._statements
        last: Term | None = None
        own: list[Statement] = []
        node = ""
        for quad in quads:
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            if subject != last:  # statements of one subject mostly stand together
                last = subject
                node = subject.value if type(subject) is NamedNode else key(subject)
                own = statements.setdefault(node, [])
            if type(value) is Triple:
                continue  # a statement about a statement (RDF 1.2); DCAT has none
            own.append((predicate, value))
            if predicate == TYPE and type(value) is NamedNode:
                self._classes.setdefault(node, set()).add(canonical(value.value))

    def statements(self, node: str) -> Sequence[Statement]:
        """What is said of a node; empty where nothing is."""
        return self._statements.get(node, ())

    def classes(self, node: str) -> frozenset[str]:
        """The classes of a node, in their standard spelling."""
        return frozenset(self._classes.get(node, ()))

    def members(self, classes: frozenset[str]) -> Iterator[str]:
        """The nodes of any of the classes, in the order of the document."""
        return (node for node, had in self._classes.items() if not classes.isdisjoint(had))

    def with_predicate(self, *predicates: str) -> Iterator[tuple[str, Term]]:
        """Subject and object of every statement with one of the predicates."""
        wanted = frozenset(predicates)
        for node, statements in self._statements.items():
            for predicate, value in statements:
                if predicate in wanted:
                    yield node, value


class Description(NamedTuple):
    """The statements that describe one thing, as N-Triples whose first subject is that thing.

    size_bytes: of the text as far as it was written; where that is over the limit, text is empty. nodes: what else it
    describes.
    """

    text: str
    size_bytes: int
    nodes: frozenset[str]


def key(term: Term) -> str:
    """The name of a node."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    return str(term)


def describe(graph: Graph, root: str, max_bytes: int) -> Description:
    """All that a graph says of a node and of what belongs to it: blank nodes, distributions, agents, places, licences.

    max_bytes: of the text; a single statement may have its share of it, `SPELLED_OUT`, since it is the addresses
    around values that grow and not the values. Blank nodes are numbered in the order in which they are met, so that the
    text does not depend on their labels.
    """
    labels: dict[str, str] = {}
    lines: list[str] = []
    size = longest = 0  # in characters, each of which is a byte or more
    waiting = deque([(root, 0, 0)])
    seen = {root}
    said_of = graph.statements
    while waiting:
        node, depth, iri_steps = waiting.popleft()
        subject, before = _written(node, labels), len(lines)
        for predicate, value in said_of(node):
            written, leads_on = _predicate(predicate)
            # Millions of times a feed: the commonest kinds of term are asked for first, and as little as may be is called.
            if type(value) is Literal:
                said = str(value)
                lines.append(f"{subject} {written} {said if said[-1] != '>' else _typed(said)} .")
                continue
            other = value.value if type(value) is NamedNode else key(value)
            is_blank = other[:2] == "_:"
            lines.append(f"{subject} {written} {_written(other, labels) if is_blank else _iri(other)} .")
            if not leads_on or other in seen or depth >= MAX_DEPTH:
                continue
            steps = iri_steps + (type(value) is NamedNode)
            if steps <= MAX_IRI_STEPS and said_of(other) and APART_CLASSES.isdisjoint(graph.classes(other)):
                seen.add(other)
                waiting.append((other, depth + 1, steps))
        lengths = [*map(len, lines[before:])]
        size, longest = size + sum(lengths), max(longest, *lengths, 0)
        if size > max_bytes or longest * SPELLED_OUT > max_bytes:
            return Description("", size, frozenset(seen))
    text = "\n".join(lines)
    size_bytes = len(text) if text.isascii() else len(text.encode())
    return Description(text if size_bytes <= max_bytes else "", size_bytes, frozenset(seen))


def read_description(text: str) -> tuple[str, MemoryGraph]:
    """The root and the graph of a text that `describe` made. Raises SyntaxError for anything else."""
    quads: QuadParser = parse(text.encode(), format=RdfFormat.N_TRIPLES, lenient=True)
    statements = list(quads)
    if not statements:
        raise SyntaxError("there is no statement in it")
    return key(statements[0].subject), MemoryGraph(statements)


@functools.lru_cache(maxsize=WRITTEN_IRIS)
def _predicate(iri: str) -> tuple[str, bool]:
    """A predicate as it is written, and whether what it leads to may belong to the description."""
    return _iri(iri), iri != TYPE and canonical(iri) not in _NOT_FOLLOWED


def _written(node: str, labels: dict[str, str]) -> str:
    if node.startswith("_:"):
        return labels.setdefault(node, f"_:b{len(labels)}")
    return _iri(node)


def _typed(text: str) -> str:
    """A literal with a datatype, whose IRI may hold what no IRI has."""
    lexical, _, datatype = text.rpartition("^^<")
    return f"{lexical}^^{_iri(datatype[:-1])}"


@functools.lru_cache(maxsize=WRITTEN_IRIS)
def _iri(iri: str) -> str:
    """An IRI in N-Triples: characters that it may not hold as \\u escapes, so that it is read back as it was."""
    if _UNSAFE_IN_IRI.search(iri):
        iri = _UNSAFE_IN_IRI.sub(lambda match: f"\\u{ord(match[0]):04X}", iri)
    return f"<{iri}>"
