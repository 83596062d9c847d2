"""ArcGIS Hub: what real sites send in an item, and its feeds, which are read as DCAT; all of a portal is in test_interfaces."""

import json
from typing import Any

import pytest

from harvesters.arcgis_hub import ArcgisHub
from harvesters.base import Source
from harvesters.package import Package
from harvesters.spool_lines import Record, raw_json
from tests.conftest import REALDATA, Reply, Site, needs_realdata
from tests.harvesters.harvesting import harvest

SOURCE = Source("xa-hub", "https://hub.xa.example", "arcgis-hub")


def mapped(identifier: str = "0123abcd_4", **attributes: Any) -> Package:
    said = {"id": identifier, "type": "dataset", "attributes": {"name": "Parks", **attributes}}
    record = Record(
        identifier,
        "https://hub.xa.example/api/v3/datasets",
        "2026-01-01T00:00:00Z",
        json=raw_json(json.dumps(said).encode()),
    )
    result = ArcgisHub.package(record, SOURCE)
    assert result.package is not None, result.findings
    return result.package


def test_a_licence_in_words_of_its_own():
    (licence,) = mapped(license="custom", licenseInfo="<p>Free to use, <b>with</b> a credit.</p>").catalogue.licences
    assert (licence.spdx, licence.text) == (None, "Free to use, with a credit.")


@pytest.mark.parametrize("license_", ["none", "", None])
def test_no_licence(license_: str | None):
    assert mapped(license=license_).catalogue.licences == []


def test_dates_in_milliseconds():
    said = mapped(created=1577836800000, modified=1609459200000).catalogue
    assert (said.issued.value, said.modified.value) == ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")


def test_the_layer_of_an_item_is_what_is_downloaded():
    package = mapped(type="Feature Layer", url="https://services.xa.example/rest/services/Parks/FeatureServer/4")
    assert package.resources[0].path.endswith("/FeatureServer/4")
    assert any(
        "/items/0123abcd/" in resource.path and resource.path.endswith("layers=4") for resource in package.resources
    )


def test_huge_attributes_are_not_taken_over():
    package = mapped(
        fields=[{"name": f"f{n}"} for n in range(5000)], statistics={"x": "y" * 70_000}, server={"layers": []}
    )
    assert len(repr(package)) < 10_000


@needs_realdata
@pytest.mark.parametrize("name", ["gb-highland_hub_dcat-ap", "gb-edinburgh_hub_dcat-ap"])
def test_its_feed_of_dcat_ap(name: str, site: Site, tmp_path):
    """Without a licence and a date of change, with a template's text for the catalogue."""
    content = (REALDATA / f"arcgis-hub/{name}.json").read_bytes()
    site.routes["/api/feed/dcat-ap/2.0.1.json"] = lambda query: Reply(
        content, headers={"Content-Type": "application/json"}
    )
    done = harvest(tmp_path, f"{site.url}/api/feed/dcat-ap/2.0.1.json", "dcat")
    assert done.state == "complete"
    assert len(done.valid()) == len(done.records) > 0
    assert all(package.catalogue.modified is None and package.catalogue.issued for package in done.valid().values())


def test_its_feed_of_dcat_us_has_addresses_for_identifiers(site: Site, tmp_path):
    identifier = "https://www.arcgis.com/home/item.html?id=0123abcd&sublayer=4"
    document = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [
        {"@type": "dcat:Dataset", "identifier": identifier, "title": "Parks", "description": "{{description}}", "keyword": [],
         "issued": "2020-01-01T00:00:00.000Z", "publisher": {"name": "City"}, "distribution": []},
    ]}  # fmt: skip
    site.routes["/api/feed/dcat-us/1.1.json"] = lambda query: Reply(json.dumps(document).encode())
    done = harvest(tmp_path, f"{site.url}/api/feed/dcat-us/1.1.json", "dcat-us")
    assert list(done.valid()) == [identifier]
