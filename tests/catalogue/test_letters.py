"""The text to send to a portal's operator, in the six languages."""

import json
import string

import pytest

from harvesters.findings import LANGUAGES
from harvesters.phrases import in_words, phrase
from tests.conftest import REPOSITORY, Catalogue, CkanDouble, Reply, Site, dataset

TEXTS = json.loads((REPOSITORY / "catalogue/harvests/letters.json").read_text(encoding="utf-8"))
SCRIPTS = {"ar": ("\u0600", "\u06ff"), "ru": ("\u0400", "\u04ff"), "zh": ("\u4e00", "\u9fff")}


def failed(catalogue: Catalogue, site: Site, reply: Reply) -> int:
    for path in ("/api/3/action/package_search", "/api/3/action/package_list", "/"):
        site.routes[path] = lambda query: reply
    catalogue.register(f"xa-portal ckan {site.url}")
    return catalogue.json("harvest", "xa-portal", status=1)["runs"][0]["run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_firewalls_owner_is_told_what_was_asked_and_by_whom(language: str, catalogue: Catalogue, site: Site):
    named = Catalogue(catalogue.home, {"CATALOGUE_CONTACT": "https://catalogue.example/about"})
    number = failed(named, site, Reply(b"<html>Attention Required! Cloudflare</html>", 403, {"Server": "cloudflare"}))
    letter = named.json("runs", "letter", str(number), "--language", language, "--from", "198.51.100.7")
    assert "GET http://127.0.0.1" in letter["text"]
    assert "https://catalogue.example/about" in letter["text"]
    assert "198.51.100.7" in letter["text"]
    assert TEXTS[language]["ask"]["blocked"] in letter["text"]
    came_back = in_words(phrase("refuses-us", host="127.0.0.1", status="403"), language)
    assert came_back in letter["text"], "what came back is said in that language too"
    assert in_words(phrase("do-ask-to-admit"), language) not in letter["text"], "that is advice for us"
    assert "{" not in letter["subject"] + letter["text"]
    assert letter["language"] == language


def test_a_run_that_did_not_fail_has_no_letter(catalogue: Catalogue, site: Site):
    portal = CkanDouble(site, [dataset(1)])
    catalogue.register(f"xa-portal ckan {portal.url}")
    number = catalogue.json("harvest", "xa-portal")["runs"][0]["run"]
    assert "did not fail" in catalogue.run("runs", "letter", str(number), status=1).stderr
    assert "There is no run" in catalogue.run("runs", "letter", "999", status=1).stderr


def test_every_language_says_the_same_things():
    assert tuple(TEXTS) == LANGUAGES
    english = TEXTS["en"]
    for language, texts in TEXTS.items():
        assert texts.keys() == english.keys()
        assert texts["ask"].keys() == english["ask"].keys()
        for key in ("subject", "greeting", "opening"):
            assert fields(texts[key]) == fields(english[key]), (language, key)
        if language in SCRIPTS:
            first, last = SCRIPTS[language]
            assert all(any(first <= letter <= last for letter in text) for text in texts["ask"].values())


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
