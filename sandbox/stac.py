"""A STAC catalogue of a portal's datasets as collections: an API in pages, or files that lead to each other.

https://github.com/radiantearth/stac-api-spec
"""

from typing import Any
from urllib.parse import urlencode

import msgspec

from sandbox.content import Dataset
from sandbox.listing import JSON, Listing, number
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS
from sandbox.web import Reply, Request

VERSION = "1.0.0"
API, FILES = "/stac", "/files"
ROLES = ["licensor", "producer"]


def collection(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    """A dataset as a collection."""
    language = catalogue.language
    start, end = dataset.period or (None, None)
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "id": dataset.name,
        "title": dataset.titles.get(language),
        "description": dataset.descriptions.get(language) or "",
        "keywords": dataset.keywords.get(language),
        "license": dataset.licence or "other",
        "providers": [
            {"name": "A cloud", "roles": ["host"]},
            {"name": dataset.publisher.names[language], "roles": ROLES, "url": catalogue.home},
        ],
        "updated": dataset.modified,
        "extent": {"spatial": {"bbox": [[-10.0, 20.0, 10.0, 40.0]]}, "temporal": {"interval": [[start, end]]}},
        "assets": {
            each.id: {
                "href": absolute(address, each.url), "title": each.titles.get(language),
                "type": FORMATS[each.format].media_type if each.format in FORMATS else None,
            }
            for each in dataset.distributions
        },
        "links": [{"rel": "self", "href": f"{address}{API}/collections/{dataset.name}"}],
    }  # fmt: skip


class Landing:
    """The landing page of the API."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The one document."""
        if request.path.rstrip("/") != API:
            return None
        document = {
            "type": "Catalog", "stac_version": VERSION, "id": "xa", "description": "Collections",
            "conformsTo": ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/collections"],
            # Built on an address inside, as APIs behind a proxy do.
            "links": [{"rel": "data", "type": JSON, "href": f"http://stac.internal.example{API}/collections"}],
        }  # fmt: skip
        return Reply(msgspec.json.encode(document), JSON)


class Collections(Listing):
    """The pages of collections."""

    path = f"{API}/collections"

    def window(self, request: Request) -> tuple[int, int]:
        """token, which is the first of the page here, and limit."""
        return number(request, "token", 0), number(request, "limit", 10)

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """A page with its count, and its next page."""
        query = {**request.query, "token": str(start + size)}
        following = {"rel": "next", "href": f"{request.address}{self.path}?{urlencode(query)}"}
        links = [following] if start + size < total else []
        return {"collections": members, "links": links, "numberMatched": total, "numberReturned": len(members)}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A collection."""
        return collection(dataset, catalogue, address)


class Files:
    """`/files/catalog.json` with a catalogue for each theme, and below it a file for each collection."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """A file, by its path."""
        parts = request.path.removeprefix(f"{FILES}/").split("/")
        if not request.path.startswith(f"{FILES}/"):
            return None
        themes = sorted({dataset.theme for dataset in catalogue.datasets})
        match parts:
            case ["catalog.json"]:
                return _file("root", [f"./{theme}/catalog.json" for theme in themes])
            case [theme, "catalog.json"] if theme in themes:
                within = [dataset.name for dataset in catalogue.datasets if dataset.theme == theme]
                return _file(theme, [f"./{name}/collection.json" for name in within], parent="../catalog.json")
            case [theme, name, "collection.json"]:
                for dataset in catalogue.datasets:
                    if (dataset.theme, dataset.name) == (theme, name):
                        return Reply(msgspec.json.encode(collection(dataset, catalogue, request.address)), JSON)
        return None


def _file(identifier: str, children: list[str], parent: str | None = None) -> Reply:
    links = [{"rel": "child", "href": child} for child in children]
    above = [{"rel": "root", "href": "../catalog.json"}, {"rel": "parent", "href": parent}] if parent else []
    document = {
        "type": "Catalog", "stac_version": VERSION, "id": identifier, "description": identifier, "links": [*above, *links],
    }  # fmt: skip
    return Reply(msgspec.json.encode(document), JSON)
