"""A PostgreSQL server of a test's own: on a socket in a new folder, without a port, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from portal.local.binaries import postgres_programs
from portal.local.postgresql import reachable_programs, unprivileged
from tests.conftest import CKAN_ENVIRONMENT

needs_postgresql = pytest.mark.skipif(
    not postgres_programs(CKAN_ENVIRONMENT), reason="PostgreSQL is absent (apt install postgresql)"
)
OWNER = "catalogue"
SETTINGS = (
    "listen_addresses=", "fsync=off", "full_page_writes=off", "timezone=Asia/Kathmandu", "autovacuum=off",
)  # fmt: skip
"""Without waiting for the disk; the server's time is nobody's (+05:45), so that what relies on it is seen; and without statistics
taken while a test's tables were empty, which say nothing of the thousands of rows that its transaction makes."""

SECONDS_TO_STOP = 60


class Server:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str, template: str = "template1") -> str:
        """A new database, empty or a copy of another; gives its address as CATALOGUE_DATABASE_URL takes it."""
        with psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql://{OWNER}@/{name}?host={quote(str(self.folder), safe='')}"


@contextmanager
def server() -> Iterator[Server]:
    """A server that is ready. It refuses to run as root: then it runs as an unprivileged user, in a folder of that user's."""
    user = unprivileged() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir="/tmp"))  # the path of a socket has 107 bytes at most
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    as_user = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    try:
        programs = reachable_programs(CKAN_ENVIRONMENT, folder, folder / "data", user)
        subprocess.run(
            [programs.initdb, "-D", folder / "data", "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust",
             "--no-sync", "--no-instructions"],
            env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL, **as_user,
        )  # fmt: skip
        settings = [part for each in (*SETTINGS, f"unix_socket_directories={folder}") for part in ("-c", each)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs.postgres, "-D", folder / "data", *settings],
                env=environment, cwd=folder, stdout=log, stderr=log, **as_user,
            )  # fmt: skip
        try:
            while not _is_ready(folder / "data" / "postmaster.pid"):
                assert process.poll() is None, (folder / "log").read_text()
            yield Server(folder)
        finally:
            process.terminate()
            process.send_signal(2)  # SIGINT: without waiting for whoever is connected
            process.wait(SECONDS_TO_STOP)
    finally:
        shutil.rmtree(folder)


def _is_ready(file: Path) -> bool:
    """Whether the server takes connections, as it says in line 8 of its file."""
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"
