"""Lists that people upload: what their columns mean, and an entry for each row, with what is to be said of it beside it.

A State's list is read as it is. Nothing is lost unseen: what no field takes is kept beside the row, and rows that say
nothing known are told with their numbers. A person confirms the columns, and then the rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.utils import translation

from catalogue.errors import ListRefused
from catalogue.register import list_files, remarks
from catalogue.register.fields import BY_NAME, SEPARATOR, shown
from catalogue.register.list_columns import CONTACT, ListedColumn, as_meanings, chosen, fields_of, plain, vocabulary
from catalogue.register.list_files import MAX_BYTES
from catalogue.register.list_objects import MAX_ROWS
from catalogue.register.remarks import Remark
from catalogue.register.sheet_export import EXPLANATIONS, FORMULA_BEGINNINGS, sheet_name
from catalogue.states.languages import DJANGO_LANGUAGES
from harvesters.columns import Column, Columns, recognise, recognise_keys
from harvesters.sheets import Sheet

__all__ = ["MAX_BYTES", "MAX_ROWS", "ListRefused", "Listed", "ListedColumn", "Row", "read_list", "same_address"]

LINK = "link"
"""What is written behind a header to name the addresses behind its column's texts."""

_SAYS_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)", re.IGNORECASE)

MAX_COLUMNS = 500
"""Of one list: a person is asked what each is. Lists of portals have up to a hundred."""


class Row(remarks.Read):
    """One row, as it was read. number: as a spreadsheet program counts, from 1. values: texts by field. extra: what no field
    takes, by header, but for contacts: persons are not taken over. assumed: fields whose text comes from what was said of
    the whole list."""

    number: int
    extra: dict[str, str]
    assumed: tuple[str, ...] = ()


class Listed(msgspec.Struct):
    """A list. left_out: rows without anything known, whose numbers are left_out_rows. sheet: the one that was read;
    other_sheets: those that have rows and were not. assumed: texts by field for the whole list, where its rows lack them."""

    columns: list[ListedColumn]
    rows: list[Row]
    left_out: int
    left_out_rows: list[int] = []
    sheet: str = ""
    other_sheets: list[str] = []
    assumed: dict[str, str] = {}


class _Table(NamedTuple):
    sheet: Sheet
    columns: Columns
    others: list[str]

    @property
    def rank(self) -> tuple[bool, bool, int]:
        titled = bool(self.columns.of("title"))
        return titled and self.columns.header_row >= 0, titled, self.columns.score


def read_list(
    path: Path,
    name: str,
    stated: Mapping[str, str | None] | None = None,
    *,
    kind: str = "source",
    authority: str = "",
    sheet: str | None = None,
) -> Listed:
    """The entries of an uploaded file. name: as the person knows it, for messages.

    stated: fields by header that the person confirmed; None for a column that is none. kind: of rows with an address, where
    the list has no such column. authority: where a row names none. sheet: the one to read, else the likeliest.
    Raises ListRefused, in one sentence, for a file that is no list, too large, or cannot be read.
    """
    table = _best(path, name, as_meanings(stated or {}), sheet)
    numbered = list(_cells(table))
    if len(numbered) > MAX_ROWS:
        list_files.refuse("too-many-rows", name, limit=MAX_ROWS)
    named = _named(table, [cells for _number, cells in numbered])
    if len(named) > MAX_COLUMNS:
        list_files.refuse("no-entries", name)
    columns = fields_of(named, [cells for _number, cells in numbered])
    assumed = {"authority": authority} if authority else {}
    if kind and not any(column.field == "kind" for column in columns):
        assumed["kind"] = kind
    rows = [row for number, cells in numbered if (row := _row(number, cells, columns, assumed)) is not None]
    _mark_repeated(rows)
    read = {row.number for row in rows}
    left_out = [*_above(table), *(number for number, _cells_of in numbered if number not in read)]
    return Listed(columns, rows, len(left_out), left_out, table.sheet.name, table.others, assumed)


# -- which sheet, and which row is the header


