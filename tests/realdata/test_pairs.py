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


@needs_realdata
def test_the_catalogue_that_was_renumbered_is_recognised_and_not_doubled(site: Site, catalogue: Catalogue):
    """614 of 617 datasets are gone by their identifiers; most of them stand there again under others."""
    first, second = bytes_of(AR1), bytes_of(AR2)
    old, now = datasets(first), datasets(second)
    body = [first]
    site.routes["/data.json"] = lambda query: Reply(body[0])
    catalogue.register(f"xa-portal dcat-us {site.url}/data.json")
    catalogue.json("harvest", "xa-portal")
    before = {package["id"]: package for package in catalogue.packages()}
    body[0] = second
    run = catalogue.json("harvest", "xa-portal")["runs"][0]
    hold = catalogue.json("held", "show", str(run["hold"]), "--items", "0")
    gone = [item for item in hold["items"] if item["role"] == "missing"]
    print(f"{hold['pairs']} of {len(gone)} missing datasets stand under another identifier")
    assert hold["kind"] == "renumbering"
    assert (hold["missing"], hold["new"]) == (len(old.keys() - now.keys()), len(now.keys() - old.keys()))
    assert hold["pairs"] > 0.5 * hold["missing"]
    paired = [item for item in gone if item["pair_native_id"]]
    alike = [item for item in paired if old[item["native_id"]].get("title") == now[item["pair_native_id"]].get("title")]
    assert len(alike) >= 0.9 * len(paired), "the raw records say so too"
    catalogue.json("held", "release", str(run["hold"]), "--by", "Data officer", "--adopt")
    after = {package["id"]: package for package in catalogue.packages()}
    assert len(after) == len(now)
    kept = {package["catalogue"]["native_id"] for key, package in after.items() if key in before}
    assert kept == {item["pair_native_id"] for item in paired} | (old.keys() & now.keys())
