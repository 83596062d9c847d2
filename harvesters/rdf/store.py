"""The graph of a page that is too large for memory: a database on disk that is thrown away after the page is read."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from harvesters.rdf.graph import Statement, Term, key
from harvesters.rdf.vocabulary import TYPE, canonical

BATCH_QUADS = 100_000
"""Loaded at once; each takes about 200 bytes while it is."""

KEPT = "urn:as-written:"
"""Before the datatype of a literal while it is in the database."""

STRING = "http://www.w3.org/2001/XMLSchema#string"


class StoreGraph:
    """A graph held on disk in a folder beside the answer, for a `with` statement: leaving it deletes the folder."""

    def __init__(self, quads: Iterable[Quad], beside: Path) -> None:
        self._quads = quads
        self._beside = beside

    def __enter__(self) -> "StoreGraph":
        self._folder = Path(tempfile.mkdtemp(prefix="graph-", dir=self._beside))
        try:
            self._store = Store(str(self._folder))
            batch: list[Quad] = []
            for quad in self._quads:
                if isinstance(quad.object, Triple):
                    continue  # as in `MemoryGraph`
                batch.append(Quad(quad.subject, quad.predicate, _kept(quad.object)))
                if len(batch) >= BATCH_QUADS:
                    self._store.bulk_extend(batch)
                    batch.clear()
            self._store.bulk_extend(batch)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        del self._store
        shutil.rmtree(self._folder, ignore_errors=True)

    def statements(self, node: str) -> Sequence[Statement]:
        """What is said of a node; empty where nothing is."""
        found = self._store.quads_for_pattern(_node(node), None, None)
        return [(quad.predicate.value, _restored(quad.object)) for quad in found]

    def classes(self, node: str) -> frozenset[str]:
        """The classes of a node, in their standard spelling."""
        types = self._store.quads_for_pattern(_node(node), NamedNode(TYPE), None)
        return frozenset(canonical(quad.object.value) for quad in types if isinstance(quad.object, NamedNode))

    def members(self, classes: frozenset[str]) -> Iterator[str]:
        """The nodes of any of the classes, each once."""
        spellings = sorted({*classes, *(name.replace("http://", "https://", 1) for name in classes)})
        seen: set[int] = set()
        for spelling in spellings:
            for quad in self._store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(spelling)):
                node = key(quad.subject)
                if hash(node) not in seen:
                    seen.add(hash(node))
                    yield node

    def with_predicate(self, *predicates: str) -> Iterator[tuple[str, Term]]:
        """Subject and object of every statement with one of the predicates."""
        for predicate in predicates:
            for quad in self._store.quads_for_pattern(None, NamedNode(predicate), None):
                yield key(quad.subject), _restored(quad.object)


def _kept(value: Term) -> Term:
    """A term as it is put into the database, which would write dates and numbers in a form of its own (`+00:00` as `Z`)."""
    if not isinstance(value, Literal) or value.language is not None or value.datatype.value == STRING:
        return value
    return Literal(value.value, datatype=NamedNode(KEPT + value.datatype.value))


def _restored(value: Term) -> Term:
    """A term as it was read, from the database."""
    if not isinstance(value, Literal) or not value.datatype.value.startswith(KEPT):
        return value
    return Literal(value.value, datatype=NamedNode(value.datatype.value.removeprefix(KEPT)))


def _node(name: str) -> NamedNode | BlankNode:
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)
