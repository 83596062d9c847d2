"""A DCAT feed in pages: `/catalog.ttl?page=2`, or `/catalog` with content negotiation, as ckanext-dcat offers it.

Paging is said in Hydra's terms (https://www.hydra-cg.com/spec/latest/core/), today's or those of 2014, which many
portals still send.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from sandbox.content import Dataset
from sandbox.dcat_graph import PREFIXES, dataset_node, statements, term, typed
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

PAGE_SIZE = 20
_WEIGHT = re.compile(r"[01](?:\.[0-9]{0,3})?")


class Serialization(NamedTuple):
    """A way to write RDF, and its media type."""

    format: RdfFormat
    media_type: str


SERIALIZATIONS = {
    "ttl": Serialization(RdfFormat.TURTLE, "text/turtle"),
    "xml": Serialization(RdfFormat.RDF_XML, "application/rdf+xml"),
    "rdf": Serialization(RdfFormat.RDF_XML, "application/rdf+xml"),
    "jsonld": Serialization(RdfFormat.JSON_LD, "application/ld+json"),
    "nt": Serialization(RdfFormat.N_TRIPLES, "application/n-triples"),
    "trig": Serialization(RdfFormat.TRIG, "application/trig"),
}


class Page(NamedTuple):
    """One page of a feed. address: of the feed. number: from 1. last: the number of the last one."""

    address: str
    number: int
    last: int
    total: int
    size: int

    def url(self, number: int) -> NamedNode:
        """The address of a page."""
        return NamedNode(f"{self.address}?page={number}")


Paging = Callable[[Page, NamedNode], Iterator[Triple]]
"""How a feed says what comes next: a page of it, and the catalogue's own IRI."""


def present_terms(page: Page, catalogue: NamedNode) -> Iterator[Triple]:
    """hydra:view and hydra:PartialCollectionView."""
    view = page.url(page.number)
    yield Triple(catalogue, term("rdf:type"), term("hydra:Collection"))
    yield Triple(catalogue, term("hydra:totalItems"), typed(page.total, "xsd:integer"))
    yield Triple(catalogue, term("hydra:view"), view)
    yield Triple(view, term("rdf:type"), term("hydra:PartialCollectionView"))
    yield from _links(page, view, ("hydra:first", "hydra:previous", "hydra:next", "hydra:last"))


def former_terms(page: Page, catalogue: NamedNode) -> Iterator[Triple]:
    """hydra:PagedCollection, as ckanext-dcat before version 2 writes it."""
    view = page.url(page.number)
    yield Triple(view, term("rdf:type"), term("hydra:PagedCollection"))
    yield Triple(view, term("hydra:totalItems"), typed(page.total, "xsd:integer"))
    yield Triple(view, term("hydra:itemsPerPage"), typed(page.size, "xsd:integer"))
    yield from _links(page, view, ("hydra:firstPage", "hydra:previousPage", "hydra:nextPage", "hydra:lastPage"))


def _links(page: Page, view: NamedNode, names: tuple[str, str, str, str]) -> Iterator[Triple]:
    first, previous, following, last = names
    yield Triple(view, term(first), page.url(1))
    if page.number > 1:
        yield Triple(view, term(previous), page.url(page.number - 1))
    if page.number < page.last:
        yield Triple(view, term(following), page.url(page.number + 1))
    yield Triple(view, term(last), page.url(page.last))


class DcatFeed:
    """A portal's catalogue as RDF. believed_address: where the portal thinks that it is served, if it is wrong (behind
    a proxy, say); its page links are built on it."""

    def __init__(
        self, page_size: int = PAGE_SIZE, paging: Paging = present_terms, believed_address: str | None = None
    ) -> None:
        self._page_size = page_size
        self._paging = paging
        self._believed_address = believed_address

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The page that was asked for: by the extension of the path, or by the Accept header."""
        stem, _, extension = request.path.partition(".")
        if stem != "/catalog" or (extension and extension not in SERIALIZATIONS):
            return None
        serialization = SERIALIZATIONS[extension] if extension else _negotiated(request.headers.get("accept", ""))
        if serialization is None:
            return Reply(b"Not acceptable; text/turtle and application/rdf+xml are.", "text/plain", 406)
        asked = request.query.get("page", "1")
        if not (asked.isascii() and asked.isdecimal() and int(asked) >= 1):
            return Reply(b"Page param must be a positive integer starting in 1", "text/plain", 409)
        size, total = self._page_size, len(catalogue.datasets)
        believed = self._believed_address or request.address
        page = Page(f"{believed}{request.path}", int(asked), max(1, -(-total // size)), total, size)
        held = catalogue.datasets[(page.number - 1) * size : page.number * size]
        # A set of statements: what several datasets share (their publisher, say) is said once.
        graph = dict.fromkeys(self._graph(page, held, catalogue, request.address))
        body = serialize(graph, format=serialization.format, prefixes=PREFIXES)
        return Reply(body or b"", f"{serialization.media_type}; charset=utf-8", revalidates=True)

    def _graph(self, page: Page, held: list[Dataset], catalogue: Catalogue, address: str) -> Iterator[Triple]:
        node = NamedNode(f"{catalogue.home}/")
        yield Triple(node, term("rdf:type"), term("dcat:Catalog"))
        for tag, title in catalogue.titles.items():
            yield Triple(node, term("dct:title"), Literal(title, language=tag))
        yield from self._paging(page, node)
        for dataset in held:
            yield Triple(node, term("dcat:dataset"), dataset_node(dataset, catalogue))
            yield from statements(dataset, catalogue, address)


def _negotiated(accept: str) -> Serialization | None:
    """The serialization that a client prefers (RFC 9110, 12.5.1); RDF/XML where it takes anything."""
    ranges: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.lower().split(",")):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        stated = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        weight = float(stated) if _WEIGHT.fullmatch(stated) else 0.0
        if weight > 0:
            ranges.append((-weight, place, media))
    for _, _, media in sorted(ranges):
        if media in {"", "*/*", "application/*"}:
            return SERIALIZATIONS["xml"]
        for serialization in SERIALIZATIONS.values():
            if serialization.media_type == media:
                return serialization
    return None
