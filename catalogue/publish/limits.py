"""What fits into a CKAN: its own limits, and those of the Solr that it searches with.

A longer value is cut or left out, with the finding `ckan-value-too-long`; the whole of it stays in the store.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from harvesters.findings import Finding, find

FIELD_LIMIT_BYTES = 32_766
"""The longest string that Solr indexes in one term (Lucene's IndexWriter.MAX_TERM_LENGTH)."""

VERSION_CHARACTERS = 100
"""ckan.model.PACKAGE_VERSION_MAX_LENGTH."""

TAG_CHARACTERS = range(2, 101)
"""CKAN's limits for a tag (ckan.model.MIN_TAG_LENGTH, MAX_TAG_LENGTH)."""

TAGS = 100
SIZE_LIMIT_BYTES = 2**63 - 1
"""CKAN keeps a resource's size as a PostgreSQL bigint."""

BYTES_PER_ITEM = 64
"""When a list is too long, it is cut to as many items as this would let in, and its texts to what is left."""

_NOT_TAG = re.compile(r"[^\w \-.]")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670]")
"""Vowel signs and the stretching sign: optional in writing, and no letters to CKAN."""


def cut(path: str, value: str, findings: list[Finding], limit: int = FIELD_LIMIT_BYTES) -> str:
    """A text of at most that many bytes, without the character NUL, which PostgreSQL cannot hold."""
    value = value.replace("\x00", "")
    content = value.encode()
    if len(content) <= limit:
        return value
    findings.append(find("ckan-value-too-long", path, str(len(content))))
    return content[:limit].decode("utf-8", "ignore")


def whole(path: str, value: str, findings: list[Finding]) -> str:
    """A text that means something only as a whole, such as an address: empty where it is too long."""
    return value if cut(path, value, findings) == value else ""


def as_json(path: str, value: Any, findings: list[Finding]) -> str:
    """A value as JSON text that fits; the longest texts and lists in it are shortened, so that it stays JSON."""
    if not value:
        return ""
    text = _dump(value)
    size = len(text.encode())
    if size > FIELD_LIMIT_BYTES:
        findings.append(find("ckan-value-too-long", path, str(size)))
    room = FIELD_LIMIT_BYTES
    while len(text.encode()) > FIELD_LIMIT_BYTES:
        room //= 2
        text = _dump(_shortened(value, room))
    return text


def tags(keywords: Iterable[str]) -> list[str]:
    """Keywords as CKAN takes tags: letters of any script, digits, space, "-", "_" and ".".

    A word that loses letters by it (the vowel signs of Indic scripts are none to CKAN) is left out rather than
    misspelt; the originals go into the extra `keywords_translated`.
    """
    cleaned = (_tag(unicodedata.normalize("NFC", word)) for word in keywords)
    return list(dict.fromkeys(tag for tag in cleaned if len(tag) in TAG_CHARACTERS))[:TAGS]


def _tag(word: str) -> str:
    word = _ARABIC_MARKS.sub("", word)
    if any(unicodedata.category(character).startswith("M") for character in word):
        return ""
    return " ".join(_NOT_TAG.sub(" ", word).split())[: TAG_CHARACTERS.stop - 1].strip()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("\\u0000", "")


def _shortened(value: Any, room: int) -> Any:
    if isinstance(value, str):
        return value.encode()[:room].decode("utf-8", "ignore")
    if isinstance(value, list):
        return [_shortened(item, room) for item in value[: room // BYTES_PER_ITEM]]
    return {key: _shortened(value[key], room) for key in sorted(value)[:room] if len(key.encode()) <= room}
