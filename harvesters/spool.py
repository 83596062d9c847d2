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
from typing import BinaryIO, Literal, cast

import msgspec
import zstandard

from harvesters.errors import FailureClass, SpoolError, SpoolInUse
from harvesters.findings import Finding
from harvesters.phrases import Phrase

SPOOL_VERSION = 1
COMPRESSION_LEVEL = 3
"""Zstandard's default; level 1 saved no measurable time on JSON pages and cost a fifth more disk."""

READ_CHUNK_BYTES = 1 << 18
NO_JSON = msgspec.Raw(b"null")
"""In the place of a record's `json` where the record is text."""

N_TRIPLES = "application/n-triples"
"""The media type of a record that was RDF (IANA)."""

RunState = Literal["complete", "partial", "failed"]


class Ask(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request that a harvester wants made, with all that reading its answer needs.

    url: absolute. note: JSON values that the harvester gave for itself; a harvester keeps no state between answers, so
    that a harvest can go on in another process. protocol: which harvester reads the answer, where it is not the
    source's own. purpose: which of the harvester's readings applies ("page", "list", "record").
    """

    url: str
    purpose: str = "page"
    protocol: str | None = None
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str | None = None
    note: dict[str, str | int | float | bool | None] = {}

    @property
    def key(self) -> str:
        """What makes two asks the same request; asking the same again is a loop."""
        return f"{self.method} {self.url} {self.body or ''}"


class Header(msgspec.Struct, frozen=True, tag="header", omit_defaults=True):
    """First line: whose harvest this is. started: ISO 8601 with zone. since: where only changes were asked for. reading: a
    digest of the source's options and the limits of a record (`heading`); "" in spools of before it was written down."""

    source: str
    run: str
    url: str
    protocol: str
    started: str
    harvester: str
    version: int = SPOOL_VERSION
    since: str | None = None
    reading: str = ""


class Record(msgspec.Struct, frozen=True, tag="record", omit_defaults=True):
    """One dataset's metadata as the portal gave it.

    id: the portal's own identifier, None where the record has none. url, at, status: where and when it was read, and the
    HTTP status. json or text: the record itself, JSON where the portal speaks JSON, else text of the media type `media`.
    protocol: who maps it, where it is not the source's own protocol.
    """

    id: str | None
    url: str
    at: str
    status: int = 200
    protocol: str | None = None
    media: str = "application/json"
    json: msgspec.Raw = NO_JSON
    text: str | None = None


class Gone(msgspec.Struct, frozen=True, tag="gone", omit_defaults=True):
    """A dataset that the portal itself says it has deleted."""

    id: str
    url: str = ""


class Part(msgspec.Struct, frozen=True, tag="part", omit_defaults=True):
    """Something a record refers to that the portal sends apart from it, such as a distribution on another page."""

    id: str
    text: str


class Noticed(msgspec.Struct, frozen=True, tag="finding", omit_defaults=True):
    """A finding of the harvest itself, about an answer rather than about a record that could be kept."""

    finding: Finding
    url: str = ""
    received: bool = False
    """Whether the finding stands for a dataset that was received but could not be kept (a record too large)."""
    id: str | None = None


class Checkpoint(msgspec.Struct, frozen=True, tag="checkpoint", omit_defaults=True):
    """Closes a frame: which ask was answered, what is to be asked because of it, and what the portal said of its size.

    The asks still open are all that were ever asked less all that were answered (`progress`). fell_back: something else
    was asked in the place of what failed. said: the failure's sentence and the troubles for readers of other languages, by the
    English sentence. etag, modified: by what the portal knows this answer again (`earlier`)."""

    answered: str = ""
    asked: list[Ask] = []
    advertised: int | None = None
    last_page: bool = False
    failure: FailureClass | None = None
    sentence: str = ""
    fell_back: bool = False
    troubles: list[str] = []
    said: dict[str, tuple[Phrase, ...]] = {}
    etag: str = ""
    modified: str = ""


class Verdict(msgspec.Struct, frozen=True, tag="verdict", omit_defaults=True, kw_only=True):
    """Last line: how the harvest ended.

    state: "complete" only if counts, last page and the absence of loops and failures say so. failure: the class, where
    failed or partly so. sentence: plain words for the run's page, in English;
    said: the same for readers of other languages, where it is known. records: received, quarantined ones included;
    distinct: different identifiers among them; advertised: the portal's own count at the start and at the end.
    """

    state: RunState
    ended: str
    sentence: str
    records: int
    distinct: int
    nameless: int = 0
    advertised: tuple[int, int] | None = None
    failure: FailureClass | None = None
    missing: list[str] = []
    requests: int = 0
    said: tuple[Phrase, ...] = ()


Line = Header | Record | Gone | Part | Noticed | Checkpoint | Verdict
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_ENCODER = msgspec.json.Encoder()
_NEWLINES_TO_BLANKS = bytes.maketrans(b"\r\n", b"  ")


def raw_json(value: bytes) -> msgspec.Raw:
    """JSON bytes as a record's `json`. Line ends between its tokens become blanks (inside strings JSON has none)."""
    if b"\n" in value or b"\r" in value:  # looked for first: most portals send none, and a search is 20 times as fast
        value = value.translate(_NEWLINES_TO_BLANKS)
    return msgspec.Raw(value)


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


class Progress(msgspec.Struct):
    """How far a harvest has come, as its spool tells: enough to go on with it in another process."""

    header: Header
    verdict: Verdict | None = None
    open: dict[str, Ask] = {}
    asked: set[str] = set()
    seen: set[int] = set()
    page: list[int] = []
    pages: set[int] = set()
    """Of every answer that was read, what identifiers it held in which order: the same again is a loop."""
    records: int = 0
    kept: int = 0
    """Of the records, those that may become datasets: not services, images, or what is too large."""
    nameless: int = 0
    requests: int = 0
    advertised: tuple[int, int] | None = None
    last_page: bool = False
    robots_forbid: bool = False
    missing: list[str] = []
    failures: list[tuple[FailureClass, str]] = []
    forgiven: list[tuple[FailureClass, str]] = []
    """Failures in whose place the harvester asked for something else."""
    said: dict[str, tuple[Phrase, ...]] = {}
    """The sentences of failures and of what is missing for readers of other languages, by the English one."""

    def take(self, line: Line) -> None:
        """Account for one line. The writer calls this for each line it writes, so reading gives the same state."""
        match line:
            case Record():
                self.records += 1
                self.kept += 1
                self._see(line.id)
            case Noticed(received=True):
                self.records += 1
                self._see(line.id)
            case Noticed():
                self.robots_forbid = self.robots_forbid or line.finding.code == "robots-forbid"
            case Checkpoint():
                self.requests += bool(line.answered)
                if self.page and line.failure is None:
                    self.pages.add(hash(tuple(self.page)))
                self.page.clear()
                self.open.pop(line.answered, None)
                for ask in line.asked:
                    if ask.key not in self.asked:
                        self.asked.add(ask.key)
                        self.open[ask.key] = ask
                if line.advertised is not None:
                    first = self.advertised[0] if self.advertised else line.advertised
                    self.advertised = (first, line.advertised)
                self.last_page = self.last_page or line.last_page
                self.missing.extend(line.troubles)
                self.said.update(line.said)
                if line.failure is not None:
                    failures = self.forgiven if line.fell_back else self.failures
                    failures.append((line.failure, line.sentence))
            case Verdict():
                self.verdict = line
            case _:
                pass

    def _see(self, identifier: str | None) -> None:
        if identifier is None:
            self.nameless += 1
        else:
            self.seen.add(hash(identifier))
            self.page.append(hash(identifier))

    @property
    def page_was_read(self) -> bool:
        """Whether the answer that is being read holds the very datasets of one that was read before."""
        return bool(self.page) and hash(tuple(self.page)) in self.pages


def progress(path: Path) -> Progress:
    """Where a harvest stands, from its spool."""
    lines = read_spool(path)
    header = next(lines, None)
    if not isinstance(header, Header):
        raise SpoolError(f"{path} has no header; harvest the source again.")
    state = Progress(header)
    for line in lines:
        state.take(line)
    return state
