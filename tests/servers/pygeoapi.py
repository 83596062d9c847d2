"""A real pygeoapi 0.21 on loopback: OGC API - Records over a TinyDB file of records."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.environment import python_of

REQUIREMENTS = ("pygeoapi==0.21.0", "tinydb")

SERVE = """
import os
from wsgiref.simple_server import WSGIRequestHandler, make_server
class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments): pass
from pygeoapi.flask_app import APP
server = make_server("127.0.0.1", int(os.environ["PORT"]), APP, handler_class=Quiet)
print("ready", flush=True)
server.serve_forever()
"""


def configuration(url: str, records: Path) -> dict[str, Any]:
    """What pygeoapi wants to know of its server and of its one collection (its manual's example, without the maps)."""
    organisation = {"name": "Office", "url": "https://data.example/"}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 0}, "url": url, "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8", "languages": ["en-US"], "gzip": False,
            "limits": {"default_items": 10, "max_items": 10},
            "map": {"url": "https://data.example/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "Catalogue", "description": "Records", "keywords": ["catalogue"], "keywords_type": "theme",
                "terms_of_service": "none", "url": "https://data.example/",
            },
            "license": {"name": "none", "url": "https://data.example/"},
            "provider": organisation,
            "contact": {**organisation, "email": "office@data.example"},
        },
        "resources": {
            "catalogue": {
                "type": "collection", "title": "Catalogue", "description": "Records", "keywords": ["catalogue"],
                "links": [], "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
                "providers": [
                    {
                        "type": "record", "name": "TinyDBCatalogue", "data": str(records), "id_field": "externalId",
                        "time_field": "created", "title_field": "title",
                    }
                ],
            },
            "lakes": {
                "type": "collection", "title": "Lakes", "description": "Features, not records", "keywords": ["lakes"],
                "links": [], "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
                "providers": [{"type": "feature", "name": "TinyDB", "data": str(records), "id_field": "externalId"}],
            },
        },
    }  # fmt: skip


@contextmanager
def serving(folder: Path, records: Path) -> Iterator[str]:
    """The address of a pygeoapi over a copy of a TinyDB file, until the end of the block."""
    python = python_of("pygeoapi", *REQUIREMENTS)
    held = folder / "records.json"
    shutil.copyfile(records, held)
    held.chmod(0o600)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    # JSON is YAML: both files may be written so.
    (folder / "config.yml").write_text(json.dumps(configuration(url, held)), encoding="utf-8")
    environment = {
        "PORT": str(port), "PYGEOAPI_CONFIG": str(folder / "config.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml"),
        "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    (folder / "openapi.yml").write_text('{"openapi": "3.0.2", "paths": {}}', encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-c", SERVE], stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=folder
        )
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready, (folder / "log").read_text(encoding="utf-8")[-2000:]
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)
            if process.stdout is not None:
                process.stdout.close()
