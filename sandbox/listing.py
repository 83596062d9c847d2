"""A list of datasets as JSON interfaces page it: what the sandbox's services of that kind share."""

from abc import abstractmethod
from typing import Any

import msgspec

from sandbox.content import Dataset
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

JSON = "application/json"


class Listing:
    """One path that answers a page of the catalogue. Its subclasses say in which words."""

    path: str

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The page that was asked for, of what was changed since the moment that was asked for."""
        if request.path.rstrip("/") != self.path.rstrip("/"):
            return None
        since = self.since(request)
        chosen = [d for d in catalogue.datasets if since is None or d.modified >= since[: len(d.modified)]]
        start, size = self.window(request)
        members = [self.render(dataset, catalogue, request.address) for dataset in chosen[start : start + size]]
        return Reply(msgspec.json.encode(self.envelope(members, len(chosen), start, size, request)), JSON)

    def since(self, request: Request) -> str | None:
        """The moment from which on changes are wanted; None where all are, or the protocol cannot say it."""
        return None

    @abstractmethod
    def window(self, request: Request) -> tuple[int, int]:
        """The first member that is wanted, counted from 0, and how many."""

    @abstractmethod
    def render(self, dataset: Dataset, catalogue: Catalogue, address: str) -> dict[str, Any]:
        """A dataset in the protocol's words."""

    @abstractmethod
    def envelope(self, members: list[Any], total: int, start: int, size: int, request: Request) -> Any:
        """What surrounds a page."""


def number(request: Request, name: str, default: int) -> int:
    """A whole number of the query; the default for anything else."""
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() else default


def numbered(request: Request, page: str, size: str, default: int) -> tuple[int, int]:
    """The window of a page that is asked for by its number, from 1 on."""
    length = max(1, number(request, size, default))
    return (max(1, number(request, page, 1)) - 1) * length, length
