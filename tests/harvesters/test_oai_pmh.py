"""OAI-PMH against a real pycsw, and against answers that real repositories give."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters.evidence import Seen
from harvesters.oai_pmh import OaiPmh
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_csw import CATALOGUE, records
from tests.sandbox.portals import ask
from tests.servers.pycsw import Pycsw, serving

REAL_SERVER = "pycsw 2.6.2"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pycsw]:
    with serving(tmp_path_factory.mktemp("pycsw"), records()) as server:
        yield server


@pytest.mark.parametrize("prefix", ["iso19139", "oai_dc"])
def test_all_of_a_pycsw_is_read(real: Pycsw, prefix: str, tmp_path: Path):
    url = f"{real.url}?mode=oaipmh"
    found = OaiPmh.recognise(_seen(f"{url}&verb=Identify"))
    assert found is not None
    assert found.url == url
    done = harvest(tmp_path, url, "oai-pmh", options={"metadata_prefix": prefix})
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert len(valid) == 27
    assert {package.title for package in valid.values()} == {dataset.titles["en"] for dataset in CATALOGUE.datasets}


def test_a_pycsw_is_asked_for_what_changed(real: Pycsw, tmp_path: Path):
    done = harvest(
        tmp_path,
        f"{real.url}?mode=oaipmh",
        "oai-pmh",
        options={"metadata_prefix": "oai_dc"},
        since="2030-01-01T00:00:00Z",
    )
    assert (done.state, done.records) == ("complete", []), done.verdict


def _seen(url: str) -> Seen:
    answer = ask(url)
    return Seen(url, url, answer.status, answer.headers, answer.body)


DC = (
    '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{title}</dc:title><dc:type>{kind}</dc:type><dc:identifier>https://data.example.org/{title}</dc:identifier></oai_dc:dc></metadata>"
)


def listing(inner: str) -> Reply:
    return Reply(f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inner}</OAI-PMH>'.encode())


def record(name: str, kind: str = "Dataset", status: str = "") -> str:
    header = f"<header{status}><identifier>oai:{name}</identifier><datestamp>2026-01-01</datestamp></header>"
    return f"<record>{header}{'' if status else DC.format(title=name, kind=kind)}</record>"


def formats(query: dict[str, str]) -> Reply:
    return listing(
        "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix></metadataFormat></ListMetadataFormats>"
    )


def serve(site: Site, answer) -> str:
    site.routes["/oai"] = lambda query: formats(query) if query["verb"] == "ListMetadataFormats" else answer(query)
    return f"{site.url}/oai"


def test_tokens_are_followed_deletions_told_and_articles_left_out(site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        if query.get("resumptionToken") == "////2":
            return listing(f"<ListRecords>{record('c')}{record('e', 'Article')}<resumptionToken/></ListRecords>")
        token = '<resumptionToken completeListSize="5">////2</resumptionToken>'
        deleted = ' status="deleted"'
        return listing(f"<ListRecords>{record('a')}{record('b')}{record('d', status=deleted)}{token}</ListRecords>")

    done = harvest(tmp_path, serve(site, answer), "oai-pmh")
    assert done.state == "complete", done.verdict
    assert done.ids == ["oai:a", "oai:b", "oai:c"]
    assert done.gone == ["oai:d"]
    assert done.codes()["not-a-dataset"] == 1
    assert done.valid()["oai:a"].resources[0].path == "https://data.example.org/a"


def test_nothing_that_matches_is_a_whole_answer(site: Site, tmp_path: Path):
    url = serve(site, lambda query: listing('<error code="noRecordsMatch">none</error>'))
    done = harvest(tmp_path, url, "oai-pmh", since="2026-01-01T00:00:00Z")
    assert (done.state, done.verdict.records) == ("complete", 0)


def test_tokens_that_go_in_a_circle_end(site: Site, tmp_path: Path):
    url = serve(
        site, lambda query: listing(f"<ListRecords>{record('a')}<resumptionToken>x</resumptionToken></ListRecords>")
    )
    done = harvest(tmp_path, url, "oai-pmh")
    assert done.state == "partial"
    assert "page-loop" in done.codes()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>Maintenance</html>"),
        Reply(b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRec'),
        Reply(
            b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken">expired</error></OAI-PMH>'
        ),
        Reply(b""),
    ],
)
def test_what_is_no_answer_is_said_in_a_sentence(reply: Reply, site: Site, tmp_path: Path):
    done = harvest(tmp_path, serve(site, lambda query: reply), "oai-pmh")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


def test_datacite_is_preferred_and_mapped(site: Site, tmp_path: Path):
    resource = (
        '<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5072/1</identifier><titles>'
        '<title xml:lang="fr">Marchés</title><title xml:lang="en">Contracts</title></titles><publisher>Ministry</publisher>'
        '<publicationYear>2024</publicationYear><dates><date dateType="Updated">2026-02-03</date></dates>'
        '<resourceType resourceTypeGeneral="Dataset">data</resourceType><rightsList><rights rightsIdentifier="CC-BY-4.0"/></rightsList>'
        "</resource>"
    )
    body = f"<ListRecords><record><header><identifier>oai:1</identifier></header><metadata>{resource}</metadata></record></ListRecords>"
    offered = "".join(
        f"<metadataFormat><metadataPrefix>{p}</metadataPrefix></metadataFormat>" for p in ("oai_dc", "datacite")
    )

    def answer(query: dict[str, str]) -> Reply:
        if query["verb"] == "ListMetadataFormats":
            return listing(f"<ListMetadataFormats>{offered}</ListMetadataFormats>")
        assert query["metadataPrefix"] == "datacite"
        return listing(body)

    site.routes["/oai"] = answer
    (package,) = harvest(tmp_path, f"{site.url}/oai", "oai-pmh").valid().values()
    assert package.catalogue.titles == {"fr": "Marchés", "en": "Contracts"}
    assert package.catalogue.issued is not None
    assert (package.catalogue.issued.value, package.homepage) == ("2024", "https://doi.org/10.5072/1")
    assert package.licenses[0].name == "CC-BY-4.0"
