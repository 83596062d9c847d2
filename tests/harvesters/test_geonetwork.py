"""GeoNetwork: its search and the XML of each record, its CSW where there is no search, and how it is found."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.detect import Detection
from harvesters.evidence import Seen
from harvesters.geonetwork import base_of
from sandbox import iso
from sandbox.content import Dataset
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_csw import CATALOGUE, page
from tests.sandbox.portals import ask

BASE = "/geonetwork/srv"
XML = {"Content-Type": "application/xml"}


def rendered(dataset: Dataset) -> str:
    return iso.render(dataset, CATALOGUE, "https://data.xa.example")


class GeoNetworkDouble:
    """GeoNetwork 4 over a list of datasets that may change between harvests; a service is among what it lists."""

    def __init__(self, site: Site, *, search: bool = True) -> None:
        self.site = site
        self.datasets = list(CATALOGUE.datasets)
        self.bodies: list[dict[str, Any]] = []
        about = {"system/site/siteId": "s", "system/site/name": "Geo", "system/platform/version": "4.4.5"}
        site.routes["/"] = lambda query: Reply(
            b'<!doctype html><html><a href="/geonetwork/srv/eng/catalog.search">GeoNetwork</a></html>',
            headers={"Content-Type": "text/html"},
        )
        site.routes[f"{BASE}/api/site"] = lambda query: Reply(json.dumps(about).encode())
        site.routes[f"{BASE}/eng/csw"] = self.csw
        if search:
            site.routes[f"{BASE}/api/search/records/_search"] = self.search
        for dataset in self.datasets:
            self.publish(dataset)

    def publish(self, dataset: Dataset) -> None:
        path = f"{BASE}/api/records/{dataset.name}/formatters/xml"
        self.site.routes[path] = lambda query: Reply(rendered(dataset).encode(), headers=XML)

    def search(self, query: dict[str, str]) -> Reply:
        wanted = json.loads(query[""])
        self.bodies.append(wanted)
        since = next((f["range"]["changeDate"]["gte"] for f in wanted["query"]["bool"]["filter"] if "range" in f), "")
        hits = [
            {"_id": d.name, "_source": {"uuid": d.name, "resourceType": ["dataset"]}, "sort": [d.name]}
            for d in sorted(self.datasets, key=lambda d: d.name)
            if d.modified[:10] >= since[:10]
        ]
        hits.append({"_id": "~s", "_source": {"uuid": "~s", "resourceType": ["service"]}, "sort": ["~s"]})
        behind = wanted.get("search_after", [""])[0]
        chosen = [hit for hit in hits if hit["sort"][0] > behind][: wanted["size"]]
        return Reply(json.dumps({"hits": {"total": {"value": len(hits)}, "hits": chosen}}).encode())

    def csw(self, query: dict[str, str]) -> Reply:
        if query["request"] == "GetCapabilities":
            return Reply(b'<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2"/>')
        return Reply(page(1, 0, 27, [rendered(dataset) for dataset in self.datasets]))


def test_the_search_lists_and_each_record_is_read(site: Site, tmp_path: Path):
    portal = GeoNetworkDouble(site)
    done = harvest(tmp_path, f"{site.url}{BASE}/eng/catalog.search#/home", "geonetwork", options={"page_size": 10})
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert done.verdict.advertised == (28, 28)
    assert {key: package.title for key, package in valid.items()} == {d.name: d.titles["en"] for d in portal.datasets}
    assert done.codes()["not-a-dataset"] == 1
    assert [body.get("search_after") is None for body in portal.bodies] == [True, False, False]
    assert all(package.catalogue.protocol == "geonetwork" for package in valid.values())


def test_it_is_asked_for_what_changed(site: Site, tmp_path: Path):
    portal = GeoNetworkDouble(site)
    changed = msgspec.structs.replace(portal.datasets[3], titles={"en": "Another title"}, modified="2026-11-01")
    portal.datasets[3] = changed
    portal.publish(changed)
    done = harvest(tmp_path, f"{site.url}{BASE}/", "geonetwork", since="2026-10-01T00:00:00Z")
    assert done.state == "complete", done.verdict
    assert {key: package.title for key, package in done.valid().items()} == {changed.name: "Another title"}


def test_without_the_search_its_csw_is_read(site: Site, tmp_path: Path):
    GeoNetworkDouble(site, search=False)
    done = harvest(tmp_path, f"{site.url}{BASE}/", "geonetwork")
    assert done.state == "complete", done.verdict
    assert len(done.valid()) == 27
    assert done.codes()["fell-back"] == 1


def test_a_search_that_repeats_its_first_page_ends(site: Site, tmp_path: Path):
    portal = GeoNetworkDouble(site)
    first: list[Reply] = []

    def circle(query: dict[str, str]) -> Reply:
        first.append(portal.search(query))
        return first[0]

    site.routes[f"{BASE}/api/search/records/_search"] = circle
    done = harvest(tmp_path, f"{site.url}{BASE}/", "geonetwork", options={"page_size": 5})
    assert done.state == "partial"
    assert "page-loop" in done.codes()


def test_one_record_that_cannot_be_had_is_told(site: Site, tmp_path: Path):
    GeoNetworkDouble(site)
    name = CATALOGUE.datasets[5].name
    site.routes[f"{BASE}/api/records/{name}/formatters/xml"] = lambda query: Reply(b"<html>Error</html>", 200)
    done = harvest(tmp_path, f"{site.url}{BASE}/", "geonetwork")
    assert len(done.valid()) == 26
    assert "record-malformed" in done.codes()


@pytest.mark.parametrize("body", [b"<html>Maintenance</html>", b'{"hits": {"hi', b"", b"[]", b"{}"])
def test_what_is_no_answer_is_said_in_a_sentence(body: bytes, site: Site, tmp_path: Path):
    site.routes[f"{BASE}/api/search/records/_search"] = lambda query: Reply(body)
    site.routes[f"{BASE}/eng/csw"] = lambda query: Reply(b"<html>Maintenance</html>")
    done = harvest(tmp_path, f"{site.url}{BASE}/", "geonetwork")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


@pytest.mark.parametrize("path", ["/", f"{BASE}/eng/catalog.search", f"{BASE}/api/site"])
def test_it_is_detected_from_the_front_page_and_from_its_own_address(path: str, site: Site):
    GeoNetworkDouble(site)
    site.routes[f"{BASE}/eng/catalog.search"] = site.routes["/"]
    detection = Detection(f"{site.url}{path}")
    while (lead := detection.next()) is not None and len(detection.steps) < 25:
        answer = ask(lead.url)
        detection.take(
            lead, Seen(lead.url, lead.url, answer.status, answer.headers, answer.body, reported=not detection.steps)
        )
    best = detection.candidates[0]
    assert (best.protocol, best.url) == ("geonetwork", f"{site.url}{BASE}/")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://x.example/geonetwork/srv/eng/csw?service=CSW", "https://x.example/geonetwork/"),
        ("https://x.example/geonetwork/srv/fre/catalog.search#/home", "https://x.example/geonetwork/"),
        ("https://x.example/geonetwork/srv", "https://x.example/geonetwork/"),
        ("https://x.example/geonetwork", "https://x.example/geonetwork/"),
        ("https://geo.x.example/", "https://geo.x.example/"),
    ],
)
def test_where_a_geonetwork_begins(url: str, base: str):
    assert base_of(url) == base
