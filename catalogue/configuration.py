"""Every setting of the catalogue: declared once here, read from the environment or from `config/catalogue.toml`.

The documentation's table of settings is made from `SETTINGS`; a setting that is not there does not exist.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from catalogue.errors import ConfigurationError

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[\x21-\x7e][\x20-\x7e]*")
"""RFC 9110, 5.5, without what is obsolete."""

TOML_FILE = Path("config/catalogue.toml")


class Setting(NamedTuple):
    """One setting: the environment variable, its default as text, and what it is for."""

    name: str
    default: str
    meaning: str

    @property
    def toml_key(self) -> str:
        """Its key in the TOML file: the name in lower case, without "catalogue_"."""
        return self.name.lower().removeprefix("catalogue_")


SETTINGS = (
    Setting("CATALOGUE_HOME", "./var", "Folder of the database, the spools, the local portal and exports."),
    Setting(
        "CATALOGUE_DATABASE_URL",
        "",
        "Database: `sqlite:///path` or `postgresql://user:password@host:port/name`, with parameters of "
        "libpq such as `?sslmode=require`. Empty: SQLite in CATALOGUE_HOME.",
    ),
    Setting(
        "CATALOGUE_ALLOW_ADDRESSES",
        "",
        "Addresses beyond public ones that may be fetched, as CIDRs with commas (`127.0.0.0/8` to try the sandbox). "
        "Empty: public addresses only.",
    ),
    Setting(
        "CATALOGUE_PROXY",
        "",
        "Proxy for harvests, `http://host:port`. The environment's own proxy variables are "
        "ignored; with a proxy set, it is the proxy that must refuse private addresses.",
    ),
    Setting("CATALOGUE_CA_BUNDLE", "", "File of further certificate authorities (PEM) to trust when harvesting."),
    Setting(
        "CATALOGUE_CONTACT", "", "Address of a page or mailbox about this catalogue; sent to portals in the User-Agent."
    ),
    Setting(
        "CATALOGUE_DELAY_SECONDS",
        "1.0",
        "Pause between two requests to one portal. A portal's own Crawl-delay counts where it is longer.",
    ),
    Setting(
        "CATALOGUE_PARALLEL_HARVESTS",
        "4",
        "How many sources are read at the same time; one host is never read twice at once.",
    ),
    Setting(
        "CATALOGUE_MAX_RECORD_BYTES",
        str(8 << 20),
        "A longer record of a portal is skipped with the finding `record-too-large`.",
    ),
    Setting("CATALOGUE_MAX_ANSWER_BYTES", str(2 << 30), "A longer answer of a portal ends the harvest as `too-large`."),
    Setting("CATALOGUE_FIRST_BYTE_SECONDS", "90", "How long a portal may take to begin an answer."),
    Setting("CATALOGUE_ANSWER_SECONDS", "1800", "How long a whole answer of a portal may take."),
    Setting(
        "CATALOGUE_SILENCE_SECONDS",
        "60",
        "How long a portal may be silent within an answer; over such a time it must also send 256 bytes a second.",
    ),
    Setting("CATALOGUE_ATTEMPTS", "5", "How often a request is sent in all, where its trouble may pass."),
    Setting(
        "CATALOGUE_GRACE_RUNS",
        "3",
        "A dataset is withdrawn only after so many complete harvests did not list it, and after CATALOGUE_GRACE_DAYS.",
    ),
    Setting("CATALOGUE_GRACE_DAYS", "7", "A dataset is withdrawn only so many days after it was first missing."),
    Setting(
        "CATALOGUE_CEILING_PERCENT",
        "20",
        "Where more than this share of a source's datasets is missing, and more than ten, the run is held for a person.",
    ),
    Setting(
        "CATALOGUE_LOG_FORMAT",
        "text",
        "How the log on standard error is written: `text`, or `json` for an object a line.",
    ),
    Setting(
        "CATALOGUE_KEEP_SPOOLS",
        "5",
        "So many spools of runs that ended are kept for each source, to be read again; older ones are deleted.",
    ),
    Setting("CATALOGUE_WORKERS", "2", "Processes that map and validate records."),
    Setting(
        "CATALOGUE_DESK_URL",
        "http://127.0.0.1:8000",
        "Address under which people open the desk; links in e-mails begin with it. With `https`, cookies are sent "
        "over TLS only.",
    ),
    Setting(
        "CATALOGUE_DESK_HOSTS",
        "",
        "Further host names under which the desk may be opened, with commas.",
    ),
    Setting(
        "CATALOGUE_SECRET_KEY",
        "",
        "Signs sessions and links of the desk. Empty: one is made, once, and kept in CATALOGUE_HOME/secret-key. "
        "Environment only.",
    ),
    Setting(
        "CATALOGUE_MAIL",
        "console",
        "Where e-mail goes: `console`, `file` (CATALOGUE_HOME/mail, one file a message) or a server, "
        "`smtp://user:password@host:port`, `smtps://` for TLS from the first byte. Environment only.",
    ),
    Setting("CATALOGUE_MAIL_FROM", "catalogue@localhost", "Sender of the e-mails."),
    Setting(
        "CATALOGUE_OIDC_URL",
        "",
        "Address of an OpenID Connect provider, where people may sign in instead of with a password. Empty: none.",
    ),
    Setting("CATALOGUE_OIDC_CLIENT", "", "Client id at that provider."),
    Setting("CATALOGUE_OIDC_SECRET", "", "Client secret at that provider. Environment only."),
    Setting(
        "CATALOGUE_PORTAL_ENVIRONMENT",
        "",
        "Folder of the Python environment of the local portal's CKAN; several homes "
        "may share one. Empty: `portal/environment` in CATALOGUE_HOME.",
    ),
    Setting("CKAN_URL", "", "Address of the CKAN to publish to. Empty: the portal that `catalogue portal up` started."),
    Setting(
        "CKAN_TOKEN",
        "",
        "API token for CKAN_URL. It must be a sysadmin's: CKAN lets nobody else set a dataset's own id. "
        "Environment only; it is never read from a file of this project and never logged.",
    ),
    Setting("CKAN_WRITERS", "4", "Parallel connections that write to CKAN (2 to 4 is best; more gains nothing)."),
    Setting(
        "CKAN_SOLR_URL",
        "",
        "A real Solr for `catalogue portal up`. Empty: the search stand-in, for trying and testing only.",
    ),
)

KEY_PREFIX = "CATALOGUE_KEY_"
"""Before the id of a source, in capitals and with underscores: the header that its portal wants, as `Name: value`."""

SECRETS = frozenset({"CKAN_TOKEN", "CATALOGUE_SECRET_KEY", "CATALOGUE_MAIL", "CATALOGUE_OIDC_SECRET"})
"""Read from the environment alone."""


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as values. Paths are absolute; sizes in bytes; times in seconds."""

    home: Path
    database_url: str
    allow_addresses: tuple[str, ...]
    proxy: str | None
    ca_bundle: Path | None
    contact: str | None
    delay_seconds: float
    parallel_harvests: int
    max_record_bytes: int
    max_answer_bytes: int
    first_byte_seconds: float
    answer_seconds: float
    silence_seconds: float
    attempts: int
    grace_runs: int
    grace_days: float
    ceiling_percent: float
    log_format: str
    keep_spools: int
    workers: int
    desk_url: str
    desk_hosts: tuple[str, ...]
    secret_key: str | None
    mail: str
    mail_from: str
    oidc_url: str | None
    oidc_client: str
    oidc_secret: str
    portal_environment: Path
    ckan_url: str | None
    ckan_token: str | None
    ckan_writers: int
    ckan_solr_url: str | None

    @property
    def spools(self) -> Path:
        """The folder that holds the spools, one folder a source."""
        return self.home / "spools"

    @property
    def portal(self) -> Path:
        """The folder of the CKAN that runs on this machine."""
        return self.home / "portal"

    @property
    def fetching(self) -> dict[str, Any]:
        """How a harvest fetches, as `harvesters.job.Job` has it."""
        return {
            "allow_addresses": list(self.allow_addresses),
            "delay_seconds": self.delay_seconds,
            "contact": self.contact or "",
            "proxy": self.proxy,
            "ca_bundle": str(self.ca_bundle) if self.ca_bundle else None,
            "max_answer_bytes": self.max_answer_bytes,
            "limits": {
                "first_byte_seconds": self.first_byte_seconds,
                "total_seconds": self.answer_seconds,
                "rate_window_seconds": self.silence_seconds,
            },
            "retries": {"attempts": self.attempts},
        }

    def make_home(self) -> None:
        """Make the home where there is none: for nobody else on this machine, since it holds people and hashes of passwords.
        One that is there stays as it is. Raises ConfigurationError where it cannot be made or written to."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"CATALOGUE_HOME is {self.home}, which cannot be made ({error.strerror}); set it to a folder that this user "
                "may write to."
            ) from error
        if not os.access(self.home, os.R_OK | os.W_OK | os.X_OK):
            raise ConfigurationError(
                f"CATALOGUE_HOME is {self.home}, which this user may not write to; run this as the user whom it belongs to, or "
                "set it to another folder."
            )

    def key_of(self, source: str) -> str:
        """The header with a source's key, `Name: value`, from the environment; "" where it needs none. Raises
        ConfigurationError where it is no header."""
        name = KEY_PREFIX + source.upper().replace("-", "_")
        value = os.environ.get(name, "")
        if value and not _HEADER.fullmatch(value):
            raise ConfigurationError(f"{name} is no header; write it as in `Authorization: Bearer ...`, in one line.")
        return value

    def __repr__(self) -> str:
        return f"Configuration(home={str(self.home)!r})"


def load(environ: Mapping[str, str] = os.environ, toml_file: Path = TOML_FILE) -> Configuration:
    """The configuration from environment variables, then the TOML file (where there is one), then defaults.

    Raises ConfigurationError with the name of the setting, what it held and what it takes.
    """
    values = {setting.name: setting.default for setting in SETTINGS}
    values.update(_from_toml(toml_file))
    values.update({name: environ[name] for name in values if environ.get(name)})
    home = Path(values["CATALOGUE_HOME"]).expanduser().absolute()
    return Configuration(
        home=home,
        database_url=values["CATALOGUE_DATABASE_URL"] or f"sqlite:///{home / 'catalogue.sqlite3'}",
        allow_addresses=_networks("CATALOGUE_ALLOW_ADDRESSES", values["CATALOGUE_ALLOW_ADDRESSES"]),
        proxy=_proxy("CATALOGUE_PROXY", values["CATALOGUE_PROXY"]),
        ca_bundle=_file("CATALOGUE_CA_BUNDLE", values["CATALOGUE_CA_BUNDLE"]),
        contact=values["CATALOGUE_CONTACT"] or None,
        delay_seconds=_number("CATALOGUE_DELAY_SECONDS", values, 0, 3600),
        parallel_harvests=_whole("CATALOGUE_PARALLEL_HARVESTS", values, 1, 64),
        max_record_bytes=_whole("CATALOGUE_MAX_RECORD_BYTES", values, 1 << 10, 1 << 30),
        max_answer_bytes=_whole("CATALOGUE_MAX_ANSWER_BYTES", values, 1 << 20, 1 << 40),
        first_byte_seconds=_number("CATALOGUE_FIRST_BYTE_SECONDS", values, 0.1, 3600),
        answer_seconds=_number("CATALOGUE_ANSWER_SECONDS", values, 1, 86_400),
        silence_seconds=_number("CATALOGUE_SILENCE_SECONDS", values, 0.1, 3600),
        attempts=_whole("CATALOGUE_ATTEMPTS", values, 1, 20),
        grace_runs=_whole("CATALOGUE_GRACE_RUNS", values, 1, 100),
        grace_days=_number("CATALOGUE_GRACE_DAYS", values, 0, 365),
        ceiling_percent=_number("CATALOGUE_CEILING_PERCENT", values, 0, 100),
        log_format=_one_of("CATALOGUE_LOG_FORMAT", values, ("text", "json")),
        keep_spools=_whole("CATALOGUE_KEEP_SPOOLS", values, 1, 10_000),
        workers=_whole("CATALOGUE_WORKERS", values, 1, 64),
        desk_url=_address("CATALOGUE_DESK_URL", values["CATALOGUE_DESK_URL"]).rstrip("/"),
        desk_hosts=tuple(host for each in values["CATALOGUE_DESK_HOSTS"].split(",") if (host := each.strip())),
        secret_key=values["CATALOGUE_SECRET_KEY"] or None,
        mail=values["CATALOGUE_MAIL"],
        mail_from=values["CATALOGUE_MAIL_FROM"],
        oidc_url=_address("CATALOGUE_OIDC_URL", values["CATALOGUE_OIDC_URL"]) or None,
        oidc_client=values["CATALOGUE_OIDC_CLIENT"],
        oidc_secret=values["CATALOGUE_OIDC_SECRET"],
        portal_environment=_folder(values["CATALOGUE_PORTAL_ENVIRONMENT"], home / "portal" / "environment"),
        ckan_url=(values["CKAN_URL"] or "").rstrip("/") or None,
        ckan_token=values["CKAN_TOKEN"] or None,
        ckan_writers=_whole("CKAN_WRITERS", values, 1, 16),
        ckan_solr_url=values["CKAN_SOLR_URL"] or None,
    )


def _from_toml(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not a TOML file ({error}); mend it or take it away.") from error
    keys = {setting.toml_key: setting.name for setting in SETTINGS}
    values = {}
    for key, value in table.items():
        if key not in keys:
            raise ConfigurationError(f"{path} has no setting {key!r}; it takes {', '.join(sorted(keys))}.")
        if keys[key] in SECRETS:
            raise ConfigurationError(f"{path} holds {key!r}; set {keys[key]} in the environment, never in a file.")
        if isinstance(value, list) and not all(isinstance(each, str) for each in value):
            raise ConfigurationError(f"{path} has {key!r} with what is no text; put each of its values in quotes.")
        values[keys[key]] = ",".join(value) if isinstance(value, list) else str(value)
    return values


def _number(name: str, values: Mapping[str, str], least: float, most: float) -> float:
    try:
        number = float(values[name])
    except ValueError:
        raise ConfigurationError(
            f"{name} is {values[name]!r}; set it to a number from {least:g} to {most:g}."
        ) from None
    if not least <= number <= most:
        raise ConfigurationError(f"{name} is {values[name]}; set it to a number from {least:g} to {most:g}.")
    return number


def _whole(name: str, values: Mapping[str, str], least: int, most: int) -> int:
    number = _number(name, values, least, most)
    if number != int(number):
        raise ConfigurationError(f"{name} is {values[name]}; set it to a whole number from {least} to {most}.")
    return int(number)


def _one_of(name: str, values: Mapping[str, str], allowed: tuple[str, ...]) -> str:
    if values[name] not in allowed:
        raise ConfigurationError(f"{name} is {values[name]!r}; set it to {' or '.join(allowed)}.")
    return values[name]


def _networks(name: str, text: str) -> tuple[str, ...]:
    networks = [part.strip() for part in text.split(",") if part.strip()]
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise ConfigurationError(f"{name} has {network!r} ({error}); write CIDRs such as 10.1.0.0/16.") from None
    return tuple(networks)


def _address(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        told = bool(parts.hostname and (parts.port is None or parts.port))
    except ValueError:
        told = False
    if text and not told:  # it may hold a password, which is not to be seen
        raise ConfigurationError(f"{name} is no address; write it as in https://host.example:8080.")
    return text


def _proxy(name: str, text: str) -> str | None:
    """What is said of it in an error is not quoted: it may hold a password."""
    try:
        parts = urlsplit(text)
        good = parts.scheme == "http" and parts.hostname and parts.port and not (parts.path.strip("/") or parts.query)
    except ValueError:  # a port that is no number, or brackets without an address
        good = False
    if text and not good:
        raise ConfigurationError(f"{name} is not the address of a proxy; write http://host:port, or leave it out.")
    return text or None


def _folder(text: str, default: Path) -> Path:
    return Path(text).expanduser().absolute() if text else default


def _file(name: str, text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise ConfigurationError(f"{name} names {path}, which is not a file; set it to a PEM file or leave it out.")
    return path
