"""Portals that have only an older interface of their software: Opendatasoft's version 1, DKAN's data.json, Socrata's data.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest


def reply(said: Any) -> Reply:
    return Reply(json.dumps(said).encode(), headers={"Content-Type": "application/json"})


def test_a_domain_of_opendatasoft_with_version_1_alone_is_read_page_by_page(site: Site, tmp_path: Path):
    members = [
        {"datasetid": f"d{n}", "has_records": True, "metas": {"title": f"Contracts {n}", "modified": "2026-01-02"}}
        for n in range(25)
    ]

    def search(query: dict[str, str]) -> Reply:
        first = int(query.get("start", 0))
        return reply({"nhits": len(members), "datasets": members[first : first + int(query["rows"])]})

    site.routes["/api/datasets/1.0/search/"] = search
    done = harvest(tmp_path, site.url, "opendatasoft", options={"page_size": 10})
    assert done.state == "complete", done.verdict
    packages = done.valid()
    assert {identifier: package.title for identifier, package in packages.items()} == {
        member["datasetid"]: member["metas"]["title"] for member in members
    }


@pytest.mark.parametrize("protocol", ["dkan", "socrata"])
def test_where_the_interface_is_closed_the_data_json_is_read(protocol: str, site: Site, tmp_path: Path):
    datasets = [{"identifier": f"d{n}", "title": f"Contracts {n}", "modified": "2026-01-02"} for n in range(3)]
    conforms = "https://project-open-data.cio.gov/v1.1/schema"
    site.routes["/data.json"] = lambda query: reply({"conformsTo": conforms, "dataset": datasets})
    done = harvest(tmp_path, site.url, protocol)
    assert done.state == "complete", done.verdict
    assert sorted(done.valid()) == ["d0", "d1", "d2"]
