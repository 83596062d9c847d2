"""An ArcGIS Hub site: the search API, or version 3 alone, which has no links to further pages.

https://hub.arcgis.com/api/search/definition/
"""

from datetime import datetime
from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, number, numbered
from sandbox.portal import Catalogue, absolute
from sandbox.web import Request


class HubSearch(Listing):
    """`/api/search/v1/collections/dataset/items`."""

    path = "/api/search/v1/collections/dataset/items"

    def window(self, request: Request) -> tuple[int, int]:
        """startindex, counted from 1, and limit."""
        return max(1, number(request, "startindex", 1)) - 1, min(100, number(request, "limit", 10))

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """A GeoJSON collection."""
        return {
            "type": "FeatureCollection",
            "features": members,
            "numberMatched": total,
            "numberReturned": len(members),
        }

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """An item as a feature."""
        properties = _attributes(dataset, catalogue, address)
        return {"id": dataset.name, "type": "Feature", "geometry": None, "properties": properties}


class HubVersion3(Listing):
    """`/api/v3/datasets`, at most 20 a page."""

    path = "/api/v3/datasets"

    def window(self, request: Request) -> tuple[int, int]:
        """page[number] and page[size]."""
        start, size = numbered(request, "page[number]", "page[size]", 20)
        return start, size

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """JSON:API, with the count in its meta."""
        return {"data": members, "meta": {"stats": {"count": len(members), "totalCount": total}}}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """An item as a resource of JSON:API."""
        return {"id": dataset.name, "type": "dataset", "attributes": _attributes(dataset, catalogue, address)}


def _attributes(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    """What both interfaces say of an item; dates in milliseconds."""
    language = catalogue.language
    first = next(iter(dataset.distributions), None)
    return {
        "name": dataset.titles.get(language),
        "title": dataset.titles.get(language),
        "description": dataset.descriptions.get(language),
        "tags": dataset.keywords.get(language),
        "source": dataset.publisher.names[language],
        "created": _milliseconds(dataset.issued),
        "modified": _milliseconds(dataset.modified),
        "culture": language,
        "access": "public",
        "type": "Document Link",
        "slug": f"xa::{dataset.name}",
        "license": "custom" if dataset.licence else None,
        "licenseInfo": f"<p>{dataset.licence}</p>" if dataset.licence else None,
        "url": absolute(address, first.url) if first else None,
        "extent": {"type": "envelope", "coordinates": [[1.0, 2.0], [3.0, 4.0]]},
    }


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
