"""Data packages: descriptors in JSON and YAML, of version 1, 2 and before, and collections of them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.base import Failure, Source
from harvesters.errors import MalformedAnswer
from harvesters.frictionless import Frictionless
from harvesters.phrases import in_words
from harvesters.spool_lines import Ask, Noticed
from sandbox.frictionless import DataPackages
from sandbox.portal import Robots
from tests.conftest import Reply, Site
from tests.harvesters.filereading import WHERE, File, detected, recognised
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal

CSV = {"name": "budget", "path": "data/budget.csv", "format": "csv"}
MINIMAL = {"name": "budget", "title": "Budget", "resources": [CSV]}


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://x.example/a/datapackage.json", "https://x.example/a/datapackage.json"),
        ("https://x.example/a", "https://x.example/a/datapackage.json"),
        ("https://x.example/", "https://x.example/datapackage.json"),
        ("https://x.example/export?as=package", "https://x.example/export?as=package"),
        ("https://github.com/xa/budget", "https://raw.githubusercontent.com/xa/budget/HEAD/datapackage.json"),
        (
            "https://github.com/xa/budget/blob/main/b/datapackage.yaml",
            "https://raw.githubusercontent.com/xa/budget/main/b/datapackage.yaml",
        ),
    ],
)
def test_begins_at_the_descriptor(url: str, asked: str):
    assert [ask.url for ask in Frictionless(Source("xa-x", url, "frictionless")).start()] == [asked]


def test_a_folder_without_a_datapackage_json_is_asked_for_its_other_names():
    harvester = Frictionless(Source("xa-x", "https://x.example/a", "frictionless"))
    (ask,) = harvester.start()
    asked = [ask.url]
    while following := list(harvester.failed(ask, Failure("moved", "404", 404))):
        (ask,) = following
        assert isinstance(ask, Ask)
        asked.append(ask.url)
    assert [url.removeprefix("https://x.example/a") for url in asked] == [
        "/datapackage.json", "/datapackage.yaml", "/datapackage.yml", "",
    ]  # fmt: skip
    (first,) = harvester.start()
    assert list(harvester.failed(first, Failure("down", "503", 503))) == []


# -- descriptors


def test_a_descriptor_is_read_with_its_paths_made_absolute_and_nothing_fetched(tmp_path: Path):
    descriptor = {
        "profile": "tabular-data-package", "name": "donations", "title": "Donations", "created": "2020-05-01T10:00:00Z",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}], "version": "1.2.0",
        "keywords": ["gifts", "gifts"], "homepage": "https://x.example/donations", "last_modified": "2021-02-03",
        "resources": [
            {
                "name": "in", "title": "Received", "path": "data/in.csv", "profile": "tabular-data-resource", "bytes": 12,
                "schema": "https://x.example/schema.json", "dialect": {"delimiter": ";"}, "encoding": "utf-8",
                "hash": "d41d8cd98f00b204e9800998ecf8427e",
            },
            {"name": "out", "path": "https://x.example/out.xls"},
        ],
    }  # fmt: skip
    package = File(tmp_path, "frictionless", descriptor, "https://x.example/a/datapackage.json").package
    received, given = package.resources
    assert package.catalogue.native_id == "https://x.example/a/datapackage.json"
    assert (received.path, received.title, received.bytes) == ("https://x.example/a/data/in.csv", "Received", 12)
    assert received.hash == "d41d8cd98f00b204e9800998ecf8427e"
    assert received.catalogue.more["schema"] == "https://x.example/schema.json"
    assert received.catalogue.more["dialect"] == {"delimiter": ";"}
    assert (given.path, given.format) == ("https://x.example/out.xls", "XLS")
    assert package.created == "2020-05-01T10:00:00Z"
    assert (package.version, package.keywords) == ("1.2.0", ["gifts"])
    assert package.catalogue.licences[0].spdx == "CC-BY-4.0"
    assert package.catalogue.conforms_to == ["tabular-data-package"]
    assert package.catalogue.modified is not None
    assert package.catalogue.modified.value == "2021-02-03"


def test_yaml_is_read_as_the_words_that_it_has(tmp_path: Path):
    text = """
title: Ländercodes
created: 2024-01-31
country: NO
enabled: true
resources:
- name: codes
  path: codes.csv
  bytes: 1024
  schema:
    fields: [{name: 1995, type: string}]
