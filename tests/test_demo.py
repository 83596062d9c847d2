"""`make demo` as a person runs it: twice, and after everything was killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.conftest import CKAN_ENVIRONMENT, REPOSITORY


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    yield folder
    sandbox(folder, "demo-stop")


def sandbox(home: Path, command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOGUE_", "CKAN_"))}
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", command], cwd=REPOSITORY, env={**environment, "CATALOGUE_HOME": str(home), "CATALOGUE_PORTAL_ENVIRONMENT": str(CKAN_ENVIRONMENT)},
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def processes_of(home: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if str(home) in command:
                found.append(int(entry.name))
    return found


def test_the_demo_runs_again_and_after_a_kill(home):
    first = sandbox(home, "demo")
    assert "Xalandia" in first
    assert "Nothing changed" not in first
    assert home.stat().st_mode & 0o777 == 0o700, "whom PostgreSQL runs as for root needs no way through it"
    desk = json.loads((home / "sandbox" / "desk.json").read_text())
    assert f"the password {desk['password']}" in first
    url = f"http://127.0.0.1:{desk['port']}/"
    assert "No submission received" in urlopen(url, timeout=30).read().decode()
    assert "Nothing changed since the last time." in sandbox(home, "demo")
    remembered = json.loads((home / "sandbox" / "sandbox.json").read_text())
    os.kill(remembered["pid"], signal.SIGKILL)
    os.kill(desk["pid"], signal.SIGKILL)
    for pid in processes_of(home / "portal"):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # a worker that went with its master
    assert "Nothing changed since the last time." in sandbox(home, "demo")
    assert "Open data" in urlopen(url, timeout=30).read().decode()
    sandbox(home, "demo-stop")
    assert processes_of(home) == []
    with pytest.raises(URLError):
        urlopen(url, timeout=30)
