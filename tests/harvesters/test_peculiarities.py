"""What real portals send and no other test of a protocol pins: small inputs of the same shape, and what must become of them."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from catalogue.assess.validation import check
from harvesters.base import Answer, Source
from harvesters.findings import blocks
from harvesters.package import Package, encode
from harvesters.registry import harvester_for
from harvesters.spool_lines import Ask, Record
from tests.conftest import Reply, Site
from tests.harvesters.dcat_pages import packages, reader, records
from tests.harvesters.filereading import File
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_sparql import results

URL = "https://data.xa.example"


def mapped(protocol: str, said: dict[str, Any], url: str = URL) -> Package:
    """The valid package of one record in JSON."""
    source = Source("xa-source", url, protocol)
    raw = msgspec.Raw(json.dumps(said).encode())
    identifier = str(said.get("id") or said.get("identifier") or "d1")
    found = harvester_for(protocol).package(Record(identifier, url, "2026-01-01T00:00:00Z", json=raw), source)
    assert found.package is not None, found.findings
    assert not blocks([*found.findings, *check(encode(found.package))])
    return found.package


def ckan(**more: Any) -> Package:
    resources = [{"id": "r", "url": f"{URL}/a.csv", "format": "CSV"}]
    return mapped("ckan", {"id": "d1", "name": "d1", "title": "Contracts", "resources": resources, **more})


def dcat_us(**more: Any) -> Package:
    return mapped("dcat-us", {"identifier": "d1", "title": "Contracts", "description": "What was bought", **more})


# -- all JSON


def test_no_break_spaces_stay_and_line_ends_of_windows_become_plain_ones():
    package = ckan(title=" Public\u00a0contracts ", notes="Prix\u00a0: 1\u00a0000\r\nsecond line\r\n")
    assert (package.title, package.description) == ("Public\u00a0contracts", "Prix\u00a0: 1\u00a0000\nsecond line")


def test_datasets_of_one_title_stay_two(tmp_path: Path):
    listed = [{"identifier": n, "title": "Budget", "description": "d", "accessLevel": "public"} for n in ("1", "2")]
    file = File(tmp_path, "dcat-us", {"dataset": listed})
    assert [(each.title, each.catalogue.native_id) for each in file.packages] == [("Budget", "1"), ("Budget", "2")]
    assert len({each.name for each in file.packages}) == len({each.id for each in file.packages}) == 2


# -- CKAN


def test_keywords_in_two_languages_beside_tags_that_are_empty():
    package = ckan(tags=[], keywords={"en": ["space", "orbit"], "fr": ["espace"]})
    assert package.catalogue.keywords == {"en": ["space", "orbit"], "fr": ["espace"]}


def test_an_address_relative_to_the_portal_leads_to_the_portal():
    package = ckan(resources=[{"id": "r", "url": "/dataset/d1/resource/r/download/a.csv", "format": "CSV"}])
    assert [resource.path for resource in package.resources] == [f"{URL}/dataset/d1/resource/r/download/a.csv"]


# -- DCAT-US


def test_a_catalogue_with_keys_of_its_own_is_read_as_any_other(tmp_path: Path):
    listed = [{"identifier": "1", "title": "Budget", "description": "d"}]
    own = {"superThemeTaxonomy": f"{URL}/themes", "homepage": URL, "themeTaxonomy": [], "dataset": listed}
    assert File(tmp_path, "dcat-us", own).package.title == "Budget"
    assert File(tmp_path, "dcat-us", {"conformsTo": "x", "dataset": listed}).package.title == "Budget"


@pytest.mark.parametrize("stated", ["eventual", "EVENTUAL", "Irregular", "irregular"])
def test_now_and_then_is_irregular(stated: str):
    frequency = dcat_us(accrualPeriodicity=stated).catalogue.frequency
    assert frequency is not None
    assert (frequency.code, frequency.text) == ("IRREG", stated)


def test_an_entry_of_an_inventory_that_is_not_public_has_no_files_and_is_kept():
    package = dcat_us(accessLevel="non-public", rights="Personal data")
    assert package.resources == []
    assert package.catalogue.access_rights is not None


def test_a_licence_inside_html_is_the_licence():
    package = dcat_us(license='<DIV STYLE="text-align:Left;"><P><SPAN>Soumis à la licence Etalab</SPAN></P></DIV>')
    (licence,) = package.catalogue.licences
    assert (licence.text, licence.open) == ("Soumis à la licence Etalab", True)
    assert (licence.title or "").startswith("Licence Ouverte")
    assert licence.spdx is None, "which version it is, nobody says"


def test_keys_of_a_publishers_own_are_kept_as_they_are_written():
    more = dcat_us(XLInitiative="A", XLinitiative="B").catalogue.more
    assert (more["XLInitiative"], more["XLinitiative"]) == ("A", "B")


# -- DCAT in RDF


def test_a_namespace_with_a_stray_quote_is_kept_and_harms_nothing(tmp_path: Path):
    page = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" '
        'xmlns:dct="http://purl.org/dc/terms/" xmlns:own="http://onto.example/dcatapit#&quot;">'
        '<dcat:Dataset rdf:about="https://data.xa.example/1"><dct:title>T</dct:title><own:note>N</own:note></dcat:Dataset>'
        "</rdf:RDF>"
    )
    (package,) = packages(reader(tmp_path)(page.encode()))
    assert package.title == "T"


def test_two_addresses_in_one_are_told_and_the_dataset_kept(tmp_path: Path):
    page = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" '
        'xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="https://a.example/1 https://b.example/2">'
        "<dct:title>T</dct:title></dcat:Dataset></rdf:RDF>"
    )
    (package,) = packages(reader(tmp_path)(page.encode()))
    assert (package.title, package.catalogue.native_id) == ("T", "https://a.example/1 https://b.example/2")


def test_addresses_relative_to_a_page_deep_below(tmp_path: Path):
    events = reader(tmp_path)("<../../d/1> a dcat:Dataset ; dct:title 'T' .", url=f"{URL}/a/b/c/page.ttl")
    assert [record.id for record in records(events)] == [f"{URL}/a/d/1"]


def test_a_publisher_that_is_an_address_alone_is_not_given_a_name(tmp_path: Path):
    (package,) = packages(
        reader(tmp_path)("<1> a dcat:Dataset ; dct:title 'T' ; dct:publisher <https://org.example/7> .")
    )
    publisher = package.catalogue.publisher
    assert publisher is not None
    assert (publisher.name, publisher.id) == (None, "https://org.example/7")


def test_themes_of_several_vocabularies_and_plain_words(tmp_path: Path):
    themes = [
        "<http://publications.europa.eu/resource/authority/data-theme/GOVE>", "<http://eurovoc.europa.eu/100142>",
        "<http://inspire.ec.europa.eu/theme/au>", "<http://www.eionet.europa.eu/gemet/concept/7843>", "'Budget'@en",
    ]  # fmt: skip
    (package,) = packages(reader(tmp_path)(f"<1> a dcat:Dataset ; dct:title 'T' ; dcat:theme {', '.join(themes)} ."))
    said = msgspec.json.encode(package.catalogue).decode()
    assert all(theme.strip("<>'@en") in said for theme in themes)


# -- other protocols


@pytest.mark.parametrize("kind", ["calendar", "chart", "map", "story", "filter"])
def test_what_socrata_lists_beside_datasets_is_told_or_kept_as_what_it_is(kind: str, tmp_path: Path, site: Site):
    asset = {
        "resource": {"id": "abcd-1234", "name": "Spending", "type": kind, "updatedAt": "2026-01-01T00:00:00.000Z"},
        "metadata": {"domain": "127.0.0.1"}, "classification": {}, "permalink": f"{URL}/d/abcd-1234",
        "link": f"{URL}/d/abcd-1234",
    }  # fmt: skip
    page = {"results": [asset], "resultSetSize": 1}
    site.routes["/api/catalog/v1"] = lambda query: Reply(json.dumps(page).encode())
    done = harvest(tmp_path, f"{site.url}/api/catalog/v1?domains=127.0.0.1", "socrata")
    assert len(done.records) + sum(notice.code == "not-a-dataset" for notice in done.noticed) == 1
    assert done.state == "complete"


def test_sparql_leaves_out_what_is_not_bound(tmp_path: Path):
    source = Source("xa-source", f"{URL}/sparql", "sparql")
    harvester = harvester_for("sparql")(source)
    _, listing = harvester.start()
    body = tmp_path / "body"
    body.write_bytes(results({}, {"d": f"{URL}/1"}).body)
    events = list(harvester.read(Answer(listing, listing.url, 200, {}, body, "2026-01-01T00:00:00Z")))
    described = [event for event in events if isinstance(event, Ask) and event.purpose == "graph"]
    assert len(described) == 1
    assert quote(f"<{URL}/1>", safe="") in described[0].url


def test_a_data_package_may_name_a_file_that_is_not_there(tmp_path: Path):
    document = {"name": "prices", "title": "Prices", "resources": [{"name": "a", "path": "data/missing.csv"}]}
    package = File(tmp_path, "frictionless", document, f"{URL}/x/datapackage.json").package
    assert [resource.path for resource in package.resources] == [f"{URL}/x/data/missing.csv"]


def test_na_stands_for_nothing_in_a_list(tmp_path: Path):
    text = f"Title;Description;Publisher;Link\nBudget;NA;NA;{URL}/a\nSpending;All of it;Treasury;{URL}/b\n"
    first, second = File(tmp_path, "table", text).packages
    assert (first.description, first.catalogue.publisher) == (None, None)
    assert second.catalogue.publisher is not None


@pytest.mark.parametrize("version", ["1.0", "1.1", None])
def test_versions_of_ocds_side_by_side(version: str | None, tmp_path: Path):
    release = {"ocid": "ocds-213czf-1", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"]}
    package = {
        "uri": "", "publishedDate": "2026-01-01T00:00:00Z", "publisher": {"name": ""}, "releases": [release],
        **({"version": version} if version else {}),
    }  # fmt: skip
    found = File(tmp_path, "ocds", package, f"{URL}/releases.json").package
    assert found.catalogue.publisher is None
