"""DCAT in RDF: one catalogue document, its Hydra pages, or a feed of changes (LDES), in any serialisation.

A record is one dcat:Dataset with all that its page says of it, as N-Triples. What a feed sends apart from its dataset
(distributions, publishers, licences) becomes a part that the mapping looks up.
"""

import re
from collections.abc import Generator, Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from harvesters.base import Advertised, Answer, Event, Harvester, LastPage, Parts, Source, Trouble, no_parts, notice
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.rdf.body import Body
from harvesters.rdf.dataset import map_dataset
from harvesters.rdf.feed import Member, Page, page_of
from harvesters.rdf.graph import DATASET_CLASSES, Graph, Statement, describe, key
from harvesters.rdf.node import SKOLEM_PATH
from harvesters.rdf.paging import Paging, is_on_host_of, on_host_of, paging
from harvesters.rdf.reading import Begun, Statements, StreamedStatements, begun, read_statements, syntax_or_refuse
from harvesters.rdf.store import StoreGraph
from harvesters.rdf.syntax import HEAD_CHARACTERS, Syntax, syntax_of
from harvesters.rdf.vocabulary import DCAT, DCT, TREE, TYPE, canonical
from harvesters.spool_lines import N_TRIPLES, Ask, Part, Record

ACCEPT = (
    "application/trig, application/n-quads, text/turtle, application/n-triples, application/rdf+xml;q=0.9, "
    "application/ld+json;q=0.8, */*;q=0.1"
)
CATALOG_CLASSES = frozenset({DCAT + "Catalog"})
PART_CLASSES = frozenset({DCAT + "Distribution"})
FEED_CLASSES = frozenset({TREE + "Node"})
RDF_TYPES = frozenset(
    {
        *("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples", "application/trig"),
        *("application/n-quads", "text/n3"),
    }
)
WELL_KNOWN = (("catalog.ttl", 18), ("catalog.rdf", 12), ("catalog.xml", 8))
"""Where CKAN's ckanext-dcat and its like offer their catalogue, with the weights of the leads."""

_CATALOGUE = re.compile(r"\b(?:dcat:|http://www\.w3\.org/ns/dcat#)(?:Catalog|Dataset|dataset)\b")
_TREE_NODE = re.compile(r"\btree:Node\b|https://w3id\.org/tree#Node")
_CATALOGUE_LINK = re.compile(
    r"(?:catalog|catalogue|feed|dcat)[^/]*(?:\.(?:ttl|rdf|xml|jsonld|nt|trig)|$)", re.IGNORECASE
)
_TOTAL = re.compile(r"totalItems>?\"?\s*:?\s*[^\d<]{0,60}?>?\"?(\d+)")
_OTHER_ROOTS = re.compile(r"<(?:\w+:)?(?:GetRecordsResponse|OAI-PMH|feed|rss|Capabilities|MD_Metadata|MI_Metadata)\b")


