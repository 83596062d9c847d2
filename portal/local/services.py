"""One background service of the portal: how it is started, how one sees that it answers, how it is kept and stopped."""

import http.client
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.local import processes, state
from portal.local.errors import StartError
from portal.local.processes import Identity, User

ANSWER_TIMEOUT = 30.0
"""Seconds that a service may take to one question of ours."""

HANG_PATIENCE = 15.0
"""Seconds until a running service that does not answer is stopped and started again."""

PORT_PATIENCE = 5.0
"""Seconds that a stopped service's port may take to be free again."""

TRIES = 3
"""Starts on another port when somebody else took the chosen one in between."""


@dataclass(frozen=True)
class Service:
    """What there is to know about one service; the port is chosen when it starts."""

    name: str
    title: str
    """As people read it in progress reports and the status."""
    folder: Path
    """Its working directory, its alone."""
    command: Callable[[int], Sequence[str]]
    answers: Callable[[int, Identity], bool]
    """Whether it answers on a port; must not raise."""
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: User | None = None
    prepare: Callable[[int], None] = lambda port: None
    """Called with the port before each start, when nothing of the service runs: writes files that name it, drops stale ones."""
    stop_signal: int = signal.SIGTERM
    patience: float = 60.0
    """Seconds that it may take from start to answering."""


def ensure(service: Service, folder: Path, memory: state.State) -> bool:
    """See to it that a service runs and answers; True if it had to be started. `memory` is saved along the way.

    Raises StartError, StopError.
    """
    known, port = memory.processes.get(service.name), memory.ports.get(service.name)
    if known is not None and port is not None and processes.alive(known):
        answered = processes.wait_until(
            lambda: not processes.alive(known) or service.answers(port, known), HANG_PATIENCE
        )
        if answered and processes.alive(known):
            return False
    for _ in range(TRIES):
        if _started(service, folder, memory, clear(service.name, memory, stop_signal=service.stop_signal)):
            return True
    raise StartError(f"{service.title} did not start. {processes.tail(service.log)}")


def _started(service: Service, folder: Path, memory: state.State, port: int) -> bool:
    """Start a service on a port; False if it ended because the port was taken meanwhile. Raises StartError."""
    service.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    service.prepare(port)
    command = list(service.command(port))
    executable = str(Path(command[0]).resolve())
    memory.ports[service.name] = port
    memory.folders[service.name] = str(service.folder.resolve())
    # Noted before the start: should this command be killed right after it, the next one still finds the process.
    memory.processes[service.name] = Identity(0, processes.boot_id(), 0, executable)
    state.save(folder, memory)
    identity = processes.start(
        command, folder=service.folder, log=service.log, environment=service.environment, user=service.user
    )
    memory.processes[service.name] = identity
    state.save(folder, memory)
    processes.wait_until(lambda: not processes.alive(identity) or service.answers(port, identity), service.patience)
    if processes.alive(identity) and service.answers(port, identity):
        return True
    ended = not processes.alive(identity)
    taken = ended and not is_free(port)
    halt(service.name, memory, stop_signal=service.stop_signal)
    if taken:
        return False
    what = "ended while it started" if ended else f"did not answer within {service.patience:.0f} s"
    raise StartError(f"{service.title} {what}. {processes.tail(service.log)}")


def clear(name: str, memory: state.State, *, stop_signal: int = signal.SIGTERM) -> int:
    """Stop what is left of a service, and give the port for its next start: the last one unless somebody took it."""
    port = memory.ports.get(name)
    stopped = halt(name, memory, stop_signal=stop_signal)
    if port is not None and stopped:
        # The kernel closes a killed process's sockets a moment after the process is seen to be gone.
        last = port
        processes.wait_until(lambda: is_free(last), PORT_PATIENCE)
    if port is None or not is_free(port):
        port = free_port()
    memory.ports[name] = port
    return port


def halt(name: str, memory: state.State, *, stop_signal: int = signal.SIGTERM) -> bool:
    """Stop a service and whatever a crash left of it; True if anything was running. Raises StopError."""
    identity, place = memory.processes.get(name), memory.folders.get(name)
    if identity is None or place is None:
        return False
    return processes.stop(identity, Path(place), signal_number=stop_signal)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def http_answer(port: int, path: str, headers: Mapping[str, str] | None = None) -> bytes | None:
    """The body of a successful GET from 127.0.0.1, else None."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_TIMEOUT)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        body = response.read()
        return body if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
