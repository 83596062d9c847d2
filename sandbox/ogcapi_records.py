"""A service of OGC API - Records: landing page, collections, items, and links from page to page.

https://docs.ogc.org/is/20-004r1/20-004r1.html
"""

from typing import Any
from urllib.parse import urlencode

import msgspec

from sandbox.content import Dataset
from sandbox.listing import JSON, Listing, number
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS
from sandbox.web import Reply, Request

COLLECTION = "/collections/catalogue"


class Landing:
    """`/` for clients that do not ask for a page, `/collections`, and the one collection."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The document of the path."""
        address = request.address
        collection = {
            "id": "catalogue", "itemType": "record",
            "links": [{"rel": "items", "type": "application/geo+json", "href": f"{address}{COLLECTION}/items"}],
        }  # fmt: skip
        data = {"rel": "data", "type": JSON, "href": f"{address}/collections"}
        documents: dict[str, Any] = {
            "/api": {"title": catalogue.titles[catalogue.language], "links": [data]},
            "/collections": {
                "collections": [{"id": "maps", "itemType": "feature", "links": []}, collection],
                "links": [],
            },
            COLLECTION: collection,
        }
        document = documents.get(request.path.rstrip("/"))
        return Reply(msgspec.json.encode(document), JSON) if document is not None else None


class Items(Listing):
    """The items of the collection."""

    path = f"{COLLECTION}/items"

    def window(self, request: Request) -> tuple[int, int]:
        """startindex, as most services have it, and limit."""
        return number(request, "startindex", 0), number(request, "limit", 10)

    def since(self, request: Request) -> str | None:
        """The start of `datetime`."""
        return request.query["datetime"].partition("/")[0] if "datetime" in request.query else None

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """A collection of features with its count and its next page."""
        query = {**request.query, "startindex": str(start + size)}
        following = {"rel": "next", "type": "application/geo+json", "href": f"{self.path}?{urlencode(query)}"}
        links = [following] if start + size < total else []
        return {
            "type": "FeatureCollection", "features": members, "links": links, "numberMatched": total,
            "numberReturned": len(members),
        }  # fmt: skip

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A record."""
        language = catalogue.language
        return {
            "id": dataset.name,
            "type": "Feature",
            "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"],
            "geometry": None,
            "time": {"interval": list(dataset.period)} if dataset.period else None,
            "properties": {
                "type": "dataset",
                "title": dataset.titles.get(language),
                "description": dataset.descriptions.get(language),
                "keywords": dataset.keywords.get(language),
                "language": {"code": language},
                "created": dataset.issued,
                "updated": dataset.modified,
                "contacts": [
                    {"organization": dataset.publisher.names[language], "roles": ["publisher"],
                     "emails": [{"value": "first.last@data.example"}]},
                ],
                "license": dataset.licence,
            },
            "links": [
                {
                    "rel": "enclosure", "href": absolute(address, each.url), "title": each.titles.get(language),
                    "type": FORMATS[each.format].media_type if each.format in FORMATS else None,
                }
                for each in dataset.distributions
            ],
        }  # fmt: skip
