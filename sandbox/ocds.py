"""Open contracting data: an API of release packages in pages, and a list of publications.

https://standard.open-contracting.org/ ; one release a dataset, which is enough for paging; the list has one publication for
each dataset, in the words of the Open Contracting Data Registry.
"""

from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import LICENCES
from sandbox.web import Reply, Request

PAGE = 10
PREFIX = "ocds-xa1234"


class ReleasePackages:
    """`/api/releases.json?page=N`: release packages of version 1.1, each with the address of the next."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """A page."""
        if request.path != "/api/releases.json":
            return None
        number = int(request.query.get("page", "1")) if request.query.get("page", "1").isdecimal() else 1
        held = catalogue.datasets[(number - 1) * PAGE : number * PAGE]
        body = catalogue.datasets[0].publisher
        package: dict[str, Any] = {
            "uri": f"{request.address}{request.path}?page={number}",
            "version": "1.1",
            "publishedDate": max(dataset.modified for dataset in catalogue.datasets),
            "publisher": {"name": body.names[catalogue.language], "scheme": "XA-GOV", "uid": body.key},
            "license": LICENCES["cc-by"].url,
            "releases": [
                {
                    "ocid": f"{PREFIX}-{place}", "id": dataset.id, "date": f"{dataset.issued}T00:00:00Z", "tag": ["planning"],
                    "language": catalogue.language,
                }
                for place, dataset in enumerate(held, (number - 1) * PAGE)
            ],
        }  # fmt: skip
        if number * PAGE < len(catalogue.datasets):
            package["links"] = {"next": f"{request.address}{request.path}?page={number + 1}"}
        return _json(package)


class PublicationList:
    """`/publications.json`: every dataset as a publication."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The list."""
        if request.path != "/publications.json":
            return None
        return _json([_publication(dataset, catalogue, request.address) for dataset in catalogue.datasets])


def _publication(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    language = catalogue.language
    return {
        "id": dataset.id,
        "title": dataset.titles[language],
        "description": dataset.descriptions[language],
        "country": catalogue.country.names[language],
        "publisher": {"name": dataset.publisher.names[language]},
        "ocid_prefix": PREFIX,
        "last_retrieved": dataset.modified[:10],
        "modified": dataset.modified,
        "created": dataset.issued,
        "date_from": dataset.period[0] if dataset.period else None,
        "date_to": dataset.period[1] if dataset.period else None,
        "update_frequency": "MONTHLY",
        "license": LICENCES[dataset.licence].url if dataset.licence in LICENCES else None,
        "source_url": f"{address}/dataset/{dataset.name}",
        "files": [{"url": absolute(address, each.url), "format": each.format} for each in dataset.distributions],
    }


def _json(value: object) -> Reply:
    return Reply(msgspec.json.encode(value), "application/json")
