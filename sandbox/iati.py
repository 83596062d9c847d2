"""IATI: the bulk data service's full index of datasets, every dataset of the portal as a file that an organisation reports."""

from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.web import Reply, Request


class DatasetIndex:
    """`/indices/dataset-index-full.json`."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The index."""
        if request.path != "/indices/dataset-index-full.json":
            return None
        files = [render(dataset, request.address) for dataset in catalogue.datasets]
        index = {"index_created_unix": 1767225600, "dataset_count": len(files), "datasets": files}
        return Reply(msgspec.json.encode(index), "application/json")


def render(dataset: Dataset, address: str) -> dict[str, Any]:
    """A dataset as a file in the index; the service's own copies have another address."""
    published = next((absolute(address, each.url) for each in dataset.distributions), None)
    return {
        "id": dataset.id,
        "short_name": dataset.name,
        "reporting_org_id": dataset.publisher.id,
        "reporting_org_short_name": dataset.publisher.key,
        "licence_id": dataset.licence,
        "source_url": published,
        "last_update_check": "2026-01-01T00:00:00+00:00",
        "last_known_good_dataset": {
            "cached_dataset_xml_url": f"{address}/data/{dataset.name}.xml" if published else None,
            "cached_dataset_zip_url": f"{address}/data/{dataset.name}.zip" if published else None,
            "content_length": 1000 + len(dataset.name),
            "server_header_last_modified": f"{dataset.modified[:10]}T00:00:00Z",
        },
        "most_recent_head_attempt": {"datetime": "2026-01-01T00:00:00+00:00", "http_status": 200},
    }
