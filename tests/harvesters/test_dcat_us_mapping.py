"""DCAT-US: from a record of a data.json to a package, with every peculiarity that real portals have shown."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.base import Answer, Source
from harvesters.dcat_us import DcatUs
from harvesters.dcat_us_mapping import READ, RESOURCE_READ
from harvesters.package import Mapped, Package, encode
from harvesters.profile import validate_profile
from harvesters.spool_lines import Ask, Record, raw_json

FIXTURE = Path(__file__).parent / "fixtures/dcat_us/catalog.json"
URL = "https://data.finance.example/data.json"
SOURCE = Source("xa-finance", URL, "dcat-us")


def record(said: Any, identifier: str | None = "1") -> Record:
    return Record(id=identifier, url=URL, at="2026-01-01T00:00:00Z", json=raw_json(json.dumps(said).encode()))


def mapped(**said: Any) -> Mapped:
    return DcatUs.package(record({"title": "T", **said}), SOURCE)


def package(**said: Any) -> Package:
    result = mapped(**said).package
    assert result is not None
    return result


def codes(result: Mapped) -> list[str]:
    return [finding.code for finding in result.findings]


def fixture_packages() -> Iterator[Mapped]:
    for event in DcatUs(SOURCE).read(Answer(Ask(URL), URL, 200, {}, FIXTURE, "2026-01-01T00:00:00Z")):
        if isinstance(event, Record):
            yield DcatUs.package(event, SOURCE)


def test_maps_a_full_record() -> None:
    result = next(fixture_packages())
    assert result.package is not None
    descriptor = json.loads(encode(result.package))
    assert validate_profile(descriptor) == []
    assert descriptor["title"] == "Budget execution by ministry"
    assert "Monthly figures & notes." in descriptor["description"]
    assert "<p>" not in descriptor["description"]
    assert descriptor["created"] == "2015-02-03T09:30:00Z"
    assert descriptor["keywords"] == ["budget", "ministries"]
    assert descriptor["homepage"] == "https://data.finance.example/budget"
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    assert descriptor["contributors"] == [{"title": "Treasury", "roles": ["publisher"]}]
    additions = descriptor["catalogue"]
    assert additions["titles"] == {"en-US": "Budget execution by ministry"}
    assert additions["modified"]["value"] == "2024-03-01T10:00:00-05:00"
    assert additions["frequency"]["code"] == "MONTHLY"
    assert additions["spatial"][0]["bbox"] == [-97.5, 25, -80, 31.25]
    assert additions["temporal"][0]["end"]["value"] == "2024-02-29"
    assert additions["themes"] == ["Finance", "GOVE"]
    assert additions["access_rights"] == "public"
    assert additions["more"]["bureauCode"] == ["015:11"]
    assert additions["more"]["dataQuality"] is True
    assert additions["more"]["subOrganizationOf"] == ["Ministry of Finance", "Government of Xanadu"]
    assert additions["more"]["resources_left_out"][0]["title"] == "To come"
    first, second = descriptor["resources"]
    assert (first["name"], second["name"]) == ("execution-2024", "execution-2024-2")
    assert first["path"] == "https://files.finance.example/execution%202024.csv"
    assert (first["format"], first["mediatype"]) == ("CSV", "text/csv")
    assert first["catalogue"]["access_url"] == "https://data.finance.example/budget/execution"
    assert first["catalogue"]["more"]["field"][0]["title"] == "ministry"
    assert second["path"] == "https://data.finance.example/api/budget"
    assert codes(result) == ["resource-url-empty"]


def test_no_person_is_taken_over() -> None:
    for result in fixture_packages():
        assert result.package is not None
        text = encode(result.package)
        assert b"Jane" not in text
        assert b"jane" not in text


@pytest.mark.parametrize(
    ("contact", "name", "url"),
    [
        ({"fn": "Jane Roe", "hasEmail": "mailto:jane.roe@x.example"}, None, None),
        ({"fn": "Jane Roe", "hasEmail": "opendata@x.example"}, None, "mailto:opendata@x.example"),
        ({"fn": "treasury", "email": "info@x.example"}, "treasury", "mailto:info@x.example"),
        ({"@type": "vcard:Organization", "fn": "Data Office"}, "Data Office", None),
        ({"fn": "Jane Roe", "organization-name": "Data Office"}, "Data Office", None),
    ],
)
def test_contacts_are_organisations_and_shared_mailboxes(contact: dict, name: str | None, url: str | None) -> None:
    additions = package(publisher={"name": "Treasury"}, contactPoint=contact).catalogue
    found = additions.contact
    assert (found.name if found else None, found.url if found else None) == (name, url)


@pytest.mark.parametrize(
    ("modified", "value", "frequency", "found"),
    [
        ("2024-01-01", "2024-01-01", None, []),
        ("2024-01", "2024-01", None, []),
        ("R/P1Y", None, "ANNUAL", []),
        ("R/P1D", None, "DAILY", []),
        ("last week", None, None, ["date-unreadable"]),
        (None, None, None, []),
        ("", None, None, []),
        ("None", None, None, []),
    ],
)
def test_modified_is_a_date_or_says_how_often(
    modified: Any, value: str | None, frequency: str | None, found: list[str]
) -> None:
    result = mapped(modified=modified, distribution=[{"accessURL": "https://x.example/a"}])
    assert result.package is not None
    additions = result.package.catalogue
    assert (additions.modified.value if additions.modified else None) == value
    assert (additions.frequency.code if additions.frequency else None) == frequency
    assert codes(result) == found
    if modified and modified != "None":
        assert additions.modified is not None
        assert additions.modified.text == modified


def test_a_stated_frequency_goes_before_the_interval_in_modified() -> None:
    frequency = package(modified="R/P1D", accrualPeriodicity="R/P1Y").catalogue.frequency
    assert frequency is not None
    assert frequency.code == "ANNUAL"


@pytest.mark.parametrize(
    ("said", "spdx", "found"),
    [
        ({"license": "http://creativecommons.org/licenses/by/4.0/"}, "CC-BY-4.0", []),
        ({"licence": "https://creativecommons.org/publicdomain/zero/1.0/"}, "CC0-1.0", []),
        ({"license": "", "licence": "CC-BY-4.0"}, "CC-BY-4.0", []),
        ({"license": ""}, None, []),
        ({"license": None}, None, []),
        ({"license": "No se especificó la licencia"}, None, []),
        ({"license": "Ask the ministry"}, None, ["licence-unknown"]),
        ({"license": "https://ministry.example/terms"}, None, ["licence-unknown"]),
    ],
)
def test_licences(said: dict, spdx: str | None, found: list[str]) -> None:
    result = mapped(**said, distribution=[{"accessURL": "https://x.example/a"}])
    assert result.package is not None
    licences = result.package.catalogue.licences
    assert (licences[0].spdx if licences else None) == spdx
    assert codes(result) == found


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        (["a", "b"], ["a", "b"]),
        ("a, b;c", ["a", "b", "c"]),
        (["a", None, "", 7, "a"], ["a", "7"]),
        (None, []),
        ([], []),
        ([{"prefLabel": "a"}], ["a"]),
    ],
)
def test_keywords(keyword: Any, words: list[str]) -> None:
    assert package(keyword=keyword).catalogue.keywords.get("und", []) == words


@pytest.mark.parametrize(
    ("distribution", "paths", "found"),
    [
        (None, [], ["no-distribution"]),
        ([], [], ["no-distribution"]),
        ([{"downloadURL": "https://x.example/a"}], ["https://x.example/a"], []),
        ([{"accessURL": "https://x.example/a"}], ["https://x.example/a"], []),
        ([{"accessURL": "https://x.example/a", "downloadURL": "https://x.example/b"}], ["https://x.example/b"], []),
        (
            [{"accessURL": "https://x.example/a", "downloadURL": "js:x"}],
            ["https://x.example/a"],
            ["resource-url-invalid"],
        ),
        ({"accessURL": "https://x.example/a"}, ["https://x.example/a"], []),
        (["https://x.example/a"], ["https://x.example/a"], []),
        ([None, {"accessURL": " HTTP://x.example/a "}], ["http://x.example/a"], []),
        ([{"title": "nothing"}], [], ["resource-url-empty"]),
        ([{"accessURL": "https://x.example/a", "mediaType": "None", "format": "API"}], ["https://x.example/a"], []),
    ],
)
def test_distributions(distribution: Any, paths: list[str], found: list[str]) -> None:
    result = mapped(distribution=distribution)
    assert result.package is not None
    assert [resource.path for resource in result.package.resources] == paths
    assert codes(result) == found
    assert (result.package.schema is not None) == bool(paths)


def test_schema_1_0_has_addresses_at_the_dataset() -> None:
    result = package(accessURL="https://x.example/a.csv", webService="https://x.example/api", format="text/csv")
    assert [resource.path for resource in result.resources] == ["https://x.example/a.csv", "https://x.example/api"]


@pytest.mark.parametrize(
    ("said", "identifier", "found"),
    [
        ({"title": "T"}, None, ["no-identifier"]),
        ({}, "1", ["no-distribution", "no-title"]),
        ([1], "1", ["record-malformed"]),
    ],
)
def test_what_lacks_the_needful_is_said(said: Any, identifier: str | None, found: list[str]) -> None:
    assert codes(DcatUs.package(record(said, identifier), SOURCE)) == found


def test_thousands_of_distributions_and_keywords_are_bounded() -> None:
    many = [{"title": "Part", "accessURL": f"https://x.example/{n}"} for n in range(8327)]
    result = mapped(distribution=many, keyword=[f"k{n}" for n in range(34866)])
    assert result.package is not None
    assert len(result.package.resources) == 2000
    assert len({resource.name for resource in result.package.resources}) == 2000
    assert isinstance(result.package.keywords, list)
    assert len(result.package.keywords) == 1000
    assert sorted(codes(result)) == ["too-many-keywords", "too-many-resources"]


@pytest.mark.parametrize(
    "key", ["title", "spatial", "publisher", "theme", "keyword", "distribution", "xyz", "identifier"]
)
@pytest.mark.parametrize("depth", [50, 300, 700, 950, 5000])
def test_no_depth_makes_mapping_fail(key: str, depth: int) -> None:
    for opening, closing in (("[", "]"), ('{"coordinates":', "}"), ('{"subOrganizationOf":', "}"), ('{"name":', "}")):
        raw = f'{{"{key}":{opening * depth}1{closing * depth}}}'.encode()
        result = DcatUs.package(Record(id="1", url=URL, at="", json=raw_json(raw)), SOURCE)
        assert result.package is not None or codes(result) == ["record-malformed"]
        if result.package is not None:
            assert validate_profile(json.loads(encode(result.package))) == []


# -- anything at all

_ODD = st.sampled_from(
    [
        *(
            "https://a.example/x.csv",
            "https://a b.example/",
            "https://é.example/ü?x={a}",
            "http://",
            "//x",
            "https://[x",
        ),
        *("R/P1Y", "2020-01-01/..", "x@y.example", "info@y.example", "null", "cc-by-4.0", "en", "<b>x</b>", "<p></p>"),
        *("-10,20,15,40", "POLYGON((1 2,3 4", '{"type":"Point","coordinates":[1,2]}', "\u200b", "%"),
    ]
)
_SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | _ODD
)
_INNER = st.sampled_from(
    [
        *(
            "@id",
            "@value",
            "@language",
            "name",
            "fn",
            "hasEmail",
            "organization-name",
            "coordinates",
            "bbox",
            "geometry",
        ),
        *(
            "prefLabel",
            "url",
            "homepage",
            "en",
            "subOrganizationOf",
            "startDate",
            "endDate",
            "checksumValue",
            "algorithm",
        ),
        "\u200b",
    ]
)
_VALUE = st.recursive(_SCALAR, lambda v: st.lists(v, max_size=4) | st.dictionaries(_INNER, v, max_size=4), max_leaves=8)
_DISTRIBUTION = st.dictionaries(st.sampled_from(sorted(RESOURCE_READ)), _VALUE, max_size=10)
_DATASET = st.dictionaries(st.sampled_from(sorted({*READ, "accessURL", "rights"})), _VALUE, max_size=12)


@settings(max_examples=400, deadline=None)
@given(_DATASET, st.lists(_DISTRIBUTION, max_size=4))
def test_any_record_becomes_a_package_that_keeps_the_profile(said: dict, distributions: list) -> None:
    result = DcatUs.package(record({**said, "distribution": distributions}), SOURCE)
    assert result.package is not None
    assert validate_profile(json.loads(encode(result.package))) == []
