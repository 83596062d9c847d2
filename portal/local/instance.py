"""A real CKAN on one machine, in one folder: `up`, `down`, `status`."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.local import ckan, postgresql, processes, redis, services, solr, state
from portal.local import environment as ckan_environment
from portal.local.environment import Progress, silent
from portal.local.postgresql import NAME as POSTGRESQL
from portal.local.services import Service

STOP_SIGNALS = {POSTGRESQL: 2}
"""SIGINT is PostgreSQL's fast shutdown; everything else ends on SIGTERM."""

ORDER = (ckan.NAME, solr.NAME, redis.NAME, POSTGRESQL)
"""The order to stop in: nobody loses what it still talks to."""

DEFAULT_ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Address:
    """How to reach a CKAN: its URL, a sysadmin's API token, and whether this call started it."""

    url: str
    token: str
    started: bool


@dataclass(frozen=True)
class ServiceStatus:
    """One service: whether it runs, as which process, and where it listens."""

    name: str
    running: bool
    pid: int | None
    address: str | None


@dataclass(frozen=True)
class Status:
    """What a folder's portal is doing; plain values, fit for JSON by `dataclasses.asdict`."""

    folder: str
    running: bool
    """Whether CKAN's web server and all that it needs run."""
    url: str | None
    services: list[ServiceStatus]
    environment: str | None
    search: str
    """What CKAN searches with, in words: the stand-in says that it is one."""


def up(
    folder: Path,
    *,
    environment: Path | None = None,
    progress: Progress = silent,
    solr_url: str | None = None,
) -> Address:
    """Start a CKAN in a folder, or what is not running of it; doing it again does nothing.

    environment: CKAN's Python environment, made if it is not there; default: the one used before, else
    `FOLDER/environment`. Several folders may share one. solr_url: a real Solr core with CKAN's schema; default: the
    variable CKAN_SOLR_URL, else the stand-in.

    Raises InstallError, StartError, StopError, StateError.
    """
    folder = folder.absolute()
    _make_folder(folder)
    with state.locked(folder, lambda: progress("Waiting for another command on the same portal", None)):
        memory = state.load(folder)
        chosen = environment or (Path(memory.environment) if memory.environment else folder / DEFAULT_ENVIRONMENT)
        memory.environment = str(chosen.absolute())
        ckan_environment.install(chosen, progress)
        return _up(folder, chosen.absolute(), memory, progress, solr_url or os.environ.get("CKAN_SOLR_URL") or None)


def _up(folder: Path, environment: Path, memory: state.State, progress: Progress, solr_url: str | None) -> Address:
    started = False
    for service in _supports(folder, environment, memory, progress, solr_url):
        progress(f"Starting {service.title}", None)
        started = services.ensure(service, folder, memory) or started
    if solr_url is not None:
        services.halt(solr.NAME, memory)
        memory.processes.pop(solr.NAME, None)
    web = ckan.service(folder, environment)
    web.folder.mkdir(mode=0o700, exist_ok=True)
    if not processes.alive(memory.processes.get(web.name)):
        # Its configuration names its address, so the port is chosen before the start.
        services.clear(web.name, memory)
    _prepare(folder, environment, memory, progress, solr_url)
    fingerprint = ckan.fingerprint(folder, environment)
    if memory.configured != fingerprint:
        services.halt(web.name, memory)
    progress("Starting CKAN", None)
    port = memory.ports[web.name]
    started = services.ensure(web, folder, memory) or started
    if memory.ports[web.name] != port:
        # Somebody took the port between choosing and starting: CKAN must be told its new address.
        services.halt(web.name, memory)
        state.write_private(ckan.ini(folder), ckan.configuration(folder, memory, solr_url))
        fingerprint = ckan.fingerprint(folder, environment)
        services.ensure(web, folder, memory)
    memory.configured = fingerprint
    state.save(folder, memory)
    progress("CKAN is up", 1.0)
    return Address(ckan.address(memory), ckan.token(folder) or "", started)


def _supports(
    folder: Path, environment: Path, memory: state.State, progress: Progress, solr_url: str | None
) -> Iterator[Service]:
    """The services that CKAN needs, each made ready only when the one before it runs."""
    if memory.postgresql_home is None:
        progress("Making a database", None)
    yield postgresql.service(folder, environment, memory)
    yield redis.service(folder, environment, memory)
    if solr_url is None:
        yield solr.service(folder, environment, memory)


def _prepare(folder: Path, environment: Path, memory: state.State, progress: Progress, solr_url: str | None) -> None:
    """The configuration file; and tables, sysadmin, token and search index where they are not as they should be."""
    state.write_private(ckan.ini(folder), ckan.configuration(folder, memory, solr_url))
    release, engine = ckan_environment.version(environment), solr_url or solr.NAME
    if memory.prepared == release and memory.indexed == engine and ckan.token(folder) is not None:
        return
    rebuild = memory.prepared is None or memory.indexed != engine
    progress("Preparing CKAN's database", None)
    token = ckan.prepare(folder, environment, memory, rebuild=rebuild)
    state.write_private(folder / state.TOKEN, token + "\n")
    state.write_private(folder / "sysadmin-password", memory.secret(ckan.ADMIN) + "\n")
    memory.prepared, memory.indexed = release, engine
    state.save(folder, memory)


def down(folder: Path) -> list[str]:
    """Stop everything that a folder's portal has running; gives the names of what was stopped. Raises StopError, StateError."""
    folder = folder.absolute()
    if not (folder / state.STATE).exists():
        return []
    with state.locked(folder, lambda: None):
        memory = state.load(folder)
        stopped = [name for name in ORDER if services.halt(name, memory, stop_signal=STOP_SIGNALS.get(name, 15))]
        memory.processes.clear()
        state.save(folder, memory)
        return stopped


def status(folder: Path) -> Status:
    """What is running in a folder. Raises StateError."""
    folder = folder.absolute()
    memory = state.load(folder)
    found = [_status(name, memory) for name in reversed(ORDER) if name in memory.ports]
    real = memory.indexed not in (None, solr.NAME)
    needed = [s for s in found if not (real and s.name == solr.NAME)]
    running = len(needed) >= len(ORDER) - real and all(service.running for service in needed)
    return Status(
        folder=str(folder),
        running=running,
        url=ckan.address(memory) if ckan.NAME in memory.ports else None,
        services=needed,
        environment=memory.environment,
        search=f"Solr at {memory.indexed}" if real else solr.STAND_IN,
    )


def _status(name: str, memory: state.State) -> ServiceStatus:
    identity = memory.processes.get(name)
    running = processes.alive(identity)
    return ServiceStatus(
        name=name,
        running=running,
        pid=identity.pid if identity is not None and running else None,
        address=f"127.0.0.1:{memory.ports[name]}" if running else None,
    )


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        # Root's PostgreSQL runs as somebody else, who must pass through; what is secret inside is 0600.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in ("log", "storage", "search"):
        with contextlib.suppress(FileExistsError):
            (folder / name).mkdir(mode=0o700)
