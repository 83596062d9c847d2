"""A GeoNetwork 4: its search for identifiers, page by page behind the last one, and each record as ISO 19139.

https://docs.geonetwork-opensource.org/latest/api/
"""

from typing import Any

import msgspec

from sandbox.iso import render
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

ROOT = "/geonetwork/srv"
JSON = "application/json"


class Search:
    """`/geonetwork/srv/api/search/records/_search` by POST, `/geonetwork/srv/api/records/NAME/formatters/xml`, and what it
    says of itself at `/geonetwork/srv/api/site`."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """Hits, a record, or the description of the site."""
        if request.path == f"{ROOT}/api/site":
            about = {"system/site/siteId": catalogue.country.code, "system/platform/version": "4.2.8"}
            return Reply(msgspec.json.encode(about), JSON)
        if request.path == f"{ROOT}/api/search/records/_search" and request.method == "POST":
            return Reply(msgspec.json.encode(_hits(catalogue, msgspec.json.decode(request.body))), JSON)
        for dataset in catalogue.datasets:
            if request.path == f"{ROOT}/api/records/{dataset.name}/formatters/xml":
                return Reply(render(dataset, catalogue, request.address).encode(), "application/xml")
        return None


def _hits(catalogue: Catalogue, wanted: dict[str, Any]) -> dict[str, Any]:
    """The names behind the last one that the client has, in their order; changed from a moment on, where one is said."""
    behind = str(wanted.get("search_after", [""])[0])
    filters = wanted.get("query", {}).get("bool", {}).get("filter", [])
    since = max((str(each["range"]["changeDate"]["gte"]) for each in filters if "range" in each), default="")
    names = sorted(dataset.name for dataset in catalogue.datasets if dataset.modified >= since[: len(dataset.modified)])
    page = [name for name in names if name > behind][: int(wanted.get("size", 10))]
    return {
        "hits": {
            "total": {"value": len(names), "relation": "eq"},
            "hits": [
                {"_id": name, "_source": {"uuid": name, "resourceType": ["dataset"]}, "sort": [name]} for name in page
            ],
        }
    }