def _best(path: Path, name: str, stated: Mapping[str, str | None], only: str | None) -> _Table:
    best: _Table | None = None
    for sheets in list_files.readings(path, name):
        filled = [sheet for sheet in sheets if any(_filled(row) for row in sheet.rows)]
        if not filled:
            list_files.refuse("empty", name)
        chosen_ones = [sheet for sheet in filled if only is None or sheet.name.strip() == only.strip()]
        if not chosen_ones:
            list_files.refuse("no-sheet", name, sheet=only)
        for sheet in chosen_ones:
            others = [each.name for each in filled if each is not sheet and not _is_explanations(each.name)]
            table = _table(sheet, stated, others)
            if best is None or table.rank > best.rank:
                best = table
    if best is None or (best.columns.score == 0 and not best.sheet.keyed and _is_prose(best.sheet)):
        list_files.refuse("no-columns", name)
    return best


def _table(sheet: Sheet, stated: Mapping[str, str | None], others: list[str]) -> _Table:
    columns = _columns(sheet, stated)
    linked = _with_links(sheet, columns) if sheet.links else None
    return _Table(sheet, columns, others) if linked is None else _Table(linked, _columns(linked, stated), others)


def _is_prose(sheet: Sheet) -> bool:
    """Whether most rows have one cell only: a letter, or a format that is no table."""
    widths = [sum(plain(cell) is not None for cell in row) for row in sheet.rows if _filled(row)]
    return 2 * sum(width < 2 for width in widths) > len(widths)


def _is_explanations(name: str) -> bool:
    for code in DJANGO_LANGUAGES.values():
        with translation.override(code):
            if name == sheet_name(EXPLANATIONS):
                return True
    return False


def _columns(sheet: Sheet, stated: Mapping[str, str | None]) -> Columns:
    """What is recognised; where no row is a header, the first one that has anything is taken for it, unless it holds an
    address: then the columns have no names but their places."""
    if sheet.keyed:
        keys = [plain(cell) or "" for cell in sheet.rows[0]]
        return Columns(0, recognise_keys(keys, sheet.rows[1:], stated, vocabulary()).columns)
    found = recognise(sheet.rows, stated, vocabulary())
    if found is not None:
        return found
    first = next(index for index, row in enumerate(sheet.rows) if _filled(row))
    width = max(map(len, sheet.rows))
    header, below = sheet.rows[first], sheet.rows[first + 1 :]
    if any("://" in cell for cell in header if isinstance(cell, str)):
        header, below, first = [""] * width, sheet.rows, -1
    columns = recognise_keys([plain(cell) or "" for cell in header], below, stated, vocabulary())
    return Columns(first, columns.columns)


def _with_links(sheet: Sheet, columns: Columns) -> Sheet | None:
    """A column more beside each whose texts have addresses behind them, for these; None where no text has another one than
    it says itself. Which is taken for the address is decided as among any columns."""
    below = columns.header_row + 1
    behind: dict[int, dict[int, str]] = defaultdict(dict)
    for row, column, address in sheet.links:
        if below <= row < len(sheet.rows) and 0 <= column < len(sheet.rows[row]):
            text = plain(sheet.rows[row][column])
            if text is not None and not _SAYS_ADDRESS.match(text):
                behind[column][row] = address
    if not behind:
        return None
    width = max(map(len, sheet.rows))
    names = {column.index: column.header for column in columns.columns}
    rows = [[*row, *[None] * (width - len(row))] for row in sheet.rows]
    for column, addresses in sorted(behind.items()):
        for index, cells in enumerate(rows):
            header = f"{names.get(column, f'column {column + 1}')} ({LINK})"
            cells.append(header if index == below - 1 else addresses.get(index))
    return msgspec.structs.replace(sheet, rows=rows, links=[])


