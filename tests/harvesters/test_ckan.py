"""CKAN: what real portals of five States send in a dataset, and answers that are not as they should be."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import Source
from harvesters.ckan_mapping import map_dataset
from harvesters.package import Package
from harvesters.spool_lines import Record, raw_json
from tests.conftest import REALDATA, CkanDouble, Reply, Site, dataset, needs_realdata
from tests.harvesters.harvesting import harvest

SEARCH = "/api/3/action/package_search"


def mapped(**said: Any) -> Package:
    raw = raw_json(json.dumps({"id": "d-1", "name": "works", "title": "Works", **said}).encode())
    record = Record("d-1", "https://portal.example.org/api", "2026-01-01T00:00:00Z", json=raw)
    result = map_dataset(record, Source("xa-portal", "https://portal.example.org", "ckan"))
    assert result.package is not None, result.findings
    return result.package


def resource(**said: Any) -> Any:
    (made,) = mapped(resources=[{"id": "r-1", "url": "https://data.example.org/a", **said}]).resources
    return made


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("Frequência de atualização", "Mensal"),
        ("Frequência de Atualização", "Mensal"),
        ("Periodicidade", "Mensal"),
        ("Periodicidade de atualização", "Mensal"),
        ("frequency", "http://publications.europa.eu/resource/authority/frequency/MONTHLY"),
        ("updateInterval", ["monatlich"]),
    ],
)
def test_how_often_it_changes_under_any_spelling(key: str, words: Any):
    as_extra = mapped(extras=[{"key": key, "value": words}]).catalogue.frequency
    as_field = mapped(**{key: words}).catalogue.frequency
    assert as_extra == as_field
    assert as_field is not None
    assert as_field.code == "MONTHLY"


def test_extras_as_a_mapping_of_before_version_2():
    assert mapped(extras={"Periodicidade": "Anual"}).catalogue.frequency.code == "ANNUAL"


def test_a_portal_that_harvested_it_names_the_origin():
    extras = [
        {"key": "harvest_object_id", "value": "o-1"}, {"key": "harvest_source_id", "value": "s-1"},
        {"key": "harvest_source_title", "value": "Ministry of Works"}, {"key": "guid", "value": "https://works.example.org/1"},
    ]  # fmt: skip
    said = mapped(extras=extras).catalogue
    assert (said.origin.portal, said.origin.id) == ("Ministry of Works", "https://works.example.org/1")


def test_language_maps_of_fluent_also_as_json_in_a_text():
    said = mapped(
        title_translated={"en": "Works", "fr": "Travaux"}, notes_translated='{"en": "All", "fr": "Tous"}',
        keywords={"en": ["roads"], "fr": ["routes"]}, tags=[], org_title_at_publication={"en": "Agency"},
    ).catalogue  # fmt: skip
    assert said.titles == {"en": "Works", "fr": "Travaux"}
    assert said.descriptions == {"en": "All", "fr": "Tous"}
    assert {tag: words for tag, words in said.keywords.items() if words} == {"en": ["roads"], "fr": ["routes"]}
    assert said.more["org_title_at_publication"] == {"en": "Agency"}


@pytest.mark.parametrize(
    ("stated", "spdx", "is_open"),
    [
        ({"license_id": "odc-odbl"}, "ODbL-1.0", True),
        ({"license_id": "cc-by", "license_title": "Creative Commons Atribuição"}, None, True),
        ({"license_id": "CC-BY-4.0"}, "CC-BY-4.0", True),
        ({"license_id": "other-open"}, None, True),
    ],
)
def test_licences(stated: dict[str, str], spdx: str | None, is_open: bool):
    (licence,) = mapped(**stated).catalogue.licences
    assert (licence.spdx, licence.open) == (spdx, is_open)


@pytest.mark.parametrize("stated", [{"license_id": ""}, {"license_id": None}, {"license_id": "notspecified"}, {}])
def test_no_licence_is_no_licence(stated: dict[str, str | None]):
    assert mapped(**stated).catalogue.licences == []


@pytest.mark.parametrize(
    ("size", "size_bytes", "text"),
    [(None, None, None), ("1234", 1234, None), (1234, 1234, None), ("1,2 MB", None, "1,2 MB")],
)
def test_sizes(size: Any, size_bytes: int | None, text: str | None):
    made = resource(size=size)
    assert (made.bytes, made.catalogue.size_text) == (size_bytes, text)


@pytest.mark.parametrize(
    ("key", "stated", "value"),
    [
        ("date_published", "2015-10-27 00:00:00", "2015-10-27T00:00:00"),
        ("dateFirstPublished", "22.09.2004", "2004-09-22"),
        ("metadata_created", "2020-01-02T03:04:05.678901", "2020-01-02T03:04:05"),
    ],
)
def test_dates_in_the_portals_own_ways(key: str, stated: str, value: str):
    assert mapped(**{key: stated}).catalogue.issued.value == value


def test_an_empty_address_leaves_the_dataset_and_the_other_resources():
    package = mapped(
        resources=[
            {"url": "", "name": "Empty"}, {"url": "https://a.example/1 https://a.example/2"}, {"url": "ftp://a.example/x"},
            {"url": "/local.csv"}, {"url": "HTTP://A.example/y", "format": "Ponto de Acesso à API"}, None, "text",
        ]
    )  # fmt: skip
    assert [each.path for each in package.resources] == [
        "ftp://a.example/x", "https://portal.example.org/local.csv", "http://a.example/y",
    ]  # fmt: skip
    assert package.resources[2].format == "API"
    assert len(package.catalogue.more["resources_left_out"]) == 3  # of an empty one nothing is left


def test_places_as_words_and_as_shapes():
    shape = '{"type": "Polygon", "coordinates": [[[-10, 20], [10, 20], [10, 40], [-10, 40], [-10, 20]]]}'
    places = mapped(
        extras=[{"key": "spatial", "value": shape}, {"key": "spatial_text", "value": "The coast"}]
    ).catalogue.spatial
    assert [(place.text if place.bbox is None else "", place.bbox) for place in places] == [
        ("The coast", None), ("", (-10, 20, 10, 40)),
    ]  # fmt: skip


def test_lists_and_json_inside_texts():
    said = mapped(theme='["Budget", "Taxes"]', timeRange="seit 2010", dataType=["table"], url='["not an address"]')
    assert said.catalogue.themes == ["Budget", "Taxes"]
    assert said.catalogue.temporal[0].text == "seit 2010"
    assert said.catalogue.more["dataType"] == ["table"]
    assert said.homepage == "https://portal.example.org/dataset/works"


def test_persons_are_not_taken_over():
    package = mapped(
        author="Somebody", maintainer="Somebody", maintainer_email="first.last@x.example", contact_name="Somebody",
        extras=[{"key": "Responsável", "value": "Somebody"}, {"key": "remark", "value": "Ask first.last@x.example or info@x.example"}],
    )  # fmt: skip
    assert "Somebody" not in repr(package)
    assert "first.last@" not in repr(package)
    assert package.catalogue.more["remark"] == "Ask  or info@x.example"


@pytest.mark.parametrize(
    "key", ["Responsável", "Contato", "contact_point", "Autor", "author_email", "Teléfono", "联系人", "Контактное лицо", "البريد الإلكتروني"]
)  # fmt: skip
def test_keys_that_name_persons_in_any_language(key: str):
    assert "Somebody" not in repr(mapped(extras=[{"key": key, "value": "Somebody"}]))


@pytest.mark.parametrize("key", ["authority", "Autoridade", "responsible_body", "emissions"])
def test_keys_that_name_no_person_stay(key: str):
    assert mapped(extras=[{"key": key, "value": "Ministry"}]).catalogue.more[key] == "Ministry"


def test_titles_that_several_have_are_several_datasets(site: Site, tmp_path: Path):
    double = CkanDouble(site, [dataset(number, title="Contracts ") for number in range(3)])
    assert len(harvest(tmp_path, double.url, "ckan").valid()) == 3


def test_what_extensions_keep_among_the_datasets_is_left_out(site: Site, tmp_path: Path):
    double = CkanDouble(
        site, [dataset(0), dataset(1, type="harvest"), dataset(2, type="showcase"), dataset(3, type="geodata")]
    )
    done = harvest(tmp_path, double.url, "ckan")
    assert (done.state, len(done.records)) == ("complete", 2)
    assert [finding.value for finding in done.noticed] == ["harvest", "showcase"]


def test_a_result_without_an_envelope(site: Site, tmp_path: Path):
    site.routes[SEARCH] = lambda query: Reply(json.dumps({"count": 2, "results": [dataset(0), dataset(1)]}).encode())
    done = harvest(tmp_path, site.url, "ckan")
    assert (done.state, done.verdict.advertised, len(done.records)) == ("complete", (2, 2), 2)


def test_a_comment_before_the_json_is_named(site: Site, tmp_path: Path):
    site.routes[SEARCH] = lambda query: Reply(b'// 20180618150213\n// https://portal.example.org/\n\n{"success": true}')
    done = harvest(tmp_path, site.url, "ckan")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")


@needs_realdata
@pytest.mark.parametrize("name", ["br-dadosgov_error404_package_show", "br-dadosgov_error404_group_package_show"])
def test_an_error_in_json_with_status_404(name: str, site: Site, tmp_path: Path):
    body = (REALDATA / f"ckan/{name}.json").read_bytes()
    for path in (SEARCH, "/api/3/action/package_list"):
        site.routes[path] = lambda query: Reply(body, 404, {"Content-Type": "application/json"})
    done = harvest(tmp_path, site.url, "ckan")
    assert (done.state, done.verdict.failure) == ("failed", "moved")


def test_an_answer_of_many_megabytes_is_one_page(site: Site, tmp_path: Path):
    """As one real portal sends 800 datasets in 12.8 MB."""
    double = CkanDouble(site, [dataset(number, notes="x" * 16_000) for number in range(800)])
    done = harvest(tmp_path, double.url, "ckan")
    assert (done.state, len(done.records), done.verdict.requests) == ("complete", 800, 1)


def test_identifiers_of_64_hexadecimal_digits_and_of_99_characters(site: Site, tmp_path: Path):
    double = CkanDouble(site, [dataset(0, id="a" * 64), dataset(1, id="b" * 99)])
    assert set(harvest(tmp_path, double.url, "ckan").valid()) == {"a" * 64, "b" * 99}
