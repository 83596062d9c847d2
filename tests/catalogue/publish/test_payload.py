"""From a package to a CKAN dataset: what is said where, what is cut, and what stays the same."""

import json
from datetime import UTC, datetime

import pytest

from catalogue.publish import limits
from catalogue.publish.payload import Payload, payload, public_name, stamp
from catalogue.register.models import Source
from harvesters import identity
from harvesters.findings import Finding
from harvesters.package import Additions, Package, Publisher, Resource, ResourceAdditions
from harvesters.values import Moment

READ_AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
URL = "https://data.example.org/a.csv"


def source(**more: object) -> Source:
    fields = {"url": "https://data.example.org", "basis_kind": "submission", "basis_document": "NV 1/2026"}
    return Source(**{"id": "xa-portal", "state_id": "XA", "protocol": "ckan", **fields, **more})


def package(*resources: Resource, additions: dict | None = None, **more: object) -> Package:
    fields = {
        "name": identity.package_name("xa-portal", "n-1"),
        "id": identity.package_id("xa-portal", "n-1"),
        "title": "Marchés publics",
        "resources": list(resources),
    }
    own = Additions(source="xa-portal", native_id="n-1", protocol="ckan", **(additions or {}))
    return Package(**{**fields, **more, "catalogue": own})


def made(given: Package) -> Payload:
    return payload(given, source(), "a-name", READ_AT)


def extras(given: Package) -> dict[str, str]:
    pairs = [(extra["key"], extra["value"]) for extra in made(given).dataset["extras"]]
    assert len(pairs) == len(dict(pairs)), "CKAN refuses a key twice"
    return dict(pairs)


def too_long(result: Payload) -> list[str]:
    assert {finding.code for finding in result.findings} <= {"ckan-value-too-long"}
    return [finding.path for finding in result.findings]


def test_where_it_comes_from_is_said():
    said = extras(
        package(additions={"publisher": Publisher(name="Treasury", names={"en": "Treasury", "fr": "Trésor"})})
    )
    assert said["source"] == "xa-portal"
    assert said["native_identifier"] == "n-1"
    assert said["state_party"] == "XA"
    assert said["harvested_at"] == "2026-03-01T12:30:00+00:00"
    assert (said["basis"], said["basis_document"]) == ("submission", "NV 1/2026")
    assert json.loads(said["publisher_translated"]) == {"en": "Treasury", "fr": "Trésor"}
    assert "modified" not in said, "what nobody said is not there"


def test_the_same_package_gives_the_same_dataset():
    given = package(Resource(name="a", path=URL), keywords=["a b"], additions={"titles": {"fr": "x", "en": "y"}})
    assert made(given) == made(given)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"basis_document": "NV 2/2026"}, True),
        ({"url": "https://new.example.org"}, True),
        ({"state_id": "XB"}, True),
        ({"schedule": "daily"}, False),
    ],
)
def test_ckan_is_told_of_what_else_goes_in(change, told):
    assert (stamp(source(**change)) != stamp(source())) is told


@pytest.mark.parametrize("title", ["Marchés publics", "公共采购", "x" * 300, None, "!!"])
def test_a_public_name_is_one_that_ckan_takes(title):
    name = public_name(package(title=title))
    assert len(name) <= 100
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["public procurement", "public procurement"], ["public procurement"]),
        (["a", "", "!", "ok"], ["ok"]),
        (["budget/2024, draft"], ["budget 2024 draft"]),
        (["x" * 150], ["x" * 100]),
        (["Marche\u0301s"], ["Marchés"]),
        (["العُقود"], ["العقود"]),
        (["政府采购", "закупки"], ["政府采购", "закупки"]),
        (["हिन्दी"], []),
        ([f"tag {number}" for number in range(150)], [f"tag {number}" for number in range(100)]),
    ],
)
def test_tags(words, expected):
    assert limits.tags(words) == expected


def test_what_a_tag_cannot_say_is_in_an_extra():
    assert json.loads(extras(package(keywords=["budget/2024"]))["keywords_translated"]) == {"und": ["budget/2024"]}


def test_long_values_are_cut_and_said():
    long = "é" * 40_000
    result = made(
        package(
            Resource(name="a", path=URL, bytes=2**64),
            Resource(name="b", path=f"{URL}?{'q' * 40_000}"),
            title=long, version="9" * 200, homepage=f"{URL}?{'q' * 40_000}", description=long,
            additions={"descriptions": {"en": long, "fr": "court"}, "themes": [f"theme {n}" for n in range(20_000)]},
        )
    )  # fmt: skip
    dataset = result.dataset
    values = {extra["key"]: extra["value"] for extra in dataset["extras"]}
    assert all(len(value.encode()) <= limits.FIELD_LIMIT_BYTES for value in [dataset["title"], *values.values()])
    assert json.loads(values["notes_translated"])["fr"] == "court", "still JSON, and no language is lost"
    assert json.loads(values["themes"])[0] == "theme 0"
    assert dataset["notes"] == long, "CKAN holds a description of any length"
    assert dataset["url"] == "", "half an address is none"
    assert [resource["name"] for resource in dataset["resources"]] == ["a"]
    assert "size" not in dataset["resources"][0]
    assert sorted(too_long(result)) == [
        "extras.notes_translated", "extras.themes", "homepage", "resources[0].bytes", "resources[1].path", "title",
        "version",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value", [{str(n): "x" for n in range(40_000)}, ["x" * 40_000] * 3, {"en": ["x" * 10] * 9_000}]
)
def test_any_json_is_made_to_fit(value):
    findings: list[Finding] = []
    text = limits.as_json("extras.x", value, findings)
    json.loads(text)
    assert len(text.encode()) <= limits.FIELD_LIMIT_BYTES
    assert len(findings) == 1


def test_no_character_that_postgresql_refuses():
    result = made(package(title="a\x00b", description="c\x00d", additions={"titles": {"en": "a\x00b"}}))
    assert "\\u0000" not in json.dumps(result.dataset)


def test_resources_keep_their_ids_in_any_order():
    resources = [
        Resource(name="a", path=URL),
        Resource(name="b", path="https://data.example.org/b.csv"),
        Resource(name="c", path=URL, catalogue=ResourceAdditions(native_id="r-3")),
    ]
    ids = [resource["id"] for resource in made(package(*resources)).dataset["resources"]]
    assert [resource["id"] for resource in made(package(*reversed(resources))).dataset["resources"]] == ids[::-1]
    twice = made(package(resources[0], resources[0])).dataset["resources"]
    assert len({resource["id"] for resource in twice}) == 2


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Moment("2024-05-06", "2024-05-06", "day"), "2024-05-06T00:00:00"),
        (Moment("x", "2024-05-06T10:00:00+02:00", "second"), "2024-05-06T08:00:00"),
        (Moment("x", "2024-05-06T10:00:00Z", "second"), "2024-05-06T10:00:00"),
        (Moment("x", "2024-05-06T10:13", "minute"), "2024-05-06T10:13:00"),
        (Moment("2024", "2024", "year"), None),
        (Moment("last spring"), None),
        (None, None),
    ],
)
def test_dates_of_resources(moment, expected):
    additions = ResourceAdditions(modified=moment)
    resource = made(package(Resource(name="a", path=URL, catalogue=additions))).dataset["resources"][0]
    assert resource.get("last_modified") == expected
