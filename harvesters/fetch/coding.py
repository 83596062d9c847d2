"""Content codings (gzip, deflate, br, zstd), undone while the bytes arrive and in bounded pieces.

A few kilobytes can stand for gigabytes: no decoder here produces much more than `PIECE_BYTES` at a time, so whoever
counts the pieces can stop in the middle.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # publishes no types

from harvesters.fetch.errors import Malformed, Truncated
from harvesters.phrases import phrase

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

ACCEPT_ENCODING = b"gzip, deflate, br, zstd"
PIECE_BYTES = 256 * 1024
MAX_CODINGS = 2  # nested codings; more serve no portal
ZSTD_WINDOW_LOG_MAX = 23  # 8 MiB, RFC 9659 section 3

_NO_CODING = frozenset({"", "identity", "none", "binary", "8bit", "utf-8", "utf8"})  # sent by portals; none is a coding


class Decoder(Protocol):
    """Undoes one coding, one chunk after the other."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces of what was sent so far. Raises Malformed where it is not in this coding."""

    def finish(self) -> None:
        """To be called at the end of the body. Raises Truncated where the coded stream is not whole."""


def decoder_for(content_encoding: str) -> Decoder | None:
    """The decoder of a Content-Encoding header (RFC 9110, section 8.4), or None where nothing is to be undone.

    Raises:
        Malformed: a coding that we did not ask for and cannot undo, or too many of them.
    """
    names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in _NO_CODING]
    if len(names) > MAX_CODINGS:
        raise Malformed(phrase("compressed-too-often", times=len(names)), phrase("do-tell-portal-operator"))
    decoder: Decoder | None = None
    for name in names:  # listed in the order in which they were applied: the last one is undone first
        one = _decoder(name)
        decoder = one if decoder is None else _Chain(one, decoder)
    return decoder


def _decoder(name: str) -> Decoder:
    match name:
        case "gzip" | "x-gzip":
            return _Zlib(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Deflate()
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstandard()
        case _:
            raise Malformed(phrase("coding-not-asked-for", coding=name[:40]), phrase("do-tell-portal-operator"))


class _Chain:
    def __init__(self, outer: Decoder, inner: Decoder) -> None:
        self._outer, self._inner = outer, inner

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self._outer.feed(data):
            yield from self._inner.feed(piece)

    def finish(self) -> None:
        self._outer.finish()
        self._inner.finish()


class _Zlib:
    """gzip with any number of members (RFC 1952), or zlib (RFC 1950), or bare deflate (RFC 1951), by `wbits`."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._inflater = zlib.decompressobj(wbits)
        self._begun = False
        self._ended = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        waiting = False
        while (data or waiting) and not self._ended:
            self._begun = True
            try:
                piece = self._inflater.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise _unreadable("gzip or deflate") from error
            if piece:
                yield piece
            if self._inflater.eof:
                data, waiting = self._inflater.unused_data, False
                self._next_member(data)
            else:
                data, waiting = self._inflater.unconsumed_tail, len(piece) == PIECE_BYTES

    def _next_member(self, data: bytes) -> None:
        if data[:1] == b"\x1f" and self._wbits > zlib.MAX_WBITS:
            self._inflater = zlib.decompressobj(self._wbits)
        else:
            self._ended = bool(data)  # anything else after the end is padding, as for the gzip command

    def finish(self) -> None:
        if self._begun and not self._inflater.eof:
            raise _cut()


class _Deflate:
    """`deflate` as the standard means it (zlib) or as some servers send it (bare): told apart by the first byte."""

    def __init__(self) -> None:
        self._actual: _Zlib | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._actual is None and data:
            self._actual = _Zlib(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        return self._actual.feed(data) if self._actual is not None else iter(())

    def finish(self) -> None:
        if self._actual is not None:
            self._actual.finish()


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        try:
            while not self._decompressor.is_finished():
                piece = self._decompressor.process(data, output_buffer_limit=PIECE_BYTES)
                data = b""
                # That it can accept more does not mean that nothing is waiting inside: only an empty piece does.
                if piece:
                    yield piece
                elif self._decompressor.can_accept_more_data():
                    return
        except brotli.error as error:
            raise _unreadable("br") from error

    def finish(self) -> None:
        if self._begun and not self._decompressor.is_finished():
            raise _cut()


class _Zstandard:
    """Any number of frames (RFC 8878), with the window that the content coding allows."""

    def __init__(self) -> None:
        self._frame = self._new_frame()
        self._begun = False

    @staticmethod
    def _new_frame() -> ZstdDecompressor:
        return ZstdDecompressor(options={DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG_MAX})

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data or not self._frame.needs_input:
            if self._frame.eof:
                if not data:
                    return
                self._frame = self._new_frame()
            self._begun = True
            try:
                piece = self._frame.decompress(data, PIECE_BYTES)
            except ZstdError as error:
                raise _unreadable("zstd") from error
            if piece:
                yield piece
            data = self._frame.unused_data if self._frame.eof else b""

    def finish(self) -> None:
        if self._begun and not self._frame.eof:
            raise _cut()


def _unreadable(coding: str) -> Malformed:
    return Malformed(
        phrase("answer-falsely-compressed", coding=coding),
        phrase("do-tell-operator-others-fail"),
    )


def _cut() -> Truncated:
    return Truncated(phrase("compressed-answer-cut"), phrase("do-try-later"))
