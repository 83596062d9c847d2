"""An InvenioRDM repository: its search, filtered by the date of the last change.

https://inveniordm.docs.cern.ch/reference/rest_api_index/
"""

import re
from typing import Any

from sandbox.content import Dataset
from sandbox.listing import Listing, numbered
from sandbox.portal import Catalogue, absolute
from sandbox.web import Request


class RecordSearch(Listing):
    """`/api/records`."""

    path = "/api/records"

    def window(self, request: Request) -> tuple[int, int]:
        """page and size."""
        return numbered(request, "page", "size", 25)

    def since(self, request: Request) -> str | None:
        """The one filter that the sandbox knows."""
        found = re.search(r"updated:\[(\S+) TO", request.query.get("q", ""))
        return found[1] if found else None

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """The hits and their number."""
        return {"hits": {"hits": members, "total": total}, "links": {"self": f"{request.address}{self.path}"}}

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A record with its files."""
        language = catalogue.language
        entries = {
            f"{number}-{each.format.lower()}": {
                "key": f"{number}.{each.format.lower()}", "size": each.size_bytes,
                "links": {"content": absolute(address, each.url)},
            }
            for number, each in enumerate(dataset.distributions)
        }  # fmt: skip
        return {
            "id": dataset.name,
            "created": dataset.created_at,
            "updated": dataset.modified,
            "links": {"self_html": f"{address}/dataset/{dataset.name}"},
            "files": {"enabled": bool(entries), "entries": entries},
            "metadata": {
                "title": dataset.titles.get(language),
                "description": f"<p>{dataset.descriptions.get(language)}</p>",
                "subjects": [{"subject": word} for word in dataset.keywords.get(language, [])],
                "publisher": dataset.publisher.names[language],
                "publication_date": dataset.issued,
                "resource_type": {"id": "dataset"},
                "languages": [{"id": "eng"}],
                "rights": [{"id": dataset.licence}] if dataset.licence else [],
                "creators": [{"person_or_org": {"name": "Withheld"}}],
            },
        }
