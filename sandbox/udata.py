"""A udata portal: the list of its API.

https://guides.data.gouv.fr/guide-data.gouv.fr/api/reference
"""

from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, numbered
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS
from sandbox.web import Request


class UdataApi(Listing):
    """`/api/1/datasets/`."""

    path = "/api/1/datasets"

    def window(self, request: Request) -> tuple[int, int]:
        """page and page_size."""
        return numbered(request, "page", "page_size", 20)

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The page, its number, and the addresses of its neighbours."""
        page = start // size + 1
        following = f"{request.address}{self.path}/?page={page + 1}&page_size={size}" if start + size < total else None
        return {
            "data": members,
            "page": page,
            "page_size": size,
            "total": total,
            "next_page": following,
            "previous_page": None,
        }

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A dataset with its resources."""
        language = catalogue.language
        body = dataset.publisher
        return {
            "id": dataset.name,
            "slug": dataset.name,
            "title": dataset.titles.get(language),
            "description": dataset.descriptions.get(language),
            "tags": dataset.keywords.get(language),
            "organization": {"id": body.id, "name": body.names[language]},
            "owner": None,
            "created_at": dataset.issued,
            "last_modified": dataset.modified,
            "frequency": dataset.frequency or "unknown",
            "license": dataset.licence or "notspecified",
            "temporal_coverage": {"start": dataset.period[0], "end": dataset.period[1]} if dataset.period else None,
            "page": f"{address}/dataset/{dataset.name}",
            "private": False,
            "resources": [
                {
                    "id": each.id, "title": each.titles.get(language, ""), "url": absolute(address, each.url),
                    "format": each.format.lower(), "filesize": each.size_bytes, "last_modified": each.modified,
                    "mime": FORMATS[each.format].media_type if each.format in FORMATS else None,
                }
                for each in dataset.distributions
            ],
        }  # fmt: skip
