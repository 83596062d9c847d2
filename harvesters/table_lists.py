"""Lists of datasets in tables and in plain JSON: found among the sheets, their columns recognised, their rows made entries.

Pure. A workbook may spread its list over sheets that share a key (the template of Argentina's national catalogue:
`dataset_identifier` in the sheets of datasets, distributions and fields); such sheets are joined.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from harvesters.columns import CERTAIN_CONFIDENCE, Column, Columns, recognise, recognise_keys
from harvesters.columns.headers import fold
from harvesters.sheets import Sheet
from harvesters.values import clean_text

Cells = dict[str, Any]
"""The cells of a row by their headers; empty ones are left out."""

Stated = Mapping[str, str | None]
"""Meanings by header that the source states (`columns.recognise`)."""

LISTS_AT = (
    "datasets",
    "dataset",
    "data",
    "results",
    "result",
    "items",
    "records",
    "value",
    "rows",
    "entries",
    "sources",
)
"""Under which key a JSON document has its list, where it is not a list itself."""

FIELDS = "fields"
"""The key in a file's cells under which its columns are described, where a sheet of the workbook does so."""

MAX_FILES_KEYS = 200


class Listing(msgspec.Struct):
    """One list. name: of its sheet. columns and file_columns: what was recognised of the datasets, and of their files
    where these are listed apart. rows: the datasets. files: those of each row. left_out: rows that name no dataset.
    too_long: rows that a cell too long has cost."""

    name: str
    columns: Columns
    rows: list[Cells]
    files: list[list[Cells]]
    file_columns: Columns | None = None
    left_out: int = 0
    too_long: int = 0


class Entry(msgspec.Struct, omit_defaults=True):
    """One dataset of a list, as it is kept: its cells, those of further rows with the same identity, and its files.

    meanings and file_meanings: by header what it was taken for, with the language of texts behind an "@" ("title@fr").
    """

    cells: Cells
    meanings: dict[str, str]
    further: list[Cells] = []
    files: list[Cells] = []
    file_meanings: dict[str, str] = {}


# -- from sheets


def listings(sheets: Sequence[Sheet], stated: Stated, only: str | None = None) -> list[Listing]:
    """The lists among sheets: the joined one, or else each that plainly is one; where none is, the one that comes nearest,
    so that a person can be told what its columns are. only: the name of the sheet to read."""
    chosen = [sheet for sheet in sheets if only is None or sheet.name.strip().casefold() == only.strip().casefold()]
    known = [(sheet, columns) for sheet in chosen if (columns := recognise(sheet.rows, stated)) is not None]
    if only is None and (joined := _joined(known, stated)) is not None:
        return [joined]
    plain = [pair for pair in known if pair[1].is_list]
    if not plain:
        likely = sorted(known, key=lambda pair: (not pair[1].of("title"), -pair[1].score))
        plain = (likely or [(sheet, columns) for sheet in chosen if (columns := _nameless(sheet)) is not None])[:1]
    return [_listing(sheet, columns) for sheet, columns in plain]


def _nameless(sheet: Sheet) -> Columns | None:
    """The first row that has anything as a header of which nothing is recognised."""
    for index, row in enumerate(sheet.rows):
        if any(clean_text(cell) for cell in row):
            return Columns(index, tuple(Column(place, clean_text(cell) or "") for place, cell in enumerate(row)))
    return None


def _listing(sheet: Sheet, columns: Columns) -> Listing:
    rows, left_out = [], 0
    for cells in _cells(sheet, columns):
        if _names_dataset(cells, columns):
            rows.append(cells)
        else:
            left_out += bool(cells)
    return Listing(sheet.name, columns, rows, [[] for _ in rows], None, left_out)


def _cells(sheet: Sheet, columns: Columns) -> Iterator[Cells]:
    headers = [column.header for column in columns.columns]
    for row in sheet.rows[columns.header_row + 1 :]:
        # A row may be longer than its header: what stands there has no name but its place.
        names = (
            headers
            if len(row) <= len(headers)
            else [*headers, *(f"column {n + 1}" for n in range(len(headers), len(row)))]
        )
        yield {name: value for name, value in zip(names, row, strict=False) if value is not None and value != ""}


