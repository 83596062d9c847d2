"""The spool: the file that a harvest leaves behind, and the only thing that assembling reads.

Zstandard-compressed JSON Lines. The first line is a `Header`. Then, per answer of the portal, one zstd frame with the
records as the portal gave them, closed by a `Checkpoint`; and as the last line a `Verdict`. A spool without a verdict
is a harvest that did not end. Because a frame is written whole and flushed to disk before the next begins, a killed
harvest is cut back to its last whole frame and goes on from there (`SpoolWriter.resume`).
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
import zstandard

from harvesters.errors import SpoolError, SpoolInUse
from harvesters.spool_lines import SPOOL_VERSION, Checkpoint, Header, Line, Verdict

COMPRESSION_LEVEL = 3
"""Zstandard's default; level 1 saved no measurable time on JSON pages and cost a fifth more disk."""

READ_CHUNK_BYTES = 1 << 18
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()


class SpoolWriter:
    """Writes one spool. Lines go to the frame that is open; `checkpoint` closes it and forces it to the disk.

    One process writes a spool at a time: the file is locked (flock) until it is closed or the process is dead.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._frame: zstandard.ZstdCompressionObj | None = None

    @classmethod
    def create(cls, path: Path, header: Header) -> "SpoolWriter":
        """Begin a new spool at path (it must not exist: FileExistsError), the header in a frame of its own. Raises SpoolInUse
        where another process was quicker to lock it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = cls(_locked(path.open("xb"), path))
        writer.write([header])
        writer._close_frame()
        return writer

    @classmethod
    def resume(cls, path: Path) -> "SpoolWriter":
        """Cut a spool without a verdict back to its last whole frame and go on behind it. Raises SpoolInUse, and changes
        nothing, where another process still writes it."""
        file = _locked(path.open("r+b"), path)
        whole = whole_frames_bytes(path)
        file.truncate(whole)
        file.seek(whole)
        return cls(file)

    def write(self, lines: Iterable[Line]) -> None:
        """Add lines to the open frame; memory holds no more than one line and the compressor's window."""
        if self._frame is None:
            self._frame = self._compressor.compressobj()
        for line in lines:
            self._file.write(self._frame.compress(_ENCODER.encode(line) + b"\n"))

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Close the frame of one answer; what is before this line survives a kill -9 and a power cut."""
        self.write([checkpoint])
        self._close_frame()

    def close(self, verdict: Verdict | None = None) -> None:
        """End the spool; without a verdict it can be resumed. A frame still open is left out."""
        if verdict is not None:
            self.write([verdict])
            self._close_frame()
        self._file.close()

    def _close_frame(self) -> None:
        if self._frame is not None:
            self._file.write(self._frame.flush())
            self._frame = None
        self._file.flush()
        os.fsync(self._file.fileno())


def _locked(file: BinaryIO, path: Path) -> BinaryIO:
    """The file, for this process alone to write. Raises SpoolInUse where it is another's."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise SpoolInUse(path) from error
    return file


def whole_frames_bytes(path: Path) -> int:
    """How many bytes of the file are whole zstd frames, counted from its start; a torn frame behind them is not."""
    return max((end for _, end, _ in _frames(path)), default=0)


def frames(path: Path) -> Iterator[tuple[int, bytes]]:
    """Of each whole frame where it begins, in bytes, and its last line."""
    return ((start, last) for start, _, last in _frames(path))


def frame_at(path: Path, offset: int) -> Iterator[bytes]:
    """The lines of the frame that begins there, as JSON."""
    with path.open("rb") as file:
        file.seek(offset)
        rest = b""
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof and (packed := file.read(READ_CHUNK_BYTES)):
            lines = (rest + frame.decompress(packed)).split(b"\n")
            rest = lines.pop()
            yield from lines


def _frames(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Start and end of each whole frame, and its last line, while only that line is held."""
    with path.open("rb") as file:
        position = start = 0
        pending = b""
        while pending or (pending := file.read(READ_CHUNK_BYTES)):
            frame = zstandard.ZstdDecompressor().decompressobj()
            last = b""
            while True:
                try:
                    last = _last_line(last, frame.decompress(pending))
                except zstandard.ZstdError:
                    return
                position += len(pending)
                if frame.eof:
                    break
                pending = file.read(READ_CHUNK_BYTES)
                if not pending:
                    return
            pending = frame.unused_data
            position -= len(pending)
            yield start, position, last.removesuffix(b"\n")
            start = position


def _last_line(before: bytes, more: bytes) -> bytes:
    """The last line of a text that ends with a line end, as far as it is known."""
    at = more.rfind(b"\n", 0, len(more) - 1)
    if at >= 0:
        return more[at + 1 :]
    return more if before.endswith(b"\n") and more else before + more


def read_spool(path: Path) -> Iterator[Line]:
    """The lines of a spool in order, in bounded memory. What stands in a torn last frame is left out.

    Raises SpoolError where the file is not a spool of a version that this code reads.
    """
    first = True
    for raw in _raw_lines(path, whole_frames_bytes(path)):
        try:
            line = _DECODER.decode(raw)
        except msgspec.DecodeError as error:
            raise SpoolError(f"{path} has a line that is no spool line ({error}); harvest the source again.") from error
        if first and not (isinstance(line, Header) and line.version == SPOOL_VERSION):
            raise SpoolError(f"{path} is not a spool of version {SPOOL_VERSION}; harvest the source again.")
        first = False
        yield line


def _raw_lines(path: Path, size_bytes: int) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    with path.open("rb") as file:
        rest = b""
        with decompressor.stream_reader(cast("BinaryIO", _Head(file, size_bytes)), read_across_frames=True) as stream:
            while chunk := stream.read(READ_CHUNK_BYTES):
                lines = (rest + chunk).split(b"\n")
                rest = lines.pop()
                yield from lines


class _Head:
    """The first bytes of a file, as a file: what stands behind the last whole frame is not read."""

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self._file = file
        self._left = size_bytes

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data
