"""Publishing with settings that lead to no CKAN: the one that is wrong is named, and its secret is not."""

import pytest

from tests.conftest import Catalogue, CkanDouble, Site, dataset

TOKEN = "s3cr3t-0123"
CKAN = {"CKAN_URL": "http://127.0.0.1:1", "CKAN_TOKEN": TOKEN}


@pytest.fixture
def publishable(catalogue: Catalogue, site: Site) -> Catalogue:
    catalogue.register(f"xa-portal ckan {CkanDouble(site, [dataset(1)]).url}")
    catalogue.run("harvest", "xa-portal")
    return catalogue


def test_a_ckan_that_cannot_be_asked_is_named_by_the_setting_that_is_wrong(publishable: Catalogue):
    lost = Catalogue(publishable.home, {**CKAN, "CKAN_URL": "http://[::1"})
    assert "check CKAN_URL" in publish_refused(lost)
    found = {each["what"]: each for each in lost.json("doctor", status=1)}
    assert "check CKAN_URL" in found["CKAN"]["says"]
    assert found["database"]["state"] == "well", "the doctor goes on"
    for token in (f"{TOKEN}\n{TOKEN}", f"токен{TOKEN}"):
        said = publish_refused(Catalogue(publishable.home, {**CKAN, "CKAN_TOKEN": token}))
        assert "CKAN_TOKEN holds" in said
        assert "CKAN_URL" not in said
        assert TOKEN not in said


def publish_refused(catalogue: Catalogue) -> str:
    said = catalogue.run("publish", status=1).stderr
    assert "Traceback" not in said
    return said
