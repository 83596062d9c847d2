"""Records that a database cannot hold as they are: the run goes on, and each database holds the same."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue.test_pipeline import counts, harvested
from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset
from tests.servers.postgresql import Server, needs_postgresql, server

LONG = "https://data.example.org/wfs?" + "&".join(f"filter{number}=value-{number * 7919}" for number in range(200))
"""A query of some 4,900 bytes: more than an index of PostgreSQL takes, and hardly to be compressed."""

NUL = "contracts\x00of 2026"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgresql)])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Catalogue:
    """The `catalogue` command with an empty database, once of each kind."""
    environment = {"CATALOGUE_GRACE_RUNS": "1", "CATALOGUE_GRACE_DAYS": "0"}
    if request.param == "postgresql":
        name = tmp_path.name.replace("[", "-").replace("]", "")
        environment["CATALOGUE_DATABASE_URL"] = request.getfixturevalue("postgresql").create(name)
    return Catalogue(tmp_path / "home", environment)


@pytest.fixture
def portal(site: Site, catalogue: Catalogue) -> CkanDouble:
    double = CkanDouble(site, [dataset(number) for number in range(3)])
    catalogue.register(f"xa-portal ckan {double.url}")
    return double


def titles(catalogue: Catalogue) -> list[str]:
    return sorted(str(package["title"]) for package in catalogue.packages())


@pytest.mark.parametrize(
    ("identifier", "code"), [(LONG, "identifier-too-long"), (NUL, "identifier-unstorable")], ids=["long", "nul"]
)
def test_a_dataset_is_kept_whose_identifier_cannot_be(
    portal: CkanDouble, catalogue: Catalogue, identifier: str, code: str
):
    odd = dataset(9, id=identifier)
    portal.datasets.insert(1, odd)
    run = harvested(catalogue)
    assert counts(run) == ("complete", 4, 4, 0, 0, 0, 0)
    assert catalogue.json("runs", "show", str(run["run"]))["findings_by_code"][code] == 1
    (before,) = (package for package in catalogue.packages() if package["title"] == "Public contracts 9")
    assert before["catalogue"]["native_id"] == identifier, "what the portal said stays in the package"
    # It is the same dataset at each harvest: changed, unreadable, missing, and back.
    portal.datasets[1] = {**odd, "title": "Changed 9"}
    assert counts(harvested(catalogue)) == ("complete", 4, 0, 1, 3, 0, 0)
    del portal.datasets[1]
    assert (run := harvested(catalogue))["withdrawn"] == 1, run
    portal.datasets.append(odd)
    harvested(catalogue)
    (after,) = (package for package in catalogue.packages() if package["title"] == "Public contracts 9")
    assert (after["id"], after["name"]) == (before["id"], before["name"])


def test_text_that_a_database_cannot_hold_is_replaced_and_the_run_goes_on(portal: CkanDouble, catalogue: Catalogue):
    portal.datasets[0] = {
        **dataset(0), "title": "Contracts\x00 0", "notes": "No\x00tes", "license_id": "own\x00licence",
        "metadata_modified": "in\x00spring", "organization": {"title": "Mini\x00stry"}, "od\x00d": {"k\x00ey": "v\x00alue"},
        "resources": [{"id": "r", "url": "https://data.example.org/\x00.csv", "format": "C\x00SV"}, {"url": "no\x00thing"}],
    }  # fmt: skip
    portal.datasets[1] = {"title": "no identifier\x00at all"}
    run = harvested(catalogue)
    assert (run["state"], run["records"], run["new"], run["invalid"]) == ("complete", 3, 2, 1)
    shown = catalogue.json("runs", "show", str(run["run"]))
    assert [finding["code"] for finding in shown["findings"]] == ["no-identifier"]
    assert shown["findings_by_code"]["licence-unknown"] == 1
    assert "Contracts 0" in titles(catalogue)


def test_a_failure_that_quotes_such_text_is_kept(site: Site, catalogue: Catalogue):
    answer = {"success": False, "error": {"message": "Search is \x00 off"}}
    site.routes["/api/3/action/package_search"] = lambda query: Reply(json.dumps(answer).encode())
    catalogue.register(f"xa-portal ckan {site.url}")
    run = harvested(catalogue, status=1)
    assert (run["state"], run["failure"]) == ("failed", "malformed")
    shown = catalogue.json("runs", "show", str(run["run"]))
    assert "Search is \ufffd off" in json.dumps(shown, ensure_ascii=False)


def test_half_characters_are_replaced(portal: CkanDouble, catalogue: Catalogue):
    portal.datasets[0] = {**dataset(0), "id": "a\ud800b", "title": "Half \ud83d 0"}
    portal.datasets[1] = {**dataset(1), "id": "a\udc00c", "metadata_modified": "in \ud800 spring"}
    first = harvested(catalogue)
    assert counts(first) == ("complete", 3, 3, 0, 0, 0, 0)
    assert "Half \ufffd 0" in titles(catalogue)