def _filled(row: Sequence[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in row)


# -- rows


def _above(table: _Table) -> list[int]:
    """The numbers of the rows above the header that have something: titles and notes."""
    rows = table.sheet.rows[: max(0, table.columns.header_row)]
    return [table.sheet.first_row + index for index, row in enumerate(rows, 1) if _filled(row)]


def _cells(table: _Table) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and cells by header of each row below the header that has something."""
    header_row = table.columns.header_row
    for index, row in enumerate(table.sheet.rows):
        if index > header_row and _filled(row):
            yield table.sheet.first_row + index + 1, _by_header(row, table.columns.columns)


def _named(table: _Table, rows: Sequence[Mapping[str, str]]) -> list[Column]:
    """The columns that have a header or a cell: a workbook may have thousands of empty ones."""
    index, used = table.columns.header_row, {header for cells in rows for header in cells}
    headers = table.sheet.rows[index] if index >= 0 else []
    titled = {place for place, cell in enumerate(headers) if plain(cell) is not None}
    return [column for column in table.columns.columns if column.index in titled or column.header in used]


def _by_header(row: Sequence[Any], columns: Sequence[Column]) -> dict[str, str]:
    # A row may be longer than its header: what stands there has no name but its place.
    names = [*(column.header for column in columns), *(f"column {n + 1}" for n in range(len(columns), len(row)))]
    texts = ((name, _text(cell)) for name, cell in zip(names, row, strict=False))
    return {name: text for name, text in texts if text is not None}


def _text(cell: Any) -> str | None:
    """A cell as text, without the mark that `sheet_export` puts before what looks like a formula."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:].startswith(FORMULA_BEGINNINGS):
        cell = cell[1:]
    return plain(cell)


def _row(
    number: int, cells: Mapping[str, str], columns: Sequence[ListedColumn], assumed: Mapping[str, str]
) -> Row | None:
    """None where no cell is of a known column, and for a header that is repeated."""
    if all(text == header for header, text in cells.items()):
        return None
    stated, extra = _sorted(cells, columns)
    for column in columns:
        if column.meaning == CONTACT:
            extra.pop(column.header, None)
    if not stated:
        return None
    added = {
        field: text
        for field, text in assumed.items()
        if field not in stated and (field != "kind" or "url" in stated or "endpoint" in stated)
    }
    if "title" in stated and "language" not in stated and (tag := _language_of_title(stated["title"], cells, columns)):
        added["language"] = tag
    read = remarks.read(stated | added)
    return Row({field: shown(value) for field, value in read.values.items()}, read.remarks, number, extra, tuple(added))


def _sorted(cells: Mapping[str, str], columns: Sequence[ListedColumn]) -> tuple[dict[str, str], dict[str, str]]:
    """The cells by field, and those that no field takes by header. Of several columns for one field the first that says
    something counts; those of a list are joined."""
    stated: dict[str, str] = {}
    extra = dict(cells)
    downloads = {column.field for column in columns if column.meaning == "download"}
    for column in columns:
        field, text = column.field, cells.get(column.header)
        if field is None or text is None:
            continue
        if field in stated and BY_NAME[field].shape != "list":
            continue
        del extra[column.header]
        text = chosen(field, text) or text if BY_NAME[field].choices else text
        stated[field] = f"{stated[field]}{SEPARATOR} {text}" if field in stated else text
    if "endpoint" in downloads and "endpoint" in stated and "url" not in stated:
        stated["url"] = stated.pop("endpoint")
    return stated, extra


def _language_of_title(title: str, cells: Mapping[str, str], columns: Sequence[ListedColumn]) -> str | None:
    """The language that the header of the title names."""
    return next((c.language for c in columns if c.field == "title" and cells.get(c.header) == title), None)


def _mark_repeated(rows: Sequence[Row]) -> None:
    """Remark upon each row whose address another above it has, with the title of that one."""
    first: dict[str, Row] = {}
    for row in rows:
        if not (address := row.values.get("url")):
            continue
        known = first.setdefault(same_address(address), row)
        if known is not row:
            row.remarks.append(Remark("url", "twice", value=known.values.get("title") or known.values["url"]))


def same_address(address: str) -> str:
    """An address without what makes no other place of it: the scheme, capitals of the host, a slash at the end."""
    host, slash, path = address.partition("://")[2].partition("/")
    return f"{host.casefold()}{slash}{path}".rstrip("/")
