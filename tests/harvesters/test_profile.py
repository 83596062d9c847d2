"""The profile: it says what the structs can hold, and finds what Data Package v2 forbids."""

import json
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from harvesters import package as contract
from harvesters import values
from harvesters.package import Package
from harvesters.profile import MAX_VIOLATIONS, profile_schema, validate_profile

STRUCTS = {
    contract.Additions: "additions",
    contract.ResourceAdditions: "resource_additions",
    contract.Publisher: "publisher",
    contract.Place: "place",
    contract.Origin: "origin",
    values.Moment: "moment",
    values.Period: "period",
    values.Language: "language",
    values.Licence: "licence",
    values.Frequency: "frequency",
}


def descriptor(**changes: Any) -> dict[str, Any]:
    """A valid descriptor; changes set or (with None) remove keys of it."""
    valid = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "xa-budget-1",
        "id": "5c1f3a52-7d0e-5d52-9a6b-3c9d6f0f65aa",
        "title": "Budget",
        "resources": [{"name": "all", "path": "https://x.example/all.csv"}],
        "catalogue": {"source": "xa-finance", "native_id": "1", "protocol": "dcat-us"},
    }
    return {key: value for key, value in {**valid, **changes}.items() if value is not None}


def resource(**changes: Any) -> dict[str, Any]:
    return descriptor(resources=[{"name": "all", "path": "https://x.example/all.csv", **changes}])


def additions(**changes: Any) -> dict[str, Any]:
    return descriptor(catalogue={"source": "xa-finance", "native_id": "1", "protocol": "dcat-us", **changes})


