"""An Opendatasoft domain: the list of the Explore API, version 2.1, filtered by `modified`.

https://help.opendatasoft.com/apis/ods-explore-v2/
"""

import re
from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, number
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS, LICENCES
from sandbox.web import Request


class ExploreApi(Listing):
    """`/api/explore/v2.1/catalog/datasets`."""

    path = "/api/explore/v2.1/catalog/datasets"

    def window(self, request: Request) -> tuple[int, int]:
        """offset and limit, at most 100."""
        return number(request, "offset", 0), min(100, number(request, "limit", 10))

    def since(self, request: Request) -> str | None:
        """The one filter that the sandbox knows."""
        found = re.search(r"modified >= date'([^']+)'", request.query.get("where", ""))
        return found[1] if found else None

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The count and the members."""
        return {"total_count": total, "results": members}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A dataset; its files are attachments."""
        language = catalogue.language
        licence = LICENCES.get(dataset.licence or "")
        return {
            "dataset_id": dataset.name,
            "dataset_uid": f"da_{dataset.name}",
            "has_records": False,
            "features": [],
            "attachments": [
                {
                    "id": each.id, "title": each.titles.get(language, ""), "url": absolute(address, each.url),
                    "mimetype": FORMATS[each.format].media_type if each.format in FORMATS else None,
                }
                for each in dataset.distributions
            ],
            "metas": {
                "default": {
                    "title": dataset.titles.get(language),
                    "description": dataset.descriptions.get(language),
                    "keyword": dataset.keywords.get(language),
                    "publisher": dataset.publisher.names[language],
                    "modified": dataset.modified,
                    "license": licence.title if licence else dataset.licence,
                    "license_url": licence.url if licence else None,
                    "language": language,
                    "theme": [dataset.theme],
                }
            },
            "fields": [],
        }  # fmt: skip
