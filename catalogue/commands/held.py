"""`catalogue held`: runs whose outcome a person has to look at, and what was decided."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table
from catalogue.errors import HoldError

app = typer.Typer(
    help="Runs that are held, because too much of a source went missing at once or got other identifiers: list them, show "
    "the difference, and let it take effect or not.",
    no_args_is_help=True,
)

FIELDS = (
    "id", "source_id", "run_id", "kind", "state", "opened", "live", "missing", "new", "pairs", "decided", "decided_by", "note",
)  # fmt: skip
ITEM_FIELDS = ("role", "native_id", "title", "pair_native_id", "evidence")
SHOWN_ITEMS = 50

Number = Annotated[int, typer.Argument(help="The hold's number.")]
By = Annotated[str, typer.Option(help="Who decides, by function: it is kept with the hold.")]
Note = Annotated[str, typer.Option(help="Why, in a sentence: it is kept with the hold.")]


@app.command("list")
def list_holds(
    all_holds: Annotated[bool, typer.Option("--all", help="Also those that were decided.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what waits for a decision, the newest first."""
    from catalogue.reconcile.models import Hold, undecided

    database.prepare()
    rows = list((Hold.objects.all() if all_holds else undecided()).values(*FIELDS))
    if as_json:
        print_json(rows)
        return
    columns = ("id", "source_id", "run_id", "kind", "state", "opened", "live", "missing", "new", "pairs")
    print_table("Held", columns, [[row[column] for column in columns] for row in rows])


@app.command()
def show(
    number: Number,
    items: Annotated[int, typer.Option(min=0, help="How many datasets of the difference; 0 for all.")] = SHOWN_ITEMS,
    as_json: AsJson = False,
) -> None:
    """Show a hold and its difference: what is missing, what is new, and which seem to be the same dataset."""
    from catalogue.reconcile.models import Hold, HoldItem

    database.prepare()
    hold = Hold.objects.filter(pk=number).values(*FIELDS).first()
    if hold is None:
        raise HoldError(f"There is no hold {number}; `catalogue held list` shows those there are.")
    rows = HoldItem.objects.filter(hold=number).values(*ITEM_FIELDS)
    shown = list(rows[:items] if items else rows)
    if as_json:
        print_json({**hold, "items": shown})
        return
    for key, value in hold.items():
        typer.echo(f"{key}: {value if value not in (None, '') else '-'}")
    print_table("Difference", ITEM_FIELDS, [[row[field] for field in ITEM_FIELDS] for row in shown])
    if len(shown) < rows.count():
        typer.echo(f"{rows.count() - len(shown):,} more; --items 0 shows all.")


@app.command()
def release(
    number: Number,
    by: By,
    note: Note = "",
    adopt: Annotated[
        bool | None,
        typer.Option(
            "--adopt/--as-new",
            help="For datasets that only got another identifier: whether they go on under their former names in the "
            "catalogue, so that links stay good, or as new ones.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let the difference take effect: what is missing is withdrawn now, what is new is published with the next publish."""
    from catalogue.reconcile import decisions
    from catalogue.reconcile.models import Hold

    database.prepare()
    hold = Hold.objects.filter(pk=number).first()
    if adopt is None and hold is not None and hold.pairs:
        raise HoldError(
            f"{hold.pairs:,} datasets of hold {number} seem to be the same under other identifiers; say --adopt to keep "
            "their names in the catalogue, or --as-new."
        )
    decided = decisions.release(number, by=by, note=note, adopt=bool(adopt), now=datetime.now(UTC))
    if as_json:
        print_json(decided)
        return
    typer.echo(
        f"Hold {number} is released: {decided.withdrawn:,} datasets are withdrawn, {decided.adopted:,} go on under their "
        "former names. `catalogue publish` tells CKAN."
    )


@app.command()
def refuse(number: Number, by: By, note: Note = "", as_json: AsJson = False) -> None:
    """Keep what was there: nothing is withdrawn, and what was new with this run is not published."""
    from catalogue.reconcile import decisions

    database.prepare()
    decided = decisions.refuse(number, by=by, note=note, now=datetime.now(UTC))
    if as_json:
        print_json(decided)
        return
    typer.echo(f"Hold {number} is refused: what was published stays. It can still be released later.")
