"""What tests share: loopback servers, a home of its own for each test, and the `catalogue` command as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from portal import local

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell without job control starts what it puts into the background so; the commands that tests interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parent.parent
SHARED = Path(os.environ.get("CATALOGUE_SHARED", REPOSITORY.parent / "shared"))
REALDATA = SHARED / "realdata"

CKAN_ENVIRONMENT = Path(os.environ.get("CATALOGUE_PORTAL_ENVIRONMENT", REPOSITORY / "var" / "portal" / "environment"))
"""The Python environment of CKAN, which takes half a minute to make: one for all tests."""

needs_realdata = pytest.mark.skipif(
    not REALDATA.is_dir(), reason="the folder of real payloads is absent (CATALOGUE_SHARED names it)"
)


@dataclass
class Reply:
    """What a served path answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[[dict[str, str]], Reply]


class Site:
    """A site on loopback: paths to functions of the query that give a `Reply`. `asked` has every request's target. What is
    posted as a form joins the query; any other posted body is in it under the empty name."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                form = "form-urlencoded" in self.headers.get("Content-Type", "")
                self._answer({key: values[-1] for key, values in parse_qs(body).items()} if form else {"": body})

            def do_GET(self) -> None:
                self._answer({})

            def _answer(self, posted: dict[str, str]) -> None:
                parts = urlsplit(self.path)
                site.asked.append(self.path)
                route = site.routes.get(parts.path)
                query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
                query |= posted
                reply = route(query) if route else Reply(b"not here", 404)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    """An empty site on loopback."""
    made = Site()
    yield made
    made.close()


class CkanDouble:
    """Serves `package_search` of a list of datasets on a site, as CKAN pages it; the list may change between harvests."""

    def __init__(self, site: Site, datasets: list[dict[str, object]]) -> None:
        self.datasets = datasets
        self.url = site.url
        site.routes["/api/3/action/package_search"] = self._search

    def _search(self, query: dict[str, str]) -> Reply:
        start, rows = int(query.get("start", "0")), int(query["rows"])
        result = {"count": len(self.datasets), "results": self.datasets[start : start + rows]}
        return Reply(json.dumps({"help": "", "success": True, "result": result}).encode())


def dataset(number: int, **more: object) -> dict[str, object]:
    """A small CKAN dataset."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": f"contracts-{number}",
        "title": f"Public contracts {number}",
        "notes": "Contracts awarded, by ministry.",
        "license_id": "cc-by-4.0",
        "metadata_modified": "2026-01-02T03:04:05.000006",
        "resources": [
            {"id": f"r{number}", "url": f"https://data.example.org/{number}.csv", "format": "CSV", "name": "All"}
        ],
        **more,
    }


PATIENCE_SECONDS = 3600
"""For one command: publishing 17,828 datasets takes ten minutes where nothing else runs."""


class Catalogue:
    """The `catalogue` command in a home of its own."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CATALOGUE_", "CKAN_"))},
            "CATALOGUE_HOME": str(home),
            "CATALOGUE_ALLOW_ADDRESSES": "127.0.0.0/8",
            "CATALOGUE_DELAY_SECONDS": "0",
            **environment,
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "catalogue.cli", *arguments],
            cwd=REPOSITORY, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str, status: int | None = 0) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        done = subprocess.CompletedProcess(arguments, process.returncode, out, err)
        assert status is None or done.returncode == status, f"{arguments}: {done.returncode}\n{out}\n{err}"
        return done

    def json(self, *arguments: str, status: int | None = 0):
        return json.loads(self.run(*arguments, "--json", status=status).stdout)

    def register(self, *entries: str) -> None:
        """Load sources: "id protocol url" each, of the fictional State XA, and what further YAML lines follow."""
        blocks = ["sources:" if entries else "sources: []"]
        for entry in entries:
            first, *further = entry.splitlines()
            identifier, protocol, url = first.split()
            blocks += [
                f"- id: {identifier}", "  state: XA", "  title: {en: A portal}", f"  url: {url}", f"  protocol: {protocol}",
                "  basis: {kind: submission, document: Note verbale 1/2026, date: 2026-01-15}", "  publish: all",
                *(f"  {line}" for line in further),
            ]  # fmt: skip
        file = self.home.parent / "sources.yaml"
        file.write_text("\n".join(blocks), encoding="utf-8")
        self.run("sources", "load", str(file), "--states", str(REPOSITORY / "sandbox/states.csv"))

    def packages(self) -> list[dict[str, object]]:
        """Every held package, by an export."""
        file = self.home.parent / "export.jsonl"
        self.run("datasets", "export", str(file))
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """The `catalogue` command with a new home; loopback may be fetched from, without pauses."""
    return Catalogue(tmp_path / "home", {})


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests within the process have their SQLite in a file, as a home has it: threads then meet as they do there."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "catalogue.sqlite3")


@pytest.fixture(autouse=True)
def _requests_leave_the_connection(request: pytest.FixtureRequest) -> Iterator[None]:
    """A request that is made without Django's client closes the connection at its end, and the test's transaction with it."""
    if "db" not in request.fixturenames and request.node.get_closest_marker("django_db") is None:
        yield
        return
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for sent in (request_started, request_finished):
        sent.disconnect(close_old_connections)
    yield
    for sent in (request_started, request_finished):
        sent.connect(close_old_connections)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.Address]:
    """A real CKAN of a module's own, with its address and a sysadmin's token; it is stopped afterwards."""
    folder = tmp_path_factory.mktemp("ckan")
    folder.chmod(0o755)
    yield local.up(folder, environment=CKAN_ENVIRONMENT)
    local.down(folder)
