"""Members of a feed of activities (LDES, https://w3id.org/ldes/specification): each is a named graph of its own.

A dataset may stand on a page twice, older and newer, so that the graphs must not be read as one.
"""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from harvesters.rdf.graph import MemoryGraph
from harvesters.rdf.vocabulary import AS, DCT, LDES, TREE

_ACTIVITIES = frozenset(AS + name for name in ("Create", "Add", "Update", "Announce", "Delete", "Remove"))
_DELETIONS = frozenset(AS + name for name in ("Delete", "Remove"))
STREAM_CLASSES = frozenset({LDES + "EventStream", TREE + "Collection"})
_STREAM_PREDICATES = (LDES + "timestampPath", LDES + "versionOfPath", TREE + "view", TREE + "member")


_graph_name = attrgetter("graph_name")


class Member(NamedTuple):
    """One activity: the thing it is about, what is said of it, and whether it was deleted."""

    about: str
    graph: MemoryGraph
    deleted: bool


class Page(NamedTuple):
    """A page: its members in the order of their dates, and all that is not in one of them."""

    members: list[Member]
    rest: MemoryGraph
    streams: frozenset[str]
    """The feed itself, which its publishers often call a dataset as well."""
    versions: dict[str, str]
    """Of members that are versions, the IRI of the thing that they are a version of."""


def page_of(quads: Iterable[Quad]) -> Page:
    """Take a page apart."""
    graphs: dict[str, list[Quad]] = {}
    default: list[Quad] = []
    # Statements of one graph stand together, so that a graph's name is asked for once and not for each of them.
    for name, own in groupby(quads, key=_graph_name):
        (default if isinstance(name, DefaultGraph) else graphs.setdefault(name.value, [])).extend(own)
    rest = MemoryGraph(default)
    members: list[tuple[str, Member]] = []
    for activity in rest.members(_ACTIVITIES):
        statements = dict(reversed(rest.statements(activity)))
        about = statements.get(AS + "object")
        if not isinstance(about, NamedNode):
            continue
        published = statements.get(AS + "published")
        date = published.value if isinstance(published, Literal) else ""
        apart = graphs.pop(activity, None)
        graph = MemoryGraph(apart) if apart is not None else rest
        members.append((date, Member(about.value, graph, not _DELETIONS.isdisjoint(rest.classes(activity)))))
    if graphs:
        rest = MemoryGraph([*default, *(quad for graph in graphs.values() for quad in graph)])
    listed = {value.value for _, value in rest.with_predicate(TREE + "member") if isinstance(value, NamedNode)}
    described_as_stream = (node for node, _ in rest.with_predicate(*_STREAM_PREDICATES))
    return Page(
        members=[member for _, member in sorted(members, key=lambda member: member[0])],
        rest=rest,
        streams=frozenset([*rest.members(STREAM_CLASSES), *described_as_stream]),
        versions=_versions(rest, listed),
    )


def _versions(graph: MemoryGraph, listed: set[str]) -> dict[str, str]:
    of = graph.with_predicate(DCT + "isVersionOf")
    return {node: value.value for node, value in of if node in listed and isinstance(value, NamedNode)}
