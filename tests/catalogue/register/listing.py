"""What tests of lists share: a list as a file, and what was read of it, shortly."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalogue.register.lists import Listed, Row, read_list

LINK = "https://data.xa.example"


def listed(folder: Path, content: str | bytes, name: str = "list.csv", **more: Any) -> Listed:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_list(path, name, **more)


def fields(found: Listed) -> dict[str, str | None]:
    return {column.header: column.field for column in found.columns}


def codes(row: Row) -> set[tuple[str, str]]:
    return {(remark.field, remark.code) for remark in row.remarks if remark.code != "wished"}


def table(*rows: Sequence[str], delimiter: str = ";") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()