class Dcat(Harvester):
    """DCAT and its application profiles (DCAT-AP and others) as RDF: one document of any size, Hydra pages in both
    spellings, or a feed of changes (LDES over TREE), whose datasets and distributions may stand on different pages. Broken
    statements are left out and told; the language of each text is kept.
    """

    protocol = "dcat"
    title = "DCAT as RDF (RDF/XML, Turtle, TriG, N-Triples, JSON-LD)"
    described = phrase("protocol-dcat")
    version = 2
    standard = "https://www.w3.org/TR/vocab-dcat-3/"

    def start(self) -> Iterable[Ask]:
        """The catalogue document, or the first page or the root of the feed."""
        yield self._ask(self.source.url, "page")

    def read(self, answer: Answer) -> Iterator[Event]:
        """Records, parts, further pages and counts of one page. Raises MalformedAnswer where it is no RDF, holds
        nothing that a catalogue would, or ends in the middle."""
        body = Body(answer)
        content = body.content()
        if content is not None:
            yield from self._read_page(read_statements(content, answer.url), answer)
            return
        syntax = syntax_or_refuse(body.head(HEAD_CHARACTERS), answer.url)
        with body.stream() as file:
            statements = StreamedStatements(file, syntax, answer.url)
            with StoreGraph(statements, answer.path.parent) as graph:
                for finding in statements.findings:
                    yield notice(finding, answer)
                follows = paging(graph, answer.url, answer.headers)
                withheld = Withheld.by(statements.begun if statements.cut else None)
                records = yield from self._records(graph, answer, withheld, follows)
                if statements.cut:
                    raise _ends_in_the_middle(answer)
                yield from self._what_follows(graph, answer, records, follows)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """The dataset of a record as a Data Package."""
        return map_dataset(record, source, parts)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """What the page offers as RDF, else the usual places of a catalogue."""
        for relation, media_type, url in seen.links:
            if "alternate" in relation and media_type in RDF_TYPES:
                yield Lead(url, 75, phrase("page-offers-as", format=media_type), ACCEPT)
        if seen.reported:
            for url in [anchor for anchor in seen.anchors if _CATALOGUE_LINK.search(anchor)][:2]:
                yield Lead(url, 65, phrase("page-links-to", name="RDF"), ACCEPT)
            for path, weight in WELL_KNOWN:
                yield Lead(f"{seen.root}{path}", weight, phrase("usual-place", name="DCAT"), ACCEPT)

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """RDF that speaks of a dcat:Catalog or a dcat:Dataset, or a node of a feed."""
        if seen.is_html:
            return None
        syntax = syntax_of(seen.text[:HEAD_CHARACTERS])
        if syntax in (None, Syntax.HTML) or _OTHER_ROOTS.search(seen.text[:4096]):
            return None
        if syntax is Syntax.JSON_LD and "http://www.w3.org/ns/dcat#" not in seen.text:
            return None
        total = _TOTAL.search(seen.text)
        for mark, name, confidence in ((_CATALOGUE, "DCAT", 80), (_TREE_NODE, "TREE", 78)):
            if mark.search(seen.text):
                evidence = phrase("answers-in-form-and-syntax", name=name, syntax=syntax.value)
                return Recognised(confidence, seen.url, evidence, int(total[1]) if total and name == "DCAT" else None)
        return None

    def _ask(self, url: str, purpose: str) -> Ask:
        protocol = None if self.protocol == self.source.protocol else self.protocol
        return Ask(url=url, purpose=purpose, protocol=protocol, headers={"Accept": ACCEPT})

    def _read_page(self, statements: Statements, answer: Answer) -> Iterator[Event]:
        for finding in statements.findings:
            yield notice(finding, answer)
        page = page_of(statements.quads)
        withheld = Withheld.by(begun(statements.quads) if statements.cut else None)
        for member in page.members:
            yield from self._member(member, answer, withheld)
        follows = paging(page.rest, answer.url, answer.headers)
        records = yield from self._records(page.rest, answer, withheld, follows, page)
        if statements.cut:
            raise _ends_in_the_middle(answer)
        yield from self._what_follows(page.rest, answer, records, follows, page)

    def _member(self, member: Member, answer: Answer, withheld: "Withheld") -> Iterator[Event]:
        if member.deleted:
            yield notice(find("member-deleted", value=member.about), answer, member.about)
        elif DATASET_CLASSES.isdisjoint(member.graph.classes(member.about)):
            yield from self._part(member.graph, member.about)
        else:
            yield from self._record(member.graph, member.about, answer, withheld)
            yield from self._parts(member.graph, {member.about})

    def _records(
        self,
        graph: Graph,
        answer: Answer,
        withheld: "Withheld",
        follows: Paging,
        page: Page | None = None,
    ) -> Generator[Event, None, int]:
        """The datasets of a graph, and the distributions that none of them refers to; returns how many datasets."""
        streams = page.streams if page is not None else frozenset()
        count = 0
        described: set[str] = set()
        listed = _listed(graph)
        for node in _datasets(graph, listed):
            if node in streams:
                continue
            count += 1
            statements = graph.statements(node)
            if follows.paged and node not in listed and all(predicate == TYPE for predicate, _ in statements):
                yield notice(find("dataset-undescribed", value=node), answer, native_id(node, statements))
                continue
            described.update(key(value) for predicate, value in statements if _is_distribution(predicate))
            version_of = page.versions.get(node) if page is not None else None
            yield from self._record(graph, node, answer, withheld, version_of)
        yield from self._parts(graph, described)
        return count

    def _record(
        self, graph: Graph, node: str, answer: Answer, withheld: "Withheld", identifier: str | None = None
    ) -> Iterator[Event]:
        """One dataset, or why it is not kept. identifier: where it is known to be another one than the node's."""
        statements = graph.statements(node)
        identifier = identifier or native_id(node, statements)
        limit = self.source.max_record_bytes
        description = describe(graph, node, self.source.max_triples_bytes)
        if not description.text:
            finding = find("record-too-large", size=description.size_bytes, limit=limit)
            yield notice(finding, answer, identifier, received=True)
        elif withheld.concerns(description.nodes, graph, statements):
            yield notice(find("dataset-cut-off"), answer, identifier, received=True)
        else:
            yield Record(
                id=identifier,
                url=answer.url,
                at=answer.at,
                status=answer.status,
                protocol=None if self.protocol == self.source.protocol else self.protocol,
                media=N_TRIPLES,
                text=description.text,
            )

    def _parts(self, graph: Graph, described: set[str]) -> Iterator[Event]:
        for node in graph.members(PART_CLASSES):
            if node not in described:
                yield from self._part(graph, node)

    def _part(self, graph: Graph, node: str) -> Iterator[Event]:
        description = describe(graph, node, self.source.max_triples_bytes)
        if description.text and not node.startswith("_:"):
            yield Part(id=node, text=description.text)

    def _what_follows(
        self, graph: Graph, answer: Answer, records: int, follows: Paging, page: Page | None = None
    ) -> Iterator[Event]:
        """Counts, further pages, and whether this is the last one."""
        is_feed = _has(graph, FEED_CLASSES) or (page is not None and bool(page.streams or page.members))
        is_catalog = _has(graph, CATALOG_CLASSES)
        if not (records or follows.paged or is_catalog or is_feed or _has(graph, PART_CLASSES)):
            raise MalformedAnswer(phrase("rdf-without-datasets", url=answer.url), phrase("do-check-or-other-protocol"))
        if follows.total is not None:
            yield Advertised(follows.total)
        elif is_catalog and not (follows.paged or is_feed):
            listed = _listed(graph)
            yield Advertised(len(listed.union(_datasets(graph, listed))))
        for address in follows.following:
            if not is_on_host_of(address, answer.url):
                yield notice(find("paging-leaves-host", value=address), answer)
            yield self._ask(on_host_of(address, answer.url), "node" if follows.nodes else "page")
        if follows.breaks_off:
            yield Trouble(phrase("paging-breaks-off", url=answer.url, last=str(follows.breaks_off)))
        elif not follows.following:
            yield LastPage()