def _names_dataset(cells: Cells, columns: Columns) -> bool:
    """Whether a row has a title, and is more than a heading between rows."""
    if not any(clean_text(cells.get(column.header)) for column in columns.of("title")):
        return False
    meant = sum(column.meaning is not None for column in columns.columns)
    return len(cells) > 1 or meant < 3


def _joined(known: Sequence[tuple[Sheet, Columns]], stated: Stated) -> Listing | None:
    """The datasets of one sheet with the files and fields of others that repeat its key (`dataset_identifier`)."""
    for sheet, columns in known:
        keys = columns.of("identifier")
        if not keys or not columns.of("title"):
            continue
        prefix = fold(keys[0].header).partition(" ")[0]
        if not _mostly(columns, prefix):
            continue
        others = [(s, c) for s, c in known if s is not sheet and _has(c, keys[0].header) and not _mostly(c, prefix)]
        if others:
            return _join(_listing(sheet, columns), keys[0].header, others, stated)
    return None


def _mostly(columns: Columns, prefix: str) -> bool:
    own = sum(fold(column.header).startswith(f"{prefix} ") for column in columns.columns)
    return 2 * own > len(columns.columns)


def _has(columns: Columns, header: str) -> bool:
    return any(column.header == header for column in columns.columns)


def _join(listing: Listing, key: str, others: Sequence[tuple[Sheet, Columns]], stated: Stated) -> Listing:
    prefix = fold(key).partition(" ")[0]
    tables = []
    for sheet, columns in others:
        inner = [column.header for column in columns.columns if not fold(column.header).startswith(f"{prefix} ")]
        rows = list(_cells(sheet, columns))
        own = recognise_keys(inner, [[row.get(header) for header in inner] for row in rows], stated)
        tables.append((own, rows, inner))
    files = next((table for table in tables if table[0].of("download") or table[0].of("page")), None)
    if files is None:
        return listing
    by_dataset: dict[str | None, list[Cells]] = defaultdict(list)
    file_key = next((column.header for column in files[0].of("identifier")), None)
    by_file: dict[tuple[str | None, str | None], Cells] = {}
    for row in files[1]:
        kept = {header: row[header] for header in files[2] if header in row}
        by_dataset[clean_text(row.get(key))].append(kept)
        if file_key is not None:
            by_file[clean_text(row.get(key)), clean_text(row.get(file_key))] = kept
    for own, rows, inner in tables:
        if own is files[0] or file_key is None:
            continue
        for row in rows:
            described = by_file.get((clean_text(row.get(key)), clean_text(row.get(file_key))))
            if described is not None and file_key in row:
                field = {h: row[h] for h in inner if h in row and h != file_key and h not in described}
                described.setdefault(FIELDS, []).append(field)
    key_of = [clean_text(row.get(key)) for row in listing.rows]
    return msgspec.structs.replace(
        listing, files=[by_dataset.get(identifier, []) for identifier in key_of], file_columns=files[0]
    )


# -- from JSON


def json_listing(document: Any, stated: Stated) -> Listing | None:
    """The list of datasets in a JSON document: an array of flat objects, with their files in an array of objects each
    where they have several; None where it has no array of objects."""
    rows = [flat(member) for member in members(document)]
    if not rows:
        return None
    files_key = _files_key(rows, stated)
    files = [_files(row, files_key) for row in rows]
    columns = _of_keys(rows, stated)
    file_columns = _of_keys([each for row in files for each in row], stated) if files_key is not None else None
    kept = [(row, own) for row, own in zip(rows, files, strict=True) if _names_dataset(row, columns)]
    return Listing(
        "", columns, [row for row, _ in kept], [own for _, own in kept], file_columns, left_out=len(rows) - len(kept)
    )


def _files(row: Cells, key: str | None) -> list[Cells]:
    """Take the files of a dataset out of its cells; what is no list stays there."""
    if key is None or not isinstance(row.get(key), list):
        return []
    return [flat(each) for each in row.pop(key) if isinstance(each, dict)]


