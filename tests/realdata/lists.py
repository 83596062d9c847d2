"""Payloads that are files rather than interfaces: data packages, OCDS and BODS files, lists, and data files themselves."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload, content_of

MEDIA = {
    ".json": "application/json", ".jsonl": "application/x-ndjson", ".csv": "text/csv", ".yml": "text/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
}  # fmt: skip
NO_PACKAGE = "fpy_issue-494.package.json"
"""A dataset of CKAN's under the name of a package."""

DATA_FILES = ("spreadsheet/br-mg_*", "frictionless/**/*.csv", "frictionless/**/*.xlsx")
"""Data rather than lists of data: each reported alone is one dataset."""

LISTS_IN_CSV = ("ckan-ecosystem_sites", "dataportals-org_portals", "opendataguru_portals_de", "opendataguru_portals_eu")


def payloads(folder: Path) -> Iterator[Payload]:
    """Each file at an address of its own."""
    for path in sorted((folder / "frictionless").rglob("*")):
        if path.suffix in {".json", ".yml"} and path.name != NO_PACKAGE:
            yield _payload(folder, path, "frictionless", 1)
    for protocol in ("ocds", "bods"):
        for path in sorted((folder / protocol).rglob("*.json")):
            yield _payload(folder, path, protocol, 1)
    yield _payload(folder, folder / "spreadsheet/ar-plantilla_catalogo.xlsx", "table", 1)
    path = folder / "other-api/gb-scottish-parliament_datasets.json"
    yield _payload(
        folder, path, "table", len({(each["title"], each["owner"]) for each in json.loads(path.read_bytes())})
    )
    path = folder / "portals/italia_public-opendata-sources.jsonl"
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    yield _payload(folder, path, "table", _distinct(rows, "url", "title", "owner_org"))
    path = folder / "dkan/de-koeln_nodes.jsonl"
    yield _payload(folder, path, "table", len(path.read_bytes().splitlines()))
    for pattern in DATA_FILES:
        for path in sorted(folder.glob(pattern)):
            yield _payload(folder, path, "file", 1)
    for name in LISTS_IN_CSV:
        path = folder / f"portals/{name}.csv"
        table = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        yield _payload(folder, path, "table", _distinct(table, "url", "title", "publisher"))


def malformed(folder: Path) -> Iterator[Payload]:
    """What is no data package."""
    yield _payload(folder, folder / "frictionless/synthetic" / NO_PACKAGE, "frictionless", 0)


def _distinct(rows: Iterable[Mapping[str, Any]], address: str, *words: str) -> int:
    """How many datasets a list has: by an address that no other row has, else by its words."""
    titled = [row for row in rows if (row.get("title") or "").strip()]
    counts = Counter((row.get(address) or "").strip() for row in titled)
    found = set()
    for row in titled:
        own = (row.get(address) or "").strip()
        found.add(own if own and counts[own] == 1 else tuple((row.get(word) or "").strip() for word in words))
    return len(found)


def _payload(folder: Path, path: Path, protocol: str, datasets: int) -> Payload:
    return Payload(str(path.relative_to(folder)), protocol, _serve(path), datasets)


def _serve(path: Path) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        reply = Reply(content_of(path), headers={"Content-Type": MEDIA[path.suffix]})
        site.routes[f"/data/{path.name}"] = lambda query: reply
        return f"{site.url}/data/{path.name}"

    return serve
