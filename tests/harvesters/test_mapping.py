"""What all mappers share: texts in several languages, licences, contributors, keywords, and the package of them."""

import json

import msgspec
import pytest

from harvesters.base import Source
from harvesters.mapping import (
    Draft,
    Reading,
    bounded_keywords,
    build_resources,
    choose_text,
    compose,
    contributors,
    language_map,
    licenses,
    organisation_contact,
    text_language,
)
from harvesters.package import DATA_PACKAGE_V2, Additions, License, Publisher, encode
from harvesters.profile import validate_profile
from harvesters.reading import MAX_FINDINGS_PER_CODE
from harvesters.values import Language, Licence, Moment

SOURCE = Source("xa-finance", "https://data.finance.example", "ckan")


def languages(*tags: str | None) -> list[Language]:
    return [Language(tag or "?", tag) for tag in tags]


@pytest.mark.parametrize(
    ("texts", "own", "chosen"),
    [
        ({}, [], None),
        ({"xx": "only"}, ["en"], "only"),
        ({"en": "E", "fr": "F"}, [], "E"),
        ({"en": "E", "fr": "F"}, ["fr"], "F"),
        ({"en": "E", "fr-CA": "F"}, ["fr"], "F"),
        ({"en": "E", "fr": "F"}, ["fr-CA"], "F"),
        ({"en": "E", "en-GB": "G"}, ["en-GB"], "G"),
        ({"en": "E", "en-GB": "G"}, ["en"], "E"),
        ({"de": "D", "ru": "R", "zh": "Z"}, [], "R"),
        ({"nl": "N", "de": "D"}, [], "D"),
        ({"nl": "N", "en-t-nl": "E", "fr-t-nl": "F"}, [], "N"),
        ({"de-t-nl": "D", "fr-t-nl": "F"}, [], "D"),
        ({"und": "U", "ar": "A"}, [None], "A"),
    ],
)
def test_one_text_stands_for_all(texts: dict[str, str], own: list[str | None], chosen: str | None) -> None:
    assert choose_text(texts, languages(*own)) == chosen


@pytest.mark.parametrize(
    ("tags", "language"),
    [([], "und"), (["es"], "es"), (["es", "es"], "es"), (["es", "en"], "und"), ([None], "und"), ([None, "fr"], "fr")],
)
def test_untagged_texts_are_in_the_one_stated_language(tags: list[str | None], language: str) -> None:
    assert text_language(languages(*tags)) == language


def test_a_map_of_no_text_is_empty() -> None:
    assert language_map(None, "en") == {}
    assert language_map("Budget", "en") == {"en": "Budget"}


def test_licenses_have_a_name_or_a_path_and_come_once() -> None:
    stated = [
        Licence("CC BY", spdx="CC-BY-4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        Licence("cc by 4", spdx="CC-BY-4.0"),
        Licence("Terms", url="https://x.example/terms"),
        Licence("Ask the ministry"),
        Licence("GPL", spdx="GPL-2.0+"),
    ]
    assert licenses(stated) == [
        License(name="CC-BY-4.0"),
        License(path="https://x.example/terms"),
    ]


def test_contributors_are_organisations_with_their_roles() -> None:
    ministry = Publisher(name="Ministry", url="https://m.example")
    found = contributors(ministry, Publisher(name="Ministry", url="mailto:info@m.example"))
    assert [(each.title, each.path, each.roles) for each in found] == [
        ("Ministry", "https://m.example", ["publisher", "contact"])
    ]
    (contact,) = contributors(None, Publisher(name="Office", url="mailto:info@m.example"))
    assert (contact.path, contact.roles) == (None, ["contact"])
    assert contributors(Publisher(id="x"), None) == []


@pytest.mark.parametrize(
    ("name", "mailbox", "expected"),
    [
        (None, None, None),
        (None, "jane.roe@x.example", None),
        (None, "opendata@x.example", Publisher(url="mailto:opendata@x.example")),
        ("Office", "mailto:jane.roe@x.example", Publisher(name="Office")),
        ("Office", "mailto:info@x.example", Publisher(name="Office", url="mailto:info@x.example")),
        (None, "info@x.example, jane@x.example", None),
        (None, ["info@x.example"], None),
        (None, "info at x dot example", None),
    ],
)
def test_contacts_hold_no_person(name: str | None, mailbox: object, expected: Publisher | None) -> None:
    assert organisation_contact(name, mailbox) == expected


def test_keywords_come_once_and_are_bounded_over_all_languages() -> None:
    reading = Reading(None)
    assert bounded_keywords({"en": ["a", "b", "a"], "fr": []}, reading) == {"en": ["a", "b"]}
    assert reading.findings() == []
    kept = bounded_keywords({"en": [f"e{n}" for n in range(700)], "fr": [f"f{n}" for n in range(700)]}, reading)
    assert {tag: len(words) for tag, words in kept.items()} == {"en": 700, "fr": 300}
    (finding,) = reading.findings()
    assert (finding.code, finding.value) == ("too-many-keywords", "1400")


def test_findings_of_one_kind_are_bounded_and_counted() -> None:
    reading = Reading(None)
    for number in range(100):
        reading.moment(f"soon {number}", f"resources[{number}].issued")
    *first, last = reading.findings()
    assert len(first) == MAX_FINDINGS_PER_CODE
    assert (last.code, last.value, last.params) == ("further-findings", "date-unreadable", {"count": "80"})


@pytest.mark.parametrize(
    ("issued", "created"),
    [
        (Moment("a", "2024-01-01T10:00:00Z", "second"), "2024-01-01T10:00:00Z"),
        (Moment("a", "2024-01-01T10:00:00+03:00", "second"), "2024-01-01T10:00:00+03:00"),
        (Moment("a", "2024-01-01T10:00:00", "second"), None),
        (Moment("a", "2024-01-01", "day"), None),
        (Moment("soon"), None),
        (None, None),
    ],
)
def test_created_only_where_a_full_date_time_was_stated(issued: Moment | None, created: str | None) -> None:
    additions = Additions(source="xa-finance", native_id="1", protocol="ckan", issued=issued, titles={"en": "T"})
    result = compose(SOURCE, additions, [], Reading(None))
    assert result.package is not None
    assert result.package.created == created


def test_compose_makes_a_valid_package_or_says_what_lacks() -> None:
    reading = Reading("https://data.finance.example")
    built = build_resources([Draft(path="resources[0]", raw={}, download_url="/a.csv")], [], reading)
    additions = Additions(
        source="xa-finance",
        native_id="b 1",
        protocol="ckan",
        titles={"es": "Presupuesto", "en": "Budget"},
        keywords={"es": ["gasto"], "en": ["gasto", "spending"]},
        languages=languages("es"),
    )
    result = compose(SOURCE, additions, built.resources, reading, homepage="https://data.finance.example/b")
    assert result.package is not None
    assert validate_profile(json.loads(encode(result.package))) == []
    assert (result.package.title, result.package.schema) == ("Presupuesto", DATA_PACKAGE_V2)
    assert result.package.keywords == ["gasto", "spending"]
    assert result.package.licenses is msgspec.UNSET
    assert result.findings == []
    again = compose(SOURCE, additions, built.resources, reading, homepage="https://data.finance.example/b")
    assert encode(again.package or result.package) == encode(result.package)

    bare = Additions(source="xa-finance", native_id="2", protocol="ckan")
    result = compose(SOURCE, bare, [], Reading(None))
    assert result.package is not None
    assert (result.package.title, result.package.schema) == (None, None)
    assert validate_profile(json.loads(encode(result.package))) == []
    assert [finding.code for finding in result.findings] == ["no-title"]
