"""Workbooks from outside (XLSX, XLSM, ODS, XLS), read by a process of its own: a small file can stand for gigabytes.

The process has `MEMORY_BYTES` and `SECONDS` and gives back rows; whatever happens to it, the harvest goes on. What a zip
archive unpacks to is counted before it is opened.
"""

import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import msgspec

import harvesters
from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase
from harvesters.sheets import Sheet, too_many_cells

MEMORY_BYTES = 2 << 30
SECONDS = 60
MAX_UNPACKED_BYTES = 256 << 20
"""Of all parts of a workbook together; a list of 100,000 datasets unpacks to some 100 MB."""

MAX_RATIO = 1_000
"""Unpacked to packed: what DEFLATE can do at most is 1,032, and sheets of blanks come near 100."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TOO_MANY = 3
"""The exit status of the process for a workbook with too many cells."""

_CHUNK_BYTES = 1 << 20
_PARTS = ("xl/workbook.xml", "content.xml")


def is_workbook(head: bytes) -> bool:
    """Whether bytes begin as a workbook does: a zip archive, or an OLE compound file."""
    return head.startswith((ZIP, OLE))


def read_workbook(path: Path, origin: str, seconds: float = SECONDS) -> list[Sheet]:
    """The visible sheets of a workbook, in their order. origin: its address, for messages.
    seconds: how long it may take.

    Raises MalformedAnswer for what is no workbook, for one with a password, and for one that is too large.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == ZIP
    if zipped:
        _check_archive(path, origin)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "harvesters.sheets", str(path.resolve())],
            cwd=Path(harvesters.__file__).parent.parent, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise MalformedAnswer(
            phrase("workbook-too-slow", url=origin, seconds=f"{seconds:g}"), phrase("do-ask-smaller-file")
        ) from error
    if done.returncode == TOO_MANY:
        raise too_many_cells(origin)
    if done.returncode != 0:
        why = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200] if done.returncode == 1 else ""
        raise MalformedAnswer(
            phrase("workbook-not-opened-because", url=origin, detail=why)
            if why
            else phrase("workbook-not-opened", url=origin),
            phrase("do-save-anew"),
        )
    return msgspec.json.decode(done.stdout, type=list[Sheet])


def _check_archive(path: Path, origin: str) -> None:
    """Unpack every part without keeping it. The sizes that an archive states are not believed."""
    unpacked = 0
    packed = max(1, path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            if not any(name in _PARTS for name in archive.namelist()):
                raise MalformedAnswer(phrase("zip-no-workbook", url=origin), phrase("do-check-address"))
            for part in archive.infolist():
                part.file_size = 1 << 62  # read on to the end, whatever size is stated
                with archive.open(part) as stream:
                    while chunk := stream.read(_CHUNK_BYTES):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * packed:
                            raise MalformedAnswer(
                                phrase("unpacks-too-large", url=origin, mebibytes=MAX_UNPACKED_BYTES >> 20),
                                phrase("do-ask-csv"),
                            )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise MalformedAnswer(
            phrase("workbook-damaged", url=origin, detail=str(error)), phrase("do-ask-file-again")
        ) from error
