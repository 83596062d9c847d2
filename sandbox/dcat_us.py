"""A `data.json`: DCAT-US 1.1 (Project Open Data Metadata Schema), all datasets in one file, in the first language.

https://resources.data.gov/resources/dcat-us/
"""

from typing import Any

import msgspec

from sandbox.content import Dataset, Distribution
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS, FREQUENCIES, LICENCES
from sandbox.web import Reply, Request

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"


class DataJson:
    """`/data.json` of a portal; a client that has it already is told so (304). page_size: it is cut into pages, each with the
    address of the next, as some portals do though the standard knows no paging; 0 for all in one."""

    def __init__(self, path: str = "/data.json", page_size: int = 0) -> None:
        self._path = path
        self._page_size = page_size

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The file, for its one path."""
        if request.path != self._path:
            return None
        asked = request.query.get("page", "1") if self._page_size else "1"
        number = int(asked) if asked.isdecimal() else 1
        size = self._page_size or len(catalogue.datasets)
        held = catalogue.datasets[(number - 1) * size : number * size]
        document: dict[str, Any] = {
            "@context": f"{SCHEMA}/catalog.jsonld",
            "@id": f"{catalogue.home}{self._path}",
            "@type": "dcat:Catalog",
            "conformsTo": SCHEMA,
            "describedBy": f"{SCHEMA}/catalog.json",
            "dataset": [render(dataset, catalogue, request.address) for dataset in held],
        }
        if number * size < len(catalogue.datasets):
            document["next"] = f"{request.address}{self._path}?page={number + 1}"
        return Reply(msgspec.json.encode(document), "application/json", revalidates=True)


def render(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    """A dataset as a member of the file; what the portal does not know is left out."""
    language = catalogue.language
    body = dataset.publisher
    stated = {
        "@type": "dcat:Dataset",
        "identifier": dataset.id,
        "title": dataset.titles.get(language),
        "description": dataset.descriptions.get(language),
        "keyword": dataset.keywords.get(language),
        "issued": dataset.issued,
        "modified": dataset.modified,
        "publisher": {"@type": "org:Organization", "name": body.names[language]},
        "contactPoint": {"@type": "vcard:Contact", "fn": body.names[language], "hasEmail": f"mailto:{body.mailbox}"},
        "accessLevel": "public" if dataset.distributions else "non-public",
        "license": LICENCES[dataset.licence].url if dataset.licence in LICENCES else dataset.licence,
        "accrualPeriodicity": FREQUENCIES[dataset.frequency].repeating if dataset.frequency else None,
        "spatial": dataset.place,
        "temporal": "/".join(dataset.period) if dataset.period else None,
        "language": sorted(dataset.descriptions),
        "landingPage": f"{address}/dataset/{dataset.name}",
        "distribution": [_distribution(each, language, address) for each in dataset.distributions] or None,
    }
    return {key: value for key, value in stated.items() if value is not None}


def _distribution(distribution: Distribution, language: str, address: str) -> dict[str, Any]:
    url = absolute(address, distribution.url)
    known = FORMATS.get(distribution.format)
    title = distribution.titles.get(language, "")
    if distribution.format in {"API", "HTML"}:
        return {"@type": "dcat:Distribution", "title": title, "accessURL": url, "format": distribution.format}
    return {
        "@type": "dcat:Distribution",
        "title": title,
        "downloadURL": url,
        "format": distribution.format,
        "mediaType": known.media_type if known else None,
    }
