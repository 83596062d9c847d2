"""Files that people upload as lists: what they are by their content, whatever they are called, and the sheets in them.

Taken are XLSX, ODS, XLS, delimited text, and lists in JSON, JSON Lines and RDF (`list_objects`). A workbook is opened by a
guarded process (`harvesters.sheets`), nothing in it is computed or run, and one that holds macros is not opened at all.
"""

import codecs
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.errors import ListRefused
from catalogue.register import list_objects
from catalogue.states.dates import whole_number
from catalogue.states.languages import current
from harvesters.errors import MalformedAnswer
from harvesters.sheets import Sheet
from harvesters.sheets.delimited import decodings, read_delimited, without_long_cells
from harvesters.sheets.workbook import OLE, ZIP, read_workbook
from harvesters.values import clean_text

MAX_BYTES = 20 << 20
"""Of an uploaded file; the longest list at hand, the 12,345 portals of the world that a register knows, has 6.5 MB."""

READ_SECONDS = 20.0
"""For a workbook: a person waits for it."""

HEAD_BYTES = 8 << 10
_MACROS = re.compile(r"vbaproject|(?:^|/)macrosheets/|^basic/|^scripts/", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_SIGNATURES = (
    (b"%PDF", "document"), (b"{\\rtf", "document"), (b"\x89PNG", "other"), (b"\xff\xd8\xff", "other"), (b"GIF8", "other"),
    (b"MIME-Version:", "markup"),
    (b"\x1f\x8b", "packed"), (b"\x28\xb5\x2f\xfd", "packed"), (b"BZh", "packed"), (b"\xfd7zXZ\0", "packed"),
    (b"7z\xbc\xaf\x27\x1c", "packed"), (b"Rar!\x1a", "packed"),
)  # fmt: skip

REFUSALS: dict[str, Promise] = {
    "empty": _("“%(name)s” is empty; choose the file that has the list."),
    "too-large": _("“%(name)s” is larger than %(limit)s; divide the list into several files."),
    "too-many-rows": _("“%(name)s” has more than %(limit)s rows; divide the list into several files."),
    "markup": _("“%(name)s” is a web page or XML and no list; open it in a spreadsheet program and save it as XLSX."),
    "document": _("“%(name)s” is a document and no spreadsheet; copy its table into the template."),
    "json": _("“%(name)s” is JSON in which there is no list of objects; write an object for each entry into one list."),
    "json-line": _("“%(name)s” has no JSON object in line %(number)s; correct it, and upload the file again."),
    "no-entries": _(
        "“%(name)s” has more columns or cells than a list of entries has, so it is data; upload the list that names it."
    ),
    "rdf": _(
        "“%(name)s” is RDF that describes no catalogue, dataset or service; save the list as XLSX or CSV, or give each a class "
        "of DCAT."
    ),
    "rdf-broken": _(
        "“%(name)s” is RDF that is broken or not whole; check it with an RDF validator, and upload it again."
    ),
    "rdf-too-large": _("“%(name)s” is RDF of more than %(limit)s; divide it, or save the list as XLSX or CSV."),
    "packed": _("“%(name)s” is a compressed file; unpack it first, and upload the list that is in it."),
    "nothing-known": _(
        "“%(name)s” says nothing in any row with these columns; choose a field for at least one of them."
    ),
    "macros": _("“%(name)s” holds macros, which are not opened; save it as XLSX, without macros."),
    "password": _(
        "“%(name)s” is protected by a password; remove it in your spreadsheet program and save the file again."
    ),
    "other": _("“%(name)s” is not a spreadsheet that can be read; save the list as XLSX, ODS or CSV."),
    "damaged": _(
        "“%(name)s” cannot be opened: it is damaged, or far larger inside than a list is; save its rows anew as XLSX or CSV."
    ),
    "no-rows": _(
        "“%(name)s” has names of columns and no entry below them; write one initiative or source in each row."
    ),
    "too-long": _("“%(name)s” has a cell of more than a million characters; shorten it."),
    "no-columns": _(
        "“%(name)s” has no columns; write the names of the columns into its first row, or use the template."
    ),
    "no-sheet": _("“%(name)s” has no sheet called “%(sheet)s”; choose another."),
}
"""Why a file is not taken, by code; what follows the last semicolon is what to do."""

MAX_NAME = 80


def refuse(code: str, name: str, **said: object) -> NoReturn:
    """Raises ListRefused with the sentence of a code, in the reader's language. name: of the file, as the person knows it."""
    shown = " ".join((clean_text(name) or "?").split())
    shown = shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1]}…"
    numbers = {key: whole_number(value, current()) for key, value in said.items() if isinstance(value, int)}
    raise ListRefused(str(REFUSALS[code]) % {"name": shown, **said, **numbers})


