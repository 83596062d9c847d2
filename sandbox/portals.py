"""Small portals that speak the protocols truly: paging, counts, error bodies, robots.txt.

Over the standard library's HTTP server: it is enough for loopback, and needs nothing installed.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from sandbox.content import Dataset

CKAN_ROBOTS = "User-agent: *\nDisallow: /dataset/rate/\nDisallow: /api/\nCrawl-Delay: 10\n"
"""As CKAN ships it: a crawler that obeys may not use the API."""

MAX_ROWS = 1000
DCAT_PAGE = 25


@dataclass(frozen=True)
class Answer:
    """What a portal answers."""

    body: bytes
    status: int = 200
    media_type: str = "application/json"


Speak = Callable[[list[Dataset], str, dict[str, str], str], Answer | None]
"""A protocol: datasets, path, query and the portal's own address give an answer, or None for what is not there."""


def _json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status)


def ckan(datasets: list[Dataset], path: str, query: dict[str, str], base: str) -> Answer | None:
    """The Action API of a CKAN, and its robots.txt."""
    if path == "/robots.txt":
        return Answer(CKAN_ROBOTS.encode(), media_type="text/plain")
    action = path.removeprefix("/api/3/action/")
    known: dict[str, Callable[[], Any]] = {
        "package_search": lambda: {
            "count": len(datasets),
            "results": [_ckan_dataset(d) for d in datasets[int(query.get("start", 0)) :][: _rows(query)]],
        },
        "package_list": lambda: [d.id for d in datasets],
        "package_show": lambda: next((_ckan_dataset(d) for d in datasets if d.id == query.get("id")), None),
        "status_show": lambda: {"ckan_version": "2.12.0", "site_url": base},
    }
    if action == path or action not in known:
        return None
    envelope = {"help": f"{base}/api/3/action/help_show?name={action}"}
    try:
        result = known[action]()
    except ValueError:
        error = {"__type": "Validation Error", "start": ["Please enter an integer value"]}
        return _json({**envelope, "success": False, "error": error}, 409)
    if result is None:
        error = {"__type": "Not Found Error", "message": "Not found"}
        return _json({**envelope, "success": False, "error": error}, 404)
    return _json({**envelope, "success": True, "result": result})


def _rows(query: dict[str, str]) -> int:
    return min(int(query.get("rows", 10)), MAX_ROWS)


def _ckan_dataset(dataset: Dataset) -> dict[str, Any]:
    first = next(iter(dataset.titles))
    return {
        "id": dataset.id,
        "name": dataset.id,
        "title": dataset.titles[first],
        "title_translated": dataset.titles,
        "notes": dataset.descriptions[first],
        "notes_translated": dataset.descriptions,
        "license_id": dataset.licence,
        "metadata_created": "2024-01-01T00:00:00.000001",
        "metadata_modified": "2025-06-01T10:00:00.000001",
        "organization": {"id": "org", "name": "org", "title": dataset.publisher},
        "tags": [{"name": keyword} for keyword in dataset.keywords],
        "extras": [{"key": "frequency", "value": dataset.frequency}, {"key": "modified", "value": dataset.modified}],
        "resources": [
            {"id": d.id, "name": d.title, "url": d.url, "format": d.format, "mimetype": None}
            for d in dataset.distributions
        ],
    }


def dcat_us(datasets: list[Dataset], path: str, query: dict[str, str], base: str) -> Answer | None:
    """A DCAT-US 1.1 data.json."""
    if path != "/data.json":
        return None
    return _json(
        {
            "@type": "dcat:Catalog",
            "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
            "dataset": [_dcat_us_dataset(dataset) for dataset in datasets],
        }
    )


def _dcat_us_dataset(dataset: Dataset) -> dict[str, Any]:
    first = next(iter(dataset.titles))
    return {
        "@type": "dcat:Dataset",
        "identifier": dataset.id,
        "title": dataset.titles[first],
        "description": f"<p>{escape(dataset.descriptions[first])}</p>",
        "keyword": dataset.keywords,
        "modified": dataset.modified,
        "language": [first],
        "accrualPeriodicity": dataset.frequency,
        "license": dataset.licence,
        "accessLevel": "public",
        "publisher": {"@type": "org:Organization", "name": dataset.publisher},
        "distribution": [
            {"@type": "dcat:Distribution", "title": d.title, "downloadURL": d.url, "format": d.format}
            for d in dataset.distributions
        ],
    }


def dcat(datasets: list[Dataset], path: str, query: dict[str, str], base: str) -> Answer | None:
    """A DCAT catalogue in Turtle, paged with hydra."""
    if path != "/catalog.ttl":
        return None
    page = int(query.get("page", 1))
    shown = datasets[(page - 1) * DCAT_PAGE : page * DCAT_PAGE]
    last = max(1, -(-len(datasets) // DCAT_PAGE))
    here = f"{base}/catalog.ttl"
    links = [f'<{here}?page={page}> a hydra:PagedCollection ; hydra:totalItems "{len(datasets)}"^^xsd:integer']
    if page < last:
        links.append(f"; hydra:nextPage <{here}?page={page + 1}>")
    text = "\n".join(
        [_PREFIXES, *links, f"; hydra:lastPage <{here}?page={last}> .", *(_turtle(d, base) for d in shown)]
    )
    return Answer(text.encode(), media_type="text/turtle")


_PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."""


def _turtle(dataset: Dataset, base: str) -> str:
    iri = f"{base}/dataset/{dataset.id}"
    lines = [f"<{iri}> a dcat:Dataset ; dct:identifier {_literal(dataset.id)}"]
    lines += [f"dct:title {_literal(text)}@{language}" for language, text in dataset.titles.items()]
    lines += [f"dct:description {_literal(text)}@{language}" for language, text in dataset.descriptions.items()]
    lines += [f"dcat:keyword {_literal(keyword)}" for keyword in dataset.keywords]
    lines += [
        f"dct:publisher [ a foaf:Agent ; foaf:name {_literal(dataset.publisher)} ]",
        f"dct:modified {_literal(dataset.modified)}",
        f"dct:accrualPeriodicity {_literal(dataset.frequency)}",
        f"dct:license {_literal(dataset.licence)}",
    ]
    distributions = []
    for index, d in enumerate(dataset.distributions):
        lines.append(f"dcat:distribution <{iri}/{index}>")
        address = f"dcat:downloadURL <{d.url}> ; " if d.url.startswith("https:") else ""
        distributions.append(
            f"<{iri}/{index}> a dcat:Distribution ; {address}dct:title {_literal(d.title)} ; dct:format {_literal(d.format)} ."
        )
    return " ;\n  ".join(lines) + " .\n" + "\n".join(distributions)


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@dataclass
class Portal:
    """One portal on loopback; the port is the system's choice unless one is given and free.

    datasets may change between harvests; requests has the targets asked for.
    """

    speak: Speak
    datasets: list[Dataset]
    port: int = 0
    requests: list[str] = field(default_factory=list)
    url: str = ""

    def start(self) -> str:
        """Begin to serve; gives the address."""
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                portal.requests.append(self.path)
                parts = urlsplit(self.path)
                query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
                answer = portal.speak(portal.datasets, parts.path, query, portal.url) or Answer(
                    b"Not found", 404, "text/plain"
                )
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.media_type + ";charset=utf-8")
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        except OSError:
            # The port that was ours before is somebody else's now.
            self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self.url

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stop()
