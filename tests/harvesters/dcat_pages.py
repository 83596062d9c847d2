"""What tests of DCAT share: pages written in Turtle, and reading them without a crawl."""

from collections.abc import Callable
from pathlib import Path

from catalogue.assess.validation import check
from harvesters.base import Answer, Event, Source
from harvesters.dcat import Dcat
from harvesters.findings import Finding, blocks
from harvesters.package import Package, encode
from harvesters.spool_lines import Ask, Noticed, Part, Record

FIXTURES = Path(__file__).parent / "fixtures/dcat"
URL = "https://data.example/catalog"
SOURCE = Source("xa-portal", URL, "dcat")
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix tree: <https://w3id.org/tree#> .
@prefix as: <https://www.w3.org/ns/activitystreams#> . @prefix ldes: <https://w3id.org/ldes#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix time: <http://www.w3.org/2006/time#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix gsp: <http://www.opengis.net/ont/geosparql#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix adms: <http://www.w3.org/ns/adms#> .
"""

Read = Callable[..., list[Event]]

RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:vcard="http://www.w3.org/2006/vcard/ns#">{}</rdf:RDF>'
)
EU = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"


def answer_of(path: Path, url: str = URL, headers: dict[str, str] | None = None) -> Answer:
    """The answer whose body is in a file."""
    return Answer(Ask(url), url, 200, headers or {}, path, "2026-01-01T00:00:00Z")


def reader(folder: Path) -> Read:
    """A function that reads a page, given as Turtle behind our prefixes or as bytes, and gives the events."""

    def read(
        page: str | bytes, *, url: str = URL, headers: dict[str, str] | None = None, source: Source = SOURCE
    ) -> list[Event]:
        path = folder / "body"
        path.write_bytes(page if isinstance(page, bytes) else (PREFIXES + page).encode())
        return list(Dcat(source).read(answer_of(path, url, headers)))

    return read


def records(events: list[Event]) -> list[Record]:
    """The records among events."""
    return [event for event in events if isinstance(event, Record)]


def notices(events: list[Event]) -> list[str]:
    """The codes of the findings among events."""
    return [event.finding.code for event in events if isinstance(event, Noticed)]


def packages(events: list[Event]) -> list[Package]:
    """The packages that the records among events are mapped to, with the parts among them."""
    parts = {event.id: event.text for event in events if isinstance(event, Part)}
    made = [Dcat.package(record, SOURCE, parts.get).package for record in records(events)]
    return [package for package in made if package is not None]


def mapped(events: list[Event]) -> tuple[Package, list[Finding]]:
    """The valid package of the one dataset of a page, and what was found in mapping it."""
    parts = {event.id: event.text for event in events if isinstance(event, Part)}
    (record,) = records(events)
    found = Dcat.package(record, SOURCE, parts.get)
    assert found.package is not None, found.findings
    assert not blocks([*found.findings, *check(encode(found.package))])
    return found.package, [finding for finding in found.findings if finding.code != "no-distribution"]


def dataset(statements: str) -> str:
    return f'<1> a dcat:Dataset ; dct:title "Contracts"@en ; {statements} .'
