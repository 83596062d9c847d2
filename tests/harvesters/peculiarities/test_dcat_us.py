"""Peculiarities of real data.json files (DCAT-US): one small record or file of the same shape for each, and what must
become of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from catalogue.assess.validation import check
from harvesters.base import Source
from harvesters.dcat_us import DcatUs
from harvesters.findings import Finding, blocks
from harvesters.package import Package, encode
from harvesters.spool_lines import Noticed, Record, raw_json
from tests.harvesters.filereading import File

URL = "https://data.xa.example/data.json"
SOURCE = Source("xa-source", URL, "dcat-us")
FILE = {"accessURL": "https://data.xa.example/contracts"}


def mapped(**said: Any) -> tuple[Package, list[Finding]]:
    """The valid package of one dataset with a distribution, and what was found in mapping it."""
    dataset = {"identifier": "d1", "title": "Contracts", "distribution": [FILE], **said}
    record = Record("d1", URL, "2026-01-01T00:00:00Z", json=raw_json(json.dumps(dataset).encode()))
    found = DcatUs.package(record, SOURCE)
    assert found.package is not None, found.findings
    assert not blocks([*found.findings, *check(encode(found.package))])
    return found.package, found.findings


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    """Which findings there are, and where."""
    return [(finding.code, finding.path) for finding in findings]


# -- the catalogue


def test_a_catalogue_without_type_and_context_is_recognised_by_its_datasets(tmp_path: Path) -> None:
    listed = [{"identifier": "d1", "title": "Contracts", "accessLevel": "public", "distribution": [FILE]}]
    document = {"conformsTo": "https://standard.xa.example/v1.1/schema", "dataset": listed}
    file = File(tmp_path, "dcat-us", document, URL)
    assert (file.package.title, file.codes()) == ("Contracts", [])


# -- modified


@pytest.mark.parametrize(
    ("modified", "value", "precision"),
    [
        pytest.param("2024-01-01T05:06:07Z", "2024-01-01T05:06:07Z", "second", id="time with Z"),
        pytest.param("2024-01-01T05:06:07.000Z", "2024-01-01T05:06:07Z", "second", id="time with milliseconds"),
        pytest.param("2024-01-01T05:06:07-05:00", "2024-01-01T05:06:07-05:00", "second", id="time with an offset"),
        pytest.param("2024-01-01", "2024-01-01", "day", id="a day"),
    ],
)
def test_modified_keeps_the_zone_and_the_precision_that_it_was_written_with(
    modified: str, value: str, precision: str
) -> None:
    package, findings = mapped(modified=modified)
    stated = package.catalogue.modified
    assert stated is not None
    assert (stated.text, stated.value, stated.precision) == (modified, value, precision)
    assert findings == []


def test_modified_as_a_repeating_interval_beside_a_frequency_in_words_loses_neither() -> None:
    package, findings = mapped(modified="R/P3M", accrualPeriodicity="irregular")
    said = package.catalogue
    assert said.modified is not None
    assert (said.modified.text, said.modified.value) == ("R/P3M", None)
    assert said.frequency is not None
    assert (said.frequency.code, said.frequency.period) == ("IRREG", None)
    assert findings == []


def test_dates_of_every_kind_in_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    stated = ["2024-01-01", "2024-01-01T00:00:00Z", "R/P1Y", "2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00-05:00"]
    listed = [{"identifier": str(n), "title": "T", "modified": text} for n, text in enumerate(stated)]
    read = [package.catalogue.modified for package in File(tmp_path, "dcat-us", {"dataset": listed}).packages]
    assert [moment and moment.text for moment in read] == stated
    assert [moment and moment.value is not None for moment in read] == [True, True, False, True, True]


# -- accrualPeriodicity


@pytest.mark.parametrize(
    ("stated", "code", "period"),
    [
        pytest.param("R/P1Y", "ANNUAL", "P1Y", id="once a year"),
        pytest.param("R/P0.5M", "MONTHLY_2", "P0.5M", id="a fraction of a month"),
        pytest.param("R/P3.5D", "WEEKLY_2", "P3.5D", id="a fraction of a week in days"),
        pytest.param("R/PT1S", "CONT", "PT1S", id="every second"),
        pytest.param("Annual", "ANNUAL", "P1Y", id="a word"),
    ],
)
def test_accrual_periodicity_as_interval_or_word(stated: str, code: str, period: str) -> None:
    package, findings = mapped(accrualPeriodicity=stated)
    frequency = package.catalogue.frequency
    assert frequency is not None
    assert (frequency.text, frequency.code, frequency.period) == (stated, code, period)
    assert findings == []


@pytest.mark.parametrize("stated", [None, "", "null"])
def test_accrual_periodicity_of_null_is_nothing_said(stated: str | None) -> None:
    package, findings = mapped(accrualPeriodicity=stated)
    assert (package.catalogue.frequency, findings) == (None, [])


def test_accrual_periodicity_that_nobody_knows_is_kept_as_text_with_its_place() -> None:
    package, findings = mapped(accrualPeriodicity="when the river floods")
    assert package.catalogue.frequency is not None
    assert package.catalogue.frequency.text == "when the river floods"
    assert places(findings) == [("frequency-unreadable", "accrualPeriodicity")]


# -- language


@pytest.mark.parametrize(
    ("language", "tags", "title"),
    [
        pytest.param(["en-US"], ["en-US"], "en-US", id="a list of one"),
        pytest.param("spa", ["es"], "es", id="a text of three letters"),
        pytest.param(["SPA"], ["es"], "es", id="in capitals"),
        pytest.param(["en-US", "es"], ["en-US", "es"], "und", id="two, of which none is the title's for sure"),
        pytest.param(None, [], "und", id="null"),
    ],
)
def test_language_as_list_or_text_is_the_language_of_the_title(language: Any, tags: list[str], title: str) -> None:
    package, findings = mapped(language=language)
    assert [each.tag for each in package.catalogue.languages] == tags
    assert package.catalogue.titles == {title: "Contracts"}
    assert findings == []


@pytest.mark.parametrize("language", ["us-EN", "sp-US"])
def test_language_with_country_and_language_mixed_up_is_told_and_not_guessed(language: str) -> None:
    package, findings = mapped(language=[language])
    assert [(each.text, each.tag) for each in package.catalogue.languages] == [(language, None)]
    assert package.catalogue.titles == {"und": "Contracts"}
    assert places(findings) == [("language-unreadable", "language")]


# -- distribution


@pytest.mark.parametrize("level", ["non-public", "restricted public"])
@pytest.mark.parametrize("distribution", [{}, {"distribution": None}, {"distribution": []}])
def test_an_inventory_entry_without_distribution_is_a_dataset_with_its_access_level(
    level: str, distribution: dict[str, Any], tmp_path: Path
) -> None:
    entry = {"identifier": "1", "title": "Declarations", "accessLevel": level, "rights": None, **distribution}
    public = {"identifier": "2", "title": "Contracts", "accessLevel": "public", "distribution": [FILE]}
    file = File(tmp_path, "dcat-us", {"dataset": [entry, public]})
    first, second = file.packages
    assert (first.resources, first.catalogue.access_rights) == ([], level)
    assert len(second.resources) == 1
    assert file.codes() == ["no-distribution"]


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        pytest.param("type/csv", "text/csv", id="a top level that does not exist"),
        pytest.param("application/csv", "text/csv", id="not registered"),
        pytest.param("text/csv; charset=utf-8", "text/csv", id="with a parameter"),
    ],
)
def test_media_types_with_typos_are_read_as_what_is_meant(media_type: str, expected: str) -> None:
    package, findings = mapped(distribution=[{**FILE, "mediaType": media_type}])
    (resource,) = package.resources
    assert (resource.format, resource.mediatype, findings) == ("CSV", expected, [])


@pytest.mark.parametrize("media_type", [None, "None", ""])
def test_a_media_type_of_none_beside_the_format_api_is_an_api(media_type: str | None) -> None:
    package, findings = mapped(distribution=[{**FILE, "mediaType": media_type, "format": "API"}])
    (resource,) = package.resources
    assert (resource.format, resource.mediatype, findings) == ("API", None, [])


def test_both_addresses_of_a_distribution_are_kept() -> None:
    both = {**FILE, "downloadURL": "https://files.xa.example/contracts.csv"}
    (resource,) = mapped(distribution=[both])[0].resources
    assert (resource.path, resource.catalogue.access_url) == (both["downloadURL"], both["accessURL"])


@pytest.mark.parametrize(
    ("address", "path"),
    [
        pytest.param(
            "https://files.xa.example/contratos 2024.csv", "https://files.xa.example/contratos%202024.csv", id="inside"
        ),
        pytest.param(" https://files.xa.example/a.csv ", "https://files.xa.example/a.csv", id="around"),
    ],
)
def test_an_access_url_with_a_blank_leads_to_the_file(address: str, path: str) -> None:
    package, findings = mapped(distribution=[{"accessURL": address}])
    assert [resource.path for resource in package.resources] == [path]
    assert findings == []


def test_an_access_url_that_is_a_blank_alone_is_told_and_the_distribution_kept_as_text() -> None:
    package, findings = mapped(distribution=[{"title": "To come", "accessURL": " "}, FILE])
    assert [resource.path for resource in package.resources] == [FILE["accessURL"]]
    assert package.catalogue.more["resources_left_out"] == [{"title": "To come"}]
    assert places(findings) == [("resource-url-empty", "distribution[0]")]


def test_columns_that_are_described_inside_a_distribution_are_kept_whole() -> None:
    columns = [
        {"title": "monto", "type": "number", "description": "In Xala"}, {"title": "fecha", "type": "date", "id": ""},
    ]  # fmt: skip
    (resource,) = mapped(distribution=[{**FILE, "field": columns}])[0].resources
    assert resource.catalogue.more["field"] == [columns[0], {"title": "fecha", "type": "date"}]


@pytest.mark.parametrize("identifier", ["99.1", "0012", "6f6a4b3e-29b4-4c36-8f0e-6f1a2b3c4d5e"])
def test_identifiers_of_distributions_as_numeric_strings_or_uuids_stay_texts(identifier: str) -> None:
    (resource,) = mapped(distribution=[{**FILE, "identifier": identifier}])[0].resources
    assert resource.catalogue.native_id == identifier


def test_numeric_identifiers_that_differ_in_a_nought_are_two_datasets(tmp_path: Path) -> None:
    listed = [{"identifier": text, "title": "T"} for text in ("1", "01", "1.0")]
    packages = File(tmp_path, "dcat-us", {"dataset": listed}).packages
    assert [package.catalogue.native_id for package in packages] == ["1", "01", "1.0"]
    assert len({package.id for package in packages}) == 3


# -- license


@pytest.mark.parametrize(
    "address",
    [
        "https://creativecommons.org/publicdomain/zero/1.0", "https://creativecommons.org/publicdomain/zero/1.0/",
        "http://creativecommons.org/publicdomain/zero/1.0", "http://www.creativecommons.org/publicdomain/zero/1.0/",
    ],
)  # fmt: skip
def test_one_licence_by_its_address_with_and_without_slash_and_s(address: str) -> None:
    package, findings = mapped(license=address)
    (licence,) = package.catalogue.licences
    assert (licence.text, licence.spdx, findings) == (address, "CC0-1.0", [])


def test_a_licence_as_a_name_is_kept_in_its_words() -> None:
    (licence,) = mapped(license="Creative Commons Attribution 4.0")[0].catalogue.licences
    assert licence.text == "Creative Commons Attribution 4.0"
    assert licence.spdx in (None, "CC-BY-4.0")


def test_a_page_of_the_agency_as_licence_is_kept_as_address_and_told() -> None:
    package, findings = mapped(license="https://agency.xa.example/legal-notice")
    (licence,) = package.catalogue.licences
    assert (licence.url, licence.spdx, licence.open) == ("https://agency.xa.example/legal-notice", None, None)
    assert places(findings) == [("licence-unknown", "license")]


def test_the_british_key_for_a_licence_is_read_also_in_a_distribution() -> None:
    package, findings = mapped(distribution=[{**FILE, "licence": "https://licence.xa.example/own"}])
    (resource,) = package.resources
    assert resource.catalogue.licence is not None
    assert resource.catalogue.licence.url == "https://licence.xa.example/own"
    assert places(findings) == [("licence-unknown", "distribution[0].licence")]


def test_license_and_licence_that_differ_are_both_kept() -> None:
    both = {"license": "CC-BY-4.0", "licence": "https://licence.xa.example/own"}
    package, _ = mapped(**both, distribution=[{**FILE, **both}])
    assert [licence.spdx for licence in package.catalogue.licences] == ["CC-BY-4.0"]
    assert package.catalogue.more == package.resources[0].catalogue.more == {"licence": both["licence"]}


@pytest.mark.parametrize("text", ["License not specified", "No se especificó la licencia"])
def test_the_words_for_no_licence_in_two_languages_are_no_licence(text: str) -> None:
    package, findings = mapped(license=text, distribution=[{**FILE, "license": text}])
    assert (package.catalogue.licences, findings) == ([], [])
    assert package.resources[0].catalogue.licence is None


# -- contactPoint, and keys of a publisher's own


@pytest.mark.parametrize("address", ["datos@ministerio.xa.example", "mailto:datos@ministerio.xa.example"])
def test_has_email_without_mailto_is_the_same_mailbox(address: str) -> None:
    package, findings = mapped(contactPoint={"fn": "Datos", "hasEmail": address})
    contact = package.catalogue.contact
    assert contact is not None
    assert (contact.url, findings) == ("mailto:datos@ministerio.xa.example", [])


@pytest.mark.parametrize(
    "said",
    [
        {}, {"contactPoint": None}, {"contactPoint": {}}, {"contactPoint": []},
        {"contactPoint": {"fn": None, "hasEmail": None}}, {"contactPoint": {"fn": "", "hasEmail": "mailto:"}},
    ],
)  # fmt: skip
def test_a_contact_point_that_is_null_or_absent_is_none(said: dict[str, Any]) -> None:
    package, findings = mapped(**said)
    assert (package.catalogue.contact, findings) == (None, [])


@pytest.mark.parametrize("quality", [True, False])
def test_data_quality_as_truth_value_is_kept_as_one(quality: bool) -> None:
    assert mapped(dataQuality=quality)[0].catalogue.more == {"dataQuality": quality}


@pytest.mark.parametrize("key", ["rights", "conformsTo", "describedBy"])
def test_a_key_with_null_is_as_if_it_were_absent(key: str) -> None:
    assert encode(mapped(**{key: None})[0]) == encode(mapped()[0])


# -- huge


def test_one_dataset_of_more_than_a_megabyte_is_read_whole_beside_its_neighbours(tmp_path: Path) -> None:
    description = "A line of it.\n" * 90_000
    listed = [{"identifier": n, "title": "T", "description": "d"} for n in ("a", "b", "c")]
    listed[1] |= {"description": description, "spatial": "None", "temporal": "None", "theme": ["None"]}
    _, huge, last = File(tmp_path, "dcat-us", {"dataset": listed}).packages
    assert huge.description == description.strip()
    assert (huge.catalogue.spatial, huge.catalogue.temporal, huge.catalogue.themes) == ([], [], [])
    assert last.catalogue.native_id == "c"


def test_keywords_without_number_or_end_are_told_with_their_place() -> None:
    package, findings = mapped(keyword=[f"word {n}" for n in range(5_000)] + ["w" * 20_000])
    assert len(package.catalogue.keywords["und"]) <= 1_000
    assert [finding.code for finding in findings] == ["too-many-keywords"]


def test_a_null_among_the_datasets_is_told_and_its_neighbours_are_read(tmp_path: Path) -> None:
    file = File(tmp_path, "dcat-us", {"dataset": [{"identifier": "a", "title": "T"}, None, {"identifier": "b"}]})
    assert [record.id for record in file.records] == ["a", "b"]
    assert [event.finding.code for event in file.events if isinstance(event, Noticed)] == ["record-malformed"]
