"""Lists of datasets as States keep them: a spreadsheet, a CSV file, or a plain JSON list, in any language.

How files become rows is in `sheets`, what columns mean in `columns`, how rows become datasets in `table_lists`.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from harvesters.base import Answer, Event, Harvester, LastPage, Option, Parts, Source, no_parts, notice
from harvesters.columns import MEANINGS, Columns
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonrecord import mended_json
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase, verbatim
from harvesters.sheets.delimited import MAX_CELL_BYTES, decodings, read_delimited, without_long_cells
from harvesters.sheets.workbook import OLE, is_workbook, read_workbook
from harvesters.spool_lines import Ask
from harvesters.table_lists import Listing, Stated, entries, json_listing, listings
from harvesters.table_mapping import map_entry

DETECTED = 55
"""A file with titles and addresses is likely, and never certainly, a list of datasets: a person confirms its columns."""

DETECTION_SECONDS = 5.0
"""For a workbook, of the 20 that a whole check may take (issue 3)."""

CELLS_SHOWN = 30
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_FILE = re.compile(r"\.(?:csv|tsv|xlsx|xlsm|ods|xls)$", re.IGNORECASE)
_TEXT_TYPES = frozenset(
    {
        "text/csv",
        "application/csv",
        "text/tab-separated-values",
        "text/comma-separated-values",
        "application/vnd.ms-excel",
    }
)
_LABEL = re.compile(
    r"catalog|inventor|list of (?:open )?data|data ?sets? list|liste des jeux|lista de (?:datos|conjuntos|dados)|"
    r"реестр|перечень|قائمة|فهرس|目录|目錄|清单|verzeichnis|elenco",
    re.IGNORECASE,
)


class Table(Harvester):
    """Lists of datasets in CSV, XLSX, ODS or XLS, with any delimiter and encoding, and plain JSON lists of objects. The header
    is looked for among the first rows, and each column's meaning (title, description, publisher, address of the page or of
    the data, format, licence, frequency, dates, keywords, language ...) recognised from its words in nine languages and
    from its values; every run says what was recognised (`columns-recognised`), and the option `columns` corrects it. Sheets
    that share a dataset's key (datasets, distributions, fields) are joined. A dataset's identity is what its identifier's
    column says, else its address, else title and publisher. Columns without a meaning are kept; contacts are not.
    Formulas are the values that were saved. Hidden sheets are not read.
    """

    protocol = "table"
    title = "List in CSV, XLSX, ODS or JSON"
    described = phrase("protocol-table")
    standard = "https://www.rfc-editor.org/rfc/rfc4180"
    options = (
        Option(
            "columns",
            f'what a column means, by its header ("Titulo": title); one of {", ".join(sorted(MEANINGS))}, or none',
        ),
        Option("sheet", "the name of the sheet to read, where a workbook has several"),
    )

    def start(self) -> Iterable[Ask]:
        """The file."""
        yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """What was recognised, then a record for each dataset."""
        found = self._listings(answer)
        titled = [listing for listing in found if listing.columns.of("title")]
        if not titled:
            raise MalformedAnswer(*_no_titles(answer.url, found))
        for listing in titled:
            yield notice(find("columns-recognised", listing.name, _told(listing)), answer)
            for _ in range(listing.too_long):
                finding = find("record-too-large", listing.name, size=f"> {MAX_CELL_BYTES}", limit=MAX_CELL_BYTES)
                yield notice(finding, answer, received=True)
            for identity, entry in entries(listing):
                raw = msgspec.json.encode(entry)
                if len(raw) > self.source.max_record_bytes:
                    limit = self.source.max_record_bytes
                    yield notice(find("record-too-large", size=len(raw), limit=limit), answer, identity, received=True)
                else:
                    yield self.json_record(identity, raw, answer)
        yield LastPage()

    def _listings(self, answer: Answer) -> list[Listing]:
        stated = _stated(self.source)
        only = self.source.options.get("sheet")
        with answer.open() as file:
            head = file.read(8)
        if is_workbook(head):
            return listings(read_workbook(answer.path, answer.url), stated, only if isinstance(only, str) else None)
        content = answer.content()
        if not content.strip():
            raise MalformedAnswer(phrase("empty-body", url=answer.url), phrase("do-check-address"))
        if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in b"{[":
            listing = json_listing(_json(content, answer.url), stated)
            return [listing] if listing is not None else []
        if content.lstrip()[:1] == b"<":
            raise MalformedAnswer(phrase("no-table", url=answer.url), phrase("do-give-file-address"))
        charset = _CHARSET.search(answer.headers.get("content-type", ""))
        return _delimited(content, charset[1] if charset else None, answer.url, stated)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Spreadsheets that the page plainly labels as a catalogue or inventory."""
        if seen.page is None:
            return
        found = 0
        for element in seen.page.iter("a"):
            url = seen.absolute(element.get("href", ""))
            if url is None or not _FILE.search(urlsplit(url).path):
                continue
            label = f"{element.text_content()} {element.get('title', '')} {unquote(url).rpartition('/')[2]}"
            if _LABEL.search(label):
                yield Lead(url, 60, phrase("page-links-to-list"))
                found += 1
            if found == 2:
                return

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A table whose columns plainly include titles and addresses."""
        if seen.is_html or not seen.body:
            return None
        try:
            found = [listing for listing in _seen_listings(seen) if listing.columns.is_list or _files_listed(listing)]
        except MalformedAnswer:
            return None
        if not found:
            return None
        columns = [c for listing in found for c in listing.columns.columns if c.meaning is not None]
        headers = ", ".join(dict.fromkeys(f'"{c.header}"' for c in columns[:8]))
        count = sum(len(listing.rows) for listing in found) if seen.whole else None
        return Recognised(DETECTED, seen.url, phrase("list-with-columns", columns=headers), count)

    @classmethod
    def package(cls, record: Any, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset of a list; see `table_mapping`."""
        return map_entry(record, source)


