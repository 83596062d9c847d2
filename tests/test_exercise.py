"""The exercise of docs/adding-a-protocol.md, done as it stands there: one file and one test module, nothing else changes."""

import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PARTS = ("harvesters", "catalogue", "portal", "sandbox", "tests", "docs", "config", "pyproject.toml", "README.md")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the two files of the exercise, and nothing else changed."""
    folder = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    harvester, test = re.findall(
        r"```python\n(.*?)```", (REPOSITORY / "docs/adding-a-protocol.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (folder / "harvesters/lines.py").write_text(harvester, encoding="utf-8")
    (folder / "tests/harvesters/test_lines.py").write_text(test, encoding="utf-8")
    return folder


def run(copy: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=copy, capture_output=True, text=True, timeout=300, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy), "CATALOGUE_HOME": str(copy / "var"), **environment},
    )  # fmt: skip


def test_its_test_passes_and_its_style_is_ours(copy: Path):
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/harvesters/test_lines.py")
    assert done.returncode == 0, done.stdout + done.stderr
    for tool in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)):
        done = run(copy, "-m", *tool, "harvesters/lines.py")
        assert done.returncode == 0, done.stdout + done.stderr


def test_detection_the_table_and_the_register_know_it(copy: Path):
    class Portal(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            body = (
                b"#lines 1\nd1|Contracts|https://data.example.org/1.csv"
                if "lines" in self.path
                else b"<html>Hello</html>"
            )
            self.send_response(200 if self.path != "/robots.txt" else 404)
            self.send_header("Content-Type", "text/plain" if "lines" in self.path else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/"
        done = run(
            copy, "-m", "catalogue.cli", "check", address, "--json",
            CATALOGUE_ALLOW_ADDRESSES="127.0.0.0/8", CATALOGUE_DELAY_SECONDS="0",
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    checked = json.loads(done.stdout)
    assert (checked["protocol"], checked["advertised"], len(checked["datasets"])) == ("lines", 1, 1), done.stdout
    page = run(copy, "-c", "from docs import generate; print(generate.protocols_page())")
    assert "| [`lines`](#lines) |" in page.stdout, page.stderr
