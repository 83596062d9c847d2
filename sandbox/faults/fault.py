"""What a fault is, and what it is given to spoil."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import msgspec

from sandbox.portal import Catalogue
from sandbox.web import Reply, Request


class Exchange(msgspec.Struct):
    """One request to a portal that suffers a fault; robots.txt is never among them.

    number: which of the different requests it is, from 1. times: how often this very request has been made, from 1. page: which
    of the different answers that hold datasets this is, from 1; 0 for one that holds none. listed: how many datasets the usual
    answer holds. usual: what the portal answers when nothing is wrong. pages: those that hold datasets, oldest first.
    """

    request: Request
    number: int
    times: int
    page: int
    listed: int
    usual: Reply
    pages: list[Reply]
    catalogue: Catalogue
    again: Callable[[], Reply]
    """Answers the request anew, from what the catalogue holds now."""


class Fault:
    """One thing that a portal does wrong.

    name: for the matrix. meaning: one sentence about it. readable: whether its answers are still what the protocol prescribes,
    so that the datasets in them count as served.
    """

    name: ClassVar[str]
    meaning: ClassVar[str]
    readable: ClassVar[bool] = False
    authority: Path | None = None
    """A PEM file with the authority that a client has to trust, while it is served."""

    def prepare(self, catalogue: Catalogue) -> None:
        """Change what the portal holds, before anything is asked."""

    def answer(self, exchange: Exchange) -> Reply | None:
        """The reply in the place of the usual one; None where this request is not met by the fault."""
        return None

    @contextmanager
    def served(self, address: str, answer: Callable[[Request], Reply]) -> Iterator[str]:
        """Where the portal is to be found while it suffers this. address: its own; answer: what it answers there."""
        yield address
