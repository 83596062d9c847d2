"""Where the decoded bytes of a body go: a file as they arrive, or a little memory."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from harvesters.fetch.errors import SettingError, TooLarge
from harvesters.phrases import phrase


class Fetched(msgspec.Struct, frozen=True):
    """What is known of a body after it has been read; in `request.meta["fetched"]`.

    path: the file that holds the decoded body, None where it stayed in memory. raw_bytes: as transferred.
    decoded_bytes: as kept. coding: the Content-Encoding that was undone, "" for none. whole: False where only the head
    was read. peer_address: the address we were connected to, "" behind a proxy. tls: the version, "" for plain http.
    """

    path: Path | None
    raw_bytes: int
    decoded_bytes: int
    coding: str
    whole: bool
    peer_address: str
    tls: str


class Sink(Protocol):
    """Takes the pieces of one body; afterwards exactly one of `keep` and `discard` is called."""

    path: Path | None

    @property
    def full(self) -> bool:
        """Whether nothing more is wanted."""

    def write(self, piece: bytes) -> None:
        """Raises TooLarge where the sink cannot hold it."""

    def keep(self) -> bytes:
        """The body is whole. What of it is in memory."""

    def discard(self) -> None:
        """The body is not to be used: leave nothing behind."""


class FileSink:
    """Writes beside the target and renames at the end, so that a file at `path` is always a whole body.

    `target` is a file, or a folder in which a new file is named.
    """

    def __init__(self, target: Path) -> None:
        folder = target if target.is_dir() else target.parent
        try:
            descriptor, name = tempfile.mkstemp(prefix=".fetch-", suffix=".part", dir=folder)
        except OSError as error:
            raise SettingError(
                phrase("file-not-written", folder=str(folder), detail=str(error.strerror)), phrase("do-check-folder")
            ) from error
        self._part = Path(name)
        self._target = target.joinpath(f"body-{name[-13:-5]}") if target.is_dir() else target
        self.path: Path | None = self._target
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)

    @property
    def full(self) -> bool:
        return False

    def write(self, piece: bytes) -> None:
        view = memoryview(piece)
        try:
            while view:  # an unbuffered write may take less than all
                view = view[self._file.write(view) :]
        except OSError as error:
            raise SettingError(
                phrase("answer-not-written", folder=str(self._part.parent), detail=str(error.strerror)),
                phrase("do-make-space"),
            ) from error

    def keep(self) -> bytes:
        self._file.close()
        self._part.replace(self._target)
        return b""

    def discard(self) -> None:
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._part.unlink()


class MemorySink:
    """Holds a small body; a larger one is an error."""

    path: Path | None = None

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._body = bytearray()

    @property
    def full(self) -> bool:
        return False

    def write(self, piece: bytes) -> None:
        if len(self._body) + len(piece) > self._limit:
            raise TooLarge(phrase("memory-too-small", kibibytes=self._limit // 1024), phrase("do-fetch-into-file"))
        self._body += piece

    def keep(self) -> bytes:
        return bytes(self._body)

    def discard(self) -> None:
        self._body.clear()


class HeadSink:
    """Holds the first bytes of a body, and wants no more."""

    path: Path | None = None

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._body = bytearray()

    @property
    def full(self) -> bool:
        return len(self._body) >= self._limit

    def write(self, piece: bytes) -> None:
        self._body += piece[: self._limit - len(self._body)]

    def keep(self) -> bytes:
        return bytes(self._body)

    def discard(self) -> None:
        self._body.clear()
