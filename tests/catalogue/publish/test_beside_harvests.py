"""Publishing while a harvest goes on: what its run brought waits until it is known whether the run is held."""

import sqlite3

import pytest

from tests.conftest import Catalogue, CkanDouble, Site, dataset


@pytest.fixture
def held(site: Site, tmp_path) -> Catalogue:
    """Four datasets that a run brought. Nothing listens where CKAN would be."""
    catalogue = Catalogue(tmp_path / "home", {"CKAN_URL": "http://127.0.0.1:9", "CKAN_TOKEN": "token"})
    double = CkanDouble(site, [dataset(number) for number in range(4)])
    catalogue.register(f"xa-portal ckan {double.url}")
    catalogue.run("harvest", "xa-portal")
    return catalogue


@pytest.mark.parametrize(("state", "created"), [("complete", 4), ("running", 0), ("interrupted", 0)])
def test_what_a_run_brought_that_goes_on_is_not_published(held: Catalogue, state: str, created: int):
    with sqlite3.connect(held.home / "catalogue.sqlite3") as database:
        database.execute("UPDATE harvests_run SET state = ?", (state,))
    database.close()
    done = held.json("publish", "--dry-run")
    assert done["states"][0]["created"] == created
    if not created:
        held.run("publish")  # has nothing to tell CKAN
