"""The database made ready: tables as this version wants them, and the parties to the Convention in it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def setup(settings: str) -> None:
    """Make Django know this project; to be called once, before any model is imported. settings: the module that has them."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    django.setup()


def prepare() -> None:
    """Bring the tables up to date and take over the parties; safe to call from several processes at once.

    A database that is up to date is only looked at; one that is not is backed up first.
    """
    from catalogue import backups
    from catalogue.settings import CONFIGURATION
    from catalogue.states import parties

    CONFIGURATION.make_home()
    if connection.vendor == "sqlite":
        # SQLite's further files get the mode of this one, which may also lie in a home that others can look into.
        with suppress(FileExistsError):
            Path(connection.settings_dict["NAME"]).touch(mode=0o600, exist_ok=False)
    with _one_at_a_time(CONFIGURATION.home / "migrate.lock"):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            if executor.loader.applied_migrations:
                backups.make(backups.BEFORE_MIGRATION)
            call_command("migrate", interactive=False, verbosity=0)
        parties.take_over()


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
