"""`catalogue sources`: the register of what States reported."""

from pathlib import Path
from typing import Annotated

import typer

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table
from catalogue.errors import CatalogueError
from harvesters.registry import all_harvesters

app = typer.Typer(help="The register: load, list and export the sources of States parties.", no_args_is_help=True)

SourcesFile = Annotated[Path, typer.Argument(help="A file of sources (YAML).", show_default=True)]
StatesFile = Annotated[
    Path | None,
    typer.Option("--states", help="A file of further parties, such as the sandbox's fictional States (CSV)."),
]


@app.command()
def load(file: SourcesFile = Path("config/sources.yaml"), states: StatesFile = None, as_json: AsJson = False) -> None:
    """Take over a file of sources, as a whole or not at all.

    Every mistake in the file is reported at once, with its line and a hint. Loading the same file again changes nothing.
    Sources that the register has and the file lacks stay as they are.
    """
    from catalogue.register import sources
    from catalogue.states import parties

    database.prepare()
    if states is not None:
        parties.take_over(states)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{file} cannot be read ({error.strerror}); name a file of sources.") from error
    loaded = sources.load(content, list(all_harvesters()))
    if as_json:
        print_json(loaded)
        return
    typer.echo(f"{len(loaded.added)} added, {len(loaded.changed)} changed, {len(loaded.unchanged)} unchanged.")
    if loaded.absent:
        typer.echo(f"In the register but not in {file}, left as they are: {', '.join(loaded.absent)}.")


@app.command("list")
def list_sources(
    state: Annotated[str | None, typer.Option(help="Only the sources of this State, by its code.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the sources: whose, where, how they are read, and whether robots.txt waits for a permission."""
    from catalogue.harvests.models import Observation
    from catalogue.register import sources

    database.prepare()
    observed = {o.source_id: o for o in Observation.objects.all()}
    rows = []
    for source in sources.chosen([]):
        if state and source.state_id != state.upper():
            continue
        observation = observed.get(source.id)
        rows.append(
            {
                "id": source.id,
                "state": source.state_id,
                "state_name": str(source.state),
                "url": source.url,
                "protocol": source.protocol,
                "reading": "not yet detected" if source.protocol == "auto" else source.protocol,
                "basis": source.basis_kind,
                "document": source.basis_document,
                "permission": bool(source.permission),
                "robots": _robots(bool(source.permission), observation.robots if observation else None),
            }
        )
    if as_json:
        print_json(rows)
        return
    columns = ("source", "State", "read as", "basis", "robots.txt", "address")
    print_table(
        f"{len(rows)} sources",
        columns,
        [(r["id"], r["state_name"], r["reading"], r["basis"], r["robots"], r["url"]) for r in rows],
    )


def _robots(permitted: bool, observed: str | None) -> str:
    if permitted:
        return "permission recorded"
    if observed is None:
        return "not yet asked"
    return "forbids: waits for a permission" if observed == "forbids" else "allows"


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output if left out.")] = None,
) -> None:
    """Write the register to a file that loads back to the same register."""
    from catalogue.register import sources

    database.prepare()
    text = sources.export()
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
