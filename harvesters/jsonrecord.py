"""Records in JSON: decoding what was kept, mending what is almost JSON, and keeping what no field holds."""

import functools
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from harvesters.errors import NOT_JSON
from harvesters.spool_lines import Record
from harvesters.values import clean_text

MAX_DEPTH = 20
"""Of what is kept as the portal sent it; deeper values are in the harvest's file only."""

PERSONAL = frozenset(
    {
        *("contactPoint", "contact", "contacts", "mbox", "email", "e-mail", "mail", "hasEmail", "hasTelephone", "tel"),
        *("telephone", "phone", "fax", "fn", "author", "author_email", "maintainer", "maintainer_email", "creator"),
        *("contributor", "contact_name", "contact_email", "contactName", "contactEmail", "hasAddress", "givenName"),
        *("familyName", "owner", "ownerEmail"),
    }
)
"""Keys under which portals name persons; what they hold is not taken over."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decoded_json(record: Record) -> Any:
    """The JSON of a record as Python values; None where it has none that can be read."""
    raw = bytes(record.json or b"null")
    try:
        return msgspec.json.decode(raw)
    except NOT_JSON:
        return _lenient(raw)


def mended_json(raw: bytes) -> bytes | None:
    """JSON made from what is almost JSON: line ends and tabs inside texts, NaN, half characters. None where it is not
    even that."""
    value = _lenient(raw)
    try:
        return None if value is None else msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None


def _lenient(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8", "replace")
        return _encodable(json.loads(text, strict=False, parse_constant=str, parse_float=_number))
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> float | str:
    """A number, or its digits as text where no double holds it."""
    number = float(digits)
    return digits if number in (float("inf"), float("-inf")) else number


def _encodable(value: Any) -> Any:
    """The value with half characters replaced, and whole numbers beyond 64 bits as text."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, list):
        return [_encodable(member) for member in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(member) for key, member in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value


def remainder(said: Mapping[str, Any], read: Collection[str]) -> dict[str, Any]:
    """What a portal said under keys that are not in `read`, cleaned, without empty values and without persons."""
    said_more = {}
    for key, value in said.items():
        if key not in read and key not in PERSONAL and (clean := kept(value)) is not None:
            said_more[_key(key)] = clean
    return said_more


@functools.lru_cache(maxsize=4096)
def _key(key: str) -> str:
    return clean_text(key) or "_"


def kept(value: Any, depth: int = MAX_DEPTH) -> Any:
    """A value as the portal sent it, cleaned, without persons; None where nothing is in it, or below `depth` levels."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict | list) and not depth:
        return None
    if isinstance(value, dict):
        members = ((key, kept(member, depth - 1)) for key, member in value.items() if key not in PERSONAL)
        return {_key(key): member for key, member in members if member is not None} or None
    if isinstance(value, list):
        return [member for member in (kept(member, depth - 1) for member in value) if member is not None] or None
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value
