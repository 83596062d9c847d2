"""Beneficial ownership data: one file with a statement for each dataset, in version 0.4.

https://standard.openownership.org/ ; the statements are of entities alone, for the sandbox has no persons.
"""

from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue
from sandbox.vocabulary import LICENCES
from sandbox.web import Reply, Request


class Statements:
    """`/bods.json`: every dataset as the statement of an entity, all published by one register."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The file."""
        if request.path != "/bods.json":
            return None
        return Reply(
            msgspec.json.encode([_statement(each, catalogue) for each in catalogue.datasets]), "application/json"
        )


def _statement(dataset: Dataset, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "statementId": dataset.id,
        "recordType": "entity",
        "recordDetails": {"entityType": {"type": "registeredEntity"}, "name": dataset.titles[catalogue.language]},
        "publicationDetails": {
            "publicationDate": dataset.modified[:10],
            "bodsVersion": "0.4",
            "license": LICENCES["cc-by"].url,
            "publisher": {"name": catalogue.titles[catalogue.language], "url": catalogue.home},
        },
    }
