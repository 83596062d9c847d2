"""A SPARQL endpoint over a portal's datasets, in DCAT: a real engine (Oxigraph), with what keeps endpoints from giving all.

https://www.w3.org/TR/sparql11-protocol/
"""

from urllib.parse import parse_qsl

from pyoxigraph import (
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)  # fmt: skip

from sandbox.dcat_graph import statements
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

JSON, TURTLE = "application/sparql-results+json", "text/turtle"


class SparqlEndpoint:
    """`/sparql`, by GET and by a posted form. graphs: whether it gives graphs at all. most_rows: it cuts its answers there,
    and says so in a header, as Virtuoso does; 0 for no limit."""

    def __init__(self, *, graphs: bool = True, most_rows: int = 0) -> None:
        self._graphs = graphs
        self._most_rows = most_rows
        self._store = Store()
        self._held: object = None

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The results of the query; 400 for what is none."""
        if request.path != "/sparql":
            return None
        posted = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        query = {**request.query, **posted}.get("query")
        if query is None:
            return Reply(b"A query is wanted.", "text/plain", status=400)
        self._load(catalogue, request.address)
        try:
            found = self._store.query(query)
        except SyntaxError as error:
            return Reply(f"The query is malformed: {error}".encode(), "text/plain", status=400)
        if isinstance(found, QueryTriples):
            return self._graph(found)
        if isinstance(found, QuerySolutions | QueryBoolean):
            return Reply(found.serialize(format=QueryResultsFormat.JSON) or b"", JSON)
        raise TypeError(f"a query gave {type(found).__name__}")

    def _graph(self, found: QueryTriples) -> Reply:
        if not self._graphs:
            return Reply(b"This endpoint gives no graphs.", "text/plain", status=501)
        triples = list(found)[: self._most_rows or None]
        headers = {"X-SPARQL-MaxRows": str(self._most_rows)} if self._most_rows else {}
        return Reply(serialize(triples, format=RdfFormat.TURTLE) or b"", TURTLE, headers=headers)

    def _load(self, catalogue: Catalogue, address: str) -> None:
        """Bring the store to what the portal holds now."""
        held = (address, tuple(catalogue.datasets))
        if held != self._held:
            self._store.clear()
            triples = (triple for dataset in catalogue.datasets for triple in statements(dataset, catalogue, address))
            self._store.bulk_extend(Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
            self._held = held
