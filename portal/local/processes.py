"""Processes that outlive the command that started them, told apart from others that later got the same number.

A process id alone proves nothing after a crash or a reboot. A process is ours only if the machine has not been rebooted
since (boot id), and /proc shows the start time and the executable that were recorded when it was started (proc(5)).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.local.errors import StartError, StopError

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
LAUNCHER = Path(__file__).with_name("launcher.py")

POLL = 0.05
"""Seconds between two looks at a condition."""

KILL_PATIENCE = 10.0
"""Seconds that a process may take to vanish after SIGKILL."""


@dataclass(frozen=True)
class Identity:
    """What tells one process from every other one, also after its number was given away again."""

    pid: int
    boot: str
    started: int
    """Clock ticks from boot to the process's start (proc(5), stat, field 22)."""
    executable: str


@dataclass(frozen=True)
class User:
    """Whom a service runs as, when not as the caller."""

    name: str
    uid: int
    gid: int


def boot_id() -> str:
    """The kernel's id of the present boot."""
    return BOOT_ID.read_text().strip()


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on (proc(5), field 3), or None where there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _link(pid: int, name: str) -> str | None:
    """Where /proc/PID/NAME points to; None if the process is gone or belongs to somebody we may not look at."""
    try:
        # An executable replaced by an upgrade is shown with this suffix; it is still the one that was started.
        return str(Path(f"/proc/{pid}/{name}").readlink()).removesuffix(" (deleted)")
    except OSError:
        return None


def identify(pid: int) -> Identity | None:
    """The identity of a living process, or None if there is none; a zombie does not live."""
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return Identity(pid, boot_id(), int(fields[19]), _link(pid, "exe") or "")


def alive(identity: Identity | None) -> bool:
    """Whether the very process that was recorded is still running."""
    return identity is not None and identify(identity.pid) == identity


def start(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    user: User | None = None,
) -> Identity:
    """Start a process in a session of its own, detached from this one, and say who it is.

    folder: its working directory; log: the file that its output is appended to; user: whom it runs as (needs root).

    Raises StartError if the command cannot be run.
    """
    order = {
        "command": list(command),
        "folder": str(folder),
        "log": str(log),
        "environment": dict(environment),
        "user": None if user is None else [user.uid, user.gid],
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER)],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise StartError(f"{command[0]} could not be started: {reason}.")
    identity = identify(int(done.stdout))
    if identity is None:
        raise StartError(f"{command[0]} ended at once. {tail(log)}")
    return identity


def leftovers(identity: Identity, folder: Path) -> Iterator[int]:
    """Process ids of workers that a killed service left behind: same executable, at work in the service's own folder."""
    if identity.boot != boot_id():
        return
    place = str(folder.resolve())
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            pid = int(entry.name)
            if _link(pid, "cwd") == place and _link(pid, "exe") == identity.executable and identify(pid) is not None:
                yield pid


def works_in(pid: int, folder: Path) -> bool:
    """Whether a process's working directory is this folder, or may be: another user's processes can be closed to us."""
    return _link(pid, "cwd") in (None, str(folder.resolve()))


def stop(
    identity: Identity | None, folder: Path, *, signal_number: int = signal.SIGTERM, patience: float = 20.0
) -> bool:
    """End a service and all its workers; True if anything was running.

    folder: the service's own working directory; signal_number: its polite request to end; patience: seconds until SIGKILL.

    Raises StopError if a process may not be signalled or survives.
    """
    if identity is None:
        return False
    ran = alive(identity)
    if ran:
        _signal(identity.pid, signal_number)
        wait_until(lambda: not alive(identity), patience)
        if alive(identity):
            _signal(identity.pid, signal.SIGKILL)
    orphans = list(leftovers(identity, folder))
    for pid in orphans:
        _signal(pid, signal.SIGKILL)

    def gone() -> bool:
        return not alive(identity) and not any(leftovers(identity, folder))

    if not wait_until(gone, KILL_PATIENCE):
        raise StopError(
            f"Process {identity.pid} ({identity.executable}) does not end; look at it with `ps {identity.pid}`."
        )
    return ran or bool(orphans)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise StopError(
            f"Process {pid} belongs to another user; stop the portal as the user who started it."
        ) from error


def wait_until(condition: Callable[[], bool], patience: float) -> bool:
    """Look at a condition until it holds or `patience` seconds have passed; say whether it holds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def tail(log: Path, lines: int = 5) -> str:
    """The last lines of a log, to go into an error's text."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    last: Iterable[str] = [line for line in text.splitlines() if line.strip()][-lines:]
    return f"The end of {log}:\n" + "\n".join(last)
