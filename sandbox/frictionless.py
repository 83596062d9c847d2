"""Data packages: a descriptor for each dataset in a folder of its own, and a `catalog.json` that lists their addresses.

https://datapackage.org/standard/data-package/ ; the first half of the datasets in JSON, the others in YAML, which tools
write as well.
"""

from typing import Any

import msgspec
import yaml

from sandbox.content import Dataset, Distribution
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS, LICENCES
from sandbox.web import Reply, Request

SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"


class DataPackages:
    """`/catalog.json`, and `/packages/NAME/datapackage.json` or `.yaml` for what it lists."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The list, or one descriptor."""
        half = len(catalogue.datasets) // 2
        files = {
            f"/packages/{dataset.name}/datapackage.{'json' if place < half else 'yaml'}": dataset
            for place, dataset in enumerate(catalogue.datasets)
        }
        if request.path == "/catalog.json":
            return _json({"packages": [{"url": path.removeprefix("/")} for path in files]})
        dataset = files.get(request.path)
        if dataset is None:
            return None
        descriptor = render(dataset, catalogue, request.address)
        if request.path.endswith(".json"):
            return _json(descriptor)
        return Reply(yaml.safe_dump(descriptor, allow_unicode=True).encode(), "application/yaml")


def render(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    """A dataset as a descriptor of version 2; what the publisher does not know is left out."""
    language = catalogue.language
    licence = LICENCES.get(dataset.licence or "")
    stated = {
        "$schema": SCHEMA,
        "id": dataset.id,
        "name": dataset.name,
        "title": dataset.titles.get(language),
        "description": dataset.descriptions.get(language),
        "keywords": dataset.keywords.get(language),
        "created": f"{dataset.issued}T00:00:00Z",
        "homepage": f"{address}/dataset/{dataset.name}",
        "contributors": [{"title": dataset.publisher.names[language], "roles": ["publisher"]}],
        "licenses": [{"path": licence.url, "title": licence.title}] if licence else None,
        "resources": [_resource(each, language, address) for each in dataset.distributions],
    }
    return {key: value for key, value in stated.items() if value is not None}


def _resource(distribution: Distribution, language: str, address: str) -> dict[str, Any]:
    known = FORMATS.get(distribution.format)
    stated: dict[str, Any] = {
        "name": distribution.id,
        "title": distribution.titles.get(language),
        "path": absolute(address, distribution.url),
        "format": distribution.format.lower(),
        "mediatype": known.media_type if known else None,
        "bytes": distribution.size_bytes,
    }
    if distribution.format == "CSV":
        stated |= {"schema": {"fields": [{"name": "amount", "type": "number"}]}, "dialect": "dialect.json"}
    return {key: value for key, value in stated.items() if value is not None}


def _json(value: object) -> Reply:
    return Reply(msgspec.json.encode(value), "application/json")
