"""A `data.json` of DCAT-US 3: objects where 1.1 has texts, and every other dataset in a catalogue within the catalogue.

https://github.com/GSA/dcat-us
"""

from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS, LICENCES
from sandbox.web import Reply, Request


class DataJson3:
    """`/data.json` of a portal."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The file, for its one path."""
        if request.path != "/data.json":
            return None
        rendered = [render(dataset, catalogue, request.address) for dataset in catalogue.datasets]
        document = {
            "@type": "Catalog",
            "@id": f"{catalogue.home}/data.json",
            "title": catalogue.titles[catalogue.language],
            "conformsTo": {"@type": "Standard", "title": "DCAT-US 3.0"},
            "dataset": rendered[::2],
            "catalog": [{"@type": "Catalog", "title": "Within", "dataset": rendered[1::2]}],
        }
        return Reply(msgspec.json.encode(document), "application/json", revalidates=True)


def render(dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
    """A dataset; what the portal does not know is left out."""
    language = catalogue.language
    body = dataset.publisher
    stated = {
        "@type": "Dataset",
        "identifier": {"@type": "Identifier", "schemaAgency": body.names[language], "notation": dataset.name},
        "title": dataset.titles.get(language),
        "description": dataset.descriptions.get(language),
        "keyword": dataset.keywords.get(language),
        "issued": dataset.issued,
        "modified": dataset.modified,
        "publisher": {"@type": "Organization", "name": body.names[language]},
        "contactPoint": [{"@type": "Kind", "fn": "Somebody", "hasEmail": "mailto:first.last@data.example"}],
        "license": LICENCES[dataset.licence].url if dataset.licence in LICENCES else dataset.licence,
        "temporal": [{"@type": "PeriodOfTime", "startDate": dataset.period[0], "endDate": dataset.period[1]}]
        if dataset.period
        else None,
        "theme": [{"@type": "Concept", "prefLabel": dataset.theme}],
        "landingPage": {"@type": "Document", "accessURL": f"{address}/dataset/{dataset.name}"},
        "distribution": [
            {
                "@type": "Distribution", "title": each.titles.get(language), "downloadURL": absolute(address, each.url),
                "format": each.format, "mediaType": FORMATS[each.format].media_type if each.format in FORMATS else None,
            }
            for each in dataset.distributions
        ],
    }  # fmt: skip
    return {key: value for key, value in stated.items() if value is not None}
