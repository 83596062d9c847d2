"""The members of an array in a JSON document, whatever the chunks, the size and the damage."""

import io
import json

import pytest

from harvesters.errors import MalformedAnswer
from harvesters.jsonstream import ArrayMembers, TooLarge

RECORD = {"id": "x", "title": 'q"\\ é' * 50, "extras": [{"key": f"k{i}", "value": f'v \\" {i}'} for i in range(20)]}
DOCUMENT = {
    "a": [1, {"results": [5]}],
    "result": {"count": 6, "results": [RECORD, {"big": "q" * 9000}, [1, [2]], "s", 1.50, None]},
    "z": -1.5e3,
}
PATHS = [("result", "results")]


class Drops(io.BytesIO):
    """A file that gives at most 17 bytes at a time, so that every token is cut somewhere."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(17 if size is None or size < 0 else min(size, 17))


def members(document: bytes, paths=PATHS, limit=1 << 20, charset=None, file=io.BytesIO) -> ArrayMembers:
    return ArrayMembers(file(document), paths, limit, charset, "http://portal.example/api")


@pytest.mark.parametrize("file", [io.BytesIO, Drops])
@pytest.mark.parametrize("indent", [None, 1])
def test_members_come_out_as_sent(file, indent):
    found = members(json.dumps(DOCUMENT, indent=indent, ensure_ascii=False).encode(), file=file)
    assert [json.loads(member) for member in found] == DOCUMENT["result"]["results"]
    assert json.loads(found.envelope) == {**DOCUMENT, "result": {"count": 6, "results": []}}
    assert found.found


@pytest.mark.parametrize("file", [io.BytesIO, Drops])
def test_a_member_over_the_limit_is_passed_over_and_the_rest_goes_on(file):
    found = list(members(json.dumps(DOCUMENT).encode(), limit=5000, file=file))
    assert [type(member) for member in found] == [bytes, TooLarge, bytes, bytes, bytes, bytes]
    assert found[1].size_bytes == len(json.dumps({"big": "q" * 9000}))


def test_a_document_without_the_array_says_so():
    found = members(b'{"success": false, "error": {"message": "no"}}')
    assert list(found) == []
    assert not found.found
    assert json.loads(found.envelope)["success"] is False


def test_a_root_array():
    assert list(members(b' [ {"a":1} , {"b":2} ] ', paths=[()])) == [b'{"a":1}', b'{"b":2}']


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!doctype html><html><body>Not found", "web page instead of JSON"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"// 20180618150213\n{}", "comment"),
        (b"Bad gateway", "begins with"),
        (b'{"result": {"results": [{"a": 1}, {"b"', "ends in the middle"),
        (b'{"result": {"results": [{"a": 1}]}', "ends in the middle"),
        (b'{"result": "' + b"x" * (5 << 20) + b'"}', "4 MiB"),
    ],
)
def test_what_is_not_json_is_named(body, word):
    with pytest.raises(MalformedAnswer, match=word):
        list(members(body))


def test_whole_members_before_a_cut_are_kept():
    kept = []
    with pytest.raises(MalformedAnswer):
        for member in members(b'{"result": {"results": [{"a": 1}, {"b": 2}, {"c": "cut'):
            kept.append(member)
    assert kept == [b'{"a": 1}', b'{"b": 2}']


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ('{"result":{"results":[{"t":"é"}]}}'.encode("utf-8-sig"), None),
        ('{"result":{"results":[{"t":"é"}]}}'.encode("utf-16"), None),
        ('{"result":{"results":[{"t":"é"}]}}'.encode("iso-8859-1"), None),
        ('{"result":{"results":[{"t":"é"}]}}'.encode("cp1250"), "cp1250"),
        ('{"result":{"results":[{"t":"é"}]}}'.encode("cp1252"), "no-such-charset"),
    ],
)
def test_charsets(body, charset):
    assert [json.loads(member) for member in members(body, charset=charset)] == [{"t": "é"}]
