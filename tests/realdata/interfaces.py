"""Payloads of Socrata, Opendatasoft, udata and ArcGIS Hub, served as their interfaces do."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload, content_of

PAGE = Reply(b"<!doctype html><html><title>Open data</title></html>", headers={"Content-Type": "text/html"})
HUB_PAGE = Reply(
    b'<!doctype html><html><script src="https://hubcdn.arcgis.com/opendata-ui/assets/opendata-ui.js"></script></html>',
    headers={"Content-Type": "text/html"},
)


def payloads(folder: Path) -> Iterator[Payload]:
    """Each as a portal of its own."""
    for path in sorted((folder / "socrata/discovery").glob("*.jsonl.gz")):
        members = [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8") if line.strip()]
        ids = {member["resource"]["id"] for member in members}
        yield Payload(str(path.relative_to(folder)), "socrata", _socrata(members), len(ids))
    path = folder / "socrata/es-ct_catalog-search-habitatges.json"
    members = json.loads(path.read_bytes())["results"]
    yield Payload(str(path.relative_to(folder)), "socrata", _socrata(members), len(members))
    ods = [json.loads(path.read_bytes()) for path in sorted((folder / "opendatasoft").glob("*.json"))]
    unique = {d["datasetid"]: d for document in ods for d in document.get("datasets", [document]) if "datasetid" in d}
    yield Payload("opendatasoft/*.json", "opendatasoft", _opendatasoft(list(unique.values())), len(unique))
    path = folder / "udata/fr-datagouv_api1_datasets_page.json"
    yield Payload(str(path.relative_to(folder)), "udata", _udata(json.loads(path.read_bytes())["data"]), 8)
    for path in sorted((folder / "arcgis-hub").glob("*_v3.json.gz")):
        members = json.loads(content_of(path))["data"]
        yield Payload(str(path.relative_to(folder)), "arcgis-hub", _hub(members), len({m["id"] for m in members}))
    for path in sorted((folder / "arcgis-hub").glob("*dcat-ap.json")):
        body = content_of(path)
        members = json.loads(body)["dcat:dataset"]
        yield Payload(
            str(path.relative_to(folder)),
            "dcat",
            _file("/api/feed/dcat-ap/2.0.1.json", body),
            len({m["@id"] for m in members}),
        )


def _window(query: dict[str, str], start: str, size: str, default: int = 10) -> slice:
    first = int(query.get(start, 0))
    return slice(first, first + int(query.get(size, default)))


def _json(value: Any) -> Reply:
    return Reply(json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def _socrata(members: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        site.routes["/"] = lambda query: PAGE
        site.routes["/api/catalog/v1"] = lambda query: _json(
            {"resultSetSize": len(members), "results": members[_window(query, "offset", "limit")]}
        )
        return f"{site.url}/"

    return serve


def _opendatasoft(members: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        site.routes["/explore/"] = lambda query: PAGE
        site.routes["/api/datasets/1.0/search/"] = lambda query: _json(
            {"nhits": len(members), "datasets": members[_window(query, "start", "rows")]}
        )
        return f"{site.url}/explore/"

    return serve


def _udata(members: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        def page(query: dict[str, str]) -> Reply:
            number, size = int(query.get("page", 1)), int(query.get("page_size", 20))
            chosen = members[(number - 1) * size : number * size]
            return _json({"data": chosen, "page": number, "page_size": size, "total": len(members), "next_page": None})

        site.routes["/"] = lambda query: PAGE
        site.routes["/api/1/datasets/"] = page
        return f"{site.url}/"

    return serve


def _hub(members: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        def page(query: dict[str, str]) -> Reply:
            number, size = int(query.get("page[number]", 1)), int(query.get("page[size]", 20))
            chosen = members[(number - 1) * size : number * size]
            return _json({"data": chosen, "meta": {"stats": {"count": len(chosen), "totalCount": len(members)}}})

        site.routes["/"] = lambda query: HUB_PAGE
        site.routes["/api/v3/datasets"] = page
        return f"{site.url}/"

    return serve


def _file(path: str, body: bytes) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        site.routes[path] = lambda query: Reply(body, headers={"Content-Type": "application/json"})
        return f"{site.url}{path}"

    return serve
