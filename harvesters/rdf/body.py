"""The bytes of an answer as text that the RDF parsers take: unpacked, in UTF-8, without a byte order mark."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from harvesters.base import Answer
from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase

MAX_UNPACKED_BYTES = 4 << 30
"""Of a dump that is itself a gzip file; a catalogue of 18,000 datasets is 330 MB as N-Triples."""

HELD_BYTES = 16 << 20
"""Up to this a body is held whole, which takes up to twelve times as much; a larger one goes through the disk."""

_GZIP_MAGIC = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_DECLARATION = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"'][^>]*?\?>")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)


class Body:
    """The body of an answer. Small ones are held whole (`content`), large ones read as a stream (`stream`)."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The unpacked bytes, as sent."""
        with self._answer.open() as file:
            packed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            if not packed:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield io.BufferedReader(_Bounded(unpacked, self._answer.url))

    def head(self, size: int) -> str:
        """The first characters, for looking at."""
        with self.opened() as file:
            start = file.read(size)
        return _decoded(start, self._charset(start), final=False)

    def content(self) -> bytes | None:
        """The whole in UTF-8; None where it is over `HELD_BYTES` and has to be read as a stream."""
        with self.opened() as file:
            raw = file.read(HELD_BYTES + 1)
        if len(raw) > HELD_BYTES:
            return None
        for bom, charset in _BOMS:
            if raw.startswith(bom):
                return _without_declaration(raw[len(bom) :].decode(charset, "replace").encode())
        declared = self._charset(raw[:1024])
        if declared in {"utf-8", "us-ascii", "ascii"} or declared is None:
            try:
                raw.decode()
            except UnicodeError:
                return _without_declaration(_decoded(raw, declared, final=True).encode())
            return raw
        return _without_declaration(_decoded(raw, declared, final=True).encode())

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The whole in UTF-8, to be read once; bytes that are not of the declared charset are replaced."""
        with self.opened() as file:
            head = file.read(1024)
        charset = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else self._charset(head) or "utf-8"
        with self.opened() as file:
            if charset in {"utf-8", "us-ascii", "ascii"}:
                yield file
            else:
                yield io.BufferedReader(_Recoded(file, charset))

    def _charset(self, head: bytes) -> str | None:
        """The charset as the byte order mark, the XML declaration or the header name it; None where none does."""
        for bom, charset in _BOMS:
            if head.startswith(bom):
                return charset
        declared = _XML_DECLARATION.search(head)
        header = _CHARSET.search(self._answer.headers.get("content-type", ""))
        name = declared[1].decode() if declared else header[1] if header else None
        try:
            return codecs.lookup(name).name if name else None
        except LookupError:
            return None


def _decoded(raw: bytes, charset: str | None, *, final: bool) -> str:
    """Text from bytes: UTF-8 where that fits, else the declared charset, else Windows-1252, which such files are in."""
    for name in ("utf-8", charset or "windows-1252", "windows-1252"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            return decoder.decode(raw, final)
        except UnicodeError:
            continue
    return raw.decode("utf-8", "replace")


def _without_declaration(xml: bytes) -> bytes:
    """The parser takes UTF-8 alone and refuses a document that still declares what it was recoded from."""
    declared = _XML_DECLARATION.match(xml.lstrip()[:200])
    return xml.lstrip()[declared.end() :] if declared else xml


class _Bounded(io.RawIOBase):
    """A gzip file that may unpack to no more than `MAX_UNPACKED_BYTES`; a torn one is malformed."""

    def __init__(self, file: gzip.GzipFile, url: str) -> None:
        self._file = file
        self._url = url
        self._left = MAX_UNPACKED_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # Buffer is 3.12's
        try:
            data = self._file.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise MalformedAnswer(
                phrase("gzip-broken", url=self._url, detail=str(error)), phrase("do-asks-again")
            ) from error
        self._left -= len(data)
        if self._left < 0:
            raise MalformedAnswer(
                phrase("unpacks-too-large", url=self._url, mebibytes=MAX_UNPACKED_BYTES >> 20),
                phrase("do-ask-portal-pages"),
            )
        buffer[: len(data)] = data
        return len(data)


class _Recoded(io.RawIOBase):
    """A file in another charset, read as UTF-8."""

    def __init__(self, file: BinaryIO, charset: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(charset)("replace")
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # Buffer is 3.12's
        while not self._pending:
            chunk = self._file.read(1 << 16)
            self._pending = self._decoder.decode(chunk, not chunk).encode()
            if not chunk:
                break
        data, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
