"""Payloads of OGC API - Records that `interfaces.py` does not serve: the examples of the specification."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

SYNTHETIC = "ogcapi-records/synthetic"


def payloads(folder: Path) -> Iterator[Payload]:
    """The one example of a record, among the items of a collection."""
    record = (folder / SYNTHETIC / "ogc_record.json").read_bytes()
    items = b'{"type": "FeatureCollection", "features": [' + record + b'], "numberMatched": 1, "links": []}'
    yield Payload(f"{SYNTHETIC}/ogc_record.json", "ogcapi-records", _serve("/collections/c/items", items), 1)


def malformed(folder: Path) -> Iterator[Payload]:
    """A list of collections whose records are elsewhere, and links that are no whole JSON."""
    for name in ("ogc_collections.json", "ogc_associations.json"):
        body = (folder / SYNTHETIC / name).read_bytes()
        yield Payload(f"{SYNTHETIC}/{name}", "ogcapi-records", _serve("/collections", body), 0)


def _serve(path: str, body: bytes) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        site.routes[path] = lambda query: Reply(body, headers={"Content-Type": "application/json"})
        return f"{site.url}{path}"

    return serve
