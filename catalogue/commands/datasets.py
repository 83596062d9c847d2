"""`catalogue datasets`: take the held packages away."""

from pathlib import Path
from typing import Annotated

import typer

from catalogue import database
from catalogue.commands import files

app = typer.Typer(help="The datasets that are held: export them as data packages.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The datasets that are held."""


@app.command()
def export(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Where to write: JSON Lines, one package descriptor a line; standard output if left out, or `-`."
        ),
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only datasets of this source; may be repeated.")] = None,
) -> None:
    """Write every held data package, one descriptor a line, in a stable order."""
    from catalogue.datasets import store
    from catalogue.register import sources

    database.prepare()
    chosen = [found.id for found in sources.chosen(source or [])]
    count = 0
    with files.written(file) as out:
        for descriptor in store.descriptors(chosen if source else []):
            out.write(descriptor + b"\n")
            count += 1
    if not files.is_standard_output(file):
        typer.echo(f"{count:,} data packages written to {file}.")
