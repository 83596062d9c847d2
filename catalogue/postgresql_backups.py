"""Backups of a PostgreSQL database, by the server's own programs: pg_dump, pg_restore and psql.

A restore is one transaction: the database is as the backup has it, or as it was.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from catalogue.errors import BackupError

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
MIGRATIONS = "django_migrations"
_OF_THE_CATALOGUE = re.compile(rf" TABLE DATA \S+ {MIGRATIONS} ")
_PATIENCE = "SET lock_timeout = '60s';\n"
"""For pages that are being read while tables go; whoever holds one for longer is named by PostgreSQL's message."""


def copy(target: Path) -> None:
    """Write the database to a file, and look whether all of it can be read. Raises BackupError."""
    _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={_conninfo()}")
    look_at(target)


def restore(file: Path) -> None:
    """Put a backup in the place of all tables of the catalogue, also those that the backup does not know. Raises BackupError;
    then the database is as it was."""
    look_at(file)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=file.absolute().parent) as name:
        script, removal = Path(name) / "backup.sql", Path(name) / "removal.sql"
        removal.write_text(_PATIENCE + _removal(), encoding="utf-8")
        # Whole before anything is changed: a pipe that breaks would look like the end.
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", str(file))
        connection.close()
        _run(
            "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--dbname={_conninfo()}",
            f"--file={removal}", f"--file={script}",
        )  # fmt: skip


def look_at(file: Path) -> None:
    """Raises BackupError where a file is damaged, or no backup of a catalogue."""
    try:
        listed = _run("pg_restore", "--list", str(file))
        _run("pg_restore", f"--file={os.devnull}", str(file))
    except _Failed as error:
        raise BackupError(f"{file} is damaged or no backup of PostgreSQL ({error.said}); choose another.") from error
    if not _OF_THE_CATALOGUE.search(listed):
        raise BackupError(f"{file} is a backup of another database than the catalogue's; choose another.")


class _Failed(BackupError):
    """A program of PostgreSQL ended with an error. said: its words."""

    def __init__(self, program: str, said: str) -> None:
        super().__init__(f"{program} ended with: {said}; nothing was changed. Mend that, then try again.")
        self.said = said


def _removal() -> str:
    """Statements that remove the catalogue's tables as they are now: one that came after the backup would be in the way of the
    update that makes it again. What else the database holds stays."""
    tables = set(connection.introspection.table_names())
    if MIGRATIONS not in tables:
        return ""
    # Asked of the database: a command that serves no pages knows nothing of the desk's tables.
    apps = {"django", *(app for app, _name in MigrationRecorder(connection).applied_migrations())}
    ours = sorted(name for name in tables if any(name.startswith(f"{app}_") for app in apps))
    return "".join(f"DROP TABLE {connection.ops.quote_name(name)} CASCADE;\n" for name in ours)


def _run(program: str, *arguments: str) -> str:
    """What a program says. Raises BackupError where it is not there or too old, _Failed where it fails."""
    _look_for(program)
    password = connection.settings_dict["PASSWORD"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise _Failed(program, " ".join(done.stderr.split())[-500:])
    return done.stdout


def _look_for(program: str) -> None:
    server = connection.pg_version // 10_000  # type: ignore[attr-defined]
    if shutil.which(program) is None:
        raise BackupError(f"{program} is not installed; on Debian and Ubuntu: apt install postgresql-client-{server}.")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = _VERSION.search(said)
    if version is not None and int(version[1]) < server:
        raise BackupError(
            f"{program} is of PostgreSQL {version[1]}, and the server of {server}; install the client of {server} (apt install "
            f"postgresql-client-{server}, from apt.postgresql.org where the distribution lacks it), and put it first in PATH."
        )


def _conninfo() -> str:
    """The database as libpq names it, without the password: what a program is started with everybody can read."""
    from psycopg.conninfo import make_conninfo

    said = connection.settings_dict
    named = {
        "dbname": said["NAME"],
        "user": said["USER"],
        "host": said["HOST"],
        "port": said["PORT"],
        **said["OPTIONS"],
    }
    return make_conninfo("", **{name: value for name, value in named.items() if value})
