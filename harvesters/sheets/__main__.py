"""The process that opens one workbook: `python -m harvesters.sheets FILE` writes its visible sheets to standard output.

JSON, a list of `Sheet`. Exit status 1 for what cannot be read, 3 for too many cells; any other is the limits' doing.
"""

import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from harvesters.sheets import MAX_CELLS, MAX_CHARACTERS, Sheet
from harvesters.sheets.links import Links, links_of
from harvesters.sheets.workbook import MEMORY_BYTES, SECONDS, TOO_MANY


class TooManyCells(Exception):
    """Raised by `read` over `MAX_CELLS` or `MAX_CHARACTERS`."""


def read(path: Path) -> list[Sheet]:
    """The visible worksheets of a workbook. Raises CalamineError for what is none, and TooManyCells."""
    sheets = []
    cells = characters = 0
    links = _links(path)
    with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
        for known in workbook.sheets_metadata:
            if known.visible != SheetVisibleEnum.Visible or known.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(known.name)
            cells += sheet.height * sheet.width
            if cells > MAX_CELLS:
                raise TooManyCells
            rows = [[_plain(value) for value in row] for row in sheet.to_python(skip_empty_area=True)]
            characters += sum(len(value) for row in rows for value in row if isinstance(value, str))
            if characters > MAX_CHARACTERS:
                raise TooManyCells
            first_row, first_column = sheet.start or (0, 0)
            behind = [
                (row - first_row, column - first_column, address)
                for (row, column), address in links.get(known.name, {}).items()
            ]
            sheets.append(Sheet(known.name, rows, first_row=first_row, links=behind))
    return sheets


def _links(path: Path) -> dict[str, Links]:
    """What stands behind the cells. A workbook whose cells can be read is read also where its links cannot."""
    try:
        return links_of(path)
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, ValueError):
        return {}


def _plain(value: Any) -> str | int | float | bool | None:
    """A cell as JSON has it: a whole number without a fraction, a day without midnight, nothing as None."""
    match value:
        case "":
            return None
        case bool() | str():
            return value
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case datetime(hour=0, minute=0, second=0, microsecond=0):
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return value  # type: ignore[no-any-return]  # an int or a float


def main() -> int:
    """Read the file that the command line names, within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(msgspec.json.encode(read(Path(sys.argv[1]))))
    except TooManyCells:
        return TOO_MANY
    except (CalamineError, OSError, MemoryError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
