"""Validation against our profile: Data Package v2 and the catalogue's additions (`profile.json`)."""

import functools
import itertools
import json
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any

import jsonschema_rs

from harvesters.findings import Finding, find

MAX_VIOLATIONS = 20
"""How many of one descriptor are reported; one that breaks more rules is not mended by reading on."""


@functools.cache
def profile_schema() -> dict[str, Any]:
    """The profile as a JSON Schema (draft 2020-12)."""
    text = resources.files("harvesters").joinpath("profile.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@functools.cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        profile_schema(),
        validate_formats=True,
        offline=True,  # the profile refers to nothing outside itself, and no reference is ever fetched
        pattern_options=jsonschema_rs.RegexOptions(),  # linear time, whatever a portal sends
        mask="the value",
    )


def validate_profile(descriptor: dict[str, Any]) -> list[Finding]:
    """What in a package descriptor breaks a rule of the profile, as `profile-violation`; empty where nothing does.

    Each finding has the place, the value found there, and the broken rule in words as its parameter `rule`.
    """
    findings = []
    if not _validator().is_valid(descriptor):
        errors = itertools.islice(_validator().iter_errors(descriptor), MAX_VIOLATIONS)
        findings = [
            find("profile-violation", _json_path(error.instance_path), _shown(error.instance), rule=error.message)
            for error in errors
        ]
    return findings + _repeated_names(descriptor.get("resources"))


def _repeated_names(members: object) -> list[Finding]:
    """Names of resources that occur more than once, which Data Package v2 forbids and JSON Schema cannot say."""
    if not isinstance(members, list) or len(members) < 2:
        return []
    names = [member.get("name") for member in members if isinstance(member, dict)]
    counts = Counter(name for name in names if isinstance(name, str))
    if len(counts) == len(members):
        return []
    repeated = [name for name, count in counts.items() if count > 1][:MAX_VIOLATIONS]
    rule = "names of resources must be unique in a package"
    return [find("profile-violation", f"resources[{names.index(name, names.index(name) + 1)}].name", name, rule=rule)
            for name in repeated]  # fmt: skip


def _json_path(path: Sequence[str | int]) -> str:
    """A path as findings have it, such as "resources[2].path"."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
