"""Socrata: what real domains send in an asset, the views of a domain whose other interfaces are closed, and pages of them."""

import json
from pathlib import Path
from typing import Any

from harvesters.base import Source
from harvesters.package import Package
from harvesters.socrata import Socrata
from harvesters.spool_lines import Record, raw_json
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest

SOURCE = Source("xa-portal", "https://data.xa.example", "socrata")


def mapped(said: dict[str, Any]) -> Package:
    record = Record(
        "abcd-1234",
        "https://data.xa.example/api/catalog/v1",
        "2026-01-01T00:00:00Z",
        json=raw_json(json.dumps(said).encode()),
    )
    result = Socrata.package(record, SOURCE)
    assert result.package is not None, result.findings
    return result.package


def asset(**more: Any) -> dict[str, Any]:
    return {
        "resource": {"id": "abcd-1234", "name": "Permits", "type": "dataset", **more.pop("resource", {})},
        "classification": {}, "metadata": {"domain": "data.xa.example"}, "permalink": "https://data.xa.example/d/abcd-1234", **more,
    }  # fmt: skip


def test_a_table_with_462_columns():
    names = [f"Column {number}" for number in range(462)]
    package = mapped(
        asset(
            resource={
                "columns_name": names,
                "columns_field_name": [f"c{n}" for n in range(462)],
                "columns_datatype": ["Text"],
            }
        )
    )
    columns = package.catalogue.more["columns"]
    assert (len(columns), columns[461]) == (462, {"name": "Column 461", "field": "c461"})


def test_the_domains_own_fields_keep_their_names():
    pairs = [{"key": "Legislative-Compliance_Geo-coding-Attached?", "value": "Yes"}, {"key": None}, "text"]
    package = mapped(asset(classification={"domain_metadata": pairs}))
    assert package.catalogue.more["domain_metadata"] == {"Legislative-Compliance_Geo-coding-Attached?": "Yes"}


def test_of_three_moments_of_change_the_datas_own_is_taken():
    moments = {
        "updatedAt": "2026-03-01T00:00:00.000Z", "data_updated_at": "2026-02-01T00:00:00.000Z",
        "metadata_updated_at": "2026-01-01T00:00:00.000Z",
    }  # fmt: skip
    assert mapped(asset(resource=moments)).catalogue.modified.value == "2026-02-01T00:00:00Z"


def test_a_federated_asset_names_the_domain_that_it_comes_from():
    package = mapped(asset(metadata={"domain": "data.other.example"}))
    assert (package.catalogue.origin.portal, package.catalogue.origin.id) == ("data.other.example", "abcd-1234")


def test_no_description_no_licence_and_an_address_that_is_not_ascii():
    package = mapped(
        asset(resource={"description": ""}, metadata={"license": None}, permalink="https://data.xa.example/Übersicht")
    )
    assert (package.description, package.catalogue.licences) == (None, [])
    assert package.homepage == "https://data.xa.example/%C3%9Cbersicht"


def view(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"aaaa-{number:04}", "name": f"View {number}", "viewType": "tabular", "createdAt": 1577836800,
        "rowsUpdatedAt": 1609459200, "category": "Finance", "tags": ["budget"], "license": {"name": "Public Domain"},
        "owner": {"displayName": "Somebody"}, "columns": [{"name": "Year", "fieldName": "year", "dataTypeName": "number"}], **more,
    }  # fmt: skip


def test_where_all_else_is_closed_the_views_are_read_page_by_page(site: Site, tmp_path: Path):
    listed = [view(number) for number in range(203)]
    listed[1] |= {"viewType": "story"}
    listed[2] |= {"modifyingViewUid": "aaaa-0000"}

    def page(query: dict[str, str]) -> Reply:
        start = (int(query["page"]) - 1) * 200
        return Reply(json.dumps(listed[start : start + 200]).encode())

    site.routes["/api/views.json"] = page
    done = harvest(tmp_path, site.url, "socrata")
    valid = done.valid()
    assert (done.state, len(done.records)) == ("complete", 202), done.verdict
    package = valid["aaaa-0000"]
    assert (package.title, package.homepage) == ("View 0", f"{site.url}/d/aaaa-0000")
    assert package.catalogue.issued.value == "2020-01-01T00:00:00Z"
    assert package.catalogue.modified.value == "2021-01-01T00:00:00Z"
    assert package.catalogue.themes == ["Finance"]
    assert package.catalogue.more["columns"] == [{"name": "Year", "field": "year", "type": "number"}]
    assert [resource.format for resource in package.resources] == ["CSV", "JSON"]
    assert "Somebody" not in repr(package)
    assert valid["aaaa-0002"].catalogue.more["type"] == "filter"


def test_views_in_a_circle_end(site: Site, tmp_path: Path):
    listed = [view(number) for number in range(200)]
    site.routes["/api/views.json"] = lambda query: Reply(json.dumps(listed).encode())
    done = harvest(tmp_path, site.url, "socrata")
    assert done.state == "partial"
    assert "page-loop" in [finding.code for finding in done.noticed]
