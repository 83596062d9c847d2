"""Everyday trouble of who operates it: one plain sentence that says what to do, never a traceback, never a password."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError

from catalogue import database_url, trouble
from catalogue.configuration import load
from catalogue.errors import ConfigurationError
from tests.conftest import REPOSITORY, Catalogue, CkanDouble, Site, dataset

PASSWORD = "s3cr3t-0123"


def ran(catalogue: Catalogue, program: str) -> "subprocess.CompletedProcess[str]":
    """A program of Python's, in this catalogue's environment."""
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, env=catalogue.environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


def told(catalogue: Catalogue, *arguments: str, status: int = 1) -> str:
    """What a command that cannot do its work says; it must be one sentence."""
    done = catalogue.run(*arguments, status=status)
    said = done.stderr.strip()
    assert "Traceback" not in said
    assert said.endswith(".")
    assert "\n" not in said
    assert PASSWORD not in done.stdout + done.stderr
    return said


def with_(catalogue: Catalogue, **environment: str) -> Catalogue:
    return Catalogue(catalogue.home, environment)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text("a file")
    return path


@pytest.mark.parametrize("command", ["status", "desk", "portal up"])
def test_a_home_that_cannot_be_is_named(file: Path, command: str):
    for home in (file, file / "home"):
        said = told(Catalogue(home, {}), *command.split())
        assert f"CATALOGUE_HOME is {home}" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_is_not_ours_is_named(tmp_path: Path):
    tmp_path.chmod(0o500)
    assert f"CATALOGUE_HOME is {tmp_path}" in told(Catalogue(tmp_path, {}), "status")
    tmp_path.chmod(0o700)


def test_a_lock_that_cannot_be_opened_is_named(catalogue: Catalogue):
    (catalogue.home / "migrate.lock").mkdir(parents=True)
    assert str(catalogue.home / "migrate.lock") in told(catalogue, "status")


def test_a_new_home_is_for_its_owner_alone_and_one_that_is_there_stays(tmp_path: Path):
    new, there = tmp_path / "new", tmp_path / "there"
    there.mkdir()
    there.chmod(0o755)
    for home in (new, there):
        Catalogue(home, {}).run("status")
    assert (new.stat().st_mode & 0o777, there.stat().st_mode & 0o777) == (0o700, 0o755)
    for home in (new, there):
        assert (home / "catalogue.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_postgresql_that_is_down_is_named_without_its_password(catalogue: Catalogue):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    said = told(with_(catalogue, CATALOGUE_DATABASE_URL=f"postgresql://who:{PASSWORD}@127.0.0.1:{port}/name"), "status")
    assert f"'name' at 127.0.0.1:{port}" in said
    assert "CATALOGUE_DATABASE_URL" in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"postgresql://who:{PASSWORD}@host:port/name", "its port"),
        (f"postgresql://who:{PASSWORD}/x@host/name", "its port"),
        (f"postgresql://who:1?{PASSWORD}@host/name", "an @ after its host"),
        (f"postgresql://who:{PASSWORD}@[::1/name", "its host"),
        (f"postgresql://who:{PASSWORD}@host/name?nonsense=1", "'nonsense'"),
        (f"postgresql://who:{PASSWORD}@host/name?port=x", "no number"),
        (f"postgresql://who:{PASSWORD}@host/name?connect_timeout=x", "no number"),
        (f"postgresql://who:{PASSWORD}@host/", "no database"),
        (f"mysql://who:{PASSWORD}@host/name", "'mysql'"),
        ("sqlite:///", "no file"),
        ("sqlite://file", "no file"),
        (f"sqlite:///{REPOSITORY}", "is a folder"),
        (f"sqlite:///{REPOSITORY}/none/file", "whose folder is not there"),
    ],
)
def test_an_address_that_is_no_databases_is_refused_without_showing_it(url: str, words: str):
    with pytest.raises(ConfigurationError) as refused:
        database_url.read(url, REPOSITORY / "var")
    said = str(refused.value)
    assert words in said
    assert said.startswith("CATALOGUE_DATABASE_URL")
    assert PASSWORD not in said


def test_an_address_of_a_database_is_read():
    home = REPOSITORY / "none"
    assert database_url.read(f"sqlite:///{home}/file", home)["NAME"] == f"{home}/file", "the home is made later"
    read = database_url.read("postgresql://who:a%2Fb@host:5433/name?sslmode=require&connect_timeout=3", home)
    assert (read["NAME"], read["HOST"], read["PORT"], read["PASSWORD"]) == ("name", "host", 5433, "a/b")
    assert read["OPTIONS"] == {"sslmode": "require", "connect_timeout": "3"}
    assert database_url.read("postgresql://who@/name?host=/run/postgresql", home)["HOST"] == "/run/postgresql"


def test_a_command_says_what_is_wrong_with_its_settings(catalogue: Catalogue):
    said = told(with_(catalogue, CATALOGUE_DATABASE_URL=f"postgresql://who:{PASSWORD}@host:port/name"), "status")
    assert said.startswith("CATALOGUE_DATABASE_URL")
    assert told(with_(catalogue, CATALOGUE_MAIL="foo"), "desk").startswith("CATALOGUE_MAIL is neither")
    said = told(with_(catalogue, CATALOGUE_MAIL=f"smtp://who:{PASSWORD}@host:port"), "desk")
    assert said.startswith("CATALOGUE_MAIL has")


@pytest.mark.parametrize("name", ["CATALOGUE_DESK_URL", "CATALOGUE_OIDC_URL", "CATALOGUE_PROXY"])
def test_an_address_that_cannot_be_read_is_refused_where_settings_are(name: str, tmp_path: Path):
    for wrong in ("http://[::1", "http://host:port", "host", f"http://who:{PASSWORD}@host:0"):
        with pytest.raises(ConfigurationError, match=name) as refused:
            load({name: wrong}, tmp_path / "none")
        assert PASSWORD not in str(refused.value)
    load({name: "http://host:8080"}, tmp_path / "none")


def test_numbers_where_the_file_of_settings_takes_texts_are_refused(tmp_path: Path):
    file = tmp_path / "catalogue.toml"
    file.write_text("allow_addresses = [1]\n")
    with pytest.raises(ConfigurationError, match=r"'allow_addresses' .* quotes"):
        load({}, file)
    file.write_text('allow_addresses = ["127.0.0.0/8", "10.0.0.0/8"]\n')
    assert load({}, file).allow_addresses == ("127.0.0.0/8", "10.0.0.0/8")


def test_an_address_where_nobody_can_listen_is_named(catalogue: Catalogue, taken: int):
    said = told(catalogue, "desk", "--port", str(taken))
    assert f"127.0.0.1:{taken}" in said
    assert "--port" in said
    assert "nope.invalid:8000" in told(catalogue, "desk", "--host", "nope.invalid")
    said = told(catalogue, "run", "--once", "--metrics", f"127.0.0.1:{taken}")
    assert f"127.0.0.1:{taken}" in said
    assert "--metrics" in said
    refused = catalogue.run("run", "--once", "--metrics", "127.0.0.1:99999", status=2).stderr
    assert "Traceback" not in refused
    assert "99999" in refused


def test_a_file_that_cannot_be_written_is_named(catalogue: Catalogue, tmp_path: Path, file: Path):
    missing = tmp_path / "none" / "file"
    for command in (("metrics",), ("sources", "export")):
        assert told(catalogue, *command, str(missing)).startswith(f"{missing} ")
    assert str(file) in told(catalogue, "database", "backup", str(file / "backup"))
    # Nobody, not even root, makes files there.
    assert "/proc/backup" in told(catalogue, "database", "backup", "/proc/backup")


def test_a_damaged_database_is_named_by_commands_that_need_it(catalogue: Catalogue, site: Site):
    catalogue.register(f"xa-portal ckan {CkanDouble(site, [dataset(1)]).url}")
    database = catalogue.home / "catalogue.sqlite3"
    with database.open("r+b") as opened:
        opened.write(b"\xff" * 60)
    for command in (("status",), ("harvest", "xa-portal")):
        said = told(catalogue, *command)
        assert f"{database} is damaged" in said
        assert "catalogue database restore" in said


def test_a_mistake_of_ours_keeps_its_traceback(catalogue: Catalogue):
    """A table that is not there and a file of ours that is missing are nothing that a person could mend."""
    catalogue.home.mkdir()
    for mistake, words in (
        ("from django.db import connection; connection.cursor().execute('SELECT 1 FROM nowhere')", "no such table"),
        ("open(cli.__file__ + '.none')", "FileNotFoundError"),
        ("raise ValueError('ours')", "ValueError: ours"),
    ):
        program = (
            "import sys\n"
            "from catalogue import cli, database\n"
            f"def prepare():\n    {mistake}\n"
            "database.prepare = prepare\n"
            "sys.argv = ['catalogue', 'status']\n"
            "cli.main()"
        )
        done = ran(catalogue, program)
        assert "Traceback" in done.stderr
        assert words in done.stderr


def test_what_is_nothing_everyday_has_no_words():
    assert trouble.in_words(DatabaseError("a mistake")) is None
    assert trouble.in_words(OSError("without a file")) is None


@pytest.mark.parametrize("name", ["typer", "django", "catalogue.errors"])
def test_ctrl_c_before_the_command_has_begun_is_no_traceback(catalogue: Catalogue, name: str):
    """The console script, interrupted as it imports this."""
    program = (
        "import os, signal, sys\n"
        "def hook(event, arguments):\n"
        f"    if event == 'import' and arguments[0] == {name!r}:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(hook)\n"
        "sys.argv = ['catalogue', 'status']\n"
        "from catalogue.cli import main\n"
        "main()"
    )
    done = ran(catalogue, program)
    assert done.returncode == 128 + signal.SIGINT, done.stderr
    assert "Traceback" not in done.stderr
