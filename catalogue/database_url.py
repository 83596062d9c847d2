"""CATALOGUE_DATABASE_URL read and checked. It may hold a password, so that no message quotes it."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from catalogue.errors import ConfigurationError

NAME = "CATALOGUE_DATABASE_URL"
SQLITE = "sqlite:///"

SQLITE_WAIT_SECONDS = 20
"""How long a writer waits for another; with IMMEDIATE transactions in WAL none was ever refused (three processes)."""

_TAKES = "it takes sqlite:///path or postgresql://user:password@host:port/name"


def read(url: str, home: Path) -> dict[str, Any]:
    """The database as Django's settings name it. home: a folder that need not be there yet.

    Raises ConfigurationError where no database can be meant by it: a port that is none, a folder that is not there.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(
            f"{NAME} cannot be read: its host or its port is none; {_TAKES}, with the special characters of a password "
            "percent-encoded (`/` as %2F)."
        ) from None
    if parts.scheme == "sqlite":
        return _sqlite(url, home)
    if parts.scheme in {"postgresql", "postgres"}:
        if "@" in f"{parts.path}{parts.query}{parts.fragment}" and "@" not in parts.netloc:
            raise ConfigurationError(
                f"{NAME} has an @ after its host; percent-encode the special characters of the password (`/` as %2F, `?` as "
                "%3F, `#` as %23)."
            )
        more = _parameters(parts.query)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _named(unquote(parts.path.lstrip("/")), "no database"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": more.pop("host", parts.hostname or ""),
            "PORT": more.pop("port", port or ""),
            "OPTIONS": more,  # as libpq names them: sslmode, sslrootcert, connect_timeout
        }
    raise ConfigurationError(f"{NAME} begins with {parts.scheme!r}; {_TAKES}.")


def _named(name: str, lacking: str) -> str:
    if not name:
        raise ConfigurationError(f"{NAME} names {lacking}; {_TAKES}.")
    return name


def _sqlite(url: str, home: Path) -> dict[str, Any]:
    file = Path(_named(url.removeprefix(SQLITE) if url.startswith(SQLITE) else "", "no file"))
    if file.is_dir():
        raise ConfigurationError(f"{NAME} names {file}, which is a folder; name a file in it.")
    if not file.parent.is_dir() and file.absolute().parent != home:
        raise ConfigurationError(f"{NAME} names {file}, whose folder is not there; make it, or name another.")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_WAIT_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _parameters(query: str) -> dict[str, str]:
    try:
        from psycopg import pq
    except ImportError as error:
        raise ConfigurationError(
            f"{NAME} names a PostgreSQL database, and its driver is not installed; `make install` brings it."
        ) from error
    parameters = dict(parse_qsl(query))
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {
        "assume_role"
    }  # the latter is Django's
    for name in parameters:
        if name not in known:
            raise ConfigurationError(
                f"{NAME} has a parameter {name!r} that PostgreSQL does not know; it takes libpq's, such as sslmode."
            )
    if not (parameters.get("port", "0").isdecimal() and parameters.get("connect_timeout", "0").isdecimal()):
        raise ConfigurationError(f"{NAME} has a port or a connect_timeout that is no number; write it in figures.")
    return parameters
