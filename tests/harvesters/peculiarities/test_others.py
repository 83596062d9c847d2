"""Zenodo, OGC API - Records, SDMX, SPARQL, data packages, lists, DKAN, JKAN: one test for each peculiarity not pinned elsewhere."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.base import Source
from harvesters.package import Package
from harvesters.registry import harvester_for
from harvesters.spool_lines import Record
from tests.conftest import Reply, Site
from tests.harvesters.filereading import File
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_jkan import MATTER, read
from tests.harvesters.test_ogcapi_records import package_of, record

HOME = "https://data.xa.example"


def mapped(protocol: str, said: dict[str, Any]) -> Package:
    held = Record("d1", HOME, "2026-01-01T00:00:00Z", json=msgspec.Raw(json.dumps(said).encode()))
    found = harvester_for(protocol).package(held, Source("xa-source", HOME, protocol))
    assert found.package is not None, found.findings
    return found.package


def test_jkan_free_keys_of_every_shape_are_kept(site: Site, tmp_path: Path):
    keys = "own_key: Kept\nown_list: [a, b]\nOwn Key: {inner: 1}\n"
    (package,) = read(site, tmp_path, road=MATTER.replace("own_key: Kept\n", keys)).valid().values()
    more = package.catalogue.more
    assert (more["own_key"], more["own_list"], list(more["Own Key"])) == ("Kept", ["a", "b"], ["inner"])


def test_zenodo_redirects_with_308_and_a_page_before_the_json(site: Site, tmp_path: Path):
    hit = {"id": 7, "metadata": {"title": "Contracts", "resource_type": {"type": "dataset"}}, "links": {}}
    page = {"hits": {"hits": [hit], "total": 1}}
    moved = b"<!doctype html><title>Redirecting...</title><h1>Redirecting...</h1>"
    site.routes["/api/records"] = lambda query: Reply(
        moved, 308, headers={"Content-Type": "text/html", "Location": "/api/records/all"}
    )
    site.routes["/api/records/all"] = lambda query: Reply(json.dumps(page).encode())
    done = harvest(tmp_path, site.url, "invenio")
    assert (done.state, [package.title for package in done.valid().values()]) == ("complete", ["Contracts"])


def test_ogc_the_addresses_of_what_a_record_conforms_to_are_kept(site: Site, tmp_path: Path):
    addresses = [
        "http://wis.wmo.example/spec/wcmp/2/conf/core",
        "http://www.opengis.example/spec/records-1/1.0/req/record-core",
    ]
    assert package_of(site, tmp_path, record(conformsTo=addresses)).catalogue.conforms_to == addresses


def test_ogc_the_address_of_a_broker_is_kept_without_its_login(site: Site, tmp_path: Path):
    links = [
        {"rel": "items", "href": f"{scheme}://everyone:secret@broker.xa.example:8883", "channel": "cache/xa"}
        for scheme in ("mqtt", "mqtts", "ws", "wss")
    ]
    kept = package_of(site, tmp_path, record(links=links)).catalogue.more["resources_left_out"]
    assert [link["href"].partition("://")[2] for link in kept] == ["broker.xa.example:8883"] * 4
    assert {link["channel"] for link in kept} == {"cache/xa"}


def test_ogc_an_example_that_trails_off_in_dots_is_told_and_what_came_before_is_kept(site: Site, tmp_path: Path):
    body = f'{{"type": "FeatureCollection", "features": [{json.dumps(record())}, ...'
    site.routes["/collections/c/items"] = lambda query: Reply(body.encode())
    done = harvest(tmp_path, f"{site.url}/collections/c/items", "ogcapi-records")
    assert done.state in ("partial", "failed")
    assert (done.ids, done.verdict.failure) == (["urn:wmo:md:xa-met:hourly"], "malformed")
    assert done.verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    "space",
    ["http://www.SDMX.org/resources/SDMXML/schemas/v2_0", "http://www.sdmx.org/resources/sdmxml/schemas/v2_1", "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"],
    ids=["2.0", "2.1", "3.0"],
)  # fmt: skip
def test_sdmx_of_each_namespace_with_names_in_several_languages(space: str, tmp_path: Path):
    named = "".join(
        f'<{{p}}:Name xml:lang="{tag}">{words}</{{p}}:Name>' for tag, words in (("en", "Prices"), ("fr", "Prix"))
    ).format(p="s" if "v2_0" in space else "c")
    flows = f'<s:Dataflow id="P" agencyID="XA1" version="1.0">{named}</s:Dataflow>'
    around = f"<s:Dataflows>{flows}</s:Dataflows>"
    # Version 2.0 puts the list into an element of the message's namespace, and has no <Structures>.
    inner = f"<m:Dataflows>{flows}</m:Dataflows>" if "v2_0" in space else f"<m:Structures>{around}</m:Structures>"
    message = f'<m:Structure xmlns:m="{space}/message" xmlns:s="{space}/structure" xmlns:c="{space}/common">{inner}</m:Structure>'
    package = File(tmp_path, "sdmx", message, f"{HOME}/rest/dataflow/all/all/latest").package
    assert (package.catalogue.native_id, package.catalogue.titles) == ("XA1:P", {"en": "Prices", "fr": "Prix"})


def test_sdmx_a_list_of_663_dataflows_in_one_answer(tmp_path: Path):
    space = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
    flows = "".join(
        f'<s:Dataflow id="F{n}" agencyID="XA1" version="1.0"><c:Name>Flow {n}</c:Name><c:Description>{"x" * 500}</c:Description></s:Dataflow>'
        for n in range(663)
    )
    message = (
        f'<m:Structure xmlns:m="{space}/message" xmlns:s="{space}/structure" xmlns:c="{space}/common"><m:Structures>'
        f"<s:Dataflows>{flows}</s:Dataflows></m:Structures></m:Structure>"
    )
    assert len(message) > 400_000
    file = File(tmp_path, "sdmx", message, f"{HOME}/rest/dataflow/all/all/latest")
    assert [held.id for held in file.records] == [f"XA1:F{n}" for n in range(663)]


def test_sparql_the_language_of_a_text_stands_in_xml_lang(site: Site, tmp_path: Path):
    kind, title = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://purl.org/dc/terms/title"
    subject = {"type": "uri", "value": f"{HOME}/1"}

    def said(predicate: str, value: dict[str, str]) -> dict[str, Any]:
        return {"s": subject, "p": {"type": "uri", "value": predicate}, "o": value}

    rows = [
        said(kind, {"type": "uri", "value": "http://www.w3.org/ns/dcat#Dataset"}),
        said(title, {"type": "literal", "xml:lang": "fr", "value": "Marchés"}),
        said(title, {"type": "literal", "xml:lang": "en", "value": "Contracts"}),
    ]

    def answer(query: dict[str, str]) -> Reply:
        asked = query["query"]
        if "CONSTRUCT" in asked:  # an endpoint that gives rows alone
            return Reply(b"", 406)
        if "?p" in asked:
            return result(("s", "p", "o"), rows)
        if "COUNT" in asked:
            return result(("n",), [{"n": {"type": "literal", "value": "1"}}])
        return result(("d",), [] if "STR(?d) >" in asked else [{"d": subject}])

    def result(names: tuple[str, ...], bindings: list[dict[str, Any]]) -> Reply:
        body = {"head": {"vars": list(names)}, "results": {"bindings": bindings}}
        return Reply(json.dumps(body).encode(), headers={"Content-Type": "application/sparql-results+json"})

    site.routes["/sparql"] = answer
    (package,) = harvest(tmp_path, f"{site.url}/sparql", "sparql").valid().values()
    assert package.catalogue.titles == {"fr": "Marchés", "en": "Contracts"}


def test_a_list_with_semicolons_a_byte_order_mark_and_decimal_commas(tmp_path: Path):
    content = f"\ufeffTitle;Link;Share\r\nBudget;{HOME}/a;12,5\r\nSpending;{HOME}/b;1.234,56\r\n"
    packages = File(tmp_path, "table", content).packages
    assert [(each.title, each.catalogue.more["Share"]) for each in packages] == [
        ("Budget", "12,5"),
        ("Spending", "1.234,56"),
    ]


def test_the_dialect_of_a_file_with_semicolons_and_decimal_commas_is_kept_as_stated(tmp_path: Path):
    field = {"name": "share", "type": "number", "decimalChar": ",", "groupChar": "."}
    resource = {
        "name": "prices", "path": "data/prices.csv", "profile": "tabular-data-resource", "encoding": "utf-8-sig",
        "dialect": {"delimiter": ";"}, "schema": {"fields": [field]},
    }  # fmt: skip
    document = {"profile": "tabular-data-package", "name": "prices", "title": "Prices", "resources": [resource]}
    (read_,) = File(tmp_path, "frictionless", document, f"{HOME}/x/datapackage.json").package.resources
    assert read_.catalogue.more["dialect"] == {"delimiter": ";"}
    assert read_.catalogue.more["schema"]["fields"] == [field]


def test_ocds_a_record_with_the_addresses_of_its_releases_alone_says_no_period(tmp_path: Path):
    document = {
        "uri": "", "version": "1.1", "publishedDate": "2026-01-01T00:00:00Z", "publisher": {"name": ""},
        "records": [{"ocid": "ocds-xa-1", "releases": [{"url": f"{HOME}/r/1.json"}, {"url": f"{HOME}/r/2.json"}]}],
    }  # fmt: skip
    package = File(tmp_path, "ocds", document, f"{HOME}/records.json").package
    assert (package.catalogue.temporal, package.catalogue.publisher) == ([], None)
    assert "uri" not in package.catalogue.more


def test_dkan_a_long_german_date_and_a_licence_and_a_size_as_text():
    package = mapped(
        "dkan",
        {
            "identifier": "d1", "title": "Verträge", "description": "Alle", "modified": "Dienstag, 19. November 2013 - 10:13",
            "license": "Datenlizenz Deutschland Namensnennung 2.0",
            "distribution": [{"title": "Liste", "downloadURL": f"{HOME}/a.csv", "byteSize": "1,2 MB"}],
        },
    )  # fmt: skip
    modified, (licence,), (resource,) = package.catalogue.modified, package.catalogue.licences, package.resources
    assert modified is not None
    assert (modified.value, modified.text) == ("2013-11-19", "Dienstag, 19. November 2013 - 10:13")
    assert licence.text == "Datenlizenz Deutschland Namensnennung 2.0"
    assert (resource.bytes, "1,2 MB" in repr(resource)) == (None, True)
