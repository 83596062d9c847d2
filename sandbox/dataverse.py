"""A Dataverse installation: its search, and the JSON of each dataset.

https://guides.dataverse.org/en/latest/api/search.html
"""

import re
from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.listing import JSON, Listing, number
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS
from sandbox.web import Reply, Request

PREFIX = "doi:10.5072/"
"""The prefix of test DOIs."""


class Search(Listing):
    """`/api/search`."""

    path = "/api/search"

    def window(self, request: Request) -> tuple[int, int]:
        """start and per_page."""
        return number(request, "start", 0), number(request, "per_page", 10)

    def since(self, request: Request) -> str | None:
        """The one filter that the sandbox knows."""
        found = re.search(r"dateSort:\[(\S+) TO", request.query.get("fq", ""))
        return found[1] if found else None

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The items and their number."""
        return {"status": "OK", "data": {"q": "*", "total_count": total, "start": start, "items": members}}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """An item of the search."""
        return {
            "name": dataset.titles.get(catalogue.language), "type": "dataset", "global_id": PREFIX + dataset.name,
            "url": f"{address}/dataset/{dataset.name}", "published_at": dataset.issued,
        }  # fmt: skip


class Datasets:
    """`/api/datasets/:persistentId/`."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """One dataset, or 404."""
        if request.path.rstrip("/") != "/api/datasets/:persistentId":
            return None
        wanted = request.query.get("persistentId", "").removeprefix(PREFIX)
        found = next((dataset for dataset in catalogue.datasets if dataset.name == wanted), None)
        if found is None:
            return Reply(b'{"status": "ERROR", "message": "not found"}', JSON, 404)
        return Reply(msgspec.json.encode({"status": "OK", "data": _dataset(found, catalogue, request.address)}), JSON)


def _dataset(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    language = catalogue.language
    fields = [
        {"typeName": "title", "value": dataset.titles.get(language)},
        {"typeName": "dsDescription", "value": [{"dsDescriptionValue": {"value": dataset.descriptions.get(language)}}]},
        {"typeName": "keyword", "value": [{"keywordValue": {"value": w}} for w in dataset.keywords.get(language, [])]},
        {"typeName": "datasetContact", "value": [{"datasetContactEmail": {"value": "somebody@data.example"}}]},
    ]
    return {
        "publisher": dataset.publisher.names[language],
        "publicationDate": dataset.issued,
        "latestVersion": {
            "datasetPersistentId": PREFIX + dataset.name,
            "lastUpdateTime": dataset.modified,
            "license": {"name": "CC BY 4.0", "uri": "http://creativecommons.org/licenses/by/4.0"},
            "metadataBlocks": {"citation": {"fields": fields}},
            "files": [
                {
                    "label": f"{number}.{each.format.lower()}",
                    "dataFile": {
                        "id": number, "filesize": each.size_bytes, "filename": absolute(address, each.url),
                        "contentType": FORMATS[each.format].media_type if each.format in FORMATS else None,
                    },
                }
                for number, each in enumerate(dataset.distributions)
            ],
        },
    }  # fmt: skip
