"""A piveau hub: its search.

https://doc.piveau.eu/hub/search/
"""

from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, number
from sandbox.portal import Catalogue, absolute
from sandbox.web import Request


class HubSearch(Listing):
    """`/api/hub/search/search`."""

    path = "/api/hub/search/search"

    def window(self, request: Request) -> tuple[int, int]:
        """page, counted from 0, and limit."""
        size = number(request, "limit", 10)
        return number(request, "page", 0) * size, size

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The result with its index and count."""
        return {"result": {"index": "dataset", "count": total, "facets": [], "results": members}}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A dataset, its texts in every language that it has."""
        return {
            "id": dataset.name,
            "title": dataset.titles,
            "description": dataset.descriptions,
            "keywords": [{"label": w, "language": t} for t, words in dataset.keywords.items() for w in words],
            "publisher": {"name": dataset.publisher.names[catalogue.language]},
            "issued": dataset.issued,
            "modified": dataset.modified,
            "landing_page": [{"resource": f"{address}/dataset/{dataset.name}"}],
            "distributions": [
                {
                    "id": each.id, "title": each.titles, "access_url": [absolute(address, each.url)],
                    "format": {"id": each.format, "label": each.format}, "license": {"label": dataset.licence},
                }
                for each in dataset.distributions
            ],
        }  # fmt: skip
