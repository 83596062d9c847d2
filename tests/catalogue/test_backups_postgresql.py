"""Backups of a PostgreSQL catalogue: what was there comes back, into an empty database and into one of a later or earlier
release; and what an operator is told where a program is missing or too old."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.catalogue.desk.conftest import PASSWORD
from tests.conftest import REPOSITORY, Catalogue, CkanDouble, Site, dataset
from tests.servers.postgresql import Server, needs_postgresql, server

pytestmark = [
    needs_postgresql,
    pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is absent (apt install postgresql-client)"),
]
SEED = """
import sys
from catalogue import database
database.setup("catalogue.desk.settings")
database.prepare()
from tests.catalogue.desk.seeding import seed
seed(sys.argv[1])
"""


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def original(postgresql: Server, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A catalogue that has read a portal, and whose desk has something on every page."""
    folder = tmp_path_factory.mktemp("original")
    catalogue = Catalogue(folder / "home", {"CATALOGUE_DATABASE_URL": postgresql.create("original")})
    site = Site()
    portal = CkanDouble(site, [dataset(number) for number in range(20)])
    catalogue.register(f"xa-portal ckan {portal.url}")
    catalogue.run("harvest", "xa-portal")
    site.close()
    python(catalogue, SEED, PASSWORD)
    return catalogue


@pytest.fixture
def filled(original: Catalogue, postgresql: Server, tmp_path: Path) -> Catalogue:
    """A copy of it."""
    shutil.copytree(original.home, tmp_path / "home", ignore=shutil.ignore_patterns("backups"))
    url = postgresql.create(f"of-{tmp_path.name}", template="original")
    return Catalogue(tmp_path / "home", {"CATALOGUE_DATABASE_URL": url})


def python(catalogue: Catalogue, program: str, *arguments: str) -> None:
    """Run a program with the environment of a catalogue."""
    subprocess.run(
        [sys.executable, "-c", program, *arguments], env=catalogue.environment, cwd=REPOSITORY, check=True, capture_output=True
    )  # fmt: skip


def content(catalogue: Catalogue) -> dict[str, list[str]]:
    """Every row of every table, as text in an order of its own, and where each sequence stands."""
    with psycopg.connect(catalogue.environment["CATALOGUE_DATABASE_URL"]) as connection:
        tables = [name for (name,) in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        )]  # fmt: skip
        held = {
            table: sorted(
                row[0] for row in connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(table)))
            )
            for table in tables
        }
        held["sequences"] = [
            str(row)
            for row in connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY sequencename")
        ]
        return held


def test_what_was_backed_up_comes_back_into_an_empty_database(filled: Catalogue, postgresql: Server, tmp_path: Path):
    before = content(filled)
    assert len(before["register_version"]) > 20
    assert before["people_person"]
    assert len(before["datasets_dataset"]) == 20
    file = Path(filled.run("database", "backup").stdout.strip())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = Catalogue(tmp_path / "other", {"CATALOGUE_DATABASE_URL": postgresql.create(f"other-{tmp_path.name}")})
    said = other.run("database", "restore", str(file)).stdout
    assert "What was there before" not in said
    assert content(other) == before
    assert other.packages() == filled.packages()
    assert list(file.parent.glob("restore-*")) == []
    # New rows go on where the old ones ended.
    other.register("xa-portal ckan http://127.0.0.1:9/", "xa-other ckan http://127.0.0.1:9/")
    other.run("harvest", "xa-other", status=None)
    assert len(content(other)["harvests_run"]) == len(before["harvests_run"]) + 1


def test_a_restore_undoes_what_came_after_and_can_be_undone(filled: Catalogue, postgresql: Server):
    file = filled.run("database", "backup").stdout.strip()
    before = content(filled)
    with psycopg.connect(filled.environment["CATALOGUE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DELETE FROM datasets_version")
        connection.execute("DELETE FROM datasets_dataset")
        # As a later release would have it: a table that the backup does not know, which refers to one that it does.
        connection.execute("CREATE TABLE desk_later (id int PRIMARY KEY, state varchar(2) REFERENCES states_state)")
        connection.execute("CREATE TABLE somebody_elses (id int)")
        connection.execute("INSERT INTO somebody_elses VALUES (7)")
    after = content(filled)
    said = filled.run("database", "restore", file).stdout
    assert "What was there before is in" in said
    again = content(filled)
    assert again.pop("somebody_elses") == ["(7)"]
    assert again == before
    (newest, asked) = filled.json("database", "list")
    assert (newest["reason"], asked["file"]) == ("before-restore", file)
    filled.run("database", "restore", newest["file"])
    assert content(filled) == after


def test_what_is_no_backup_is_refused_and_the_database_stays(filled: Catalogue, postgresql: Server, tmp_path: Path):
    whole = Path(filled.run("database", "backup").stdout.strip())
    before = content(filled)
    torn = tmp_path / "torn.pgdump"
    for bad in (b"no backup", b"", whole.read_bytes()[: whole.stat().st_size // 2]):
        torn.write_bytes(bad)
        assert "choose another" in filled.run("database", "restore", str(torn), status=1).stderr
    foreign = tmp_path / "foreign.pgdump"
    url = postgresql.create(f"foreign-{tmp_path.name}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE django_things (id int)")
    subprocess.run(["pg_dump", "--format=custom", f"--file={foreign}", url], check=True)
    assert "another database" in filled.run("database", "restore", str(foreign), status=1).stderr
    assert content(filled) == before


@pytest.mark.parametrize(
    ("program", "sentence"),
    [(None, "pg_dump is not installed; on Debian and Ubuntu: apt install postgresql-client-"),
     ("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n", "pg_dump is of PostgreSQL 9, and the server of ")],
)  # fmt: skip
def test_where_pg_dump_is_missing_or_too_old_it_is_said_what_to_do(
    filled: Catalogue, tmp_path: Path, program: str | None, sentence: str
):
    folder = tmp_path / "bin"
    folder.mkdir()
    if program is not None:
        (folder / "pg_dump").write_text(program)
        (folder / "pg_dump").chmod(0o755)
    filled.environment["PATH"] = str(folder) if program is None else f"{folder}{os.pathsep}{os.environ['PATH']}"
    refused = filled.run("database", "backup", status=1)
    assert sentence in refused.stderr
    assert refused.stderr.strip().endswith(".")
    assert list(filled.home.glob("backups/*")) == []


def test_tables_are_backed_up_before_they_change(filled: Catalogue):
    with psycopg.connect(filled.environment["CATALOGUE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'publish' AND name LIKE '0003%'")
    filled.run("status", status=None)  # the change is there already, so that making it again fails: a backup is at hand
    (backup,) = json.loads(filled.run("database", "list", "--json").stdout)
    assert backup["reason"] == "before-migration"
