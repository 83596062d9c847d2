"""A JKAN site, with its two lists, and the repository behind it, as GitHub's interface lists it.

https://jkan.io/
"""

from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.web import Reply, Request

JSON = "application/json"
FOLDER = "/repos/xa/portal/contents/_datasets"
RAW = "/raw/_datasets/"


class Site:
    """`/datasets.json`, and `/data.json` with what the other does not say."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """One of the two lists."""
        language = catalogue.language
        if request.path == "/datasets.json":
            rows = [
                {
                    "title": dataset.titles[language], "organization": dataset.publisher.names[language],
                    "notes": dataset.descriptions.get(language), "category": [dataset.theme],
                    "url": f"/datasets/{dataset.name}/",
                }
                for dataset in catalogue.datasets
            ]  # fmt: skip
            return Reply(msgspec.json.encode(rows), JSON)
        if request.path == "/data.json":
            stated = [self._details(dataset, catalogue, request.address) for dataset in catalogue.datasets]
            document = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": stated}
            return Reply(msgspec.json.encode(document), JSON)
        return None

    @staticmethod
    def _details(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """As JKAN writes it: without an identifier."""
        language = catalogue.language
        return {
            "title": dataset.titles[language], "issued": dataset.issued, "modified": dataset.modified,
            "publisher": {"name": dataset.publisher.names[language]}, "license": dataset.licence,
            "contactPoint": {"fn": "Somebody", "hasEmail": "first.last@data.example"},
            "distribution": [
                {"title": each.titles.get(language), "downloadURL": absolute(address, each.url), "format": each.format}
                for each in dataset.distributions
            ],
        }  # fmt: skip


class Repository:
    """The listing of `_datasets`, and its files."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The folder, or a file of it."""
        if request.path == FOLDER:
            listed = [
                {
                    "name": f"{dataset.name}.md", "path": f"_datasets/{dataset.name}.md", "type": "file",
                    "download_url": f"{request.address}{RAW}{dataset.name}.md",
                }
                for dataset in catalogue.datasets
            ]  # fmt: skip
            return Reply(msgspec.json.encode(listed), JSON)
        for dataset in catalogue.datasets:
            if request.path == f"{RAW}{dataset.name}.md":
                return Reply(b"---\n" + self._matter(dataset, catalogue, request.address) + b"---\n", "text/plain")
        return None

    @staticmethod
    def _matter(dataset: Dataset, catalogue: Catalogue, address: str) -> bytes:
        language = catalogue.language
        return msgspec.yaml.encode(
            {
                "schema": "default", "title": dataset.titles[language], "notes": dataset.descriptions.get(language),
                "organization": dataset.publisher.names[language], "license": dataset.licence, "category": [dataset.theme],
                "tags": dataset.keywords.get(language), "maintainer": "Somebody",
                "maintainer_email": "first.last@data.example", "created": dataset.issued, "modified": dataset.modified,
                "resources": [
                    {"name": each.titles.get(language), "url": absolute(address, each.url), "format": each.format}
                    for each in dataset.distributions
                ],
            }
        )  # fmt: skip
