"""Magda: what a real registry sends in a record; all of a portal is in test_interfaces."""

import json
from typing import Any

import pytest

from harvesters.base import Source
from harvesters.magda import Magda
from harvesters.package import Package
from harvesters.spool_lines import Record, raw_json


def mapped(strings: dict[str, Any], **aspects: Any) -> Package:
    said = {"id": "ds-1", "aspects": {"dcat-dataset-strings": {"title": "Works", **strings}, **aspects}}
    raw = raw_json(json.dumps(said).encode())
    record = Record("ds-1", "https://data.xa.example/api/v0/registry/records", "2026-01-01T00:00:00Z", json=raw)
    result = Magda.package(record, Source("xa-portal", "https://data.xa.example", "magda"))
    assert result.package is not None, result.findings
    return result.package


def test_a_record_of_another_portal_names_it():
    source = {
        "type": "ckan-dataset",
        "url": "https://ckan.xa.example/api/3/action/package_show?id=1",
        "id": "ckan-1",
        "name": "City",
    }
    assert mapped({}, source=source).catalogue.origin.portal == source["url"]
    assert mapped({}, source={"type": "internal", "url": "https://x.example"}).catalogue.origin is None


def test_windows_line_ends_become_plain_ones():
    assert mapped({"description": "One\r\nTwo\r\n"}).description == "One\nTwo"


@pytest.mark.parametrize("spatial", ["POLYGON((0 0, ", "{not json", "200 100 300 400"])
def test_a_shape_that_is_none_is_kept_as_words(spatial: str):
    (place,) = mapped({"spatial": spatial}).catalogue.spatial
    assert (place.text, place.bbox) == (spatial.strip(), None)


@pytest.mark.parametrize(
    "distributions", [None, [], "text", {"distributions": "text"}, {"distributions": [None, {"aspects": 7}]}]
)
def test_distributions_of_any_shape_are_survived(distributions: Any):
    assert mapped({}, **{"dataset-distributions": distributions}).resources == []
