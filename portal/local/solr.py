"""Where CKAN searches: a real Solr that the caller names, or our stand-in for it (`portal.local.search`)."""

import base64
import os
import sys
from pathlib import Path

from portal.local import environment as ckan_environment
from portal.local.search import USER
from portal.local.services import Service, http_answer
from portal.local.state import State, write_private

NAME = "search"
CORE = "/solr/ckan"
STAND_IN = "the stand-in for Solr (for trying and testing; name a real Solr by CKAN_SOLR_URL)"

LOADING = 600.0
"""Seconds that reading a large index back may take (20,000 datasets: well under a minute)."""

PACKAGES = Path(__file__).parents[2]
"""What `import portal` is found in."""


def service(folder: Path, environment: Path, memory: State) -> Service:
    """The stand-in as a service."""
    place = folder / NAME
    schema = ckan_environment.site_packages(environment) / "ckan" / "config" / "solr" / "schema.xml"
    password = place / "password"
    command = [sys.executable, "-m", "portal.local.search", "--schema", str(schema), "--data", str(data(folder))]
    credentials = base64.b64encode(f"{USER}:{memory.secret(NAME)}".encode()).decode()
    return Service(
        name=NAME,
        title="Search",
        folder=place,
        command=lambda port: [*command, "--port", str(port), "--password-file", str(password)],
        answers=lambda port, identity: (
            http_answer(port, f"{CORE}/admin/ping", {"Authorization": f"Basic {credentials}"}) is not None
        ),
        log=folder / "log" / "search.log",
        environment={"PATH": os.defpath, "HOME": str(place), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(PACKAGES)},
        prepare=lambda port: write_private(password, memory.secret(NAME)),
        patience=LOADING,
    )


def data(folder: Path) -> Path:
    """The file that keeps the stand-in's documents."""
    return folder / NAME / "index.sqlite"


def settings(memory: State, solr_url: str | None) -> dict[str, str]:
    """CKAN's options for its search engine."""
    if solr_url is not None:
        return {"solr_url": solr_url}
    return {
        "solr_url": f"http://127.0.0.1:{memory.ports[NAME]}{CORE}",
        "solr_user": USER,
        "solr_password": memory.secret(NAME),
    }
