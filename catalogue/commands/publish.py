"""`catalogue publish`: bring CKAN to what the store holds."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import TaskID

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table, progress_bars
from catalogue.configuration import Configuration
from catalogue.errors import PublishError


def publish(
    dry_run: Annotated[
        bool, typer.Option(help="Show what would be created, updated and deleted; write nothing.")
    ] = False,
    again: Annotated[bool, typer.Option(help="Send every dataset again, also those that CKAN has confirmed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write new and changed datasets to CKAN; what is unchanged causes no call at all.

    CKAN is CKAN_URL with CKAN_TOKEN (a sysadmin's), or else the portal that `catalogue portal up` started. Publishing again
    is always safe. What CKAN refuses is noted on that dataset, and the rest goes on.
    """
    from catalogue.publish.publishing import Target
    from catalogue.publish.publishing import publish as publish_to
    from catalogue.settings import CONFIGURATION

    database.prepare()
    url, token, key = _where(CONFIGURATION)
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def progress(done: int, total: int) -> None:
            if "publish" not in tasks:
                tasks["publish"] = bars.add_task("publishing", total=total)
            bars.update(tasks["publish"], completed=done, total=total)

        published = publish_to(
            Target(url, token, key),
            CONFIGURATION,
            dry_run=dry_run,
            again=again,
            progress=progress,
            now=datetime.now(UTC),
        )
    if as_json:
        print_json(published)
    else:
        columns = ("state", "created", "updated", "deleted", "unchanged", "refused", "failed", "held")
        rows = [[getattr(state, column) for column in columns] for state in published.states]
        print_table("Would be published" if dry_run else "Published", columns, rows)
    if not as_json and any(state.held for state in published.states):
        typer.echo("Held datasets wait for a decision; `catalogue held list` shows what for.")
    if any(state.failed for state in published.states):
        sys.stderr.write("Some datasets could not be sent; publish again, they are still waiting.\n")
        sys.exit(1)


def _where(configuration: Configuration) -> tuple[str, str, str]:
    """The CKAN to publish to: its address, the token, and the key under which the outbox knows it."""
    if configuration.ckan_url:
        if not configuration.ckan_token:
            raise PublishError(
                "CKAN_URL is set and CKAN_TOKEN is not; set it to the API token of a sysadmin of that CKAN."
            )
        return configuration.ckan_url, configuration.ckan_token, configuration.ckan_url
    from portal import local
    from portal.local import state

    if not local.status(configuration.portal).running:
        raise PublishError(
            "No CKAN to publish to: set CKAN_URL and CKAN_TOKEN, or start one with `catalogue portal up`."
        )
    address = local.up(configuration.portal, environment=configuration.portal_environment)
    return address.url, address.token, state.load(configuration.portal).site_id
