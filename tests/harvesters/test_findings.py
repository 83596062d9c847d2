"""Findings can be read: every code in six languages, with the same values in each."""

import re
from pathlib import Path

import pytest

from harvesters.findings import _catalogue, codes, describe, find
from tests.conftest import REPOSITORY

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_is_there_in_six_languages(code):
    entry = _catalogue()[code]
    assert set(entry) == {"severity", *LANGUAGES}
    values = {
        language: sorted(re.findall(r"\{(\w+)\}", entry[language]["message"] + entry[language]["hint"]))
        for language in LANGUAGES
    }
    assert all(found == values["en"] for found in values.values()), values


def test_every_code_that_is_found_has_its_text():
    used = set()
    for folder in ("harvesters", "catalogue"):
        for path in Path(REPOSITORY, folder).rglob("*.py"):
            used.update(re.findall(r"\b(?:find|note)\(\s*\"([a-z]+(?:-[a-z]+)+)\"", path.read_text(encoding="utf-8")))
    assert len(used) > 15
    assert used <= set(codes())


def test_a_finding_in_words():
    finding = find("date-unreadable", "issued", "in spring")
    assert describe(finding).message == "The date at issued cannot be read: in spring"
    assert "issued" in describe(finding, "zh").message
    assert describe(finding, "xx") == describe(finding, "en")


def test_a_value_is_cut_and_a_brace_in_it_does_no_harm():
    finding = find("date-unreadable", "x", "{path}" + "y" * 1000)
    assert len(finding.value) == 300
    assert "{path}" in describe(finding).message
