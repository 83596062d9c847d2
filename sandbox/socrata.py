"""A Socrata domain: the list of the Discovery API; its files are external links.

https://dev.socrata.com/docs/other/discovery
"""

from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, number
from sandbox.portal import Catalogue
from sandbox.web import Request


class DiscoveryApi(Listing):
    """`/api/catalog/v1`."""

    path = "/api/catalog/v1"

    def window(self, request: Request) -> tuple[int, int]:
        """offset and limit."""
        return number(request, "offset", 0), number(request, "limit", 100)

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The members and the count."""
        return {"results": members, "resultSetSize": total, "timings": {"serviceMillis": 1, "searchMillis": [1]}}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """An asset: a table where the dataset has files, else a link to its page."""
        language = catalogue.language
        return {
            "resource": {
                "id": dataset.name,
                "name": dataset.titles.get(language),
                "description": dataset.descriptions.get(language, ""),
                "attribution": dataset.publisher.names[language],
                "type": "dataset" if dataset.distributions else "href",
                "createdAt": dataset.issued,
                "updatedAt": dataset.modified,
                "data_updated_at": dataset.modified,
                "columns_name": ["Year", "Amount"],
                "columns_field_name": ["year", "amount"],
                "columns_datatype": ["Number", "Number"],
            },
            "classification": {"categories": [], "tags": [], "domain_tags": dataset.keywords.get(language, [])},
            "metadata": {"domain": address.partition("://")[2].partition(":")[0], "license": dataset.licence},
            "permalink": f"{address}/d/{dataset.name}",
            "link": f"{address}/dataset/{dataset.name}",
        }
