"""Ways to spoil an answer: its bytes, its characters, and its structure. All are drawn from a generator with a known seed."""

import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, bytes, bytes], bytes]
"""From a generator, the body, and the body of another answer."""

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**63, -(2**70), 1e308, -0.0, 10**30, 10**400, "", " ", "0", "null", "\x00", "\u202e\u2066", "\ufeff",
    "\ud800", "é" * 3000, "<script>alert(1)</script>", "<b>bold", "=1+1", "javascript:alert(1)", "http://", "http://[", "//", "::",
    "http://a b/", "https://user:pw@data.example/", "2026-13-45", "0000-00-00", "9" * 5000, "P1Y", "-P", "R/P", "31/02/2020",
    "1e999", "NaN", "application/\x00", "../../etc/passwd", "%00%ff", "a@b", "🏳️‍🌈" * 50, [], {}, [[]], [None], [{}], {"": ""},
    {"@value": None}, {"@id": 7}, {"@list": [1]}, {"type": [], "coordinates": "x"}, [["x"] * 3], {"en": {"en": "x"}},
]  # fmt: skip
"""What stands in the place of a value of JSON."""

PIECES = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\r", b"\n\n\n", b'"', b"\\", b"\\u", b"\\ud83d", b"[" * 3000,
    b"{" * 50, b"]", b"}", b"}}}}", b",", b":", b"<", b">", b"<a>" * 400, b"</", b"<!--", b"<![CDATA[", b"]]>", b"&", b"&#0;",
    b"&#x110000;", b"&lol;", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', b"<?xml version='1.0' encoding='x'?>",
    b"@prefix", b"<http://a b>", b"_:b0", b"^^", b"@en--", b"9" * 400, b"1e99999", b"-", b"null", b"true", b"\xe2\x80\xae", b"' --",
]  # fmt: skip
"""What is put among the bytes."""

CHARSETS = ["utf-8", "utf-16", "iso-8859-1", "windows-1251", "x-none", "\u00e9", '"', "utf-8; charset=utf-7", ""]
MEDIA = [
    "application/json",
    "text/html",
    "application/xml",
    "text/turtle",
    "text/csv",
    "application/octet-stream",
    "a/b/c",
    "",
]
_TEXT = re.compile(rb">([^<>]{1,200})<")
_TOKEN = re.compile(rb'[\w.:/-]{1,60}|"[^"]{0,60}"')


def spoiled(draw: random.Random, body: bytes, other: bytes) -> bytes:
    """The body after one to three mutations."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        body = draw.choice(MUTATIONS)(draw, body, other)
    return body


def headers_of(draw: random.Random, headers: dict[str, str]) -> dict[str, str]:
    """The headers as they are, or with another type or charset."""
    if draw.random() < 0.8:
        return headers
    return {**headers, "content-type": f"{draw.choice(MEDIA)}; charset={draw.choice(CHARSETS)}"}


def _value(draw: random.Random) -> Any:
    return copy.deepcopy(draw.choice(VALUES))


def _cut(draw: random.Random, body: bytes, other: bytes) -> bytes:
    return body[: draw.randrange(len(body) + 1)]


def _bytes(draw: random.Random, body: bytes, other: bytes) -> bytes:
    found = bytearray(body)
    for _ in range(draw.randrange(1, 20)):
        if found:
            found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


def _piece(draw: random.Random, body: bytes, other: bytes) -> bytes:
    at = draw.randrange(len(body) + 1)
    return body[:at] + draw.choice(PIECES) + body[at:]


def _without(draw: random.Random, body: bytes, other: bytes) -> bytes:
    start = draw.randrange(len(body) + 1)
    return body[:start] + body[start + draw.randrange(1, 400) :]


def _twice(draw: random.Random, body: bytes, other: bytes) -> bytes:
    start = draw.randrange(len(body) + 1)
    end = start + draw.randrange(1, 4000)
    return body[:end] + body[start:end] * draw.randrange(1, 4) + body[end:]


def _spliced(draw: random.Random, body: bytes, other: bytes) -> bytes:
    return body[: draw.randrange(len(body) + 1)] + other[draw.randrange(len(other) + 1) :]


def _token(draw: random.Random, body: bytes, other: bytes) -> bytes:
    """One word for another, of this answer or out of nowhere."""
    found = list(_TOKEN.finditer(body))
    if not found:
        return _piece(draw, body, other)
    one, two = draw.choice(found), draw.choice(found)
    value = two[0] if draw.random() < 0.5 else json.dumps(_value(draw)).encode()
    return body[: one.start()] + value + body[one.end() :]


def _text(draw: random.Random, body: bytes, other: bytes) -> bytes:
    """The text of an element for another."""
    found = list(_TEXT.finditer(body))
    if not found:
        return _token(draw, body, other)
    one = draw.choice(found)
    value = str(_value(draw)).encode("utf-8", "surrogatepass").replace(b"<", b"&lt;")
    return body[: one.start(1)] + value + body[one.end(1) :]


def _structure(draw: random.Random, body: bytes, other: bytes) -> bytes:
    """JSON with a value for another, a member more, twice, or gone."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _text(draw, body, other)
    for _ in range(draw.randrange(1, 5)):
        document = _changed(draw, document)
    return json.dumps(document, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")


def _changed(draw: random.Random, value: Any) -> Any:
    inside = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    if not inside or draw.random() < 0.1:
        return _value(draw)
    key, member = draw.choice(inside)
    kind = draw.random()
    if kind < 0.7:
        value[key] = _changed(draw, member)
    elif kind < 0.8:
        del value[key]
    elif kind < 0.9:
        value[key] = [member, member] if draw.random() < 0.5 else {"value": member}
    elif isinstance(value, dict):
        value[draw.choice(["", "id", "@type", "\x00", str(key).upper()])] = member
    else:
        value.append(member)
    return value


MUTATIONS: tuple[Mutation, ...] = (
    *(_cut, _bytes, _piece, _without, _twice, _spliced),
    *(_token, _token, _text, _text, _structure, _structure, _structure, _structure),
)
