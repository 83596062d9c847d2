"""Payloads of Socrata, Opendatasoft, udata and ArcGIS Hub, served as their interfaces do."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

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
        members = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines() if line.strip()]
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
    records = [json.loads(path.read_bytes()) for path in sorted((folder / "magda").glob("*.json"))]
    for number, record in enumerate(records):
        record.setdefault("id", f"record-{number}")
    yield Payload("magda/*.json", "magda", _magda(records), len({record["id"] for record in records}))
    path = folder / "zenodo/zenodo_search_bounds_200.json"
    members = json.loads(path.read_bytes())["hits"]["hits"]
    yield Payload(str(path.relative_to(folder)), "invenio", _zenodo(members, folder), len(members))
    datasets = [json.loads(path.read_bytes()) for path in sorted((folder / "dataverse").glob("*.json"))]
    yield Payload("dataverse/*.json", "dataverse", _dataverse(datasets), len(datasets))
    wmo = [json.loads(path.read_bytes()) for path in sorted((folder / "ogcapi-records").glob("wmo_*.json"))]
    yield Payload("ogcapi-records/wmo_*.json", "ogcapi-records", _records(wmo), len({record["id"] for record in wmo}))
    ngr = json.loads((folder / "ogcapi-records/nl-ngr_records_tinydb.json").read_bytes())["_default"].values()
    yield Payload(
        "ogcapi-records/nl-ngr_records_tinydb.json", "ogcapi-records", _records(list(ngr)), len({r["id"] for r in ngr})
    )
    for path in sorted((folder / "dkan/synthetic").glob("*.json")):
        members = json.loads(path.read_bytes())["dataset"]
        yield Payload(
            str(path.relative_to(folder)), "dkan", _dkan(members), len({str(m["identifier"]) for m in members})
        )
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


def malformed(folder: Path) -> Iterator[Payload]:
    """The examples of the specification of OGC API - Records, which are no JSON."""
    for name in ("ogc_records.json", "ogc_landingPage.json"):
        path = folder / "ogcapi-records/synthetic" / name
        yield Payload(str(path.relative_to(folder)), "ogcapi-records", _file("/api", content_of(path)), 0)


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


def _magda(records: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        site.routes["/"] = lambda query: Reply(
            b"<!doctype html><title>Magda</title>", headers={"Content-Type": "text/html"}
        )
        site.routes["/api/v0/registry/records"] = lambda query: _json({"hasMore": False, "records": records})
        return f"{site.url}/"

    return serve


def _zenodo(members: list[Any], folder: Path) -> Callable[[Site], str]:
    """With the redirect of 308 whose body is a page."""

    def serve(site: Site) -> str:
        def page(query: dict[str, str]) -> Reply:
            number, size = int(query.get("page", 1)), int(query.get("size", 10))
            chosen = members[(number - 1) * size : number * size]
            return _json({"hits": {"hits": chosen, "total": len(members)}, "links": {}})

        def moved(query: dict[str, str]) -> Reply:
            body = (folder / "zenodo/zenodo_search_bounds_308.html").read_bytes()
            return Reply(
                body, 308, {"Location": f"{site.url}/api/records/?{urlencode(query)}", "Content-Type": "text/html"}
            )

        site.routes["/"] = lambda query: Reply(
            b"<!doctype html><title>Zenodo</title>", headers={"Content-Type": "text/html"}
        )
        site.routes["/api/records"] = moved
        site.routes["/api/records/"] = page
        return f"{site.url}/"

    return serve


def _dataverse(datasets: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        ids = [f"doi:10.5072/{number}" for number in range(len(datasets))]
        items = [{"name": "x", "type": "dataset", "global_id": each} for each in ids]
        site.routes["/"] = lambda query: Reply(
            b"<!doctype html><title>Dataverse</title>", headers={"Content-Type": "text/html"}
        )
        site.routes["/api/search"] = lambda query: _json(
            {"status": "OK", "data": {"total_count": len(items), "items": items[_window(query, "start", "per_page")]}}
        )
        site.routes["/api/datasets/:persistentId/"] = lambda query: _json(
            {"status": "OK", "data": datasets[ids.index(query["persistentId"])]}
        )
        return f"{site.url}/"

    return serve


def _records(features: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        items = f"{site.url}/collections/c/items"
        collection = {"id": "c", "itemType": "record", "links": [{"rel": "items", "href": items}]}
        site.routes["/"] = lambda query: _json({"links": [{"rel": "data", "href": f"{site.url}/collections"}]})
        site.routes["/collections"] = lambda query: _json({"collections": [collection]})
        site.routes["/collections/c/items"] = lambda query: _json(
            {"type": "FeatureCollection", "features": features, "numberMatched": len(features), "links": []}
        )
        return f"{site.url}/"

    return serve


def _dkan(members: list[Any]) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        site.routes["/"] = lambda query: Reply(
            b"<!doctype html><title>DKAN</title>", headers={"Content-Type": "text/html"}
        )
        site.routes["/api/1/metastore/schemas/dataset/items"] = lambda query: _json(members)
        return f"{site.url}/"

    return serve
