"""Languages as real portals write them: tags, ISO 639 codes of both kinds, authority IRIs, names, and mistakes."""

import pytest

from harvesters.values import read_languages


@pytest.mark.parametrize(
    ("raw", "tags"),
    [
        ("en-US", ["en-US"]),
        (["en-US", "es"], ["en-US", "es"]),
        ("spa", ["es"]),
        (["SPA"], ["es"]),
        ("fre", ["fr"]),
        ("ger", ["de"]),
        ("pt_BR", ["pt-BR"]),
        ("zh-CN", ["zh-CN"]),
        ("nl-t-fr", ["nl-t-fr"]),  # machine translated from French (BCP 47, extension T)
        ("en-t-nl", ["en-t-nl"]),
        ("eng; CAN", ["en"]),
        ("de, fr", ["de", "fr"]),
        ("eng/fra", ["en", "fr"]),
        ("{de,fr}", ["de", "fr"]),
        ("http://publications.europa.eu/resource/authority/language/FRA", ["fr"]),
        ("http://id.loc.gov/vocabulary/iso639-1/en", ["en"]),
        ("http://lexvo.org/id/iso639-3/deu", ["de"]),
        ("English", ["en"]),
        ("français", ["fr"]),
        ("Español", ["es"]),
        ("русский", ["ru"]),
        ("العربية", ["ar"]),
        ("中文", ["zh"]),
        (["us-EN"], [None]),
        (["sp-US"], [None]),
        ("und", [None]),
        ("e", [None]),
        (None, []),
        ("", []),
        (["", None, "null"], []),
        (["en", "en", "EN"], ["en"]),
    ],
)
def test_tags(raw: object, tags: list[str | None]):
    assert [language.tag for language in read_languages(raw)] == tags


def test_what_is_not_recognised_keeps_its_words():
    (language,) = read_languages("sp-US")
    assert language.text == "sp-US"
