"""The sandbox as one process: started, remembered in a folder, found again, and stopped."""

import fcntl
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from sandbox.portal import Portal
from sandbox.processes import detached, process_start, until, write
from sandbox.register import sources_file
from sandbox.states import OFFERS, portal_of

STATE_FILE = "sandbox.json"
SOURCES_FILE = "sources.yaml"
LOG_FILE = "sandbox.log"


class SandboxError(Exception):
    """The sandbox cannot be started or stopped. Raised by `serve`, `ensure` and `stop`; says what to do."""


class Served(msgspec.Struct, frozen=True):
    """A portal that is served: the id of its source, whose it is, and where."""

    id: str
    state: str
    title: str
    protocol: str
    url: str
    port: int


class Memory(msgspec.Struct, frozen=True):
    """What `sandbox.json` says. started: when the process was, since its number alone may be another's by now."""

    pid: int
    started: str
    portals: list[Served]


def serve(folder: Path) -> None:
    """Serve every portal until SIGTERM or Ctrl-C, with `sandbox.json` and `sources.yaml` in the folder.

    A portal takes the port that it had before, if it is free, so that sources keep their addresses.
    Raises SandboxError where the folder's portals are being served already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with _alone(folder), ExitStack() as running:
        memory = remembered(folder)
        ports = {served.id: served.port for served in memory.portals} if memory else {}
        portals = [_started(offer.id, ports.get(offer.id, 0), running) for offer in OFFERS]
        served = [
            Served(
                id=offer.id,
                state=offer.state,
                title=portal.catalogue.titles[portal.catalogue.language],
                protocol=offer.protocol,
                url=f"{portal.url}{offer.path}",
                port=int(portal.url.rpartition(":")[2]),
            )
            for offer, portal in zip(OFFERS, portals, strict=True)
        ]
        addresses = {offer.id: portal.url for offer, portal in zip(OFFERS, portals, strict=True)}
        write(folder / SOURCES_FILE, sources_file(addresses).encode())
        own = Memory(os.getpid(), process_start(os.getpid()) or "", served)
        write(folder / STATE_FILE, msgspec.json.format(msgspec.json.encode(own), indent=1))
        ended.wait()


def ensure(folder: Path) -> Memory:
    """Have the sandbox running in the background, apart from this process. Raises SandboxError if it does not start."""
    memory = running(folder)
    if memory is not None:
        return memory
    folder.mkdir(parents=True, exist_ok=True)
    pid = detached(["-m", "sandbox", "serve", "--folder", str(folder)], folder / LOG_FILE)
    until(lambda: running(folder) is not None or process_start(pid) is None)
    memory = running(folder)
    if memory is None:
        said = (folder / LOG_FILE).read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise SandboxError(f"The sandbox did not start; {folder / LOG_FILE} ends with: {''.join(said) or 'nothing'}")
    return memory


def stop(folder: Path) -> bool:
    """Stop the sandbox of a folder; False where none is running. Raises SandboxError if it does not end."""
    memory = running(folder)
    if memory is None:
        return False
    try:
        os.kill(memory.pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise SandboxError(f"Process {memory.pid} belongs to another user; stop the sandbox as that user.") from error
    if not until(lambda: running(folder) is None):
        raise SandboxError(f"The sandbox (process {memory.pid}) does not end; look at it with `ps {memory.pid}`.")
    return True


def running(folder: Path) -> Memory | None:
    """What is being served from a folder: only if the very process that wrote the file still runs."""
    memory = remembered(folder)
    return memory if memory and memory.started and process_start(memory.pid) == memory.started else None


def remembered(folder: Path) -> Memory | None:
    """What the last process wrote, running or not; None where there is nothing that can be read."""
    try:
        return msgspec.json.decode((folder / STATE_FILE).read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _started(offer_id: str, port: int, running: ExitStack) -> Portal:
    """A started portal; on any port, where its own has been taken by somebody else."""
    offer = next(offer for offer in OFFERS if offer.id == offer_id)
    portal = portal_of(offer, port)
    try:
        running.enter_context(portal)
    except OSError:
        portal = portal_of(offer)
        running.enter_context(portal)
    return portal


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process a folder; the kernel gives the lock back however the process ends."""
    with (folder / "sandbox.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SandboxError(f"The portals of {folder} are being served already; stop them first.") from None
        yield
