"""`catalogue harvest`: read sources to their spools, and what they hold into the store."""

import signal
import sys
from typing import Annotated

import typer
from rich.progress import TaskID

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table, progress_bars
from catalogue.errors import CatalogueError

STEPS = {"detect": "finding out what it speaks", "harvest": "reading", "assemble": "keeping"}


def harvest(
    sources: Annotated[list[str] | None, typer.Argument(help="The sources to read, by id.", show_default=False)] = None,
    all_sources: Annotated[
        bool, typer.Option("--all", help="Every source of the register that is not withdrawn.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records a source, to try it.")] = None,
    full: Annotated[
        bool,
        typer.Option(help="Begin anew: no checkpoint of an interrupted harvest, and every record is mapped again."),
    ] = False,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes",
            help="Ask only for what changed since the last complete harvest, where the protocol can say it. What was "
            "removed in silence is found by a harvest without it.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read sources and keep every dataset found there as a validated data package.

    A source whose entry names no protocol is first asked what it speaks; `catalogue sources list` shows what was found.

    Each run ends as complete, partial (it says what is missing) or failed (it says why). Ctrl-C, or SIGTERM, leaves a
    checkpoint: the same command goes on from it, unless the source was corrected or another harvest of it began meanwhile.
    The exit status is 0 only if every run ended as complete or partial.
    """
    from catalogue import pipeline
    from catalogue.register import sources as register
    from catalogue.settings import CONFIGURATION

    if not sources and not all_sources:
        raise CatalogueError("Say which sources to read by their ids, or --all; `catalogue sources list` shows them.")
    if sources and all_sources:
        raise CatalogueError("Name sources, or say --all for every one; both at once is not possible.")
    if full and changes:
        raise CatalogueError("Say --full to begin anew, or --changes for what changed; both at once is not possible.")
    database.prepare()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    # Who names a withdrawn source is told so; of all sources those are left out.
    chosen = [source for source in register.chosen(sources or []) if sources or source.withdrawn is None]
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def tell(source: str, step: str, done: int, total: int | None) -> None:
            if source not in tasks:
                tasks[source] = bars.add_task(source, total=None)
            expected = total if step != "assemble" else bars.tasks[tasks[source]].total
            bars.update(tasks[source], description=f"{source}: {STEPS[step]}", completed=done, total=expected)

        results = pipeline.harvest(chosen, CONFIGURATION, tell, limit=limit, full=full, changes=changes)
        for result in results:  # a bar that ended short of a count looks as if something were still going on
            if (task := tasks.get(result.source)) is not None:
                done = bars.tasks[task].completed
                bars.update(task, description=f"{result.source}: {result.state}", completed=done or 1, total=done or 1)
    if as_json:
        print_json({"runs": results})
    else:
        print_table(
            "Harvested",
            (
                "source",
                "run",
                "state",
                "records",
                "new",
                "changed",
                "unchanged",
                "missing",
                "withdrawn",
                "invalid",
                "seconds",
            ),
            [
                (
                    r.source,
                    r.run or 0,
                    r.state,
                    r.records,
                    r.new,
                    r.changed,
                    r.unchanged,
                    r.missing,
                    r.withdrawn,
                    r.invalid,
                    r.seconds,
                )
                for r in results
            ],
        )
        for result in results:
            if result.state != "complete" or result.hold is not None:
                typer.echo(f"{result.source}: {result.sentence}")
    if any(result.state not in {"complete", "partial"} for result in results):
        sys.exit(1)
