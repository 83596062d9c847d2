"""Findings: what the catalogue has to say about a record, a package or a run, as values.

A finding is data, never an exception: a code, how severe it is, where it was found, and the value that was found.
The texts that a person reads are kept per code and language in `findings.json` beside this file, so that a finding
stored today can be read in any of the six UN languages tomorrow.
"""

import functools
import json
from contextlib import suppress
from importlib import resources
from typing import Literal, NamedTuple

import msgspec

from harvesters.phrases import Phrase, all_in_words, clauses, isolated, without_advice

Severity = Literal["blocks", "warns"]

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
"""The six official languages of the United Nations, in which every finding can be read."""

VALUE_LIMIT_CHARACTERS = 300
"""A finding quotes the offending value up to this length; the whole of it stays in the spool."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found.

    code: a key of `findings.json`, such as "no-distribution".
    severity: "blocks" keeps the record out of the catalogue (it is quarantined), "warns" does not.
    path: where in the record or package, as a JSON path without the leading "$", such as "resources[2].path".
    value: what was found there, as text, cut to `VALUE_LIMIT_CHARACTERS`.
    params: further values that the text of the code mentions; said: those of them, and the value, that can be
    read in other languages.
    """

    code: str
    severity: Severity
    path: str = ""
    value: str = ""
    params: dict[str, str] = {}
    said: dict[str, tuple[Phrase, ...]] = {}


class FindingText(NamedTuple):
    """A finding in words: what is the matter, and what to do about it."""

    message: str
    hint: str


@functools.cache
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    texts: dict[str, dict[str, dict[str, str]]] = json.loads(
        resources.files("harvesters").joinpath("findings.json").read_text(encoding="utf-8")
    )
    return texts


@functools.cache
def codes() -> dict[str, Severity]:
    """Every code that may be found, with its severity."""
    severities: dict[str, Severity] = {
        code: "blocks" if entry["severity"]["is"] == "blocks" else "warns" for code, entry in _catalogue().items()
    }
    return severities


def find(code: str, path: str = "", value: object = "", **params: object) -> Finding:
    """Make a finding; its severity is the one its code has in `findings.json`.

    The value may be several phrases, and a param a phrase or several: they are read in the language of the finding.

    Raises KeyError for a code that is not there: a finding nobody can read is a programming mistake.
    """
    text = clauses(value) if isinstance(value, tuple) else value if isinstance(value, str) else repr(value)
    said = {
        key: (param,) if isinstance(param, Phrase) else param
        for key, param in params.items()
        if isinstance(param, tuple | Phrase)
    }
    params |= {key: all_in_words(param) for key, param in said.items()}
    if isinstance(value, tuple):
        said["value"] = value
    return Finding(
        code=code,
        severity=codes()[code],
        path=path,
        value=text[:VALUE_LIMIT_CHARACTERS],
        params={key: str(param)[:VALUE_LIMIT_CHARACTERS] for key, param in params.items()},
        said=said,
    )


def blocks(findings: list[Finding]) -> bool:
    """Whether any of the findings keeps its record out of the catalogue."""
    return any(finding.severity == "blocks" for finding in findings)


def describe(finding: Finding, language: str = "en") -> FindingText:
    """The finding in words of one of the six UN languages (ar, zh, en, fr, ru, es); English where one is missing."""
    entry = _catalogue()[finding.code]
    words = entry.get(language, entry["en"])
    params = {name: param(finding, name, language) for name in finding.params}
    values = {"path": finding.path, "value": _value(finding, language), **params}
    values = {name: isolated(value, language) for name, value in values.items()}
    return FindingText(_fill(words["message"], values), _fill(words["hint"], values))


def param(finding: Finding, name: str, language: str, *, advice: bool = True) -> str:
    """A param of a finding in one of the six languages; as it was stored where it cannot be read in others. advice: with what
    to do about it."""
    if name in finding.said:
        with suppress(KeyError):  # a phrase of another version of the catalogue
            said = finding.said[name]
            return all_in_words(said if advice else without_advice(said), language)
    return finding.params[name]


def _value(finding: Finding, language: str) -> str:
    if "value" in finding.said:
        with suppress(KeyError):  # a phrase of another version of the catalogue
            return clauses(finding.said["value"], language)
    return finding.value


def _fill(template: str, values: dict[str, str]) -> str:
    """Put values into a text by name; a name without a value stays visible rather than failing the report."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template
