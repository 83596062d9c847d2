"""Leases: a source is harvested by one process at a time, and the lease of a dead process is taken over.

A lease is a row with a heartbeat. Whoever finds it cold, or its owner dead on this very machine, takes it; so no run stays
"running" for ever, and none is done twice at once (the two failures that harvesters are known for).
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections, transaction

from catalogue.harvests.models import Lease
from catalogue.register.models import Source

HEARTBEAT_SECONDS = 15.0
COLD = timedelta(seconds=90)
"""A lease without a heartbeat for so long is nobody's: six were missed."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NOBODY = ""


def owner() -> str:
    """This process: host, boot, number and start (proc(5), stat, field 22); where there is no /proc, without a start."""
    return " ".join((socket.gethostname(), _boot(), str(os.getpid()), _start(os.getpid()) or "-"))


def take(source: str, who: str, now: datetime) -> str:
    """Take the lease of a source; gives "" where it is ours now, else whose it is, as words."""
    with transaction.atomic():
        # A lease that is not there yet cannot be locked; its source can.
        Source.objects.select_for_update(no_key=True).only("pk").get(pk=source)
        held = Lease.objects.filter(source=source).first()
        if held is not None and held.owner != who and not is_free(held, now):
            return f"process {held.owner.split(' ')[2]} on {held.owner.split(' ')[0]} since {held.since:%Y-%m-%d %H:%M} UTC"
        Lease.objects.update_or_create(source_id=source, defaults={"owner": who, "since": now, "heartbeat": now})
    return NOBODY


def give_back(source: str, who: str) -> None:
    """End a lease of ours; another's stays."""
    Lease.objects.filter(source=source, owner=who).delete()


@contextmanager
def kept_warm(who: str) -> Iterator[None]:
    """Beat for every lease of a process while the block runs, and give all of them back at its end."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(who, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        Lease.objects.filter(owner=who).delete()


def _beat(who: str, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT_SECONDS):
        try:
            Lease.objects.filter(owner=who).update(heartbeat=datetime.now(UTC))
        except DatabaseError:
            continue  # a database that is busy now is asked again at the next beat; six may be missed
        finally:
            close_old_connections()


def is_free(lease: Lease, now: datetime) -> bool:
    """Whether nobody harvests under this lease any more: its owner is dead, or has given no sign of life for too long."""
    host, boot, number, start = lease.owner.split(" ")
    if (host, boot) == (socket.gethostname(), _boot()) and start != "-":
        return _start(int(number)) != start
    return lease.heartbeat < now - COLD


def _boot() -> str:
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else "-"


def _start(number: int) -> str | None:
    try:
        fields = Path(f"/proc/{number}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in {"Z", "X"} else fields[19]
