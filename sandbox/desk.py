"""The desk of the demo: in the background, with one officer and one focal point of a fictional State."""

import os
import secrets
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sandbox.processes import detached, process_start, until, write

STATE_FILE, LOG_FILE = "desk.json", "desk.log"
PEOPLE = {"officer@secretariat.example": ("--officer",), "focal-point@xa.example": ("--state", "XA")}
"""Who may sign in, and how `catalogue people add` is told so."""

Run = Callable[..., Any]


class DeskError(Exception):
    """The demo's desk does not start. Raised by `ensure`; says where to look."""


class Memory(msgspec.Struct):
    """What `desk.json` says, for its owner's eyes alone. pid and started: of the process; 0 and "" where none was started."""

    port: int
    password: str
    pid: int = 0
    started: str = ""

    @property
    def url(self) -> str:
        """Where it is open."""
        return f"http://127.0.0.1:{self.port}"


def ensure(home: Path, environment: Mapping[str, str], run: Run) -> Memory:
    """Have the desk running, and its people in it. run: a step of the demo, without its reading of JSON."""
    folder = home / "sandbox"
    memory = _remembered(folder) or Memory(_free_port(), secrets.token_urlsafe(12))
    if _runs(memory):
        return memory
    if not _is_free(memory.port):
        memory.port = _free_port()
    said = {
        **environment, "CATALOGUE_DESK_URL": memory.url, "CATALOGUE_MAIL": "file", "CATALOGUE_PASSWORD": memory.password,
    }  # fmt: skip
    known = {person["email"] for person in run(said, "people", "list", "--json")}
    for address, role in PEOPLE.items():
        if address not in known:
            run(said, "people", "add", address, *role)
    log = folder / LOG_FILE
    memory.pid = detached(["-m", "catalogue.cli", "desk", "--port", str(memory.port)], log, said)
    memory.started = process_start(memory.pid) or ""
    write(folder / STATE_FILE, msgspec.json.encode(memory))
    (folder / STATE_FILE).chmod(0o600)
    until(lambda: not _is_free(memory.port) or process_start(memory.pid) is None)
    if not _runs(memory):
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise DeskError(f"The desk did not start; {log} ends with: {''.join(last) or 'nothing'}")
    return memory


def stop(home: Path) -> bool:
    """Stop the desk; False where none is running."""
    memory = _remembered(home / "sandbox")
    if memory is None or not _runs(memory):
        return False
    os.kill(memory.pid, signal.SIGTERM)
    return until(lambda: not _runs(memory))


def _remembered(folder: Path) -> Memory | None:
    try:
        return msgspec.json.decode((folder / STATE_FILE).read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _runs(memory: Memory) -> bool:
    return bool(memory.started) and process_start(memory.pid) == memory.started


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) != 0
