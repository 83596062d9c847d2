"""Two states of one portal: what a second harvest calls new, changed, unchanged and missing, against a plain comparison."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REALDATA, Catalogue, Reply, Site, needs_realdata

AR1, AR2, AR3 = (f"dcat-us/ar-datosgob_data_{state}.json" for state in ("v1", "state2", "state3"))
CMS1, CMS2 = "dcat-us/us-cms_data_earlier.json", "dcat-us/us-cms_data.json"


def bytes_of(name: str) -> bytes:
    path = REALDATA / name
    return path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())


def datasets(content: bytes) -> dict[str, Any]:
    return {str(member["identifier"]): member for member in json.loads(content.decode("utf-8-sig"))["dataset"]}


@needs_realdata
@pytest.mark.parametrize(
    ("before", "after", "common", "changed", "new"),
    [(AR2, AR3, 632, 356, 7), (AR1, AR2, 3, None, 629), (CMS1, CMS2, 139, 1, None)],
)
def test_a_second_harvest_finds_exactly_the_changes(
    before: str, after: str, common: int, changed: int | None, new: int | None, site: Site, catalogue: Catalogue
):
    first, second = bytes_of(before), bytes_of(after)
    old, now = datasets(first), datasets(second)
    differing = {key for key in old.keys() & now.keys() if old[key] != now[key]}
    assert len(old.keys() & now.keys()) == common
    assert changed is None or len(differing) == changed
    assert new is None or len(now.keys() - old.keys()) == new
    body = [first]
    site.routes["/data.json"] = lambda query: Reply(body[0])
    catalogue.register(f"xa-portal dcat-us {site.url}/data.json")
    assert catalogue.json("harvest", "xa-portal")["runs"][0]["new"] == len(old)
    held = {package["catalogue"]["native_id"]: package for package in catalogue.packages()}
    body[0] = second
    run = catalogue.json("harvest", "xa-portal")["runs"][0]
    after_it = {package["catalogue"]["native_id"]: package for package in catalogue.packages()}
    mapped_alike = {key for key in differing if held[key] == after_it[key]}
    assert run["new"] == len(now.keys() - old.keys())
    assert run["missing"] == len(old.keys() - now.keys())
    assert run["changed"] == len(differing - mapped_alike)
    assert run["unchanged"] == common - run["changed"]
    print(
        f"{after}: {run['new']} new, {run['changed']} changed ({len(mapped_alike)} differ in form alone), {run['missing']} missing"
    )
    for key in now.keys() - differing:
        assert key not in held or held[key] == after_it[key]
