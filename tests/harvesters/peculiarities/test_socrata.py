"""Socrata: what real domains list that no other test pins, one test for each peculiarity."""

import json
from pathlib import Path

import pytest

from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_socrata import asset, mapped


def test_an_id_that_two_domains_share_is_told_and_each_record_names_its_own_domain(site: Site, tmp_path: Path):
    own, federated = asset(metadata={"domain": "127.0.0.1"}), asset(metadata={"domain": "data.other.example"})
    page = {"results": [own, federated], "resultSetSize": 2}
    site.routes["/api/catalog/v1"] = lambda query: Reply(json.dumps(page).encode())
    done = harvest(tmp_path, site.url, "socrata")
    assert done.ids == ["abcd-1234", "abcd-1234"]
    told = [(finding.code, finding.value) for finding in done.noticed]
    assert ("identifier-repeated", "abcd-1234") in told
    packages = [found.package for found in done.mapped() if found.package is not None]
    origins = [package.catalogue.origin.portal if package.catalogue.origin else None for package in packages]
    assert origins == [None, "data.other.example"]


@pytest.mark.parametrize("nothing", ["", " ", None, "N/A"])
def test_an_empty_description_in_any_spelling_is_none(nothing: str | None):
    assert mapped(asset(resource={"description": nothing})).catalogue.descriptions == {}


def test_html_in_a_description_becomes_text():
    said = '<div STYLE="text-align:Left;"><p>All permits &amp; <b>fees</b></p></div>'
    assert mapped(asset(resource={"description": said})).description == "All permits & fees"


def test_a_replacement_character_of_the_source_stays_and_nothing_is_guessed_in_its_place():
    package = mapped(asset(resource={"name": "Caf\ufffd permits", "description": "Caf\ufffd permits by street"}))
    assert (package.title, package.description) == ("Caf\ufffd permits", "Caf\ufffd permits by street")


def test_a_link_that_is_not_ascii_leads_on_where_there_is_no_permalink():
    package = mapped(asset(permalink=None, link="https://data.xa.example/Verwaltung/Gebühren/abcd-1234"))
    assert package.homepage == "https://data.xa.example/Verwaltung/Geb%C3%BChren/abcd-1234"
    assert package.resources[0].path.startswith("https://data.xa.example/api/views/abcd-1234/")


def test_a_field_of_the_domain_that_is_stated_twice_keeps_both_values():
    pairs = [
        {"key": "Legislative-Compliance_Law?", "value": "Local Law 1"},
        {"key": "Legislative-Compliance_Law?", "value": "Local Law 2"},
        {"key": "Update_Automation", "value": "No"},
    ]
    stated = mapped(asset(classification={"domain_metadata": pairs})).catalogue.more["domain_metadata"]
    assert stated == {"Legislative-Compliance_Law?": ["Local Law 1", "Local Law 2"], "Update_Automation": "No"}


@pytest.mark.parametrize("missing", ["", None])
def test_without_a_change_of_the_data_the_assets_own_change_is_taken(missing: str | None):
    moments = {"updatedAt": "2026-03-01T00:00:00.000Z", "data_updated_at": missing}
    modified = mapped(asset(resource=moments)).catalogue.modified
    assert modified is not None
    assert modified.value == "2026-03-01T00:00:00Z"


def test_a_column_list_that_is_shorter_than_the_names_costs_no_column():
    package = mapped(asset(resource={"columns_name": ["Year", "Fee"], "columns_datatype": ["Number"]}))
    assert [column["name"] for column in package.catalogue.more["columns"]] == ["Year", "Fee"]
