"""A Magda: its registry, whose pages are asked for by token.

https://magda.io
"""

from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, number
from sandbox.portal import Catalogue, absolute
from sandbox.web import Request


class Registry(Listing):
    """`/api/v0/registry/records`."""

    path = "/api/v0/registry/records"

    def window(self, request: Request) -> tuple[int, int]:
        """The token is the number of the first record."""
        return number(request, "pageToken", 0), number(request, "limit", 50)

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The records, and the token of the next page."""
        more = start + size < total
        return {"hasMore": more, "records": members} | ({"nextPageToken": str(start + size)} if more else {})

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A record with its aspects."""
        language = catalogue.language
        strings = {
            "title": dataset.titles.get(language), "description": dataset.descriptions.get(language),
            "issued": dataset.issued, "modified": dataset.modified, "keywords": dataset.keywords.get(language),
            "languages": [language], "publisher": dataset.publisher.names[language],
            "landingPage": f"{address}/dataset/{dataset.name}",
        }  # fmt: skip
        distributions = [
            {
                "id": each.id,
                "aspects": {
                    "dcat-distribution-strings": {
                        "title": each.titles.get(language), "downloadURL": absolute(address, each.url), "format": each.format,
                        "license": dataset.licence,
                    }
                },
            }
            for each in dataset.distributions
        ]  # fmt: skip
        aspects = {"dcat-dataset-strings": strings, "dataset-distributions": {"distributions": distributions}}
        return {"id": dataset.name, "name": dataset.name, "aspects": aspects}