def _seen_listings(seen: Seen) -> list[Listing]:
    """The lists in what detection sees of a file."""
    if is_workbook(seen.body[:8]):
        if not seen.whole or not (
            b"xl/" in seen.body or b"opendocument.spreadsheet" in seen.body or seen.body.startswith(OLE)
        ):
            return []
        with tempfile.NamedTemporaryFile(suffix=".workbook") as file:
            file.write(seen.body)
            file.flush()
            return listings(read_workbook(Path(file.name), seen.url, DETECTION_SECONDS), {})
    if seen.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        if not seen.whole:
            return []
        listing = json_listing(seen.json if seen.json is not None else _json(seen.body, seen.url), {})
        return [listing] if listing is not None else []
    named = seen.media_type in _TEXT_TYPES or bool(_FILE.search(urlsplit(seen.url).path))
    if not named or seen.body.lstrip()[:1] in b"<{[":
        return []
    content = seen.body if seen.whole else seen.body.rpartition(b"\n")[0]
    charset = _CHARSET.search(seen.headers.get("content-type", ""))
    return _delimited(content, charset[1] if charset else None, seen.url, {})


def _files_listed(listing: Listing) -> bool:
    """Whether the datasets have titles, and files with addresses that are listed apart."""
    files = listing.file_columns
    return files is not None and bool(files.of("download") or files.of("page")) and bool(listing.columns.of("title"))


def _delimited(content: bytes, charset: str | None, origin: str, stated: Stated) -> list[Listing]:
    """The list in a text; of several encodings that it may have, the one in which most columns are recognised."""
    best: list[Listing] = []
    for _, text in decodings(without_long_cells(content), charset):
        sheet = read_delimited(text, origin)
        found = [msgspec.structs.replace(each, too_long=sheet.too_long) for each in listings([sheet], stated)]
        if found and (not best or found[0].columns.score > best[0].columns.score):
            best = found
    return best


def _json(content: bytes, origin: str) -> Any:
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except NOT_JSON as error:
        lines = [line for line in content.splitlines() if line.strip()]
        try:
            return [msgspec.json.decode(line) for line in lines] if len(lines) > 1 else _mended(content, origin, error)
        except NOT_JSON:
            return _mended(content, origin, error)


def _mended(content: bytes, origin: str, error: Exception) -> Any:
    mended = mended_json(content)
    if mended is None:
        raise MalformedAnswer(
            phrase("not-in-format", url=origin, format="JSON", detail=str(error)), phrase("do-tell-portal-operator")
        ) from error
    return msgspec.json.decode(mended)


def _stated(source: Source) -> Stated:
    """The meanings that the source's option states. What is no meaning counts as none."""
    stated = source.options.get("columns")
    if not isinstance(stated, dict):
        return {}
    return {str(header): meaning if meaning in MEANINGS else None for header, meaning in stated.items()}


def _told(listing: Listing) -> tuple[Phrase, ...]:
    """What was recognised, for a person to check; what the option `columns` calls each meaning stands with it."""
    told = [verbatim(_meant(listing.columns))]
    if listing.file_columns is not None:
        told.append(phrase("columns-of-files", columns=_meant(listing.file_columns)))
    kept = [c.header for c in listing.columns.columns if c.meaning is None]
    if kept:
        told.append(phrase("columns-kept", columns=", ".join(kept[:CELLS_SHOWN])))
    if listing.left_out:
        told.append(phrase("rows-without-dataset", rows=listing.left_out))
    return tuple(told)


def _meant(columns: Columns) -> str:
    return "; ".join(f"{c.header} = {c.meaning} ({c.confidence})" for c in columns.columns if c.meaning is not None)


def _no_titles(origin: str, found: list[Listing]) -> Iterator[Phrase]:
    yield phrase("no-title-column", url=origin)
    headers = [column.header for listing in found for column in listing.columns.columns][:CELLS_SHOWN]
    if headers:
        yield phrase("its-columns", columns=", ".join(headers))
    yield phrase("do-name-columns")
