"""Phrases can be read: every code in six languages, with the same values in each, none that nobody says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from harvesters.base import Trouble
from harvesters.errors import HarvestError, MalformedAnswer
from harvesters.evidence import Lead, Recognised
from harvesters.fetch.errors import FetchError
from harvesters.findings import LANGUAGES
from harvesters.phrases import VERBATIM, Phrase, _catalogue, all_in_words, in_words, phrase, verbatim
from harvesters.registry import all_harvesters, harvester_for
from tests.conftest import REPOSITORY

PROGRAMS = sorted(path for folder in ("harvesters", "catalogue") for path in Path(REPOSITORY, folder).rglob("*.py"))


def places(words: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", words))


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Where a phrase is made with its code written there: the place, the code, and the names of its values."""
    for path in PROGRAMS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "phrase":
                first = node.args[0]
                for code in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                    if isinstance(code, ast.Constant):
                        yield f"{path.name}:{node.lineno}", code.value, {str(each.arg) for each in node.keywords}


@pytest.mark.parametrize("code", sorted(_catalogue()))
def test_every_code_is_there_in_six_languages(code: str) -> None:
    entry = _catalogue()[code]
    assert set(entry) == set(LANGUAGES)
    assert all(words.strip() for words in entry.values())
    assert {language: places(words) for language, words in entry.items()} == dict.fromkeys(
        LANGUAGES, places(entry["en"])
    )


def test_every_phrase_has_its_words_and_every_value_its_place() -> None:
    made = list(calls())
    assert len(made) > 100
    wrong = [(where, code) for where, code, names in made if names != set(places(_catalogue()[code]["en"]))]
    assert wrong == []


def test_no_code_is_there_that_nobody_says() -> None:
    written = {
        node.value
        for path in PROGRAMS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(_catalogue()) - written == set()


def test_a_protocol_cannot_say_a_bare_string() -> None:
    assert get_type_hints(Recognised)["evidence"] is Phrase
    assert get_type_hints(Lead)["because"] is Phrase
    assert get_type_hints(Trouble)["said"] is Phrase


def test_an_error_cannot_say_a_bare_string() -> None:
    assert get_type_hints(HarvestError.__init__)["said"] is Phrase
    happened = get_type_hints(FetchError.__init__)
    assert happened["happened"] == Phrase | tuple[Phrase, ...]
    assert happened["next_step"] == Phrase | None
    for language in LANGUAGES:
        cut = MalformedAnswer(phrase("ends-in-the-middle", url="https://x.example/", format="JSON"))
        assert all_in_words(cut.said, language) != cut.sentence or language == "en"


def test_no_program_writes_words_of_its_own_as_they_stand() -> None:
    """`verbatim` is for values, which are another's words: a text that is written there is ours."""
    written = [
        f"{path.name}:{node.lineno}"
        for path in PROGRAMS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "verbatim"
        if isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert written == []


def test_what_is_given_as_it_stands_comes_from_answers_and_programs_only() -> None:
    """A protocol has phrases for what it sees."""
    said = [
        path.name for path in PROGRAMS if re.search(r"(?:Lead|Recognised)\([^\n]*verbatim\(", path.read_text("utf-8"))
    ]
    assert said == []


def test_numbers_are_written_in_the_way_of_the_language() -> None:
    many = phrase("feed", entries=12345)
    assert in_words(many) == "a feed; entries: 12,345"
    assert in_words(many, "fr") == "un flux\u00a0; entrées\u00a0: 12\u202f345"
    assert in_words(many, "es").endswith("12.345")
    assert in_words(many, "xx") == in_words(many, "en")


def test_a_brace_in_a_value_does_no_harm_and_an_address_keeps_its_direction() -> None:
    moved = phrase("came-typed-moved", status="{url}", media="{media}", url="https://x.example/{status}")
    assert in_words(moved) == "HTTP {url}, {media}, from https://x.example/{status}"
    assert "\u2068https://x.example/{status}\u2069" in in_words(moved, "ar")


def test_a_code_that_nobody_can_read_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        phrase("no-such-code")
    with pytest.raises(KeyError):
        in_words(Phrase("of-another-version"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_are_not_ours_stay_as_they_are(language: str) -> None:
    assert in_words(verbatim("It {says} so."), language) == "It {says} so."
    assert VERBATIM in _catalogue()
    assert "It says so." in all_in_words([verbatim("It says so."), phrase("protocol-named")], language)


def test_a_title_that_is_a_description_is_read_in_six_languages() -> None:
    described = [each for each in all_harvesters().values() if each.described is not None]
    assert {"web-page", "table", "feed"} <= {each.protocol for each in described}
    for harvester in described:
        assert in_words(harvester.called()) == harvester.title
        assert in_words(harvester.called(), "ru") != harvester.title
    assert in_words(harvester_for("geonetwork").called(), "ru") == "GeoNetwork"


def test_a_phrase_within_a_phrase_is_read_in_the_same_language() -> None:
    page = phrase("check-single-entry", protocol=harvester_for("web-page").called())
    assert in_words(page, "es").endswith("(Página web).")
    named = phrase("check-recognised", protocol=verbatim("CSW"))
    assert "\u2068CSW\u2069" in in_words(named, "ar")
    assert msgspec.json.decode(msgspec.json.encode(page), type=Phrase) == page
