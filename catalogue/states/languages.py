"""The six official languages of the United Nations in Django's words, and how a page writes each of them."""

from django.utils import translation

from catalogue.states.reference import LANGUAGES

DJANGO_LANGUAGES = {tag: "zh-hans" if tag == "zh" else tag for tag in LANGUAGES}
"""By BCP 47 tag of `LANGUAGES`."""

NATIVE_NAMES = {
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
}

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "ha-arab", "he", "ku-arab", "ps", "sd", "ug", "ur", "yi"})
"""Primary tags whose scripts run from right to left."""


def current() -> str:
    """The tag of the reader's language, one of `LANGUAGES`."""
    tag = (translation.get_language() or "en").partition("-")[0]
    return tag if tag in LANGUAGES else "en"


def direction(tag: str) -> str:
    """ "rtl" or "ltr", or "auto" where a language is not stated."""
    if not tag or tag == "und":
        return "auto"
    return "rtl" if tag.lower() in RIGHT_TO_LEFT or tag.lower().partition("-")[0] in RIGHT_TO_LEFT else "ltr"