"""
    file = File(tmp_path, "frictionless", text, "https://x.example/a/datapackage.yml")
    (record,) = file.records
    assert (record.media, record.text) == ("application/yaml", text)
    package = file.package
    assert (package.title, package.resources[0].bytes) == ("Ländercodes", 1024)
    assert package.catalogue.issued is not None
    assert (package.catalogue.issued.text, package.catalogue.issued.precision) == ("2024-01-31", "day")
    assert package.catalogue.more["country"] == "NO"
    assert package.catalogue.more["enabled"] is True


@pytest.mark.parametrize(
    "text",
    [
        "resources: &a [{path: x.csv}]\nother: *a\n",
        "resources: !!python/object/apply:os.system ['true']\n",
        "title: a\n--- \ntitle: b\nresources: []\n",
        "resources: " + "[" * 100 + "]" * 100,
        "title: 'never closed\nresources:\n",
        "just words",
    ],
)
def test_yaml_that_is_no_plain_document_is_refused_in_a_sentence(tmp_path: Path, text: str):
    with pytest.raises(MalformedAnswer) as raised:
        File(tmp_path, "frictionless", text, "https://x.example/datapackage.yaml")
    assert raised.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("resource", "paths"),
    [
        ({"path": "a.csv"}, ["https://data.xa.example/lists/a.csv"]),
        ({"path": "budget"}, ["https://data.xa.example/lists/budget"]),
        ({"path": "2026.data/a"}, ["https://data.xa.example/lists/2026.data/a"]),
        ({"path": "www.xa.example/a.csv"}, []),
        ({"path": ["a-1.csv", "a-2.csv"]}, ["https://data.xa.example/lists/a-1.csv", "https://data.xa.example/lists/a-2.csv"]),
        ({"url": "https://x.example/a.csv", "path": ""}, ["https://x.example/a.csv"]),
        ({"data": [{"a": 1}], "format": "json"}, [WHERE]),
        ({"path": ""}, []),
        ({"path": "C:\\data\\a.csv"}, []),
    ],
)  # fmt: skip
def test_where_a_resource_is(tmp_path: Path, resource: dict[str, Any], paths: list[str]):
    file = File(
        tmp_path, "frictionless", {"profile": "data-package", "title": "T", "resources": [{"name": "a", **resource}]}
    )
    assert [each.path for each in file.package.resources] == paths
    assert file.package.title == "T"


def test_persons_are_left_out_and_organisations_kept(tmp_path: Path):
    descriptor = {
        **MINIMAL, "author": "A Person <a.person@x.example>",
        "maintainers": [{"name": "B Person", "email": "b.person@x.example"}],
        "contributors": [
            {"title": "Ministry of Finance", "role": "publisher", "path": "https://finance.xa.example"},
            {"title": "C Person", "role": "author", "email": "c.person@x.example"},
            {"title": "D Person", "organization": "Statistics Office", "roles": ["wrangler"], "email": "data@stat.xa.example"},
            {"title": "E Person", "organization": "University", "role": "author"},
        ],
        "sources": [{"title": "Treasury", "path": "https://t.xa.example", "email": "f.person@x.example"}],
    }  # fmt: skip
    package = File(tmp_path, "frictionless", descriptor).package
    assert package.catalogue.publisher is not None
    assert (package.catalogue.publisher.name, package.catalogue.publisher.url) == (
        "Ministry of Finance", "https://finance.xa.example",
    )  # fmt: skip
    assert package.catalogue.contact is not None
    assert (package.catalogue.contact.name, package.catalogue.contact.url) == (
        "Statistics Office",
        "mailto:data@stat.xa.example",
    )
    assert package.catalogue.more["contributors"] == [{"organization": "University", "roles": ["author"]}]
    assert "Person" not in str(msgspec.to_builtins(package))


@pytest.mark.parametrize(
    ("descriptor", "codes"),
    [
        ({"name": "n", "resources": [CSV]}, ["no-title"]),
        ({**MINIMAL, "created": "test"}, ["date-unreadable"]),
        ({**MINIMAL, "license": "Terms of our own"}, ["licence-unknown"]),
        ({**MINIMAL, "licenses": [{"type": "odc-pddl", "url": "http://opendatacommons.org/licenses/pddl/"}]}, []),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, descriptor: dict[str, Any], codes: list[str]):
    assert File(tmp_path, "frictionless", descriptor).codes() == codes


# -- collections


@pytest.mark.parametrize(
    ("document", "asked", "ids"),
    [
        (["a/datapackage.json", "https://y.example/datapackage.json"], 2, []),
        ({"packages": [{"url": "a/datapackage.json"}, {"descriptor": {"id": "b", **MINIMAL}}]}, 1, ["b"]),
        ({"datasets": [{"name": "c", "package": {"name": "c", **MINIMAL}}]}, 0, ["budget"]),
        ({"profile": "data-package-catalog", "resources": [{"path": "a/datapackage.json", "name": "a"}]}, 1, []),
        ([{"name": "README.md", "download_url": "https://y.example/README.md"},
          {"name": "datapackage.json", "download_url": "https://y.example/datapackage.json"}], 1, []),
        ("# ours\nhttps://y.example/a/datapackage.json\n\nhttps://y.example/b/datapackage.json\n", 2, []),
        ([{"title": "Without a name", "resources": [CSV]}], 0, [None]),
    ],
)  # fmt: skip
def test_collections_in_their_shapes(tmp_path: Path, document: Any, asked: int, ids: list[str | None]):
    file = File(tmp_path, "frictionless", document)
    assert sum(isinstance(event, Ask) for event in file.events) == asked
    assert [record.id for record in file.records] == ids


def test_a_member_that_is_no_address_is_said(tmp_path: Path):
    file = File(tmp_path, "frictionless", {"packages": [{"url": "mailto:a@x.example"}, {"url": "a/datapackage.json"}]})
    assert [event.finding.code for event in file.events if isinstance(event, Noticed)] == ["url-invalid"]


def test_collections_in_collections_come_to_an_end(tmp_path: Path):
    file = File(tmp_path, "frictionless", ["deeper.json"], note={"level": 3})
    assert "nested too deeply" in in_words(file.events[0].said)


@pytest.mark.parametrize(
    "body", [b"<html>Sorry</html>", b'{"resources": [', b"", b"[]", b'{"title": "T"}', b"// a comment\n{}"]
)
def test_what_is_no_data_package_is_refused_in_a_sentence(tmp_path: Path, body: bytes):
    with pytest.raises(MalformedAnswer) as raised:
        File(tmp_path, "frictionless", body)
    assert raised.value.sentence.endswith(".")


# -- a whole harvest


def test_all_of_a_collection_and_then_what_changed(tmp_path: Path):
    with portal(Robots(), DataPackages(), count=12) as served:
        first = harvest(tmp_path, f"{served.url}/catalog.json", "frictionless")
        changed = served.datasets[8] = msgspec.structs.replace(served.datasets[8], titles={"en": "Another title"})
        second = harvest(tmp_path, f"{served.url}/catalog.json", "frictionless")
        held = list(served.datasets)
    assert first.state == second.state == "complete", first.verdict
    before, after = first.valid(), second.valid()
    assert set(before) == {dataset.id for dataset in held}
    assert [key for key in after if after[key] != before[key]] == [changed.id]
    for dataset in held:
        package = after[dataset.id or ""]
        assert package.title == dataset.titles["en"]
        assert package.catalogue.publisher is not None
        assert package.catalogue.publisher.name == dataset.publisher.names["en"]
        assert len(package.resources) == len(dataset.distributions)
        assert package.created == f"{dataset.issued}T00:00:00Z"


def test_a_collection_that_lists_itself_is_told(tmp_path: Path, site: Site):
    site.routes["/catalog.json"] = lambda query: Reply(b'["catalog.json", "datapackage.json"]')
    site.routes["/datapackage.json"] = lambda query: Reply(msgspec.json.encode(MINIMAL))
    done = harvest(tmp_path, f"{site.url}/catalog.json", "frictionless")
    assert (done.state, len(done.records)) == ("partial", 1)
    assert "page-loop" in [finding.code for finding in done.noticed]


# -- detection


@pytest.mark.parametrize(
    ("document", "url", "confidence"),
    [
        (MINIMAL, WHERE, 92),
        ("title: T\nresources:\n- path: a.csv\n", "https://x.example/datapackage.yaml", 92),
        (["https://x.example/a/datapackage.json"], WHERE, 85),
        ("https://x.example/a/datapackage.json\nhttps://x.example/b/datapackage.json\n", WHERE, 85),
        ({"title": "T", "resources": [{"url": "https://x.example/a.csv", "package_id": "p"}]}, WHERE, None),
        ({"result": {"resources": []}}, WHERE, None),
        (["https://x.example/a.csv"], WHERE, None),
        ("<html>resources:</html>", "https://x.example/datapackage.yaml", None),
        ({"@context": "x", "resources": [{"path": "a"}]}, WHERE, None),
    ],
)  # fmt: skip
def test_what_is_recognised(document: Any, url: str, confidence: int | None):
    found = recognised("frictionless", document, url)
    assert (found.confidence if found else None) == confidence


def test_detected_by_its_address_in_its_folder_and_behind_a_link(site: Site):
    site.routes["/a/datapackage.json"] = lambda query: Reply(msgspec.json.encode(MINIMAL))
    site.routes["/a/"] = lambda query: Reply(b"<html>A folder</html>")
    site.routes["/page"] = lambda query: Reply(b'<html><a href="a/datapackage.json">the package</a></html>')
    for path in ("/a/datapackage.json", "/a/", "/page"):
        best = detected(f"{site.url}{path}").candidates[0]
        assert (best.protocol, best.url) == ("frictionless", f"{site.url}/a/datapackage.json"), path
    assert isinstance(next(iter(Frictionless(Source("x", best.url, "frictionless")).start())), Ask)
