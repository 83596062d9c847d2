"""Texts as real portals write them: blanks, marks that nobody sees, HTML, and the many ways to say nothing."""

import pytest

from harvesters.values import clean_text, read_description, storable_json


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Contratos  ", "Contratos"),
        ("a\r\nb", "a\nb"),
        ("\ufeffa", "a"),
        ("a\u200bb", "ab"),
        ("\u202eabc", "abc"),
        ("a\x00b", "ab"),
        ("\ufffd", "\ufffd"),
        ("a\ud83d b", "a\ufffd b"),
        ("Ã©", "Ã©"),  # what the source spoilt is not guessed back
        ("<p>x</p>", "<p>x</p>"),
        (0, "0"),
        ("null", None),
        ("None", None),
        ("N/A", None),
        ("", None),
        ("   ", None),
        (None, None),
        (True, None),
        (["a"], None),
    ],
)
def test_plain_texts(raw: object, clean: str | None):
    assert clean_text(raw) == clean


def test_what_no_database_keeps_is_replaced_and_nothing_else():
    value = {"a\x00": ["b\ud800", 1, None, {"c": ("d\x00", True)}], "plain": "\n\u202e"}
    assert storable_json(value) == {"a\ufffd": ["b\ufffd", 1, None, {"c": ["d\ufffd", True]}], "plain": "\n\u202e"}


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ('<DIV STYLE="text-align:Left;"><font>Works</font></DIV>', "Works"),
        ("<p>Fish &amp; chips</p>", "Fish & chips"),
        ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),  # plain text stands as it is
        ("a < b and c > d", "a < b and c > d"),
        ("[link](https://data.example.org)", "[link](https://data.example.org)"),
        ("<script>alert(1)</script>Text", "Text"),
    ],
)
def test_descriptions_are_made_plain_once(raw: str, plain: str):
    description = read_description(raw)
    assert description is not None
    assert description.text == plain
