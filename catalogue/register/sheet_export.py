"""Entries as spreadsheets to download: XLSX and CSV with the headers of the template, and no cell that a program computes.

An entry's texts come from outside. What begins as a formula does gets an apostrophe before it in CSV, which has no other
way to say that a cell is text; in XLSX every cell is written as text. `lists` reads both back.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from catalogue.register.fields import FIELDS, Field, Text, label_of
from catalogue.states.languages import DJANGO_LANGUAGES, direction

ENTRIES, EXPLANATIONS = _("Entries"), _("Explanations")
"""The names of the template's sheets; the second is no list."""

FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program take a cell of a CSV file for a formula (CWE-1236)."""

MAX_CELL = 32_767
"""Characters that a cell of XLSX can hold."""

MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stated as the date of every workbook: the same entries give the same bytes."""

WIDTHS = {"text": 28, "long": 44, "address": 40, "list": 28, "choice": 16, "date": 14, "language": 14}
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


class Line(NamedTuple):
    """One entry. values: by field. beside: by header, what the register knows of it (party, status); the same headers in
    every line."""

    values: Mapping[str, Any]
    beside: Mapping[str, str] = {}


def write_csv(lines: Iterable[Line], language: str) -> bytes:
    """Entries as CSV (UTF-8 with its mark, as spreadsheet programs need it). language: of headers and choices."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in _table(lines, language):
        writer.writerow([defused(text) for text in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def write_xlsx(lines: Iterable[Line], language: str) -> bytes:
    """Entries as a workbook of one sheet. language: of headers and choices."""
    header, *rows = _table(lines, language)
    file = io.BytesIO()
    with workbook(file) as book, translation.override(DJANGO_LANGUAGES[language]):
        sheet = book.add_worksheet(sheet_name(ENTRIES))
        if direction(language) == "rtl":
            sheet.right_to_left()
        beside = len(header) - len(FIELDS)
        widths = [WIDTHS["choice"]] * beside + [WIDTHS[field.shape] for field in FIELDS]
        formats = header_format(book), text_format(book)
        for column, (text, width) in enumerate(zip(header, widths, strict=True)):
            sheet.set_column(column, column, width, formats[1])
            sheet.write_string(0, column, text, formats[0])
        write_rows(sheet, rows, formats[1])
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(header) - 1)
    return file.getvalue()


def defused(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def cells(values: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> list[str]:
    """An entry's texts in the order of the fields, choices by their names in the language that is active."""
    return [str(label_of(field.name, values.get(field.name))) for field in fields]


def _table(lines: Iterable[Line], language: str) -> list[list[str]]:
    """The header and a row for each entry."""
    known = list(lines)
    beside = list(known[0].beside) if known else []
    with translation.override(DJANGO_LANGUAGES[language]):
        header = [*beside, *(str(field.label) for field in FIELDS)]
        return [
            header,
            *([*(line.beside.get(name, "") for name in beside), *cells(line.values)] for line in known),
        ]


# -- what the template uses too


def workbook(file: io.BytesIO) -> Any:
    """A workbook in which a text stays one, whatever it looks like."""
    book = xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"created": MADE})
    return book


def header_format(book: Any) -> Any:
    """Of the cells of the first row."""
    return book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E6EEF7", "bottom": 1, "num_format": "@"}
    )


def text_format(book: Any) -> Any:
    """Of all other cells: text, so that a program makes no date of an article or a year."""
    return book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})


def write_rows(sheet: Any, rows: Iterable[Sequence[str]], cell_format: Any) -> None:
    """Texts below the header. A text longer than a cell can be is cut, and says so with an ellipsis."""
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            shown = text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"
            if shown:
                sheet.write_string(number, column, shown, cell_format)


def sheet_name(name: Text) -> str:
    """A name as a sheet may have it: 31 characters, without brackets and slashes."""
    return _NOT_IN_SHEET_NAMES.sub(" ", str(name))[:31]