@pytest.mark.parametrize(("struct", "definition"), STRUCTS.items(), ids=lambda value: getattr(value, "__name__", value))
def test_every_field_of_the_additions_is_in_the_profile_and_no_other(struct: type, definition: str) -> None:
    schema = profile_schema()["$defs"][definition]
    assert set(schema["properties"]) == {field.encode_name for field in msgspec.structs.fields(struct)}
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("struct", "properties"),
    [
        (Package, profile_schema()["properties"]),
        (contract.Resource, profile_schema()["$defs"]["resource"]["properties"]),
        (contract.Contributor, profile_schema()["$defs"]["contributor"]["properties"]),
        (contract.License, profile_schema()["$defs"]["licenses"]["items"]["properties"]),
        (contract.PackageSource, profile_schema()["$defs"]["sources"]["items"]["properties"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_field_of_a_package_is_in_the_profile(struct: type, properties: dict[str, Any]) -> None:
    allowed = {key for key, schema in properties.items() if schema is not False}
    assert {field.encode_name for field in msgspec.structs.fields(struct)} <= allowed


def test_no_struct_of_a_package_is_forgotten_here() -> None:
    reached, waiting = set(), [Package]
    while waiting:
        struct = waiting.pop()
        reached.add(struct)
        for hint in get_type_hints(struct).values():
            waiting.extend(inner for inner in _structs_in(hint) if inner not in reached)
    standard = {Package, contract.Resource, contract.Contributor, contract.License, contract.PackageSource}
    assert reached == {*STRUCTS, *standard}


def _structs_in(hint: Any) -> list[type]:
    found = [hint] if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else []
    return found + [struct for inner in get_args(hint) for struct in _structs_in(inner)]


@pytest.mark.parametrize(
    "valid",
    [
        descriptor(),
        descriptor(resources=[], **{"$schema": None}),
        descriptor(created="2024-01-01T10:00:00+03:00", keywords=["a"], homepage="https://x.example/", version="1"),
        descriptor(licenses=[{"name": "CC-BY-4.0"}, {"path": "https://x.example/terms", "title": "Terms"}]),
        descriptor(
            contributors=[{"title": "Ministry", "roles": ["publisher", "contact"], "path": "https://x.example"}]
        ),
        descriptor(sources=[{"path": "https://x.example"}]),
        resource(format="CSV", mediatype="text/csv", bytes=0, hash="d41d8cd98f00b204e9800998ecf8427e", title="All"),
        resource(path="ftp://x.example/a%20b.csv", hash="sha256:abcdef", schema={"fields": []}),
        additions(issued={"text": "2024", "value": "2024", "precision": "year"}, modified={"text": "long ago"}),
        additions(spatial=[{"text": "Here", "bbox": [-10, 20, 15.5, 40]}], contact={"url": "mailto:info@x.example"}),
        additions(
            titles={"en": "Budget", "und": "Presupuesto", "nl-t-fr": "Begroting"}, more={"anything": [1, {"a": None}]}
        ),
    ],
)
def test_valid_descriptors_pass(valid: dict[str, Any]) -> None:
    assert validate_profile(valid) == []


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        # the standard's own rules
        (descriptor(resources=None), ""),
        (descriptor(resources={}), "resources"),
        (descriptor(resources=["https://x.example/a.csv"]), "resources[0]"),
        (descriptor(resources=[{"name": "a"}]), "resources[0]"),
        (descriptor(resources=[{"path": "https://x.example/a.csv"}]), "resources[0]"),
        (resource(path=["https://x.example/a.csv", "https://x.example/b.csv"]), "resources[0].path"),
        (resource(path=""), "resources[0].path"),
        (resource(path="javascript:alert(1)"), "resources[0].path"),
        (resource(path="data:text/csv,a"), "resources[0].path"),
        (resource(path="file:///etc/passwd"), "resources[0].path"),
        (resource(path="/etc/passwd"), "resources[0].path"),
        (resource(path="../a.csv"), "resources[0].path"),
        (resource(path="a.csv"), "resources[0].path"),
        (resource(path="https://"), "resources[0].path"),
        (resource(path="https://x.example/a b.csv"), "resources[0].path"),
        (resource(path=None), "resources[0].path"),
        (resource(data=[{"a": 1}]), "resources[0].data"),
        (resource(name="All Of It"), "resources[0].name"),
        (resource(name=""), "resources[0].name"),
        (resource(bytes="12"), "resources[0].bytes"),
        (resource(bytes=-1), "resources[0].bytes"),
        (resource(bytes=1.5), "resources[0].bytes"),
        (resource(hash="not hexadecimal"), "resources[0].hash"),
        (resource(mediatype="csv"), "resources[0].mediatype"),
        (resource(schema="https://x.example/schema.json"), "resources[0].schema"),
        (resource(dialect="dialect.json"), "resources[0].dialect"),
        (resource(profile="https://x.example/profile.json"), "resources[0].profile"),
        (resource(licenses=[{"title": "Open"}]), "resources[0].licenses[0]"),
        (descriptor(profile="tabular-data-package"), "profile"),
        (descriptor(**{"$schema": "https://x.example/profile.json"}), "$schema"),
        (descriptor(**{"$schema": None}), ""),
        (descriptor(resources=[]), "$schema"),
        (descriptor(name="Budget 2024"), "name"),
        (descriptor(name="a" * 101), "name"),
        (descriptor(id="budget"), "id"),
        (descriptor(title=7), "title"),
        (descriptor(created="2024-01-01"), "created"),
        (descriptor(created="2024-13-01T10:00:00Z"), "created"),
        (descriptor(created="2024-01-01T10:00:00"), "created"),
        (descriptor(homepage="www.x.example"), "homepage"),
        (descriptor(homepage="javascript:alert(1)"), "homepage"),
        (descriptor(keywords=[]), "keywords"),
        (descriptor(keywords="a, b"), "keywords"),
        (descriptor(keywords=[1]), "keywords[0]"),
        (descriptor(licenses=[]), "licenses"),
        (descriptor(licenses=[{"title": "Open"}]), "licenses[0]"),
        (descriptor(licenses=[{"name": "CC BY 4.0"}]), "licenses[0].name"),
        (descriptor(licenses=[{"path": "terms.html"}]), "licenses[0].path"),
        (descriptor(contributors=[]), "contributors"),
        (descriptor(contributors=[{}]), "contributors[0]"),
        (descriptor(contributors=[{"title": 1}]), "contributors[0].title"),
        (descriptor(contributors=[{"title": "M", "roles": "publisher"}]), "contributors[0].roles"),
        (descriptor(contributors=[{"title": "M", "roles": [1]}]), "contributors[0].roles[0]"),
        (descriptor(sources="https://x.example"), "sources"),
        (descriptor(sources=[{}]), "sources[0]"),
        # ours
        (descriptor(contributors=[{"title": "M", "email": "jane@x.example"}]), "contributors[0].email"),
        (descriptor(catalogue=None), ""),
        (additions(native_id=""), "catalogue.native_id"),
        (additions(unheard_of=1), "catalogue"),
        (additions(issued={"text": "x", "value": "soon", "precision": "day"}), "catalogue.issued.value"),
        (additions(issued={"text": "2024", "value": "2024"}), "catalogue.issued"),
        (additions(spatial=[{"bbox": [0, 0, 200, 10]}]), "catalogue.spatial[0].bbox[2]"),
        (additions(spatial=[{"bbox": [0, 0, 10]}]), "catalogue.spatial[0].bbox"),
        (additions(contact={"url": "javascript:alert(1)"}), "catalogue.contact.url"),
        (additions(titles={"": "x"}), "catalogue.titles"),
        (additions(languages=[{"text": "x", "tag": "not a tag"}]), "catalogue.languages[0].tag"),
        (resource(catalogue={"size": "1 MB"}), "resources[0].catalogue"),
    ],
)
def test_violations_are_found_at_their_place(broken: dict[str, Any], path: str) -> None:
    findings = validate_profile(broken)
    assert {finding.code for finding in findings} == {"profile-violation"}
    assert path in {finding.path for finding in findings}
    assert all(finding.params["rule"] for finding in findings)


def test_two_resources_of_one_name_are_a_violation() -> None:
    members = [{"name": name, "path": "https://x.example/a"} for name in ("a", "b", "a", "a")]
    (finding,) = validate_profile(descriptor(resources=members))
    assert (finding.path, finding.value, finding.severity) == ("resources[2].name", "a", "blocks")


def test_violations_of_one_descriptor_are_bounded() -> None:
    members = [{"name": f"r{n}", "path": ""} for n in range(500)]
    assert len(validate_profile(descriptor(resources=members))) == MAX_VIOLATIONS


def test_the_profile_refers_to_nothing_outside_itself() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [reference for member in value.values() for reference in references(member)]
        return [reference for member in value for reference in references(member)] if isinstance(value, list) else []

    assert all(reference.startswith("#/$defs/") for reference in references(profile_schema()))
    assert json.dumps(profile_schema()).count('"$id"') == 0
