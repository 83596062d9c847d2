"""frictionless's rules, whoever evaluates its schemas: the same mistakes in the same words."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from frictionless import Package, Resource

from catalogue.assess.rules import RulesOfPackage, RulesOfResource

WHOLE: dict[str, Any] = {
    "name": "roads-of-a-county",
    "id": "0b8e2f3a-7b1c-5e0d-9f6a-2d4c6b8a0e1f",
    "title": "Roads",
    "homepage": "https://data.example/roads",
    "created": "2026-01-02T03:04:05Z",
    "version": "1.2",
    "keywords": ["roads", "transport"],
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY"}],
    "contributors": [{"title": "Ministry of Roads", "role": "publisher"}],
    "sources": [{"title": "Survey", "path": "https://data.example/survey"}],
    "resources": [
        {"name": "csv", "path": "https://data.example/roads.csv", "format": "csv", "encoding": "utf-8", "bytes": 12},
        {"name": "json", "path": "https://data.example/roads.json", "mediatype": "application/json", "hash": "md5:0"},
    ],
}
SPOILED = (None, 0, True, "", "a b", "../up", ["x"], [], {}, {"name": 1}, [{"path": 1}], [{"email": "nobody"}])


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from _places(member, (*path, key))


def _holder(package: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    for step in path[:-1]:
        package = package[step]  # type: ignore[index,assignment]
    return package


def _variants(path: tuple[str | int, ...]) -> Iterator[dict[str, Any]]:
    for spoiled in SPOILED:
        package = copy.deepcopy(WHOLE)
        _holder(package, path)[path[-1]] = copy.deepcopy(spoiled)
        yield package
    package = copy.deepcopy(WHOLE)
    del _holder(package, path)[path[-1]]
    yield package


def _outcome(rules: type[Package], package: dict[str, Any]) -> list[str] | str:
    """What the rules say, or how they give up: frictionless itself raises for some descriptors."""
    try:
        return [f"{error.type}: {error.note}" for error in rules.metadata_validate(copy.deepcopy(package))]
    except Exception as error:  # noqa: BLE001  # whatever it is, it must be the same
        return f"raised {type(error).__name__}: {error}"


def test_a_whole_package_has_no_mistake():
    assert _outcome(RulesOfPackage, WHOLE) == []


@pytest.mark.parametrize("path", list(_places(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_what_is_wrong_is_said_as_frictionless_says_it(path: tuple[str | int, ...]):
    for package in _variants(path):
        assert _outcome(RulesOfPackage, package) == _outcome(Package, package), package


def test_most_of_the_spoiled_packages_have_mistakes():
    outcomes = [_outcome(RulesOfPackage, package) for path in _places(WHOLE) for package in _variants(path)]
    assert 100 < sum(bool(outcome) for outcome in outcomes) < len(outcomes)


def test_the_schemas_are_those_of_frictionless():
    for ours, theirs in ((RulesOfPackage, Package), (RulesOfResource, Resource)):
        schema = dict(ours.metadata_ensure_profile())
        assert schema.pop("$schema").startswith("urn:x-catalogue:")
        assert schema == theirs.metadata_ensure_profile()
