"""`catalogue portal`: a real CKAN on this machine, to try the catalogue and to test it."""

import typer
from rich.progress import TaskID

from catalogue.commands.output import AsJson, print_json, progress_bars

app = typer.Typer(
    help="A real CKAN on this machine, to try and test. In Solr's place runs a stand-in, unless CKAN_SOLR_URL names one.",
    no_args_is_help=True,
)


@app.command()
def up(as_json: AsJson = False) -> None:
    """Start CKAN with its database, its queue and its search. The first time installs it (about a minute)."""
    from catalogue.settings import CONFIGURATION
    from portal import local

    CONFIGURATION.make_home()
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, fraction: float | None) -> None:
            if "portal" not in tasks:
                tasks["portal"] = bars.add_task(step, total=None)
            bars.update(
                tasks["portal"],
                description=step,
                total=100 if fraction is not None else None,
                completed=100 * (fraction or 0),
            )

        address = local.up(
            CONFIGURATION.portal,
            environment=CONFIGURATION.portal_environment,
            progress=progress,
            solr_url=CONFIGURATION.ckan_solr_url,
        )
    if as_json:
        print_json({"url": address.url, "started": address.started})
    else:
        typer.echo(f"CKAN runs at {address.url}")


@app.command()
def down(as_json: AsJson = False) -> None:
    """Stop it; what it holds stays."""
    from catalogue.settings import CONFIGURATION
    from portal import local

    stopped = local.down(CONFIGURATION.portal)
    if as_json:
        print_json({"stopped": stopped})
    else:
        typer.echo(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show which of its services run, and where."""
    import dataclasses

    from catalogue.settings import CONFIGURATION
    from portal import local

    state = dataclasses.asdict(local.status(CONFIGURATION.portal))
    if as_json:
        print_json(state)
        return
    for key, value in state.items():
        typer.echo(f"{key}: {value}")
