"""What commands print: tables for people, JSON for programs, and progress bars on long work."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from catalogue.errors import CatalogueError
from harvesters.findings import LANGUAGES

PIPED_COLUMNS = 180

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table for people.")]


def readable_in(language: str) -> str:
    """A language in which texts can be read, as it was asked for. Raises CatalogueError for another."""
    if language not in LANGUAGES:
        raise CatalogueError(f"There is no text in {language!r}; choose one of {', '.join(LANGUAGES)}.")
    return language


def print_json(value: object) -> None:
    """A value as JSON on standard output, indented, in UTF-8."""
    sys.stdout.write(json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on standard output; numbers are set to the right."""
    table = Table(title=title, title_justify="left")
    kept = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = bool(kept) and all(isinstance(row[index], int | float) for row in kept)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in kept:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    # A pipe has no width of its own; 80 columns would break every word.
    Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS).print(table)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Progress bars on standard error, so that standard output stays for the result."""
    bars = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=False,
    )  # fmt: skip
    with bars:
        yield bars
