"""The addresses behind the cells of a workbook, as links or as formulas: the reader of cells knows their texts only.

Runs in the guarded process (`harvesters.sheets`). Links to places within the workbook and to mailboxes are none.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.sax.saxutils import unescape

from lxml import etree

MAX_LINKS = 100_000
"""Of one sheet; one in each row of the longest list."""

MAX_LINKS_BYTES = 32 << 20
"""Of the part of a sheet that names its links."""

_CHUNK_BYTES = 1 << 18
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BEGINNING = re.compile(rb"<(?:\w+:)?hyperlinks\b")
_ODS_LINK = re.compile(rb"<(?:\w+:)?a\s|HYPERLINK\(", re.IGNORECASE)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f[^<>]*>([^<>]{0,8192})</")
"""Excel's formulas have 8,192 characters at most."""

_FORMULA = re.compile(r"(?:of:)?=?\s*HYPERLINK\(\s*\"([^\"]+)\"\s*[,;)]", re.IGNORECASE)
"""A link that is computed, where its address stands in the formula itself (HYPERLINK in ECMA-376 part 1 and OpenFormula)."""

_OVERLAP_BYTES = 1 << 14
"""A pattern may stand where one chunk ends and the next begins: as much as a cell with a formula takes."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::.*)?")
_HYPERLINK = re.compile(rb"<(?:\w+:)?hyperlink\s([^<>]*)>")
_ATTRIBUTE = re.compile(rb"(?:(\w+):)?(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT_LINK = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}a"
_HREF = "{http://www.w3.org/1999/xlink}href"

Links = dict[tuple[int, int], str]
"""Addresses by row and column, from 0, as the sheet has them."""


def links_of(path: Path) -> dict[str, Links]:
    """The links by name of sheet of an XLSX or ODS file; none for anything else. Raises what `zipfile` and lxml raise for a
    file that is damaged."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return {name: _of_sheet(archive, part, names) for name, part in _sheets(archive, names)}
        if "content.xml" in names:
            with archive.open("content.xml") as stream:
                linked = any(_ODS_LINK.search(kept) for kept in _windows(stream))
            if linked:  # else a large sheet need not be gone through twice
                with archive.open("content.xml") as stream:
                    return _of_ods(stream)
    return {}


def is_address(text: str) -> bool:
    """Whether a link leads to the web."""
    return text.lower().startswith(("http://", "https://"))


# -- XLSX


def _sheets(archive: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, str]]:
    """The name and the part of each sheet."""
    parts = _relations(archive, "xl/workbook.xml", names)
    for element in _parsed(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        part = parts.get(element.get(f"{_OFFICE}id", ""))
        if part in names:
            yield element.get("name", ""), part


def _relations(archive: zipfile.ZipFile, part: str, names: set[str]) -> dict[str, str]:
    """What a part refers to, by its name for it: other parts with their paths, and addresses as they are."""
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    if path not in names:
        return {}
    found = {}
    for element in _parsed(archive.read(path)).iter("{*}Relationship"):
        target = element.get("Target", "")
        if element.get("TargetMode") != "External":
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[element.get("Id", "")] = target
    return found


def _of_sheet(archive: zipfile.ZipFile, part: str, names: set[str]) -> Links:
    targets = {key: target for key, target in _relations(archive, part, names).items() if is_address(target)}
    found: Links = {}
    with archive.open(part) as stream:
        listed = _pass_over_cells(stream, found)
    for match in _HYPERLINK.finditer(listed):
        said = _attributes(match[1])
        place = _place(said.get(b"ref", b""))
        target = targets.get(said.get(b"id", b"").decode("utf-8", "replace"))
        if place is not None and target is not None and len(found) < MAX_LINKS:
            found[place] = target
    return found


def _pass_over_cells(stream: IO[bytes], found: Links) -> bytes:
    """Keep the addresses that formulas of cells have, and give back the list of links, which stands behind the cells."""
    for kept in _windows(stream):
        if b"HYPERLINK(" in kept.upper():
            for match in _FORMULA_CELL.finditer(kept):
                place = _place(_attributes(match[1]).get(b"r", b""))
                address = _address_in(unescape(match[2].decode("utf-8", "replace"), {"&quot;": '"'}))
                if place is not None and address is not None and len(found) < MAX_LINKS:
                    found[place] = address
        if beginning := _BEGINNING.search(kept):
            return kept[beginning.start() :] + stream.read(MAX_LINKS_BYTES)
    return b""


def _windows(stream: IO[bytes]) -> Iterator[bytes]:
    """What can be read, piece by piece; each begins with the end of the one before."""
    kept = b""
    while chunk := stream.read(_CHUNK_BYTES):
        kept += chunk
        yield kept
        kept = kept[-_OVERLAP_BYTES:]


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return {name: value or other for _, name, value, other in _ATTRIBUTE.findall(tag)}


def _place(reference: bytes) -> tuple[int, int] | None:
    """Row and column, from 0, of a cell that is named as in a formula."""
    place = _REFERENCE.fullmatch(reference.decode("ascii", "replace"))
    if place is None:
        return None
    column = 0
    for letter in place[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(place[2]) - 1, column - 1


def _address_in(formula: str) -> str | None:
    """The address in a formula that is a link to the web."""
    found = _FORMULA.match(formula)
    return found[1].strip() if found and is_address(found[1].strip()) else None


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


# -- ODS


def _of_ods(stream: IO[bytes]) -> dict[str, Links]:
    found: dict[str, Links] = {}
    name, row, column = "", 0, 0
    link: str | None = None
    events = etree.iterparse(stream, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=True)
    for event, element in events:
        tag = element.tag
        if event == "start":
            if tag == f"{_TABLE}table":
                name, row = element.get(f"{_TABLE}name", ""), 0
            elif tag == f"{_TABLE}table-row":
                column = 0
            elif tag == _TEXT_LINK and link is None and is_address(element.get(_HREF, "")):
                link = element.get(_HREF)
        elif tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            own = found.setdefault(name, {})
            link = link or _address_in(element.get(f"{_TABLE}formula", ""))
            if link is not None and len(own) < MAX_LINKS:
                own[row, column] = link
            link = None
            column += _repeated(element, "columns")
            element.clear()
        elif tag == f"{_TABLE}table-row":
            row += _repeated(element, "rows")
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return found


def _repeated(element: etree._Element, what: str) -> int:
    stated = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 1