def members(document: Any) -> list[dict[str, Any]]:
    """The objects of the list that a JSON document is, or has under one of `LISTS_AT`; none where it has no such list."""
    if isinstance(document, dict):
        document = next((document[key] for key in LISTS_AT if isinstance(document.get(key), list)), None)
    found = document if isinstance(document, list) else []
    objects = [member for member in found if isinstance(member, dict)]
    return objects if len(objects) == len(found) else []


def flat(member: Mapping[str, Any]) -> Cells:
    """An object's values; those of an object in it under both keys ("publisher.name")."""
    cells: Cells = {}
    for key, value in member.items():
        if isinstance(value, dict) and value and not any(isinstance(inner, dict | list) for inner in value.values()):
            cells |= {f"{key}.{inner}": said for inner, said in value.items() if said not in (None, "", [])}
        elif value not in (None, "", [], {}):
            cells[key] = value
    return cells


def _keys(rows: Sequence[Cells]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))[:MAX_FILES_KEYS]


def _of_keys(rows: Sequence[Cells], stated: Stated) -> Columns:
    keys = _keys(rows)
    return recognise_keys(keys, [[row.get(key) for key in keys] for row in rows[:200]], stated)


def _files_key(rows: Sequence[Cells], stated: Stated) -> str | None:
    """The key under which the members have lists of objects with addresses."""
    for key in _keys(rows):
        lists = [row[key] for row in rows[:200] if isinstance(row.get(key), list)]
        objects = [flat(each) for value in lists for each in value if isinstance(each, dict)]
        if objects and 2 * len(lists) > sum(key in row for row in rows[:200]):
            columns = _of_keys(objects, stated)
            if columns.of("download") or columns.of("page"):
                return key
    return None


# -- from lists to entries


def entries(listing: Listing) -> Iterator[tuple[str | None, Entry]]:
    """Each dataset of a list with its identity, in order.

    The identity is what stands in the identifier's column, where one number never has two titles; else the address (of
    the page, or of the data) that no other row has; else title and publisher. Rows with one identity are one dataset.
    """
    meanings = meanings_of(listing.columns)
    file_meanings = meanings_of(listing.file_columns) if listing.file_columns is not None else {}
    identities = _identities(listing)
    found: dict[str, Entry] = {}
    for identity, cells, files in zip(identities, listing.rows, listing.files, strict=True):
        entry = found.get(identity)
        if entry is None:
            found[identity] = Entry(cells, meanings, [], list(files), file_meanings)
        else:
            entry.further.append(cells)
            entry.files.extend(files)
    yield from found.items()


def meanings_of(columns: Columns) -> dict[str, str]:
    """By header what it was taken for; "title@fr" where the header names a language."""
    return {
        column.header: f"{column.meaning}@{column.language}" if column.language else column.meaning
        for column in columns.columns
        if column.meaning is not None
    }


def _identities(listing: Listing) -> list[str]:
    columns = listing.columns
    numbered = [c.header for c in columns.of("identifier") if c.confidence >= CERTAIN_CONFIDENCE]
    addressed = [column.header for meaning in ("page", "download") for column in columns.of(meaning)]
    titled = [column.header for column in [*columns.of("title"), *columns.of("publisher")]]
    titles = [clean_text(_first(row, [column.header for column in columns.of("title")])) or "" for row in listing.rows]
    numbers = [clean_text(_first(row, numbered)) for row in listing.rows]
    titles_of = defaultdict(set)
    for number, title in zip(numbers, titles, strict=True):
        titles_of[number].add(title)
    trusted = all(len(named) == 1 for number, named in titles_of.items() if number is not None)
    counts = Counter(
        address for row in listing.rows for address in {clean_text(row.get(h)) for h in addressed} if address
    )
    found = []
    for row, number in zip(listing.rows, numbers, strict=True):
        addresses = [address for header in addressed if (address := clean_text(row.get(header))) is not None]
        own = next((address for address in addresses if counts[address] == 1), None)
        words = " | ".join(text for header in titled if (text := clean_text(row.get(header))) is not None)
        found.append((number if trusted else None) or own or words)
    return found


def _first(row: Cells, headers: Sequence[str]) -> Any:
    return next((row[header] for header in headers if header in row), None)
