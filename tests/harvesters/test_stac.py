"""STAC: old versions, files that lead astray, extents, licences and assets; all of a portal is in test_interfaces."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.stac import kind_of
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import Harvest, harvest

COLLECTION = {
    "type": "Collection", "stac_version": "1.0.0", "id": "land", "title": "Land use", "description": "**Every** year",
    "license": "CC-BY-4.0", "extent": {"spatial": {"bbox": [[-10, 20, 0, 10, 40, 900]]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
    "links": [],
}  # fmt: skip


def read(site: Site, tmp_path: Path, **changes: Any) -> Harvest:
    document = {key: value for key, value in {**COLLECTION, **changes}.items() if value is not None}
    site.routes["/c/collection.json"] = lambda query: Reply(json.dumps(document).encode())
    return harvest(tmp_path, f"{site.url}/c/collection.json", "stac")


def test_a_collection_as_a_file(site: Site, tmp_path: Path):
    assets = {"all": {"href": "./all.csv", "type": "text/csv", "title": "All", "file:size": 12}}
    links = [
        {"rel": "license", "href": "https://data.example.org/licence"}, {"rel": "about", "href": "../about.html"},
        {"rel": "items", "href": "https://data.example.org/items", "type": "application/geo+json"},
    ]  # fmt: skip
    done = read(site, tmp_path, assets=assets, links=links, license="other")
    (package,) = done.valid().values()
    said = package.catalogue
    assert done.state == "complete"
    assert (package.title, package.description, package.homepage) == (
        "Land use",
        "**Every** year",
        f"{site.url}/about.html",
    )
    assert said.spatial[0].bbox == (-10, 20, 10, 40)
    assert said.temporal[0].start is not None
    assert (said.temporal[0].start.value, said.temporal[0].end) == ("2020-01-01T00:00:00Z", None)
    assert said.licences[0].url == "https://data.example.org/licence"
    assert [resource.path for resource in package.resources] == [
        f"{site.url}/c/all.csv", "https://data.example.org/items",
    ]  # fmt: skip
    assert (package.resources[0].bytes, package.resources[0].format) == (12, "CSV")


def test_a_collection_of_before_version_1(site: Site, tmp_path: Path):
    extent = {"spatial": [-10, 20, 10, 40], "temporal": ["2020-01-01", "2020-12-31"]}
    provider = {"name": "Office of statistics", "role": "producer"}
    (package,) = (
        read(site, tmp_path, type=None, stac_version="0.6.0", extent=extent, providers=[provider]).valid().values()
    )
    assert package.catalogue.spatial[0].bbox == (-10, 20, 10, 40)
    assert package.catalogue.temporal[0].text == "2020-01-01/2020-12-31"
    assert package.catalogue.publisher is not None
    assert package.catalogue.publisher.name == "Office of statistics"


def test_files_that_lead_in_a_circle_and_off_the_site(site: Site, tmp_path: Path):
    links = [
        {"rel": "child", "href": "catalog.json"}, {"rel": "child", "href": "https://elsewhere.example/catalog.json"},
        {"rel": "child", "href": "c/collection.json"}, {"rel": "item", "href": "item.json"}, {"rel": "child"}, 7,
    ]  # fmt: skip
    catalog = {"stac_version": "1.0.0", "type": "Catalog", "id": "x", "links": links}
    site.routes["/catalog.json"] = lambda query: Reply(json.dumps(catalog).encode())
    site.routes["/c/collection.json"] = lambda query: Reply(json.dumps(COLLECTION).encode())
    done = harvest(tmp_path, f"{site.url}/catalog.json", "stac")
    assert (done.state, done.ids) == ("complete", ["land"])
    assert [(finding.code, finding.value) for finding in done.noticed] == [
        ("link-leaves-site", "https://elsewhere.example/catalog.json")
    ]
    assert not any("item.json" in target for target in site.asked)


def test_a_collection_within_a_collection(site: Site, tmp_path: Path):
    inner = {**COLLECTION, "id": "forest"}
    site.routes["/c/forest.json"] = lambda query: Reply(json.dumps(inner).encode())
    done = read(site, tmp_path, links=[{"rel": "child", "href": "forest.json"}])
    assert (done.state, done.ids) == ("complete", ["land", "forest"])


def test_a_missing_file_leaves_the_run_partial(site: Site, tmp_path: Path):
    done = read(site, tmp_path, links=[{"rel": "child", "href": "gone.json"}])
    assert (done.state, done.ids) == ("partial", ["land"])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (COLLECTION, "Collection"),
        ({"stac_version": "0.9.0", "id": "x", "links": []}, "Catalog"),
        ({"stac_version": "1.0.0", "id": "x", "type": "Feature", "links": []}, None),
        ({"type": "Catalog", "id": "x"}, None),
        ({"id": "x", "extent": {}, "license": "MIT"}, None),
        ([], None),
        ({}, None),
    ],
)
def test_what_is_a_catalogue_and_what_a_collection(said: Any, kind: str | None):
    assert kind_of(said) == kind


def test_an_item_is_not_a_catalogue(site: Site, tmp_path: Path):
    done = read(site, tmp_path, type="Feature")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert "does not answer as STAC does" in done.verdict.sentence
