"""Tables as rows of plain cells: delimited text of any encoding and delimiter, and workbooks (XLSX, ODS, XLS).

A workbook comes from outside and is read by a process of its own with little memory and time (`workbook`). Formulas are
the values that stood in their cells when the file was saved; nothing is computed.
"""

from typing import Any

import msgspec

from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase

MAX_CELLS = 2_000_000
"""Of all sheets together: a list of 100,000 datasets with 20 columns. More is data rather than a list."""

MAX_CHARACTERS = 64 << 20
"""Of all cells together."""


class Sheet(msgspec.Struct):
    """One table. name: of the sheet, empty for delimited text. rows: of texts, numbers, booleans and None; dates as
    ISO 8601. Rows may differ in length. too_long: how many rows are left out because a cell of theirs is too long.
    first_row: how many rows of a workbook's sheet stand empty above the first of these. keyed: whether the first of them is
    no row of the list but the names of its columns, whatever stands in it. links: row and column of cells, among these, with an
    address behind their text, and the address."""

    name: str
    rows: list[list[Any]]
    too_long: int = 0
    first_row: int = 0
    keyed: bool = False
    links: list[tuple[int, int, str]] = []


def too_many_cells(origin: str) -> MalformedAnswer:
    """What is said of a table over `MAX_CELLS` or `MAX_CHARACTERS`."""
    return MalformedAnswer(
        phrase("too-many-cells", url=origin, cells=MAX_CELLS, mebibytes=MAX_CHARACTERS >> 20),
        phrase("do-register-file"),
    )
