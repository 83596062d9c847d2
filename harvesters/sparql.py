"""SPARQL endpoints that hold DCAT: the datasets are listed, then described a few at a time."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, parse_query_results

from harvesters import sparql_queries as queries
from harvesters.base import (
    Advertised,
    Answer,
    Event,
    Failure,
    LastPage,
    Option,
    Parts,
    Source,
    Trouble,
    no_parts,
    notice,
)
from harvesters.dcat import Dcat, Withheld
from harvesters.errors import HarvestError, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonvalues import dig
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.rdf.graph import Graph, MemoryGraph, Term
from harvesters.rdf.reading import read_statements
from harvesters.spool_lines import Ask, Record

PAGE_SIZES = (1000, 200)
"""Datasets a page of the list."""

BATCH_DATASETS = 20
BATCH_CHARACTERS = 1500
"""Of the IRIs of one question, which has them three times: the whole address stays below the 8 kB that servers take."""

ROWS = "application/sparql-results+json"
GRAPH = "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.7"
RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
SPLIT_FAILURES = frozenset({"down", "too-large"})
"""Failures for which less is asked at once; for others the question is put in another form."""

_ENDPOINT = re.compile(r"/(?:sparql|query|repositories/[^/?#]+)/?$", re.IGNORECASE)
_SERVICE = re.compile(r"sparql-service-description#|sd:Service\b")


class Sparql(Dcat):
    """SPARQL 1.1 endpoints with datasets in DCAT. The stated count is the endpoint's own; the list is read in the order of the
    IRIs, each page beginning behind the last one; descriptions come as graphs, or as rows where an endpoint gives no graphs,
    and fewer at once where it fails or cuts its answers short (`X-SPARQL-MaxRows`). dct:modified is the publisher's word
    about the data and not about the catalogue's entry, so every harvest reads all.
    """

    protocol = "sparql"
    title = "SPARQL endpoint with DCAT"
    described = phrase("protocol-sparql")
    version = 2
    standard = "https://www.w3.org/TR/sparql11-protocol/"
    options = (
        Option("graph", "only the datasets of this named graph, by its IRI"),
        Option("page_size", "datasets a page of the list, where the endpoint needs fewer than 1000"),
    )

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        graph = source.options.get("graph")
        self._graph = str(graph) if graph else None
        if self._graph and not queries.is_safe(self._graph):
            raise HarvestError(phrase("option-no-iri", option="graph", source=source.id), phrase("do-correct-register"))

    def start(self) -> Iterable[Ask]:
        """How many datasets there are, and the first of them."""
        yield self._question(queries.count(self._graph), "count", ROWS)
        size = int(self.source.options.get("page_size", PAGE_SIZES[0]))
        yield self._list("", min(size, self.source.limit or size))

    def _question(self, query: str, purpose: str, accept: str, **note: str | int | float | bool | None) -> Ask:
        protocol = None if self.protocol == self.source.protocol else self.protocol
        url = asking(self.source.url, query)
        return Ask(url=url, purpose=purpose, protocol=protocol, headers={"Accept": accept}, note=note)

    def _list(self, behind: str, size: int) -> Ask:
        return self._question(queries.listed(self._graph, behind, size), "list", ROWS, size=size, behind=behind)

    def _describe(self, datasets: list[str], *, rows: bool = False) -> Ask:
        query = queries.described(self._graph, datasets, rows=rows)
        return self._question(query, "rows" if rows else "graph", ROWS if rows else GRAPH)

    def read(self, answer: Answer) -> Iterator[Event]:
        """The count, a page of the list, or the descriptions of some datasets."""
        match answer.ask.purpose:
            case "count":
                yield from self._count(answer)
            case "list":
                yield from self._page(answer)
            case "rows":
                yield from self._descriptions(_ordered(_quads(answer)), 0, answer)
            case _:
                statements = read_statements(answer.content(), answer.url)
                for finding in statements.findings:
                    yield notice(finding, answer)
                if statements.cut:
                    raise MalformedAnswer(
                        phrase("ends-in-the-middle", url=answer.url, format="RDF"), phrase("do-asks-fewer")
                    )
                yield from self._descriptions(_ordered(statements.quads), len(statements.quads), answer)

    def _count(self, answer: Answer) -> Iterator[Event]:
        for (number,) in _rows(answer, "n"):
            if isinstance(number, Literal) and number.value.isdigit():
                yield Advertised(int(number.value))

    def _page(self, answer: Answer) -> Iterator[Event]:
        found, last = [], str(answer.ask.note.get("behind") or "")
        for (dataset,) in _rows(answer, "d"):
            if not isinstance(dataset, NamedNode):
                continue
            last = dataset.value
            if queries.is_safe(last):
                found.append(last)
            else:
                finding = find("record-malformed", value=last, why=phrase("why-iri-characters"))
                yield notice(finding, answer, last, received=True)
        for batch in _batches(found):
            yield self._describe(batch)
        size = int(answer.ask.note.get("size") or 0)
        if not found or (self.source.limit and len(found) >= self.source.limit):
            yield LastPage()
        else:
            # An endpoint may give fewer than were asked for; only an empty page is the last one.
            yield self._list(last, size)

    def _descriptions(self, graph: Graph, triples: int, answer: Answer) -> Iterator[Event]:
        asked = queries.batch_of(_query_of(answer.ask.url))
        most = answer.headers.get("x-sparql-maxrows", "")
        cut = most.isdigit() and triples >= int(most)
        if cut and len(asked) > 1:
            yield from self._halves(asked)
            return
        if len(asked) > 1 and not any(graph.statements(dataset) for dataset in asked):
            yield Trouble(phrase("listed-not-described", url=self.source.url, datasets=len(asked)))
        for dataset in asked:
            if not graph.statements(dataset):
                # Listed a moment ago: removed since, or left out of an answer that was cut without a word.
                yield notice(find("dataset-undescribed", value=dataset), answer, dataset, received=True)
                continue
            if cut:
                yield notice(find("dataset-cut-off"), answer, dataset)
            yield from self._record(graph, dataset, answer, Withheld(()), dataset)

    def _halves(self, datasets: list[str], *, rows: bool = False) -> Iterator[Ask]:
        middle = len(datasets) // 2
        yield self._describe(datasets[:middle], rows=rows)
        yield self._describe(datasets[middle:], rows=rows)

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Less at once, or the same question in another form; without a count the last page alone says what is all."""
        if failure.failure in {"tls", "auth", "refused-address", "refused-by-robots"}:
            return
        if ask.purpose == "list":
            size = int(ask.note.get("size") or 0)
            smaller = next((each for each in PAGE_SIZES if each < size), None)
            if smaller is not None:
                yield self._list(str(ask.note.get("behind") or ""), smaller)
        elif ask.purpose in ("graph", "rows"):
            asked, rows = queries.batch_of(_query_of(ask.url)), ask.purpose == "rows"
            if failure.failure in SPLIT_FAILURES and len(asked) > 1:
                yield from self._halves(asked, rows=rows)
            elif not rows:
                yield self._describe(asked, rows=True)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """The dataset of a record, as DCAT maps it."""
        mapped = super().package(record, source, parts)
        if mapped.package is None:
            return mapped
        additions = msgspec.structs.replace(mapped.package.catalogue, protocol=cls.protocol)
        return Mapped(msgspec.structs.replace(mapped.package, catalogue=additions), mapped.findings)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The address itself where it looks like an endpoint, what the page links to, and the usual place."""
        query = queries.count(None)
        if seen.reported:
            if _ENDPOINT.search(urlsplit(seen.url).path) or _SERVICE.search(seen.text[:200_000]):
                yield Lead(asking(seen.url, query), 72, phrase("address-looks-like", name="SPARQL"), ROWS)
            for anchor in [each for each in seen.anchors if _ENDPOINT.search(urlsplit(each).path) and "sparql" in each][
                :2
            ]:
                yield Lead(asking(anchor, query), 58, phrase("page-links-to", name="SPARQL"), ROWS)
            yield Lead(asking(f"{seen.root}sparql", query), 14, phrase("usual-place", name="SPARQL"), ROWS)

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """An endpoint that counts its datasets, and has some."""
        said = seen.json
        bindings = dig(said, "results", "bindings")
        if dig(said, "head", "vars") != ["n"] or not isinstance(bindings, list) or len(bindings) != 1:
            return None
        number = dig(bindings[0], "n", "value")
        if not isinstance(number, str) or not number.isdigit() or int(number) == 0:
            return None
        endpoint = urlunsplit(urlsplit(seen.url)._replace(query="", fragment=""))
        return Recognised(88, endpoint, phrase("counts-datasets", name="SPARQL"), int(number))


def asking(endpoint: str, query: str) -> str:
    """The address that puts a question to an endpoint (SPARQL 1.1 protocol, 2.1.1), whatever query it has already."""
    parts = urlsplit(endpoint)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "query"]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("query", query)]), fragment=""))


def _query_of(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query)).get("query", "")


def _batches(datasets: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for dataset in datasets:
        if batch and (len(batch) >= BATCH_DATASETS or characters + len(dataset) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(dataset)
        characters += len(dataset)
    if batch:
        yield batch


def _rows(answer: Answer, *names: str) -> Iterator[tuple[Term | None, ...]]:
    """The values of these variables, row by row. Raises MalformedAnswer, after the rows before the mistake."""
    media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = answer.content()
    form = RESULTS.get(media)
    if form is None:  # by what it is, where the header does not say
        form = QueryResultsFormat.XML if content.lstrip()[:1] == b"<" else QueryResultsFormat.JSON
    try:
        found = parse_query_results(content, format=form)
        if not isinstance(found, QuerySolutions) or not {variable.value for variable in found.variables} >= set(names):
            raise MalformedAnswer(phrase("not-of-protocol", url=answer.url, name="SPARQL"), phrase("do-check-protocol"))
        for row in found:
            yield tuple(row[name] for name in names)
    except (SyntaxError, ValueError) as error:
        raise MalformedAnswer(
            phrase("not-of-protocol-because", url=answer.url, name="SPARQL", detail=str(error)),
            phrase("do-check-protocol"),
        ) from error


def _quads(answer: Answer) -> Iterator[Quad]:
    for subject, predicate, value in _rows(answer, "s", "p", "o"):
        if isinstance(predicate, NamedNode) and isinstance(subject, NamedNode | BlankNode) and value is not None:
            yield Quad(subject, predicate, value)


def _ordered(quads: Iterable[Quad]) -> MemoryGraph:
    """The graph in an order that does not depend on the endpoint's: a store gives the same statements now so, now so, and
    a dataset that says what it said before has not changed. Blank nodes stand by what is said of them."""
    found = list(quads)
    said: dict[str, list[str]] = {}
    for quad in found:
        if isinstance(quad.subject, BlankNode):
            value = "_:" if isinstance(quad.object, BlankNode) else str(quad.object)
            said.setdefault(quad.subject.value, []).append(f"{quad.predicate} {value}")
    names = {label: "_:" + "\n".join(sorted(statements)) for label, statements in said.items()}

    def place(term: Term) -> str:
        return names.get(term.value, "_:") if isinstance(term, BlankNode) else str(term)

    return MemoryGraph(sorted(found, key=lambda q: (place(q.subject), q.predicate.value, place(q.object))))
