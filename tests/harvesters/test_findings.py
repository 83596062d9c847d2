"""Findings can be read: every code in six languages, with the same values in each."""

import re
from pathlib import Path

import msgspec
import pytest

from harvesters.findings import Finding, _catalogue, codes, describe, find
from harvesters.phrases import Phrase, all_in_words, phrase, verbatim
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


def test_a_param_that_is_phrases_is_read_in_the_language_of_the_finding():
    why = (phrase("wants-login", host="x.example"), phrase("do-ask-public-address"))
    finding = find("answer-failed", value="https://x.example/1", why=why)
    assert finding.params["why"] == "x.example wants a login (status 401). Ask the operator for a public address."
    stored = msgspec.json.decode(msgspec.json.encode(finding), type=Finding)
    assert all_in_words(why, "fr") in describe(stored, "fr").message
    assert all_in_words(why, "zh") in describe(stored, "zh").message


def test_a_finding_of_before_and_one_of_another_version_are_read_as_they_were_stored():
    old = msgspec.json.decode(
        b'{"code":"answer-failed","severity":"warns","value":"u","params":{"why":"It fails."}}', type=Finding
    )
    assert "It fails." in describe(old, "fr").message
    newer = msgspec.structs.replace(old, said={"why": (Phrase("of-another-version"),)})
    assert "It fails." in describe(newer, "fr").message


def test_a_value_is_cut_and_a_brace_in_it_does_no_harm():
    finding = find("date-unreadable", "x", "{path}" + "y" * 1000)
    assert len(finding.value) == 300
    assert "{path}" in describe(finding).message


def test_the_value_of_a_finding_may_be_phrases() -> None:
    told = find(
        "columns-recognised", "Sheet 1", (verbatim("Titel = title (90)"), phrase("rows-without-dataset", rows=2))
    )
    assert told.value == "Titel = title (90); rows without a dataset: 2"
    assert "Titel = title (90)\u00a0; lignes sans jeu de données\u00a0: 2" in describe(told, "fr").message
    assert (
        'it has no "metadata"' in describe(find("record-malformed", why=phrase("why-lacks", field="metadata"))).message
    )
