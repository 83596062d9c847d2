"""A restore where something is in its way: a database that is damaged, and a harvest that runs or was killed."""

import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Catalogue, CkanDouble, Site, dataset

RUBBISH = b"\xff" * 60


@pytest.fixture
def held(catalogue: Catalogue, site: Site) -> Catalogue:
    """A catalogue that has read a portal."""
    catalogue.register(f"xa-portal ckan {CkanDouble(site, [dataset(number) for number in range(20)]).url}")
    catalogue.run("harvest", "xa-portal")
    return catalogue


def overwrite(database: Path, table: str | None) -> None:
    """Damage the first page of a table, or the file's header."""
    with closing(sqlite3.connect(database)) as opened:
        page = 1
        if table is not None:
            (page,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = opened.execute("PRAGMA page_size").fetchone()
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(RUBBISH)


@pytest.mark.parametrize("table", ["datasets_dataset", "harvests_lease", None])
def test_a_damaged_database_is_named_as_such_kept_and_restored(held: Catalogue, table: str | None):
    before = held.packages()
    file = held.run("database", "backup").stdout.strip()
    database = held.home / "catalogue.sqlite3"
    overwrite(database, table)
    (held.home / "catalogue.sqlite3-wal").write_bytes(b"not yet written")
    damaged = database.read_bytes()

    (found,) = [each for each in held.json("doctor", status=1) if each["what"] == "database"]
    assert (found["state"], "damaged" in found["says"]) == ("ill", True)
    assert "catalogue database restore" in found["todo"]
    assert "CATALOGUE_DATABASE_URL" not in found["todo"]
    refused = held.run("database", "backup", status=1).stderr
    assert f"The database {database} is damaged" in refused
    assert "catalogue database restore" in refused

    said = held.run("database", "restore", file).stdout
    (kept,) = [
        path for path in held.home.glob("catalogue.sqlite3.damaged-*") if not path.name.endswith(("-wal", "-shm"))
    ]
    assert str(kept) in said
    assert kept.read_bytes() == damaged
    assert held.packages() == before
    assert not list((held.home / "backups").glob("*.half*"))
    held.run("database", "restore", file)
    assert held.json("database", "list")[0]["reason"] == "before-restore", "the one that is whole is backed up as ever"


def test_what_sqlite_had_not_yet_written_is_kept_with_the_damaged_file(held: Catalogue):
    """A reader that goes on keeps SQLite from writing its log into the file."""
    file = held.run("database", "backup").stdout.strip()
    database = held.home / "catalogue.sqlite3"
    overwrite(database, "datasets_dataset")
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT count(*) FROM django_migrations").fetchone()
        with closing(sqlite3.connect(database)) as writer, writer:
            writer.execute("UPDATE harvests_run SET records = 777")
        held.run("database", "restore", file)
        names = {path.name.partition(".damaged-")[2] for path in held.home.glob("*.damaged-*")}
        assert {name.partition("Z")[2] for name in names} == {"", "-wal", "-shm"}
        (kept,) = [path for path in held.home.glob("*.damaged-*") if path.name.endswith("Z")]
    with closing(sqlite3.connect(kept)) as opened:
        assert opened.execute("SELECT records FROM harvests_run").fetchall() == [(777,)]


def test_a_restore_into_an_empty_home_keeps_nothing(held: Catalogue, tmp_path: Path):
    file = held.run("database", "backup").stdout.strip()
    other = Catalogue(tmp_path / "other", {})
    assert "before is in" not in other.run("database", "restore", file).stdout
    assert {path.name for path in other.home.glob("catalogue.sqlite3*")} == {"catalogue.sqlite3"}
    assert (other.home / "catalogue.sqlite3").stat().st_mode & 0o077 == 0


@pytest.fixture
def harvesting(held: Catalogue, site: Site) -> Iterator["subprocess.Popen[str]"]:
    """A harvest that waits for its portal."""
    asked, go_on = threading.Event(), threading.Event()
    route = site.routes["/api/3/action/package_search"]

    def slow(query: dict[str, str]):
        asked.set()
        go_on.wait(60)
        return route(query)

    site.routes["/api/3/action/package_search"] = slow
    process = held.start("harvest", "xa-portal")
    assert asked.wait(60)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    go_on.set()


def test_a_harvest_that_runs_is_waited_for_and_one_that_was_killed_is_not(held: Catalogue, harvesting):
    file = held.run("database", "backup").stdout.strip()
    refused = held.run("database", "restore", file, status=1).stderr
    assert f"xa-portal is being harvested by process {harvesting.pid} on " in refused
    assert "runs" not in {each["what"] for each in held.json("doctor", status=1)}
    os.killpg(harvesting.pid, signal.SIGKILL)
    harvesting.communicate()
    (left,) = [each for each in held.json("doctor", status=1) if each["what"] == "runs"]
    assert left["says"].startswith("1 ")
    held.run("database", "restore", file)
