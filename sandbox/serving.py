"""The sandbox as one process in the background: started, remembered in a folder, and stopped."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sandbox import portals
from sandbox.content import datasets

START_SECONDS = 30
POLL_SECONDS = 0.05


class Offer(NamedTuple):
    """A portal of a fictional State, and what the register says of it."""

    id: str
    state: str
    title: str
    protocol: str
    speak: portals.Speak
    path: str
    languages: tuple[str, ...]
    count: int
    permitted: bool = False


OFFERS = (
    Offer("xa-national", "XA", "Open data of Xalandia", "ckan", portals.ckan, "", ("en", "fr"), 90, permitted=True),
    Offer("xb-national", "XB", "Datos abiertos", "dcat", portals.dcat, "/catalog.ttl", ("es", "en"), 60),
    Offer("xc-national", "XC", "البيانات المفتوحة", "dcat-us", portals.dcat_us, "/data.json", ("ar",), 45),
    Offer("xd-national", "XD", "开放数据", "ckan", portals.ckan, "", ("zh", "en"), 40, permitted=True),
    Offer("xe-national", "XE", "Открытые данные", "dcat", portals.dcat, "/catalog.ttl", ("ru",), 30),
)


def serve(folder: Path) -> None:
    """Serve every portal until SIGTERM, and write `sandbox.json` and `sources.yaml` into the folder.

    A portal takes the port that it had before, so that a source keeps its address.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _remembered(folder).get("ports", {})
    running = []
    for offer in OFFERS:
        portal = portals.Portal(
            offer.speak, list(datasets(offer.state, offer.languages, offer.count)), port=before.get(offer.id, 0)
        )
        portal.start()
        running.append(portal)
    (folder / "sources.yaml").write_text(_register(running), encoding="utf-8")
    ports = {offer.id: portal.port for offer, portal in zip(OFFERS, running, strict=True)}
    state = {"pid": os.getpid(), "started": _started(os.getpid()), "ports": ports}
    half = folder / "sandbox.json.half"
    half.write_text(json.dumps(state), encoding="utf-8")
    half.replace(folder / "sandbox.json")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


def _register(running: list[portals.Portal]) -> str:
    lines = ["# The sources of the fictional States of the sandbox. Made anew whenever it is started.", "sources:"]
    for offer, portal in zip(OFFERS, running, strict=True):
        lines += [
            f"- id: {offer.id}",
            f"  state: {offer.state}",
            f"  title: {{{offer.languages[0]}: {json.dumps(offer.title, ensure_ascii=False)}}}",
            f"  url: {portal.url}{offer.path}",
            f"  protocol: {offer.protocol}",
            "  basis: {kind: submission, document: Note verbale 12/2026, date: 2026-02-02}",
            "  publish: all",
        ]
        if offer.permitted:
            lines.append(
                "  harvest_permission: {by: Ministry of Justice, date: 2026-02-02, document: Note verbale 12/2026}"
            )
    return "\n".join(lines) + "\n"


def ensure(folder: Path) -> None:
    """Have the sandbox running in the background. Raises RuntimeError where it does not start."""
    if running_pid(folder) is not None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    _until(lambda: running_pid(folder) == process.pid or process.poll() is not None)
    if running_pid(folder) != process.pid:
        raise RuntimeError(f"The sandbox did not start; {folder / 'sandbox.log'} says why.")


def stop(folder: Path) -> bool:
    """Stop the sandbox; False where it was not running."""
    pid = running_pid(folder)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    _until(lambda: running_pid(folder) is None)
    return True


def running_pid(folder: Path) -> int | None:
    """The process that serves, if it is the one that wrote the file: a number alone may be somebody else's by now."""
    state = _remembered(folder)
    pid = state.get("pid")
    return pid if isinstance(pid, int) and state.get("started") == _started(pid) else None


def _remembered(folder: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return state


def _started(pid: int) -> str | None:
    """When a process was started: the boot and the clock ticks since (proc(5)); None where there is none, or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else f"{boot} {fields[19]}"


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
