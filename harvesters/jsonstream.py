"""Large JSON documents in bounded memory: the members of one array as the bytes they were sent as.

A portal may answer with one document of hundreds of megabytes. `ArrayMembers` walks such a document once and hands out
each member of the array that holds the datasets, whole and unparsed, so that memory holds one member at a time and a
record reaches the spool exactly as the portal wrote it. Members over a limit are passed over without being held. What
surrounds the array (counts, success flags, error objects) is the `envelope`. A library that builds Python objects
(ijson) is as fast, but rewrites numbers and must hold a member to learn that it is too large.
"""

import codecs
import os
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.phrases import Phrase, phrase

CHUNK_BYTES = 1 << 18
WINDOW_BYTES = 1 << 16
"""What a pattern may look at in one go: the engine remembers every repetition of a group, a hundred bytes and more each."""

ENVELOPE_LIMIT_BYTES = 4 << 20
"""What surrounds the array is held in memory; no protocol's envelope comes near this."""

# No possessive quantifiers: before Python 3.11.5 they match wrongly (cpython issue 106052), and Debian 12 has 3.11.2. Each
# pattern is written so that there is one way only to match, and giving back finds nothing: linear also where it fails.
_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANKS = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(_TEXT, re.DOTALL)
_STRING_REST = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_SCALAR = re.compile(rb'[^"{}\[\],:\s]+')
_TO_MARK = re.compile(rb'[^"{}\[\]]*')


def _nested(depth: int) -> bytes:
    """A pattern for an object or list that nests at most so deep."""
    plain = rb'[^"{}\[\]]*'
    inside = _TEXT + (rb"|" + _nested(depth - 1) if depth else rb"")
    return rb"[{\[]" + plain + rb"(?:(?:" + inside + rb")" + plain + rb")*[}\]]"


_USUAL_MEMBER = re.compile(_nested(6), re.DOTALL)
"""Nearly every dataset of nearly every portal, found in one step: three times as fast as bracket by bracket."""

_TRANSCODED = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


AT_ONCE_BYTES = 8 << 20
"""Up to this a document is split in memory: a page of 1,000 CKAN datasets mostly has 4 to 8 MB."""

_FIELDS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_MEMBERS: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


