"""CSW against a real pycsw, and against answers that real services give."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from harvesters.csw import Csw
from harvesters.detect import Detection
from harvesters.evidence import Seen
from sandbox import iso
from sandbox.content import make_datasets
from sandbox.portal import Catalogue
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import COUNTRY, ask
from tests.servers.pycsw import Pycsw, serving

REAL_SERVER = "pycsw 2.6.2"
CATALOGUE = Catalogue(COUNTRY, {"en": "Portal"}, "https://data.xa.example", make_datasets(COUNTRY, 27))


def records() -> list[str]:
    return [iso.render(dataset, CATALOGUE, "https://data.xa.example") for dataset in CATALOGUE.datasets]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pycsw]:
    with serving(tmp_path_factory.mktemp("pycsw"), records()) as server:
        yield server


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"version": "2.0.2"},
        {"version": "2.0.2", "output_schema": "http://www.opengis.net/cat/csw/2.0.2"},
        {"output_schema": "http://www.opengis.net/cat/csw/3.0"},
    ],
    ids=["iso", "iso-2.0.2", "dublin-core-2.0.2", "dublin-core"],
)
def test_all_of_a_pycsw_is_read(real: Pycsw, options: dict[str, object], tmp_path: Path):
    done = harvest(tmp_path, real.url, "csw", options=options)
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert done.verdict.advertised == (27, 27)
    assert set(valid) == {dataset.name for dataset in CATALOGUE.datasets}
    for dataset in CATALOGUE.datasets:
        package = valid[dataset.name]
        assert package.title == dataset.titles["en"]
        if "output_schema" not in options:
            assert package.catalogue.publisher is not None
            assert package.catalogue.publisher.name == dataset.publisher.names["en"]
            assert len(package.resources) == len(dataset.distributions)
            assert package.catalogue.issued is not None
            assert package.catalogue.issued.value == dataset.issued[:10]


def test_a_pycsw_is_asked_for_what_changed(real: Pycsw, tmp_path: Path):
    changed = msgspec.structs.replace(CATALOGUE.datasets[3], titles={"en": "Another title"}, modified="2026-11-01")
    real.load([iso.render(changed, CATALOGUE, "https://data.xa.example")])
    try:
        done = harvest(tmp_path, real.url, "csw", since="2026-10-01T00:00:00Z")
        assert done.state == "complete", done.verdict
        assert {key: package.title for key, package in done.valid().items()} == {changed.name: "Another title"}
    finally:
        real.load([iso.render(CATALOGUE.datasets[3], CATALOGUE, "https://data.xa.example")])


def test_a_pycsw_is_detected(real: Pycsw):
    for url in (
        f"{real.url}?service=CSW&request=GetCapabilities",
        f"{real.url}?service=CSW&version=2.0.2&request=GetRecords&typenames=csw:Record&resulttype=results&elementsetname=brief",
    ):
        answer = ask(url)
        found = Csw.recognise(Seen(url, url, answer.status, answer.headers, answer.body))
        assert found is not None
        assert found.confidence >= 90
        assert found.url == real.url


def page(first: int, following: int, matched: int, members: list[str]) -> bytes:
    return (
        '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchResults '
        f'numberOfRecordsMatched="{matched}" numberOfRecordsReturned="{len(members)}" nextRecord="{following}">{"".join(members)}'
        "</csw:SearchResults></csw:GetRecordsResponse>"
    ).encode()


CAPABILITIES = b'<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2"/>'


def serve(site: Site, answer, capabilities: bytes = CAPABILITIES) -> str:
    site.routes["/csw"] = lambda query: Reply(capabilities) if query["request"] == "GetCapabilities" else answer(query)
    return f"{site.url}/csw"


def test_a_service_that_repeats_its_first_page_is_told(site: Site, tmp_path: Path):
    url = serve(site, lambda query: Reply(page(1, 11, 27, records()[:10])))
    done = harvest(tmp_path, url, "csw", options={"page_size": 10})
    assert done.state == "partial"
    assert "page-loop" in done.codes()


def test_a_service_that_forgets_the_next_record_is_read_to_its_count(site: Site, tmp_path: Path):
    members = records()

    def answer(query: dict[str, str]) -> Reply:
        first = int(query["startPosition"])
        return Reply(page(first, first, 27, members[first - 1 : first + 9]))

    done = harvest(tmp_path, serve(site, answer), "csw", options={"page_size": 10})
    assert done.state == "complete", done.verdict
    assert len(done.records) == 27


def test_a_service_among_datasets_is_left_out_and_said(site: Site, tmp_path: Path):
    members = records()[:3]
    members[1] = members[1].replace('codeListValue="dataset">dataset', 'codeListValue="service">service')
    done = harvest(tmp_path, serve(site, lambda query: Reply(page(1, 0, 3, members))), "csw")
    assert done.state == "complete"
    assert len(done.records) == 2
    assert done.codes()["not-a-dataset"] == 1


EXCEPTION = (
    b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception exceptionCode="NoApplicableCode">'
    b"<ows:ExceptionText>database is down</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
)


@pytest.mark.parametrize(
    "body",
    [
        EXCEPTION,
        b"<html><body>Maintenance</body></html>",
        b'<?xml version="1.0"?><csw:GetRecordsResponse xmlns:csw="x"><csw:SearchResults numberOf',
        b"",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(body: bytes, site: Site, tmp_path: Path):
    site.routes["/csw"] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}/csw", "csw")
    assert done.state == "failed"
    assert done.verdict.failure == "malformed"
    assert done.verdict.sentence.endswith(".")


# -- what capabilities offer


def capabilities(*, methods: str = "Get Post", queryables: str = "", schemas: str = "") -> bytes:
    addresses = "".join(f'<ows:{method} xlink:href="http://elsewhere.example/csw?"/>' for method in methods.split())
    values = "".join(f"<ows:Value>{value}</ows:Value>" for value in schemas.split())
    constraint = f'<ows:Constraint name="SupportedISOQueryables"><ows:Value>{queryables}</ows:Value></ows:Constraint>'
    return (
        '<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ows="http://www.opengis.net/ows"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink" version="2.0.2"><ows:OperationsMetadata><ows:Operation name="GetRecords">'
        f'<ows:DCP><ows:HTTP>{addresses}</ows:HTTP></ows:DCP><ows:Parameter name="outputSchema">{values}</ows:Parameter>'
        f"{constraint if queryables else ''}</ows:Operation></ows:OperationsMetadata></csw:Capabilities>"
    ).encode()


def test_a_service_that_takes_post_alone_is_posted_to(site: Site, tmp_path: Path):
    posted = []

    def answer(query: dict[str, str]) -> Reply:
        posted.append(query[""])
        return Reply(page(1, 0, 3, records()[:3]))

    offered = capabilities(methods="Post", queryables="apiso:Modified", schemas="http://www.isotc211.org/2005/gmd")
    site.routes["/csw"] = lambda query: answer(query) if "" in query else Reply(offered)
    done = harvest(tmp_path, f"{site.url}/csw", "csw", since="2026-10-01T00:00:00Z")
    assert done.state == "complete", done.verdict
    assert len(done.records) == 3
    assert 'outputSchema="http://www.isotc211.org/2005/gmd"' in posted[0]
    assert "<csw:CqlText>apiso:Modified &gt;= '2026-10-01'</csw:CqlText>" in posted[0]


@pytest.mark.parametrize(
    ("queryables", "constraint"),
    [("apiso:Modified", "apiso:Modified >= '2026-10-01'"), ("Modified", "Modified >= '2026-10-01'"), ("Title", None)],
)
def test_changes_are_asked_for_by_what_the_service_has(
    queryables: str, constraint: str | None, site: Site, tmp_path: Path
):
    asked = []

    def answer(query: dict[str, str]) -> Reply:
        asked.append(query.get("constraint"))
        return Reply(page(1, 0, 3, records()[:3]))

    url = serve(site, answer, capabilities(queryables=queryables))
    done = harvest(tmp_path, url, "csw", since="2026-10-01T00:00:00Z")
    assert (done.state, asked) == ("complete", [constraint])


def test_where_the_filter_is_refused_all_is_read(site: Site, tmp_path: Path):
    url = serve(site, lambda query: Reply(EXCEPTION if "constraint" in query else page(1, 0, 3, records()[:3])))
    done = harvest(tmp_path, url, "csw", since="2026-10-01T00:00:00Z")
    assert done.state == "complete", done.verdict
    assert len(done.records) == 3
    assert done.codes()["fell-back"] == 1


def test_where_a_page_fails_smaller_ones_are_asked_for(site: Site, tmp_path: Path):
    members = records()

    def answer(query: dict[str, str]) -> Reply:
        first, size = int(query["startPosition"]), int(query["maxRecords"])
        if size > 10:
            return Reply(EXCEPTION)
        chosen = members[first - 1 : first - 1 + size]
        return Reply(page(first, first + size if first + size <= 27 else 0, 27, chosen))

    done = harvest(tmp_path, serve(site, answer), "csw")
    assert done.state == "complete", done.verdict
    assert len(done.records) == 27


def test_an_exception_in_the_middle_leaves_what_was_read(site: Site, tmp_path: Path):
    members = records()

    def answer(query: dict[str, str]) -> Reply:
        return Reply(EXCEPTION) if int(query["startPosition"]) > 1 else Reply(page(1, 11, 27, members[:10]))

    done = harvest(tmp_path, serve(site, answer), "csw", options={"page_size": 10})
    assert (done.state, done.verdict.failure) == ("partial", "malformed")
    assert "database is down" in done.verdict.sentence
    assert len(done.records) == 10


def test_a_last_number_of_nought_before_the_count_is_not_believed(site: Site, tmp_path: Path):
    members = records()

    def answer(query: dict[str, str]) -> Reply:
        first = int(query["startPosition"])
        return Reply(page(first, 0, 27, members[first - 1 : first + 9]))

    done = harvest(tmp_path, serve(site, answer), "csw", options={"page_size": 10})
    assert done.state == "complete", done.verdict
    assert len(done.records) == 27


# -- payloads

DATASET = (
    '<dcat:Dataset xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="https://data.xa.example/d/{n}">'
    '<dct:title xml:lang="fr">Marchés {n}</dct:title></dcat:Dataset>'
)


def in_rdf(inner: str) -> str:
    return f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{inner}</rdf:RDF>'


@pytest.mark.parametrize("wrapped", [True, False], ids=["rdf", "dataset-alone"])
def test_dcat_inside_a_page_is_read_as_dcat(wrapped: bool, site: Site, tmp_path: Path):
    members = [DATASET.format(n=number) for number in range(2)]
    service = in_rdf('<dcat:DataService xmlns:dcat="http://www.w3.org/ns/dcat#"/>')
    members = [*(in_rdf(member) if wrapped else member for member in members), service]
    done = harvest(tmp_path, serve(site, lambda query: Reply(page(1, 0, 3, members))), "csw")
    assert done.state == "complete", done.verdict
    assert {package.title for package in done.valid().values()} == {"Marchés 0", "Marchés 1"}
    assert [finding.value for finding in done.noticed] == ["DataService"]


def test_records_behind_the_results_are_read_too(site: Site, tmp_path: Path):
    body = page(1, 0, 2, []).replace(
        b"</csw:SearchResults>", f"</csw:SearchResults>{DATASET.format(n=1)}{DATASET.format(n=2)}".encode()
    )
    done = harvest(tmp_path, serve(site, lambda query: Reply(body)), "csw")
    assert done.state == "complete", done.verdict
    assert len(done.valid()) == 2


@pytest.mark.parametrize("kind", ["service", "http://purl.org/dc/dcmitype/Service", "application", "Software"])
def test_dublin_core_of_other_things_is_left_out(kind: str, site: Site, tmp_path: Path):
    record = (
        '<csw:Record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>{}</dc:identifier><dc:title>T</dc:title>'
        "<dc:type>{}</dc:type><dc:language>eng; CAN</dc:language></csw:Record>"
    )
    members = [record.format("a", kind), record.format("b", "dataset")]
    done = harvest(tmp_path, serve(site, lambda query: Reply(page(1, 0, 2, members))), "csw")
    assert (done.state, done.ids) == ("complete", ["b"])
    assert done.valid()["b"].catalogue.titles == {"en": "T"}
    assert done.codes()["not-a-dataset"] == 1


def test_an_answer_in_latin_1_is_read(site: Site, tmp_path: Path):
    member = records()[0].replace(CATALOGUE.datasets[0].titles["en"], "Marchés")
    body = b"<?xml version='1.0' encoding='ISO-8859-1'?>" + page(1, 0, 1, [member]).decode().encode("latin-1")
    (package,) = harvest(tmp_path, serve(site, lambda query: Reply(body)), "csw").valid().values()
    assert package.title == "Marchés"


def test_a_record_over_the_limit_is_left_out_and_said(site: Site, tmp_path: Path):
    members = [records()[0], records()[1].replace("</gmd:MD_Metadata>", f"<x>{'y' * 30_000}</x></gmd:MD_Metadata>")]
    url = serve(site, lambda query: Reply(page(1, 0, 2, members)))
    done = harvest(tmp_path, url, "csw", max_record_bytes=20_000)
    assert len(done.records) == 1
    assert done.codes()["record-too-large"] == 1


@pytest.mark.parametrize("front", ["pycsw", "GeoNetwork", '<a href="/catalogue/csw">CSW</a>'])
def test_it_is_detected_from_a_front_page(front: str, site: Site):
    site.routes["/"] = lambda query: Reply(
        f"<!doctype html><html><body>{front}</body></html>".encode(), headers={"Content-Type": "text/html"}
    )
    for path in ("/csw", "/catalogue/csw", "/geonetwork/srv/eng/csw"):
        site.routes[path] = lambda query: Reply(CAPABILITIES)
    detection = Detection(f"{site.url}/")
    while (lead := detection.next()) is not None and len(detection.steps) < 25:
        answer = ask(lead.url)
        detection.take(
            lead, Seen(lead.url, lead.url, answer.status, answer.headers, answer.body, reported=not detection.steps)
        )
    assert detection.candidates[0].protocol == "csw"


def test_a_limit_counts_datasets_and_not_the_services_before_them(site: Site, tmp_path: Path):
    """As a first look at a portal does: a list may begin with any number of services."""
    service = records()[0].replace('codeListValue="dataset"', 'codeListValue="service"')
    listed = [service.replace(CATALOGUE.datasets[0].name, f"service-{number}") for number in range(12)] + records()

    def answer(query: dict[str, str]) -> Reply:
        if query["request"] == "GetCapabilities":
            return Reply(b'<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2"/>')
        first, size = int(query["startPosition"]), int(query["maxRecords"])
        following = first + size if first + size <= len(listed) else 0
        return Reply(page(first, following, len(listed), listed[first - 1 : first - 1 + size]))

    site.routes["/csw"] = answer
    done = harvest(tmp_path, f"{site.url}/csw", "csw", limit=5)
    assert done.ids == [dataset.name for dataset in CATALOGUE.datasets[:5]]
    assert (done.state, done.verdict.records) == ("partial", 17)
    assert len(site.asked) <= 6
