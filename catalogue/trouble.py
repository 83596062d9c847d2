"""Everyday trouble that no room has words for: a file that cannot be written, a database that does not answer. What is not
named here is a mistake of ours, and keeps its traceback."""

import errno
import sqlite3
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection

from catalogue.errors import CatalogueError
from harvesters.errors import DISK_FULL, DiskFull, HarvestError, SpoolError
from portal.local import PortalError

RESTORE = "`catalogue database list` shows the backups, and `catalogue database restore FILE` puts one back"
"""What to do about a database that is damaged."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FORBIDDEN = frozenset({"42501", "25006"})
"""PostgreSQL, appendix A: insufficient_privilege, read_only_sql_transaction."""

KINDS = (
    CatalogueError, HarvestError, SpoolError, PortalError, ImproperlyConfigured, DatabaseError, sqlite3.Error, OSError,
)  # fmt: skip
"""What `in_words` may know words for."""

_PACKAGES = Path(__file__).parent.parent
_OURS = tuple(_PACKAGES / name for name in ("catalogue", "harvesters", "portal"))


def in_words(error: BaseException) -> str | None:
    """What happened and what to do next, without any password; None where the error is a mistake of ours."""
    if isinstance(error, CatalogueError | HarvestError | SpoolError | PortalError):
        return str(error)
    if isinstance(error, ImproperlyConfigured):
        return _one_line(error)
    if isinstance(error, sqlite3.Error) or (isinstance(error, DatabaseError) and connection.vendor == "sqlite"):
        return _of_sqlite(error)
    if isinstance(error, DatabaseError):
        return _of_postgresql(error)
    return _of_a_file(error) if isinstance(error, OSError) else None


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says by this error that the database is damaged, or no database at all."""
    return _code(error) in _DAMAGED


def _code(error: BaseException) -> int:
    """SQLite's primary result code; 0 where the error has none."""
    for each in (error, error.__cause__):
        if isinstance(each, sqlite3.Error):
            return getattr(each, "sqlite_errorcode", 0) & 0xFF
    return 0


def _of_sqlite(error: BaseException) -> str | None:
    file = connection.settings_dict["NAME"]
    match _code(error):
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"The database {file} is damaged ({_one_line(error)}); {RESTORE}."
        case sqlite3.SQLITE_FULL:
            return str(DiskFull("the database"))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return (
                f"The database {file} is in use by another process ({_one_line(error)}); try again when that has ended."
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_IOERR:
            return (
                f"The database {file} cannot be opened or written to ({_one_line(error)}); see that its folder is there and "
                "that both belong to the user who runs this, then try again."
            )
        case _:
            return None


def _of_postgresql(error: DatabaseError) -> str | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if not isinstance(error, OperationalError) and state not in _FORBIDDEN:
        return None
    said = connection.settings_dict
    where = f"{said['NAME']!r} at {said['HOST'] or 'the local socket'}{':' if said['PORT'] else ''}{said['PORT']}"
    return (
        f"The PostgreSQL database {where} does not do what is asked ({_one_line(error)}); see CATALOGUE_DATABASE_URL, and that "
        "the server runs and lets this user in."
    )


def _of_a_file(error: OSError) -> str | None:
    if error.errno in DISK_FULL:
        return str(DiskFull(error.filename or "the files in CATALOGUE_HOME"))
    if not isinstance(error.filename, str | bytes) or _is_ours(error.filename):
        return None
    file = error.filename if isinstance(error.filename, str) else error.filename.decode(errors="replace")
    match error.errno:
        case errno.ENOENT:
            return f"{file} cannot be opened or made ({error.strerror}); see that its folder is there, or name another."
        case errno.EEXIST | errno.ENOTDIR:
            return f"{file} cannot be made ({error.strerror}): a file is where a folder has to be; move it, or name another."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{file} cannot be used ({error.strerror}); run this as the user whom it belongs to, or change its owner."
        case _:
            return f"{file} cannot be used ({error.strerror}); mend that or name another, then try again."


def _is_ours(name: str | bytes) -> bool:
    """Whether a file is part of the program: that it is not there is no matter of the person who runs it."""
    path = Path(name if isinstance(name, str) else name.decode(errors="replace")).absolute()
    return any(path.is_relative_to(package) for package in _OURS)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
