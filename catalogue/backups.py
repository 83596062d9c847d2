"""Backups of the database: made before its tables change and whenever a person asks; restored only where nothing runs.

What the portals said is in the spools and can be read again; what only the database knows is the register, the decisions, the
history, and what CKAN confirmed.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import zstandard
from django.db import connection

from catalogue import postgresql_backups
from catalogue.errors import BackupError
from catalogue.settings import CONFIGURATION, DATABASES

KEPT = 10
"""Backups that were made without a person's asking; older ones are deleted."""

BEFORE_MIGRATION = "before-migration"
BEFORE_RESTORE = "before-restore"
ASKED = "asked"
_AUTOMATIC = (BEFORE_MIGRATION, BEFORE_RESTORE)
_ENDINGS = {"sqlite": ".sqlite3.zst", "postgresql": ".pgdump"}


class Backup(msgspec.Struct, frozen=True):
    """One backup. made: ISO 8601, in UTC; reason: why; bytes: its size on disk."""

    file: str
    made: str
    reason: str
    bytes: int


def folder() -> Path:
    """Where backups are."""
    return CONFIGURATION.home / "backups"


def listed() -> list[Backup]:
    """Every backup of this home, the newest first."""
    found = []
    for path in folder().glob("catalogue-*"):
        _, stamp, reason = path.name.split(".")[0].split("-", 2)
        made = datetime.strptime(stamp, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC).isoformat(timespec="seconds")
        found.append((path.name, Backup(str(path), made, reason, path.stat().st_size)))
    return [backup for _, backup in sorted(found, reverse=True)]


def make(reason: str = ASKED, to: Path | None = None) -> Path:
    """Back the database up while it may be in use, and look at the copy. to: a file, or else one in `folder`.

    Raises BackupError where the copy is not whole, the file is there already, or PostgreSQL's programs are not.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = to or folder() / f"catalogue-{stamp}-{reason}{_ENDINGS[connection.vendor]}"
    if target.exists():
        raise BackupError(f"{target} is there already; name another file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.half")
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(half)
        else:
            half.touch(mode=0o600)
            postgresql_backups.copy(half)
        half.chmod(0o600)  # it holds what the database holds
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    _forget_old()
    return target


def restore(file: Path) -> Path | None:
    """Put a backup in the place of the database, which is backed up first; gives that backup, None where there was nothing.

    Raises BackupError where something is running, or the file is no backup of this kind of database.
    """
    if not file.is_file():
        raise BackupError(f"{file} is not a file; `catalogue database list` shows the backups of this home.")
    with _nothing_runs():
        if connection.vendor == "sqlite":
            return _restore_sqlite(file)
        postgresql_backups.look_at(file)
        before = make(BEFORE_RESTORE) if _has_tables() else None
        postgresql_backups.restore(file)
        return before


def _has_tables() -> bool:
    return postgresql_backups.MIGRATIONS in connection.introspection.table_names()


def _copy_sqlite(target: Path) -> None:
    plain = target.with_name(f"{target.name}.plain")
    try:
        with (
            closing(sqlite3.connect(f"file:{_sqlite()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(plain)) as copy,
        ):
            source.backup(copy)
            _look_at(copy, plain)
        with plain.open("rb") as read, target.open("wb") as write:
            zstandard.ZstdCompressor().copy_stream(read, write)
            write.flush()
            os.fsync(write.fileno())
    finally:
        plain.unlink(missing_ok=True)


def _restore_sqlite(file: Path) -> Path | None:
    database = _sqlite()
    new = database.with_name(f"{database.name}.restored")
    try:
        try:
            with file.open("rb") as read, new.open("wb") as write:
                zstandard.ZstdDecompressor().copy_stream(read, write)
        except zstandard.ZstdError as error:
            raise BackupError(f"{file} is no backup of the catalogue ({error}); choose another.") from error
        with closing(sqlite3.connect(new)) as copy:
            _look_at(copy, file)
        before = make(BEFORE_RESTORE) if database.exists() else None
        connection.close()
        for tail in ("-wal", "-shm"):  # of the database that goes; SQLite would take them for the new one's
            database.with_name(database.name + tail).unlink(missing_ok=True)
        new.replace(database)
        return before
    finally:
        new.unlink(missing_ok=True)


def _look_at(database: sqlite3.Connection, what: Path) -> None:
    """Raises BackupError where a database is damaged, or is none of ours."""
    try:
        said = database.execute("PRAGMA quick_check").fetchone()[0]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{what} is damaged or no database ({error}); choose another backup.") from error
    if said != "ok" or "django_migrations" not in tables:
        raise BackupError(f"{what} is damaged or no database of the catalogue ({said}); choose another backup.")


@contextmanager
def _nothing_runs() -> Iterator[None]:
    """Raises BackupError where a clock or a harvest of this home is running."""
    from catalogue.harvests.models import Lease

    CONFIGURATION.home.mkdir(parents=True, exist_ok=True)
    with (CONFIGURATION.home / "clock.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("A clock (`catalogue run`) is running; stop it first.") from error
        if Lease._meta.db_table in connection.introspection.table_names() and Lease.objects.exists():
            raise BackupError("A harvest is running, or its process died a moment ago; wait for it, then restore.")
        yield


def _forget_old() -> None:
    automatic = [backup for backup in listed() if backup.reason in _AUTOMATIC]
    for backup in automatic[KEPT:]:
        Path(backup.file).unlink()


def _sqlite() -> Path:
    return Path(DATABASES["default"]["NAME"])