def readings(path: Path, name: str) -> Iterator[list[Sheet]]:
    """The sheets of a file; for text whose encoding no byte tells, as each encoding that it may have gives them.

    Raises ListRefused for what is too large, empty, or no list.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        refuse("too-large", name, limit=f"{MAX_BYTES >> 20} MB")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(ZIP):
        _check_zip(path, name)
        yield _workbook(path, name)
    elif head.startswith(OLE):
        _check_ole(path, name)
        yield _workbook(path, name)
    else:
        _check_text(head, name)
        yield from _texts(path.read_bytes(), name)


def _workbook(path: Path, name: str) -> list[Sheet]:
    try:
        return read_workbook(path, name, READ_SECONDS)
    except MalformedAnswer as error:
        try:
            refuse("damaged", name)
        except ListRefused as refused:
            raise refused from error


def _check_zip(path: Path, name: str) -> None:
    """Only names and the first bytes of one part are looked at; how much is inside is counted when it is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = b""
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    kind = stream.read(100)
    except Exception as error:  # noqa: BLE001  # an archive from outside can be wrong in any way
        try:
            refuse("damaged", name)
        except ListRefused as refused:
            raise refused from error
    if any(_MACROS.search(each) for each in names):
        refuse("macros", name)
    if any(each.startswith(("word/", "ppt/")) for each in names):
        refuse("document", name)
    is_ods = "content.xml" in names and (not kind or kind.startswith(_SPREADSHEET))
    if "xl/workbook.xml" not in names and not is_ods:
        refuse("document" if "content.xml" in names else "packed", name)


def _check_ole(path: Path, name: str) -> None:
    """An OLE file names its parts in UTF-16."""
    content = path.read_bytes()
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        refuse("macros", name)
    if "EncryptedPackage".encode("utf-16-le") in content:
        refuse("password", name)
    if "WordDocument".encode("utf-16-le") in content:
        refuse("document", name)


def _check_text(head: bytes, name: str) -> None:
    """Whether the first bytes may be delimited text."""
    begun = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for signature, code in _SIGNATURES:
        if begun.startswith(signature):
            refuse(code, name)
    text = _beginning(head.removeprefix(codecs.BOM_UTF8))
    if text is None or _CONTROLS.search(text):
        refuse("other", name)
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        refuse("empty", name)
    if text.startswith("<") and not list_objects.is_rdf(text):
        refuse("markup", name)
    if "%PDF-" in text[:1024]:
        refuse("document", name)


def _beginning(head: bytes) -> str | None:
    """The first bytes as text; None where their zeros make no UTF-16 of them (`delimited.decodings` takes it for that)."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head.decode("utf-16", "replace")
    elif b"\0" not in head:
        return head.decode("latin-1")
    else:
        text = head.decode("utf-16-be" if head[:1] == b"\0" else "utf-16-le", "replace")
    # The last character may be cut in two.
    return None if "\ufffd" in text[:-1] else text


def _texts(content: bytes, name: str) -> Iterator[list[Sheet]]:
    plain = content.removeprefix(codecs.BOM_UTF8)
    try:
        if plain.lstrip()[:1] in (b"{", b"[") and list_objects.is_json(plain):
            yield [list_objects.json_sheet(plain)]
            return
        if list_objects.is_rdf(plain[:HEAD_BYTES].decode("utf-8", "replace")):
            yield [list_objects.rdf_sheet(plain)]
            return
    except list_objects.NotAList as error:
        try:
            refuse(error.code, name, **error.said)
        except ListRefused as refused:
            raise refused from error
    for _encoding, text in decodings(without_long_cells(content)):
        try:
            sheet = read_delimited(text, name)
        except MalformedAnswer as error:
            try:
                refuse("damaged", name)
            except ListRefused as refused:
                raise refused from error
        if sheet.too_long:
            refuse("too-long", name)
        yield [sheet]
