"""What one folder remembers of its portal between commands: ports, processes, secrets, places. One file, for its owner only."""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from portal.local.errors import StateError
from portal.local.processes import Identity

STATE = "state.json"
TOKEN = "token"  # noqa: S105 a file's name
SECRET_BYTES = 24


class State(msgspec.Struct, kw_only=True):
    """All that `up`, `down` and `status` need to know of earlier runs."""

    environment: str | None = None
    """Folder of the CKAN environment last used."""
    site_id: str = msgspec.field(default_factory=lambda: f"portal-{secrets.token_hex(4)}")
    """CKAN's own name in the search index: two CKANs that share one Solr stay apart."""
    secrets: dict[str, str] = {}
    """Passwords and signing keys, made when first asked for."""
    ports: dict[str, int] = {}
    processes: dict[str, Identity] = {}
    folders: dict[str, str] = {}
    """Each started service's working directory."""
    postgresql_home: str | None = None
    """Folder with PostgreSQL's data; outside the portal's own where the unprivileged user cannot reach that."""
    prepared: str | None = None
    """The CKAN release whose tables, sysadmin and token the database holds."""
    configured: str | None = None
    """Fingerprint of what the running web server was started with."""
    indexed: str | None = None
    """The search engine that knows this CKAN's datasets."""

    def secret(self, name: str) -> str:
        """A secret of this portal, the same at every call."""
        return self.secrets.setdefault(name, secrets.token_urlsafe(SECRET_BYTES))


def load(folder: Path) -> State:
    """The folder's state; a fresh one where there is none. Raises StateError."""
    path = folder / STATE
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.DecodeError) as error:
        raise StateError(f"{path} cannot be read ({error}); move {folder} away and start anew.") from error


def save(folder: Path, state: State) -> None:
    """Write the state, whole or not at all."""
    write_private(folder / STATE, msgspec.json.format(msgspec.json.encode(state)).decode() + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)


@contextmanager
def locked(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Keep other commands off the folder; `waiting` is called if one is at work on it."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
