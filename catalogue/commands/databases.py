"""`catalogue database`: backups of the database, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from catalogue.commands import files
from catalogue.commands.output import AsJson, print_json, print_table
from catalogue.errors import BackupError

app = typer.Typer(help="Back up and restore the database.", no_args_is_help=True)


@app.command()
def backup(
    to: Annotated[
        Path | None, typer.Argument(help="A file; unless it is named, one in CATALOGUE_HOME/backups.")
    ] = None,
) -> None:
    """Back the database up, also while it is in use, and look whether the copy is whole."""
    from catalogue import backups

    if to == files.STANDARD_OUTPUT:
        raise BackupError("A backup is not written to standard output; name a file, or none.")
    print(backups.make(to=files.destination(to) if to else None))


@app.command("list")
def list_backups(as_json: AsJson = False) -> None:
    """Show the backups of CATALOGUE_HOME: those that a person asked for, and those made before tables changed or a restore."""
    from catalogue import backups

    found = backups.listed()
    if as_json:
        print_json(found)
    else:
        print_table(
            "Backups", ("made", "reason", "bytes", "file"), [[b.made, b.reason, b.bytes, b.file] for b in found]
        )


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.")]) -> None:
    """Put a backup in the place of the database, after backing up what is there. Nothing may be running.

    A SQLite database that is damaged cannot be backed up; it is kept as it is, under another name.

    Publish with `--reconcile` afterwards: CKAN may hold what the backup does not know, and the other way round.
    """
    from catalogue import backups

    before = backups.restore(file)
    print(f"Restored {file}." + (f" What was there before is in {before}." if before else ""))
    print("Next: `catalogue publish --reconcile`, since CKAN may hold what this backup does not know.")
