"""Texts as portals send them, made plain: controls and blanks away, HTML to text, nothing else rewritten."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import lxml.html
import msgspec
from anyascii import anyascii
from lxml.etree import LxmlError

ABSENT = frozenset({"", "null", "none", "n/a", "na", "nan", "undefined", "-", "--"})
"""Spellings of "nothing said", in lower case, as real portals write them."""

# C0 and C1 controls but for tab and line feed; zero-width space, word joiner, BOM; bidi overrides and embeddings, which
# can make a text show as another. ZWJ and ZWNJ stay: Persian and Indic scripts need them.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BLANKS = re.compile("[ \t\u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")
_HTML = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|font|table|tr|td|th|img|pre|blockquote|hr|sup|sub|script|style|iframe|object|template|noscript|svg)\b[^>]*>",
    re.I,
)
_BLOCK = frozenset(
    {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr"}
)
_DROPPED = frozenset({"script", "style", "template", "noscript", "iframe", "object"})
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FUNCTIONAL = re.compile(
    r"(?:^|[._-])(?:info|contact|contato|contacto|contatti|kontakt|open-?data|data|datos|dados|donnees|daten|dati|support|"
    r"help|helpdesk|office|service|servicio|admin|webmaster|portal|statistics?|stat|press|mail|inquiries|enquiries|foi)(?:$|[._@\d-])",
    re.I,
)
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class Text(msgspec.Struct, frozen=True):
    """A longer text made plain; html: whether it was HTML."""

    text: str
    html: bool = False


def clean_text(raw: object) -> str | None:
    """A text in NFC without controls and outer blanks, half characters replaced; numbers as text; None where nothing is said."""
    if isinstance(raw, bool) or raw is None:
        return None
    if not isinstance(raw, str):
        if isinstance(raw, int | float):
            return str(raw)
        return None
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if not (text.isascii() and text.isprintable()):
        text = storable(_UNWANTED.sub("", unicodedata.normalize("NFC", text)))
    text = text.strip()
    return None if text.lower() in ABSENT else text


def storable(text: str) -> str:
    """A text as every database keeps it: U+FFFD in the place of NUL, which PostgreSQL refuses, and of half characters
    (surrogates), which have no UTF-8."""
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def storable_json(value: Any) -> Any:
    """A value of JSON with every text in it as a database keeps it, the keys of its objects too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable_json(key): storable_json(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(member) for member in value]
    return value


def read_description(raw: object) -> Text | None:
    """A description: HTML becomes plain text with its line breaks; plain text is not unescaped."""
    text = clean_text(raw)
    if text is None:
        return None
    if not _HTML.search(text):
        return Text(text)
    try:
        root = lxml.html.fragment_fromstring(text, create_parent="div")
    except (LxmlError, ValueError, AssertionError):
        return Text(text)
    pieces: list[str] = []
    _plain(root, pieces)
    joined = _BLANKS.sub(" ", "".join(pieces))
    lines = "\n".join(line.strip() for line in joined.split("\n"))
    plain = _MANY_LINES.sub("\n\n", lines).strip()
    return Text(plain, html=True) if plain else None


def _plain(root: Any, pieces: list[str]) -> None:
    """Collect an element's texts in order; a stack of its own, for depth that a portal chooses."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if closing:
            if tag in _BLOCK:
                pieces.append("\n")
            if element is not root:
                pieces.append(element.tail or "")
            continue
        stack.append((element, True))
        if not tag or tag in _DROPPED:
            continue
        if tag in _BLOCK:
            pieces.append("\n")
        pieces.append(element.text or "")
        stack.extend((child, False) for child in reversed(element))


@lru_cache(maxsize=4096)
def slug(text: str, max_length: int) -> str:
    """Lower-case ASCII letters, digits and "-", of any script, at most max_length long; "x" where nothing is left."""
    ascii_text = anyascii(text[: 4 * max_length]).lower()
    return _NOT_SLUG.sub("-", ascii_text).strip("-")[:max_length].strip("-") or "x"


def language_map(raw: object, default_language: str) -> dict[str, str]:
    """Texts by language from a mapping or a plain text; empty where nothing is said."""
    if isinstance(raw, dict):
        return {str(tag): text for tag, value in raw.items() if (text := clean_text(value)) is not None}
    text = clean_text(raw)
    return {default_language: text} if text is not None else {}


def is_functional_mailbox(address: str) -> bool:
    """Whether a mail address is an office's (info@, opendata@) rather than a person's."""
    return bool(_FUNCTIONAL.search(address.partition("@")[0] + "@"))


def without_personal_mail(text: str) -> str:
    """A text without the mail addresses of persons; an office's mailbox stays."""
    if "@" not in text:
        return text
    return _MAIL.sub(lambda match: match[0] if is_functional_mailbox(match[0]) else "", text)
