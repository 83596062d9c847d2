"""What an operator asks first when something is wrong: can it work at all, and what has to be done where it cannot."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from catalogue import trouble
from catalogue.clock import is_running
from catalogue.configuration import Configuration
from catalogue.errors import PublishError
from catalogue.publish import ckan

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from catalogue.harvests.models import Appointment

LEAST_FREE_BYTES = 2 << 30
"""Below this a harvest of a large portal may fill the disk."""

BEHIND = timedelta(hours=1)
"""A source that is due for longer than this is waiting for a clock."""

State = Literal["well", "look", "ill"]


class Examined(msgspec.Struct, frozen=True):
    """One thing that was looked at. state: "well", "look" (works, and a person should know), or "ill". todo: what to do; empty
    where nothing is."""

    what: str
    state: State
    says: str
    todo: str = ""


def examine(configuration: Configuration, target: Callable[[], ckan.Target]) -> list[Examined]:
    """Look at everything, and go on where something is ill. target: the CKAN; raises PublishError where none is named."""
    found = [*_home(configuration), _disk(configuration)]
    database = list(_database())
    found += database
    if all(each.state == "well" for each in database[:1]):
        found += [_clock(configuration), *_harvests()]
    return [*found, _ckan(target)]


def _home(configuration: Configuration) -> Iterator[Examined]:
    home = configuration.home
    if not home.is_dir():
        todo = "Any command that changes something makes it; or set CATALOGUE_HOME."
        yield Examined("folder", "look", f"{home} is not there yet.", todo)
        return
    wrong = [
        path
        for path in (home, configuration.spools, home / "backups", home / "logs")
        if path.exists() and not _usable(path)
    ]
    if wrong:
        whose = f"{wrong[0]} belongs to user {wrong[0].stat().st_uid}; we are user {os.getuid()}."
        yield Examined(
            "folder", "ill", f"{wrong[0]} cannot be written to.", f"{whose} Run as that user, or change the owner."
        )
    else:
        yield Examined("folder", "well", f"{home} can be written to.")
    others = home.stat().st_mode & 0o007
    if others:
        yield Examined(
            "permissions", "look", f"Every user of this machine can look into {home}.", f"chmod o-rwx {home}"
        )


def _usable(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | os.X_OK)


def _disk(configuration: Configuration) -> Examined:
    place = next(path for path in (configuration.home, *configuration.home.parents) if path.exists())
    free = shutil.disk_usage(place).free
    says = f"{free / (1 << 30):.1f} GiB are free on the disk of {place}."
    if free < LEAST_FREE_BYTES:
        return Examined(
            "disk", "ill", says, f"Make room: {LEAST_FREE_BYTES >> 30} GiB is the least for a large portal."
        )
    return Examined("disk", "well", says)


def _database() -> Iterator[Examined]:
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        yield Examined("database", "look", "There is none yet.", "The first command that needs it makes it.")
        return
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA quick_check")
                said = cursor.fetchone()[0]
            else:
                cursor.execute("SELECT 'ok'")
                said = cursor.fetchone()[0]
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        if trouble.is_damage(error):
            yield Examined("database", "ill", f"The database is damaged: {error}", f"{trouble.RESTORE}.")
        else:
            todo = "See CATALOGUE_DATABASE_URL, and that it runs."
            yield Examined("database", "ill", f"The database does not answer: {error}", todo)
        return
    if said != "ok":
        yield Examined("database", "ill", f"The database is damaged: {said}", f"{trouble.RESTORE}.")
        return
    yield Examined("database", "well", f"It answers ({connection.vendor}).")
    if pending:
        todo = "The next command brings them up to date, after a backup."
        yield Examined("tables", "look", f"{len(pending)} changes of tables are pending.", todo)
    else:
        yield Examined("tables", "well", "They are as this version wants them.")


def _clock(configuration: Configuration) -> Examined:
    from catalogue.harvests.models import Run

    now = datetime.now(UTC)
    latest = Run.objects.filter(ended__gt=now + timedelta(minutes=5)).first() if _has_tables() else None
    if latest is not None:
        says = f"Run {latest.pk} ended at {latest.ended:%Y-%m-%d %H:%M} UTC, which is still to come."
        return Examined("clock", "ill", says, "Set this machine's time (for example with systemd-timesyncd).")
    if is_running(configuration):
        return Examined("clock", "well", "`catalogue run` is running.")
    late = _appointed(due__lt=now - BEHIND, paused="").count() if _has_tables() else 0
    if late:
        return Examined("clock", "look", f"{late} sources are due, and no clock is running.", "Start `catalogue run`.")
    return Examined("clock", "well", "No clock is running, and none is waited for.")


def _harvests() -> Iterator[Examined]:
    from catalogue.harvests import leases
    from catalogue.harvests.models import Lease, Run
    from catalogue.reconcile.models import undecided

    if not _has_tables():
        return
    failing = _appointed(failures__gte=3).values_list("source_id", flat=True)[:10]
    if failing:
        todo = "`catalogue runs list` says why; `catalogue sources pause` where it is known."
        yield Examined("sources", "look", f"Failed three times or more in a row: {', '.join(failing)}.", todo)
    held = undecided().count()
    if held:
        yield Examined("held runs", "look", f"{held} wait for a person.", "`catalogue held list`")
    now = datetime.now(UTC)
    harvested = [lease.source_id for lease in Lease.objects.all() if not leases.is_free(lease, now)]
    left = Run.objects.filter(state="running").exclude(source__in=harvested).count()
    if left:
        yield Examined(
            "runs", "look", f"{left} ended without a verdict.", "The next harvest of their sources goes on from there."
        )


def _appointed(**which: object) -> "QuerySet[Appointment]":
    """Appointments of sources that are not withdrawn."""
    from catalogue.harvests.models import Appointment

    return Appointment.objects.filter(source__withdrawal=None, **which)


def _ckan(target: Callable[[], ckan.Target]) -> Examined:
    try:
        where = target()
        ckan.check(where)
    except PublishError as error:
        return Examined(
            "CKAN", "ill", str(error), "Set CKAN_URL and CKAN_TOKEN, or start one with `catalogue portal up`."
        )
    return Examined("CKAN", "well", f"{where.url} answers, and the token is a sysadmin's.")


def _has_tables() -> bool:
    return "harvests_run" in connection.introspection.table_names()
