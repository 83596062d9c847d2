"""`catalogue runs`: what the harvests came to."""

from typing import Annotated

import msgspec
import typer

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table, readable_in
from catalogue.errors import CatalogueError
from harvesters.findings import Finding, describe

app = typer.Typer(help="The runs of the harvest: list them, or show one with what it found.", no_args_is_help=True)

FIELDS = (
    "id", "source_id", "state", "failure", "sentence", "started", "since", "ended", "records", "new", "changed", "unchanged",
    "missing", "withdrawn", "invalid", "requests", "advertised_start", "advertised_end", "harvest_seconds", "assemble_seconds",
)  # fmt: skip


@app.command("list")
def list_runs(
    source: Annotated[str | None, typer.Option(help="Only the runs of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    from catalogue.harvests.models import Run
    from catalogue.register import sources as register

    database.prepare()
    runs = Run.objects.all() if source is None else Run.objects.filter(source__in=register.chosen([source]))
    rows = list(runs.values(*FIELDS)[:limit])
    if as_json:
        print_json(rows)
        return
    columns = ("id", "source_id", "state", "started", "records", "new", "changed", "missing", "invalid", "sentence")
    print_table("Runs", columns, [[row[column] for column in columns] for row in rows])


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="The run's number.")],
    language: Annotated[str, typer.Option(help="Of the findings' texts: ar, zh, en, fr, ru or es.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show one run: its verdict, what could not be read, and its findings with hints."""
    from catalogue.harvests.models import Run, RunFinding

    readable_in(language)
    database.prepare()
    run = Run.objects.filter(pk=number).values(*FIELDS, "missing_parts", "findings_by_code", "spool").first()
    if run is None:
        raise CatalogueError(f"There is no run {number}; `catalogue runs list` shows those there are.")
    found = [
        msgspec.convert(row, Finding) for row in RunFinding.objects.filter(run=number).values_list("finding", flat=True)
    ]
    if as_json:
        print_json({**run, "findings": [{**msgspec.to_builtins(f), **describe(f, language)._asdict()} for f in found]})
        return
    for key, value in run.items():
        typer.echo(f"{key}: {value}")
    for finding in found:
        text = describe(finding, language)
        typer.echo(f"[{finding.severity}] {finding.code}: {text.message} {text.hint}")


@app.command()
def letter(
    number: Annotated[int, typer.Argument(help="The number of a run that failed.")],
    language: Annotated[str, typer.Option(help="ar, zh, en, fr, ru or es.")] = "en",
    sent_from: Annotated[
        str, typer.Option("--from", help="Our network address as the portal sees it; a firewall's owner needs it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write the text to send to the portal's operator: what was asked, what came back, and what to do there."""
    from catalogue.harvests.letters import letter as written
    from catalogue.harvests.models import Run
    from catalogue.settings import CONFIGURATION

    database.prepare()
    run = Run.objects.select_related("source__state").filter(pk=number).first()
    if run is None:
        raise CatalogueError(f"There is no run {number}; `catalogue runs list` shows those there are.")
    found = written(run, language, CONFIGURATION.contact or "", sent_from)
    if as_json:
        print_json(found)
    else:
        print(f"{found.subject}\n\n{found.text}")
