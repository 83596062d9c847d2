"""A DKAN 2: its metastore, which answers with all datasets at once in the words of DCAT-US.

https://dkan.readthedocs.io/en/latest/apis/index.html
"""

from typing import Any

from sandbox import dcat_us
from sandbox.content import Dataset
from sandbox.listing import Listing
from sandbox.portal import Catalogue
from sandbox.web import Request


class Metastore(Listing):
    """`/api/1/metastore/schemas/dataset/items`."""

    path = "/api/1/metastore/schemas/dataset/items"

    def window(self, request: Request) -> tuple[int, int]:
        """All of them."""
        return 0, 1_000_000

    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """Nothing."""
        return members

    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A dataset of DCAT-US under its name."""
        return {**dcat_us.render(dataset, catalogue, address), "identifier": dataset.name}