class TooLarge:
    """Stands in the place of a member over the limit; size_bytes is how long it was."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes


class ArrayMembers:
    """The members of the first array that stands at one of `paths` in a JSON document.

    file: the document, read once. paths: where the array may be, as keys from the root; () is a root that is an array.
    max_bytes: a longer member comes out as `TooLarge`. charset: as declared by the sender, tried where a member is not
    UTF-8. where: the address, for messages.

    Iterating gives each member's bytes in UTF-8. Raises MalformedAnswer where the document is not JSON, or ends in the
    middle; members that were whole have been handed out by then. Afterwards `envelope` holds the document with that
    array emptied, and `found` says whether there was one.
    """

    def __init__(
        self, file: BinaryIO, paths: Sequence[tuple[str, ...]], max_bytes: int, charset: str | None, where: str
    ) -> None:
        self._file = file
        self._paths = frozenset(paths)
        self._max_bytes = max_bytes
        self._charset = charset
        self._where = where
        self._buffer = b""
        self._at = 0
        self._transcoder: codecs.IncrementalDecoder | None = None
        self._envelope = bytearray()
        self.found = False

    @property
    def envelope(self) -> bytes:
        """The document without the members of the array."""
        return bytes(self._envelope)

    def __iter__(self) -> Iterator[bytes | TooLarge]:
        self._begin()
        at_once = self._at_once()
        if at_once is not None:
            yield from at_once
            return
        stack: list[str | None] = []  # the key under which each open object or array stands; None inside arrays
        kinds: list[bytes] = []
        key: str | None = None
        expects_key = False
        while True:
            byte = self._next_byte()
            if byte in b"{[":
                path = tuple(k for k in [*stack[1:], key] if k is not None) if kinds else ()
                inside_array = b"[" in kinds
                if byte == b"[" and not self.found and not inside_array and path in self._paths:
                    self.found = True
                    self._at += 1
                    yield from self._members()
                    self._keep(b"[]")
                    if not kinds:
                        return
                    continue
                self._keep(self._take(1))
                stack.append(key)
                kinds.append(byte)
                expects_key = byte == b"{"
                key = None
            elif byte in b"}]":
                if not kinds:
                    raise self._malformed("json-brackets-differ")
                self._keep(self._take(1))
                stack.pop()
                kinds.pop()
                expects_key = False
                if not kinds:
                    return
            elif byte == b'"':
                text = self._token(_STRING)
                self._keep(text)
                if expects_key:
                    key = text[1:-1].decode("utf-8", "replace")
                    expects_key = False
            elif byte == b",":
                self._keep(self._take(1))
                expects_key = bool(kinds) and kinds[-1] == b"{"
            elif byte == b":":
                self._keep(self._take(1))
            else:
                if not kinds:
                    raise self._malformed("json-no-object")
                self._keep(self._token(_SCALAR))

    # -- a document of usual size

    def _at_once(self) -> list[bytes | TooLarge] | None:
        """The members of a document that fits into memory, split by msgspec, which is ten times as fast; None for one that
        is larger or not quite JSON, which is then walked."""
        here = self._file.tell()
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(here)
        if self._transcoder is not None or size > AT_ONCE_BYTES:
            return None
        self._buffer += self._file.read()
        for path in self._paths:
            try:
                outer: list[dict[str, msgspec.Raw]] = []
                inner = msgspec.Raw(self._buffer)
                for key in path:
                    outer.append(_FIELDS.decode(inner))
                    inner = outer[-1][key]
                members = _MEMBERS.decode(inner)
            except (*NOT_JSON, KeyError):
                continue
            self.found = True
            inner = msgspec.Raw(b"[]")
            for key, fields in zip(reversed(path), reversed(outer), strict=True):
                inner = msgspec.Raw(msgspec.json.encode({**fields, key: inner}))
            self._keep(bytes(inner))
            return [
                self._utf8(member) if len(member) <= self._max_bytes else TooLarge(len(member))
                for member in map(bytes, members)
            ]
        return None

    # -- the buffer

    def _begin(self) -> None:
        start = self._file.read(CHUNK_BYTES)
        if start.startswith(codecs.BOM_UTF8):
            start = start[len(codecs.BOM_UTF8) :]
        for bom, charset in _TRANSCODED:
            if start.startswith(bom):
                self._transcoder = codecs.getincrementaldecoder(charset)("replace")
                start = self._transcoder.decode(start[len(bom) :]).encode()
        self._buffer = start
        head = start.lstrip()[:200]
        if not head:
            raise MalformedAnswer(phrase("empty-body", url=self._where), phrase("do-ask-whether-it-works"))
        if head[:1] not in b"{[":
            raise MalformedAnswer(*_what_it_is(head, self._where))

    def _fill(self) -> bool:
        """Read on; False at the end of the document. What was consumed is let go."""
        chunk = self._file.read(max(CHUNK_BYTES, len(self._buffer) - self._at))
        if not chunk:
            return False
        if self._transcoder is not None:
            chunk = self._transcoder.decode(chunk).encode()
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return True

    def _next_byte(self) -> bytes:
        """The next byte that is no blank, not consumed."""
        while True:
            match = _BLANKS.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._fill():
                raise self._cut()

    def _take(self, count: int) -> bytes:
        taken = self._buffer[self._at : self._at + count]
        self._at += count
        return taken

    def _token(self, pattern: re.Pattern[bytes]) -> bytes:
        """A string or scalar of the envelope, whole, wherever the chunks happen to end."""
        while True:
            match = pattern.match(self._buffer, self._at)
            if match and (match.end() < len(self._buffer) or pattern is _STRING):
                return self._take(match.end() - self._at)
            if len(self._buffer) - self._at > ENVELOPE_LIMIT_BYTES:
                raise self._malformed("json-too-much-around", mebibytes=ENVELOPE_LIMIT_BYTES >> 20)
            if not self._fill():
                raise self._cut()

    def _keep(self, piece: bytes) -> None:
        if len(self._envelope) + len(piece) > ENVELOPE_LIMIT_BYTES:
            raise self._malformed("json-too-much-around", mebibytes=ENVELOPE_LIMIT_BYTES >> 20)
        self._envelope += piece

    # -- the members

    def _members(self) -> Iterator[bytes | TooLarge]:
        while True:
            byte = self._next_byte()
            if byte == b"]":
                self._at += 1
                return
            if byte == b",":
                self._at += 1
            elif byte in b"{[":
                yield self._nested_member()
            elif byte == b'"':
                yield self._utf8(self._token(_STRING))
            elif byte in b"}:":
                raise self._malformed("json-brackets-differ")
            else:
                yield self._utf8(self._token(_SCALAR))

    def _nested_member(self) -> bytes | TooLarge:
        usual = _USUAL_MEMBER.match(self._buffer, self._at, self._at + WINDOW_BYTES)
        if usual and usual.end() - self._at <= self._max_bytes:
            return self._utf8(self._take(usual.end() - self._at))
        depth = skipped = 0
        in_string = False
        position = self._at
        while True:
            match = (_STRING_REST if in_string else _TO_MARK).match(self._buffer, position, position + WINDOW_BYTES)
            position = match.end() if match else position
            if position >= len(self._buffer) - in_string:
                # Once it is too large the member is passed over: no more than a chunk of it is held.
                if skipped or position - self._at > self._max_bytes:
                    skipped += position - self._at
                    self._at = position
                position -= self._at
                if not self._fill():
                    raise self._cut()
                continue
            byte = self._buffer[position : position + 1]
            if byte == b'"':
                in_string = not in_string
            elif in_string or byte not in b"{}[]":
                continue  # the window ended here, not the text
            else:
                depth += 1 if byte in b"{[" else -1
            position += 1
            if depth == 0:
                break
        size = skipped + position - self._at
        if size > self._max_bytes:
            self._at = position
            return TooLarge(size)
        return self._utf8(self._take(size))

    def _utf8(self, member: bytes) -> bytes:
        """The member in UTF-8: as sent, else from the declared charset, else from Windows-1252, which such files are."""
        try:
            member.decode()
        except UnicodeError:
            for charset in (self._charset, "windows-1252", "iso-8859-1"):
                try:
                    return member.decode(charset or "windows-1252").encode()
                except (UnicodeError, LookupError):
                    continue
        return member

    # -- what may be wrong

    def _cut(self) -> MalformedAnswer:
        return MalformedAnswer(
            phrase("ends-in-the-middle", url=self._where, format="JSON"), phrase("do-kept-asks-again")
        )

    def _malformed(self, code: str, **params: int) -> MalformedAnswer:
        said = phrase(code, url=self._where, **params)
        return MalformedAnswer(said, phrase("do-tell-portal-operator"))


def _what_it_is(head: bytes, where: str) -> tuple[Phrase, Phrase]:
    if head.startswith(b"<"):
        page = b"<html" in head.lower() or b"<!doctype html" in head.lower()
        instead = phrase("page-instead" if page else "markup-instead", url=where, format="JSON")
        return instead, phrase("do-check-or-other-protocol")
    if head.startswith((b"//", b"/*", b"#")):
        return phrase("comment-before-json", url=where), phrase("do-ask-file-itself")
    start = repr(head[:40].decode("utf-8", "replace"))
    return phrase("format-begins-otherwise", url=where, format="JSON", start=start), phrase("do-check-address")
