"""Django's settings, made from the catalogue's own (`configuration`)."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from catalogue import configuration
from catalogue.errors import ConfigurationError

CONFIGURATION = configuration.load()

SQLITE_WAIT_SECONDS = 20
"""How long a writer waits for another; with IMMEDIATE transactions in WAL none was ever refused (three processes)."""


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": SQLITE_WAIT_SECONDS,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        more = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": more.pop("host", parts.hostname or ""),
            "PORT": more.pop("port", parts.port or ""),
            "OPTIONS": more,  # as libpq names them: sslmode, sslrootcert, connect_timeout
        }
    raise ConfigurationError(
        f"CATALOGUE_DATABASE_URL begins with {parts.scheme!r}; it takes sqlite:///path or postgresql://user@host/name."
    )


DATABASES = {"default": _database(CONFIGURATION.database_url)}
INSTALLED_APPS = [
    "catalogue.states",
    "catalogue.register",
    "catalogue.people",
    "catalogue.datasets",
    "catalogue.harvests",
    "catalogue.reconcile",
    "catalogue.publish",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
AUTH_USER_MODEL = "people.Person"
# Commands serve no page and sign nothing; the desk has settings of its own (`desk.settings`), with a key.
SECRET_KEY = "unused: nothing is signed"  # noqa: S105