class Withheld:
    """Which datasets of a page that ends in the middle may not be whole. nodes: what its last statement is about, and the
    dataset that was begun last, of which more may have followed."""

    def __init__(self, nodes: tuple[str, ...]) -> None:
        self._nodes = nodes

    @classmethod
    def by(cls, begun: Begun | None) -> "Withheld":
        """What a cut page may have left unfinished; nothing for None."""
        return cls(tuple(key(node) for node in begun if node is not None) if begun is not None else ())

    def concerns(self, described: frozenset[str], graph: Graph, statements: Iterable[Statement]) -> bool:
        """Whether a dataset is one of them: it was being described, or refers to a distribution that never came."""
        if not self._nodes:
            return False
        return not described.isdisjoint(self._nodes) or any(
            not graph.statements(key(value)) for predicate, value in statements if _is_distribution(predicate)
        )


def _ends_in_the_middle(answer: Answer) -> MalformedAnswer:
    return MalformedAnswer(phrase("ends-in-the-middle", url=answer.url, format="RDF"), phrase("do-kept-asks-again"))


def native_id(node: str, statements: Iterable[Statement]) -> str | None:
    """The portal's own identifier of a dataset: its IRI, or the dct:identifier of a blank (or skolemised) node."""
    if node and not node.startswith("_:") and SKOLEM_PATH not in node:
        return node
    stated = sorted(
        value.value
        for predicate, value in statements
        if canonical(predicate) == DCT + "identifier"
        and isinstance(value, (Literal, NamedNode))
        and value.value.strip()
    )
    return stated[0] if stated else None


def _is_distribution(predicate: str) -> bool:
    return canonical(predicate) == DCAT + "distribution"


def _datasets(graph: Graph, listed: frozenset[str]) -> Iterator[str]:
    """The datasets of a graph: by class, or else because a catalogue lists and the page describes them."""
    found: set[str] = set()
    for node in (*graph.members(DATASET_CLASSES), *sorted(listed)):
        if node not in found and graph.statements(node):
            found.add(node)
            if CATALOG_CLASSES.isdisjoint(graph.classes(node)) or not _lists(graph, node):
                yield node


def _lists(graph: Graph, node: str) -> bool:
    return any(canonical(predicate) == DCAT + "dataset" for predicate, _ in graph.statements(node))


def _listed(graph: Graph) -> frozenset[str]:
    """The datasets that catalogues list, whether the page describes them or not."""
    listed = graph.with_predicate(DCAT + "dataset")
    return frozenset(value.value for _, value in listed if isinstance(value, NamedNode))


def _has(graph: Graph, classes: frozenset[str]) -> bool:
    return any(True for _ in graph.members(classes))
