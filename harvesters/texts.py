"""Texts in several languages: which one stands for all, and in which language an untagged one is."""

from collections.abc import Sequence

from harvesters.package import LanguageMap
from harvesters.values import Language

UNKNOWN_LANGUAGE = "und"
"""BCP 47's tag for a language that is not known (RFC 5646, 4.1)."""

PREFERRED_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
"""Which language stands for a text where only one can, after the dataset's own: most read in this field first."""


def text_language(languages: Sequence[Language]) -> str:
    """The language of a dataset's untagged texts: the one that it states (DCAT 3, 6.4.9: the language of the textual
    metadata), or "und" where it states none or several."""
    tags = {language.tag for language in languages if language.tag is not None}
    return tags.pop() if len(tags) == 1 else UNKNOWN_LANGUAGE


def language_map(text: str | None, tag: str) -> LanguageMap:
    """A map of one text, or an empty one."""
    return {tag: text} if text else {}


def choose_text(texts: LanguageMap, languages: Sequence[Language] = ()) -> str | None:
    """The text that stands for all: in the dataset's language, else in `PREFERRED_LANGUAGES`, else the first by tag.

    A tag stands for a language when it is it or begins with it ("en-GB" for "en"), but for machine translations
    ("nl-t-fr", RFC 6497), which come only where nothing else is left.
    """
    if len(texts) < 2:
        return next(iter(texts.values()), None)
    tags = sorted(texts, key=lambda tag: ("-t-" in tag, len(tag), tag))
    for wanted in [*(language.tag for language in languages if language.tag), *PREFERRED_LANGUAGES]:
        if wanted in texts:
            return texts[wanted]
        for tag in tags:
            if "-t-" not in tag and (tag == wanted or tag.partition("-")[0] == wanted.partition("-")[0]):
                return texts[tag]
    return texts[min(tags, key=lambda tag: ("-t-" in tag, tag))]
