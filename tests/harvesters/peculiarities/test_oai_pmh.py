"""OAI-PMH: what real repositories send that no other test pins, one test for each peculiarity."""

from pathlib import Path

import pytest

from harvesters.base import Source
from harvesters.oai_pmh import OaiPmh
from harvesters.spool_lines import Record
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_iso import record as iso_record
from tests.harvesters.test_oai_pmh import listing, record, serve

OAI = "https://data.xa.example/oai"


def title_of(metadata: str) -> str | None:
    """The title under which the metadata of a record is mapped."""
    held = Record(id="oai:1", url=OAI, at="", status=200, text=metadata)
    found = OaiPmh.package(held, Source("xa-source", OAI, "oai-pmh"))
    assert found.package is not None, found.findings
    return found.package.title


RESOURCE = (
    '<resource xmlns="http://datacite.org/schema/kernel-4"><titles><title>Contracts</title></titles>'
    '<resourceType resourceTypeGeneral="Dataset"/></resource>'
)
DUBLIN_CORE = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"{more}>'
    "<dc:title>Contracts</dc:title><dc:type>Dataset</dc:type><dc:relation>{relation}</dc:relation></oai_dc:dc>"
)


@pytest.mark.parametrize(
    "metadata",
    [
        RESOURCE,
        f'<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><schemaVersion>4</schemaVersion><payload>{RESOURCE}</payload></oai_datacite>',
        f"<metadata><schemaVersion>4</schemaVersion>{RESOURCE}</metadata>",
        iso_record(),
        DUBLIN_CORE.format(more="", relation=""),
    ],
    ids=["DataCite", "DataCite in a wrapper", "DataCite beside its version", "ISO", "Dublin Core"],
)
def test_whatever_stands_beside_oai_dc_is_read_as_what_it_is(metadata: str):
    assert title_of(metadata) == "Contracts"


@pytest.mark.parametrize(
    ("more", "relation"),
    [("", "https://schema.datacite.org/meta/kernel-4"), (' xmlns:datacite="http://datacite.org/schema/kernel-4"', "")],
    ids=["in a text", "in a declaration"],
)
def test_dublin_core_that_speaks_of_datacite_is_dublin_core(more: str, relation: str):
    assert title_of(DUBLIN_CORE.format(more=more, relation=relation)) == "Contracts"


@pytest.mark.parametrize(
    "second",
    [b"", b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>', b"<html>Busy</html>"],
    ids=["empty", "broken", "a page"],
)
def test_a_later_answer_that_is_empty_or_broken_leaves_what_was_read(second: bytes, site: Site, tmp_path: Path):
    def answer(query: dict[str, str]) -> Reply:
        if "resumptionToken" in query:
            return Reply(second)
        return listing(f"<ListRecords>{record('a')}<resumptionToken>2</resumptionToken></ListRecords>")

    done = harvest(tmp_path, serve(site, answer), "oai-pmh")
    assert (done.state, done.ids, done.verdict.failure) == ("partial", ["oai:a"], "malformed")
    assert done.verdict.sentence.endswith(".")


def test_a_deleted_header_without_an_identifier_costs_no_other_record(site: Site, tmp_path: Path):
    bare = '<record><header status="deleted"><datestamp>2026-01-01</datestamp></header></record>'
    url = serve(site, lambda query: listing(f"<ListRecords>{bare}{record('a')}</ListRecords>"))
    done = harvest(tmp_path, url, "oai-pmh")
    assert (done.state, done.ids, done.gone) == ("complete", ["oai:a"], [])


def test_an_error_with_status_200_is_quoted_with_its_code(site: Site, tmp_path: Path):
    url = serve(site, lambda query: listing('<error code="badVerb">Illegal verb</error>'))
    done = harvest(tmp_path, url, "oai-pmh")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert "badVerb Illegal verb" in done.verdict.sentence
