"""The `catalogue` command. Each group of subcommands is a room in `commands`; here they are put together.

Nothing is imported before `main` runs, so that Ctrl-C in the first moment is answered as at any other.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

HELP = """Reads the open-data sources that States parties report, holds every dataset as a data package, and publishes one
combined catalogue to CKAN.

First steps: `catalogue sources load config/sources.yaml`, `catalogue harvest SOURCE --limit 50`, `catalogue status`."""

SETTINGS, DESK_SETTINGS = "catalogue.settings", "catalogue.desk.settings"
"""Only what serves pages or writes to people loads what these need."""

INTERRUPTED_STATUS = 130
"""Exit status after Ctrl-C, as shells give it (128 + SIGINT)."""


def make_app() -> "typer.Typer":
    """The command with all its subcommands. Django must have been set up."""
    import typer

    from catalogue.commands import (
        check,
        databases,
        datasets,
        desk,
        doctor,
        harvest,
        held,
        metrics,
        people,
        portal,
        publish,
        replay,
        run,
        runs,
        sources,
        status,
    )

    app = typer.Typer(
        name="catalogue",
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.command("check")(check.check)
    app.command("harvest")(harvest.harvest)
    app.command("publish")(publish.publish)
    app.command("run")(run.run)
    app.command("desk")(desk.desk)
    app.command("status")(status.status)
    app.command("doctor")(doctor.doctor)
    app.command("metrics")(metrics.metrics)
    app.command("replay")(replay.replay)
    app.add_typer(sources.app, name="sources")
    app.add_typer(runs.app, name="runs")
    app.add_typer(held.app, name="held")
    app.add_typer(datasets.app, name="datasets")
    app.add_typer(people.app, name="people")
    app.add_typer(databases.app, name="database")
    app.add_typer(portal.app, name="portal")
    return app


def main() -> None:
    """Run the command. What a person can mend is one plain sentence on standard error and exit status 1."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was read is kept; the same command goes on from there.\n")
        sys.exit(INTERRUPTED_STATUS)


def _run() -> None:
    from catalogue import database, logs, trouble

    try:
        database.setup(DESK_SETTINGS if sys.argv[1:2] in (["desk"], ["people"]) else SETTINGS)
        logs.begin()
        make_app()()
    except trouble.KINDS as error:
        said = trouble.in_words(error)
        if said is None:
            raise
        sys.stderr.write(f"{said}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
