"""`catalogue replay`: what a new mapping makes of what was read before."""

from typing import Annotated

import typer

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table, progress_bars

PATHS_SHOWN = 30


def replay(
    source: Annotated[str, typer.Argument(help="The id of a source.")],
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; nothing is written.")] = False,
    datasets: Annotated[int, typer.Option(min=0, help="How many differing datasets to show in full.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Read the newest spool of a source again with the present code, and show what it would make of it.

    For after an update: no portal is asked and nothing is kept or published. The next harvest with `--full` takes it over.
    """
    from catalogue.register import sources as register
    from catalogue.replaying import replay as replayed_of
    from catalogue.settings import CONFIGURATION

    if not diff:
        raise typer.BadParameter("say --diff; replaying shows what would change, and `harvest --full` takes it over.")
    database.prepare()
    (found_source,) = register.chosen([source])
    with progress_bars() as bars:
        task = bars.add_task(f"replaying {source}", total=None)
        found = replayed_of(found_source, CONFIGURATION, lambda records: bars.advance(task, records), datasets)
        bars.update(task, total=found.records)
    if as_json:
        print_json(found)
        return
    print(
        f"Run {found.run}: {found.records:,} records, {found.same:,} as they are held, {found.different:,} different, "
        f"{len(found.lost):,} no longer valid, {len(found.won):,} newly valid, {found.unknown:,} not held."
    )
    if found.fields:
        rows = [[path, count] for path, count in list(found.fields.items())[:PATHS_SHOWN]]
        print_table("Fields that differ", ("field", "datasets"), rows)
    for each in found.shown:
        rows = [[path, before, after] for path, (before, after) in each.fields.items()]
        print_table(f"{each.title} ({each.native_id})", ("field", "now", "then"), rows)
    for native_id, codes in list(found.lost.items())[:PATHS_SHOWN]:
        print(f"No longer valid: {native_id} ({', '.join(codes)})")
    if found.different or found.lost or found.won:
        print(f"Next: `catalogue harvest {source} --full` takes this over; `catalogue publish` sends what changed.")
