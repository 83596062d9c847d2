"""CSW against a real pycsw, and against answers that real services give."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from harvesters.csw import Csw
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
    "options", [{}, {"output_schema": "http://www.opengis.net/cat/csw/3.0"}], ids=["iso", "dublin-core"]
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
        if not options:
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


def serve(site: Site, answer) -> str:
    capabilities = b'<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2"/>'
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


@pytest.mark.parametrize(
    "body",
    [
        b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception exceptionCode="NoApplicableCode">'
        b"<ows:ExceptionText>database is down</ows:ExceptionText></ows:Exception></ows:ExceptionReport>",
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
