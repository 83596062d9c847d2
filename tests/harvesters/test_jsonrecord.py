"""Records in JSON: mending, decoding, and keeping what no field holds."""

import json

import msgspec
import pytest

from harvesters.jsonrecord import MAX_DEPTH, decoded_json, mended_json, remainder
from harvesters.spool_lines import Record, raw_json


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": "x\ty\nz"}', {"a": "x\ty\nz"}),
        (b'{"a": NaN, "b": -Infinity}', {"a": "NaN", "b": "-Infinity"}),
        (b'{"a": 1e999}', {"a": "1e999"}),
        (b'{"a": "\\ud83d"}', {"a": "\ufffd"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": 123456789012345678901234567890}', {"a": "123456789012345678901234567890"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_mends_what_is_almost_json(raw: bytes, value: object) -> None:
    mended = mended_json(raw)
    assert mended is not None
    assert msgspec.json.decode(mended) == value


@pytest.mark.parametrize("raw", [b"{", b"{'a': 1}", b'{"a": }', b"", b"[" * 100_000, b'{"a" 1}'])
def test_does_not_guess_what_is_not(raw: bytes) -> None:
    assert mended_json(raw) is None


def test_a_record_that_cannot_be_decoded_is_none() -> None:
    assert decoded_json(Record(id="1", url="u", at="t", json=raw_json(b'{"a": [1, 2}'))) is None
    assert decoded_json(Record(id="1", url="u", at="t", text="plain")) is None
    assert decoded_json(Record(id="1", url="u", at="t", json=raw_json(b'{"a": 1e999}'))) == {"a": "1e999"}


def test_keeps_what_is_said_and_no_person() -> None:
    said = {
        "read": "elsewhere",
        "code": ["a", "", None, {"x": None, "y": " b\u200b "}],
        "flag": False,
        "zero": 0,
        "empty": {},
        "nothing": "N/A",
        "contactPoint": {"fn": "Jane Roe"},
        "agency": {"name": "Office", "mbox": "jane@x.example"},
        "huge": 2**70,
    }
    assert remainder(said, {"read"}) == {
        "code": ["a", {"y": "b"}],
        "flag": False,
        "zero": 0,
        "agency": {"name": "Office"},
        "huge": str(2**70),
    }


def test_depth_is_bounded() -> None:
    deep: object = "bottom"
    for _ in range(MAX_DEPTH + 5):
        deep = {"in": deep}
    assert "bottom" not in json.dumps(remainder({"deep": deep, "flat": 1}, ()))
    assert remainder({"deep": deep, "flat": 1}, ()) == {"flat": 1}
