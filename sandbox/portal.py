"""A portal: a State's datasets, and the protocols that it speaks about them."""

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urljoin

import msgspec

from sandbox.content import Country, Dataset, LanguageMap
from sandbox.web import Reply, Request, Server

LOGGED_REQUESTS = 100_000
"""So many of the last requests are remembered; a portal that stays up for days must not grow."""

OPEN_ROBOTS = "User-agent: *\nDisallow:\n"


class Catalogue(msgspec.Struct):
    """What a portal holds.

    home: the address that the portal would have in the world; identifiers stand on it, so that they stay the same on
    whatever port the sandbox is served. datasets: may be changed between two requests.
    """

    country: Country
    titles: LanguageMap
    home: str
    datasets: list[Dataset]

    @property
    def language(self) -> str:
        """The first language of the portal."""
        return self.country.languages[0]


class Service(Protocol):
    """One protocol, or one part of a portal."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The reply, or None where the request is not for this service."""
        ...


class Robots:
    """/robots.txt, as the portal's operator wrote it."""

    def __init__(self, text: str = OPEN_ROBOTS) -> None:
        self._reply = Reply(text.encode(), "text/plain; charset=utf-8")

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The file, for its one path."""
        return self._reply if request.path == "/robots.txt" else None


class Portal:
    """A portal on loopback, answering until it is stopped.

    The services are asked in turn; the first that knows the path answers. `requests` has what was asked, oldest first.
    port: 0 takes any; `start` raises OSError where another one is taken.
    """

    def __init__(self, catalogue: Catalogue, services: Sequence[Service], port: int = 0) -> None:
        self.catalogue = catalogue
        self.services = list(services)
        self.requests: deque[Request] = deque(maxlen=LOGGED_REQUESTS)
        self._port = port
        self._server: Server | None = None

    @property
    def datasets(self) -> list[Dataset]:
        """What it holds; add, change or remove between two harvests."""
        return self.catalogue.datasets

    @property
    def url(self) -> str:
        """Its address, without a slash at the end. Raises RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("The portal is not running; start it first.")
        return self._server.address

    def start(self) -> str:
        """Begin to answer; gives the address."""
        self._server = Server(self._port, self.answer)
        self._server.start()
        return self._server.address

    def stop(self) -> None:
        """Stop answering; doing it again does nothing."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, request: Request) -> Reply:
        """The reply of the first service that has one, else 404 as a page for people."""
        self.requests.append(request)
        for service in self.services:
            reply = service.answer(request, self.catalogue)
            if reply is not None:
                return reply
        return Reply(b"<!doctype html><title>404 Not Found</title><h1>404 Not Found</h1>", status=404)


def absolute(address: str, url: str) -> str:
    """A distribution's URL as the portal writes it: absolute, but what is empty or of another scheme stays as it is."""
    return urljoin(f"{address}/", url) if url else url
