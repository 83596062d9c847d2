"""Peculiarities of CKAN's answers, each in a small dataset or answer of the same shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import Advertised, LastPage, Source
from harvesters.ckan_mapping import map_dataset
from harvesters.errors import MalformedAnswer
from harvesters.package import Mapped, Package
from harvesters.spool_lines import Record, raw_json
from tests.conftest import Reply, Site
from tests.harvesters.filereading import File
from tests.harvesters.harvesting import harvest

PORTAL = "https://data.xa.example"
SEARCH = f"{PORTAL}/api/3/action/package_search"
ONE = {"id": "d-1", "name": "roads", "title": "Roads"}
FIRST = {"start": 0, "rows": 1000}


def mapping(**said: Any) -> Mapped:
    raw = raw_json(json.dumps({**ONE, **said}).encode())
    return map_dataset(Record("d-1", PORTAL, "2026-01-01T00:00:00Z", json=raw), Source("xa-portal", PORTAL, "ckan"))


def mapped(**said: Any) -> Package:
    found = mapping(**said)
    assert found.package is not None, found.findings
    return found.package


def test_an_empty_address_of_a_resource_is_told_at_its_place_and_the_others_stay():
    found = mapping(resources=[{"url": f"{PORTAL}/a.csv"}, {"url": "", "name": "Empty"}, {"url": f"{PORTAL}/b.csv"}])
    assert found.package is not None
    assert [each.path for each in found.package.resources] == [f"{PORTAL}/a.csv", f"{PORTAL}/b.csv"]
    assert [(each.code, each.path) for each in found.findings] == [("resource-url-empty", "resources[1]")]
    assert found.package.catalogue.more["resources_left_out"] == [{"name": "Empty"}]


def test_two_addresses_in_one_field_are_told_at_its_place():
    found = mapping(resources=[{"url": f"{PORTAL}/a.csv {PORTAL}/b.csv"}])
    assert [(each.code, each.path) for each in found.findings] == [("resource-url-invalid", "resources[0].url")]


def test_blanks_inside_an_address_are_encoded():
    (resource,) = mapped(resources=[{"url": f"{PORTAL}/All roads 2020.csv"}]).resources
    assert resource.path == f"{PORTAL}/All%20roads%202020.csv"


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_format_and_mimetype_the_extension_of_the_address_tells(nothing: str | None):
    (resource,) = mapped(resources=[{"url": f"{PORTAL}/a.csv", "format": nothing, "mimetype": None}]).resources
    assert (resource.format, resource.mediatype) == ("CSV", "text/csv")


def test_a_format_dot_at_the_end_in_upper_case_is_known_without_a_mimetype():
    (resource,) = mapped(resources=[{"url": f"{PORTAL}/a", "format": "CSV.", "mimetype": None}]).resources
    assert (resource.format, resource.mediatype) == ("CSV", "text/csv")


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        (None, None),
        ("2020-01-02T03:04:05.678901", "2020-01-02T03:04:05"),
        ("2020-01-02T03:04:05", "2020-01-02T03:04:05"),
    ],
)
def test_last_modified_is_null_or_has_no_zone_and_gets_none(stated: str | None, value: str | None):
    (resource,) = mapped(resources=[{"url": f"{PORTAL}/a", "last_modified": stated}]).resources
    moment = resource.catalogue.modified
    assert (moment.value if moment else None) == value


def test_metadata_modified_has_no_zone_and_gets_none():
    moment = mapped(metadata_modified="2020-01-02T03:04:05.678901").catalogue.modified
    assert moment is not None
    assert (moment.text, moment.value) == ("2020-01-02T03:04:05.678901", "2020-01-02T03:04:05")


def test_a_hundred_and_eleven_keys_among_the_extras_are_all_kept():
    extras = {f"Campo nº {number}": f"Valor {number}" for number in range(111)}
    more = mapped(extras=[{"key": key, "value": value} for key, value in extras.items()]).catalogue.more
    assert more == extras


def test_a_spelling_with_an_empty_value_does_not_hide_the_next_one():
    extras = [{"key": "Frequência de atualização", "value": ""}, {"key": "Periodicidade", "value": "Mensal"}]
    frequency = mapped(extras=extras).catalogue.frequency
    assert frequency is not None
    assert frequency.code == "MONTHLY"


def test_a_harvested_dataset_whose_origin_has_no_name_is_known_as_harvested():
    origin = mapped(extras=[{"key": "harvest_source_id", "value": "s-1"}]).catalogue.origin
    assert origin is not None
    assert (origin.portal, origin.id) == (None, None)


def test_a_translated_title_of_a_licence_stays_as_stated():
    (licence,) = mapped(license_id="other-open", license_title="Outra (Aberta)").catalogue.licences
    assert (licence.spdx, licence.title) == (None, "Outra (Aberta)")


def test_fifty_five_fields_of_a_portals_own_scheme_are_all_kept():
    own = {f"xa_field_{number}": {"en": f"Value {number}"} for number in range(55)}
    assert mapped(**own).catalogue.more == own


def test_json_and_lists_inside_texts_of_a_portals_own_fields_stay_as_sent():
    own = {"preview": '{"type": "map"}', "link_language": '["en", "fr"]'}
    assert mapped(**own).catalogue.more == own


def test_an_answer_that_counts_and_lists_nothing_ends_the_reading_and_keeps_the_count(tmp_path: Path):
    file = File(tmp_path, "ckan", {"count": 5, "results": []}, SEARCH, note=FIRST)
    assert [type(event) for event in file.events] == [Advertised, LastPage]
    assert file.events[0] == Advertised(5)


@pytest.mark.parametrize("kind", ["Not Found Error", "Authorization Error"])
def test_success_false_is_an_error_that_says_what_the_portal_says(kind: str, tmp_path: Path):
    body = {"help": f"{PORTAL}/help", "success": False, "error": {"__type": kind, "message": "Xalandia: não há"}}
    with pytest.raises(MalformedAnswer, match="Xalandia: não há"):
        File(tmp_path, "ckan", body, SEARCH, note=FIRST)


def test_success_false_with_status_404_fails_and_invents_nothing(site: Site, tmp_path: Path):
    body = json.dumps({"help": "", "success": False, "error": {"__type": "Not Found Error", "message": "não há"}})
    for action in ("package_search", "package_list"):
        site.routes[f"/api/3/action/{action}"] = lambda query: Reply(body.encode(), 404)
    done = harvest(tmp_path, site.url, "ckan")
    assert (done.state, done.verdict.failure, done.records) == ("failed", "moved", [])


@pytest.mark.parametrize(
    "shown", [{}, {"help": None}, {"help": "Searches for packages.\n\n:param q: x"}, {"help": SEARCH}]
)
def test_help_differs_by_version_and_changes_nothing(shown: dict[str, Any], tmp_path: Path):
    body = {**shown, "success": True, "result": {"count": 1, "results": [ONE]}}
    assert File(tmp_path, "ckan", body, SEARCH, note=FIRST).package.title == "Roads"


def test_a_group_and_an_organisation_that_count_no_datasets_are_kept():
    said = mapped(
        groups=[{"title": "Transport", "package_count": 0}],
        organization={"id": "o-1", "title": "Ministry of Roads", "package_count": 0},
    ).catalogue
    assert said.themes == ["Transport"]
    assert said.publisher is not None
    assert said.publisher.name == "Ministry of Roads"
