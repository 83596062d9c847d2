"""Payloads of SPARQL endpoints: answers to questions of other people's, of which one is a list of datasets (as CSV)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

NO_DATASET = {
    "ch-lindas_cube_metadata.json": "some values of one dataset, without saying of which",
    "ch-lindas_list_creators.json": "how many datasets each publisher has",
}


def payloads(folder: Path) -> Iterator[Payload]:
    """The list, as the file that a State would name."""
    path = folder / "sparql/gb-scotgov_sparql_datasets.csv"
    content = path.read_bytes()
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    addresses = {row["url"] for row in rows}

    def serve(site: Site) -> str:
        site.routes["/datasets.csv"] = lambda query: Reply(content, headers={"Content-Type": "text/csv"})
        return f"{site.url}/datasets.csv"

    yield Payload(str(path.relative_to(folder)), "table", serve, len(addresses))
