"""Processes in the background of a demo: started apart from it, known again, and waited for."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def process_start(pid: int) -> str | None:
    """The boot and the clock tick at which a process started (proc(5), stat, field 22); None for none or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in {"Z", "X"} else f"{BOOT_ID.read_text().strip()} {fields[19]}"


def detached(arguments: list[str], log: Path, environment: Mapping[str, str] = os.environ) -> int:
    """Start Python in a session of its own, so that it outlives this process and its terminal; gives its number."""
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(
        sys.executable, [sys.executable, *arguments], dict(environment), file_actions=streams, setsid=True
    )


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a file."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def until(condition: Callable[[], bool]) -> bool:
    """Wait for something; False where it does not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
