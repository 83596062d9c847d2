"""`catalogue metrics`: what monitoring reads."""

from pathlib import Path
from typing import Annotated

import typer

from catalogue import database
from catalogue.commands import files


def metrics(
    to: Annotated[
        Path | None,
        typer.Argument(help="A file, for node_exporter's textfile collector; standard output if left out, or `-`."),
    ] = None,
) -> None:
    """Print the metrics of this moment in Prometheus's text format, or write them to a file at once.

    `catalogue run --metrics HOST:PORT` serves the same while the clock runs.
    """
    from catalogue import metrics as counted

    database.prepare()
    text = counted.text()
    with files.written(to) as out:
        out.write(text.encode())
