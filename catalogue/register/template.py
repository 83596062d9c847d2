"""The spreadsheet template for a State's list: a column for each field, in one of the six languages.

No macros and no formulas: drop-downs are data validation, and helps are comments. What a State fills in is read by
`lists`, in any order of the columns.
"""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from catalogue.register.fields import FIELDS, Field
from catalogue.register.lists import MAX_ROWS
from catalogue.register.sheet_export import (
    ENTRIES,
    EXPLANATIONS,
    WIDTHS,
    cells,
    header_format,
    sheet_name,
    text_format,
    workbook,
    write_rows,
)
from catalogue.states.languages import DJANGO_LANGUAGES, direction

MARK = " *"
"""Behind the name of a field that an entry cannot do without."""


def write_template(language: str, rows: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """The template as XLSX. language: one of the six, by its tag. rows: entries that stand in it already, by field, as a
    State gets its list back to correct it."""
    file = io.BytesIO()
    with workbook(file) as book, translation.override(DJANGO_LANGUAGES[language]):
        formats = header_format(book), text_format(book)
        listing, explanations = book.add_worksheet(sheet_name(ENTRIES)), book.add_worksheet(sheet_name(EXPLANATIONS))
        if direction(language) == "rtl":
            listing.right_to_left()
            explanations.right_to_left()
        for column, field in enumerate(FIELDS):
            _column(listing, column, field, formats)
        write_rows(listing, (cells(values) for values in rows), formats[1])
        listing.freeze_panes(1, 0)
        _explain(explanations, formats)
    return file.getvalue()


def _column(sheet: Any, column: int, field: Field, formats: tuple[Any, Any]) -> None:
    sheet.set_column(column, column, WIDTHS[field.shape], formats[1])
    sheet.write_string(0, column, f"{field.label}{MARK if field.needed else ''}", formats[0])
    if help_text := _help(field):
        sheet.write_comment(0, column, help_text, {"x_scale": 2})
    if field.choices:
        sheet.data_validation(
            1, column, MAX_ROWS, column,
            {"validate": "list", "source": [str(label) for _value, label in field.choices], "error_type": "stop"},
        )  # fmt: skip


def _help(field: Field) -> str:
    """What a person should know before filling in a field."""
    said = [str(field.help)] if field.help else []
    if field.needed:
        said.append(_("An entry cannot be submitted without it."))
    if field.shape == "list":
        said.append(_("Separate several by semicolons."))
    if field.shape == "date":
        said.append(_("Write it as in 2026-01-31; a year or a month is enough."))
    return " ".join(said)


def _explain(sheet: Any, formats: tuple[Any, Any]) -> None:
    """The second sheet: how to fill in the first, and every field with its help and its choices."""
    header, text = formats
    for column, width in enumerate((36, 90, 44)):
        sheet.set_column(column, column, width, text)
    introduction = (
        _("Write one initiative or source in each row of the first sheet."),
        _("Columns with an asterisk (*) are required; leave others empty where you do not know the answer."),
        _("Columns may be moved, hidden or left out; their names tell what they are."),
        _("Do not write names or addresses of persons: what stands here is published."),
    )
    for row, sentence in enumerate(introduction):
        sheet.write_string(row, 0, sentence, None)
    top = len(introduction) + 1
    for column, name in enumerate((_("Column"), _("What to write"), _("Choices"))):
        sheet.write_string(top, column, name, header)
    for row, field in enumerate(FIELDS, top + 1):
        choices = "; ".join(str(label) for _value, label in field.choices)
        for column, said in enumerate((f"{field.label}{MARK if field.needed else ''}", _help(field), choices)):
            sheet.write_string(row, column, said, text)
