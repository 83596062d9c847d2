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
from typing import TYPE_CHECKING

import msgspec
import zstandard
from django.db import DatabaseError, connection

from catalogue import postgresql_backups, trouble
from catalogue.errors import BackupError
from catalogue.settings import CONFIGURATION, DATABASES

if TYPE_CHECKING:
    from catalogue.harvests.models import Lease

KEPT = 10
"""Backups that were made without a person's asking; older ones are deleted."""

BEFORE_MIGRATION = "before-migration"
BEFORE_RESTORE = "before-restore"
ASKED = "asked"
_AUTOMATIC = (BEFORE_MIGRATION, BEFORE_RESTORE)
_PASSING = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
})  # fmt: skip
"""What SQLite says of the moment and the machine; all else is said of what the file holds."""

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
    target = to or folder() / f"catalogue-{_stamp()}-{reason}{_ENDINGS[connection.vendor]}"
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
    A SQLite database that is damaged cannot be backed up: it is kept as it is, under another name, and that is given.

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
    """Raises _Damaged where the database cannot be copied whole."""
    database, plain = _sqlite(), target.with_name(f"{target.name}.plain")
    try:
        plain.touch(mode=0o600)
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(plain)) as copy,
        ):
            try:
                source.backup(copy)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF in _PASSING:
                    raise
                raise _Damaged(database, error) from error
            wrong = _wrong_with(copy)
        if wrong:  # page by page it is what the database is
            raise _Damaged(database, wrong)
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
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        try:
            with file.open("rb") as read, new.open("wb") as write:
                zstandard.ZstdDecompressor().copy_stream(read, write)
        except zstandard.ZstdError as error:
            raise BackupError(f"{file} is no backup of the catalogue ({error}); choose another.") from error
        with closing(sqlite3.connect(new)) as copy:
            wrong = _wrong_with(copy)
        if wrong:
            raise BackupError(f"{file} is damaged or no database of the catalogue ({wrong}); choose another backup.")
        before = None
        if database.exists() and database.stat().st_size:
            new.chmod(database.stat().st_mode & 0o777)
            try:
                before = make(BEFORE_RESTORE)
            except _Damaged:
                before = _set_aside(database)
        connection.close()
        for tail in ("-wal", "-shm"):  # of the database that goes; SQLite would take them for the new one's
            database.with_name(database.name + tail).unlink(missing_ok=True)
        new.replace(database)
        return before
    finally:
        new.unlink(missing_ok=True)


class _Damaged(BackupError):
    """The database that is to be backed up is damaged, or none of ours."""

    def __init__(self, database: Path, said: object) -> None:
        super().__init__(f"The database {database} is damaged or none of the catalogue ({said}); {trouble.RESTORE}.")


def _set_aside(database: Path) -> Path:
    """Keep a damaged database, with what SQLite had not yet written into it; gives its new name."""
    aside = database.with_name(f"{database.name}.damaged-{_stamp()}")
    connection.close()
    for tail in ("-wal", "-shm", ""):
        part = database.with_name(database.name + tail)
        if part.exists():
            part.rename(aside.with_name(aside.name + tail))
    return aside


def _wrong_with(database: sqlite3.Connection) -> str:
    """What is wrong with a database, in SQLite's words; "" where it is whole and one of ours."""
    try:
        said = str(database.execute("PRAGMA quick_check").fetchone()[0])
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _PASSING:
            raise
        return str(error)
    if said != "ok":
        return said
    return "" if "django_migrations" in tables else "it has no tables of ours"


@contextmanager
def _nothing_runs() -> Iterator[None]:
    """Raises BackupError where a clock or a harvest of this home is running."""
    CONFIGURATION.make_home()
    with (CONFIGURATION.home / "clock.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("A clock (`catalogue run`) is running; stop it first.") from error
        for lease in _leases():
            host, _boot, number, _start = lease.owner.split(" ")
            raise BackupError(
                f"{lease.source_id} is being harvested by process {number} on {host} since {lease.since:%Y-%m-%d %H:%M} UTC; "
                "wait for its end or stop it, then restore."
            )
        yield


def _leases() -> list["Lease"]:
    """The leases that somebody holds; none where the database is damaged, since no harvest goes on for long in such a one."""
    from catalogue.harvests import leases
    from catalogue.harvests.models import Lease

    if connection.vendor == "sqlite" and not _sqlite().exists():
        return []
    now = datetime.now(UTC)
    try:
        if Lease._meta.db_table not in connection.introspection.table_names():
            return []
        return [lease for lease in Lease.objects.all() if not leases.is_free(lease, now)]
    except DatabaseError:
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(_sqlite())) as database:
                if _wrong_with(database):
                    return []
        raise


def _forget_old() -> None:
    automatic = [backup for backup in listed() if backup.reason in _AUTOMATIC]
    for backup in automatic[KEPT:]:
        Path(backup.file).unlink()


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def _sqlite() -> Path:
    return Path(DATABASES["default"]["NAME"])
