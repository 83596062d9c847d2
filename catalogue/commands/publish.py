"""`catalogue publish`: bring CKAN to what the store holds."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer
from rich.progress import TaskID

from catalogue import database
from catalogue.commands.output import AsJson, print_json, print_table, progress_bars
from catalogue.configuration import Configuration
from catalogue.errors import PublishError
from catalogue.publish.ckan import Target


def publish(
    dry_run: Annotated[
        bool,
        typer.Option(
            help="Show what would be created, updated and deleted, by what CKAN has confirmed, and write nothing; CKAN itself "
            "is not looked at, unless with --reconcile."
        ),
    ] = False,
    again: Annotated[bool, typer.Option(help="Send every dataset again, also those that CKAN has confirmed.")] = False,
    reconcile: Annotated[
        bool,
        typer.Option(
            help="First compare what CKAN holds with what it confirmed, and send again what it lost or holds otherwise: for a "
            "CKAN that was restored from a backup or changed by hand."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write new and changed datasets to CKAN; what is unchanged causes no call at all.

    CKAN is CKAN_URL with CKAN_TOKEN (a sysadmin's), or else the portal that `catalogue portal up` started. Publishing again
    is always safe. What CKAN refuses is noted on that dataset, and the rest goes on. What it does not answer for, or refuses to
    delete, waits for the next publish, and the exit status is 1.
    """
    from django.db import transaction

    from catalogue.publish.comparing import Compared, Marks, compare
    from catalogue.publish.publishing import Published
    from catalogue.publish.publishing import publish as publish_to
    from catalogue.settings import CONFIGURATION

    database.prepare()
    target = destination(CONFIGURATION)
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def progress(done: int, total: int) -> None:
            if "publish" not in tasks:
                tasks["publish"] = bars.add_task("publishing", total=total)
            bars.update(tasks["publish"], completed=done, total=total)

        def comparing(done: int, total: int) -> None:
            if "compare" not in tasks:
                tasks["compare"] = bars.add_task("comparing", total=total)
            bars.update(tasks["compare"], completed=done, total=total)

        def sent() -> Published:
            return publish_to(
                target, CONFIGURATION, dry_run=dry_run, again=again, progress=progress, now=datetime.now(UTC)
            )

        compared: Compared | None = None
        if reconcile and dry_run:
            marks = Marks()
            compared = compare(target, comparing, marks)
            with transaction.atomic():  # counted as if it were marked, and nothing is
                marks.keep()
                published = sent()
                transaction.set_rollback(True)
        else:
            compared = compare(target, comparing) if reconcile else None
            published = sent()
    if as_json:
        print_json(msgspec.to_builtins(published) | ({"compared": msgspec.to_builtins(compared)} if compared else {}))
    else:
        if compared:
            typer.echo(
                f"CKAN lacks {compared.missing:,} datasets that it confirmed, has {compared.differing:,} otherwise, and shows "
                f"{compared.shown:,} that are withdrawn."
            )
            if compared.unknown:
                typer.echo(
                    f"{compared.unknown:,} datasets there bear the name of a source of ours and were not published from here; "
                    "they stay as they are."
                )
        columns = ("state", "created", "updated", "deleted", "unchanged", "refused", "failed", "held")
        rows = [[getattr(state, column) for column in columns] for state in published.states]
        print_table("Would be published" if dry_run else "Published", columns, rows)
    if not as_json and any(state.held for state in published.states):
        typer.echo("Held datasets wait for a decision; `catalogue held list` shows what for.")
    if failed := sum(state.failed for state in published.states):
        sys.stderr.write(
            f"{failed:,} datasets could not be sent ({published.failure}); they wait, publish again to send them.\n"
        )
        sys.exit(1)


def destination(configuration: Configuration) -> Target:
    """The CKAN to publish to. Raises PublishError where none is named and none is running here."""
    if configuration.ckan_url:
        if not configuration.ckan_token:
            raise PublishError(
                "CKAN_URL is set and CKAN_TOKEN is not; set it to the API token of a sysadmin of that CKAN."
            )
        return Target(configuration.ckan_url, configuration.ckan_token, configuration.ckan_url)
    from portal import local
    from portal.local import state

    if not local.status(configuration.portal).running:
        raise PublishError(
            "No CKAN to publish to: set CKAN_URL and CKAN_TOKEN, or start one with `catalogue portal up`."
        )
    address = local.up(configuration.portal, environment=configuration.portal_environment)
    return Target(address.url, address.token, state.load(configuration.portal).site_id)
