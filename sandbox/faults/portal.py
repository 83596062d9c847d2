"""A portal that suffers one fault at a time, and knows which datasets it has served all the same."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from sandbox.content import Dataset
from sandbox.faults.fault import Exchange, Fault
from sandbox.portal import Catalogue, Portal, Service
from sandbox.web import Reply, Request

Key = tuple[str, str, tuple[tuple[str, str], ...], bytes]

MARK = re.compile(rb"mark-(\d{5})")
"""In the description of every dataset, since every protocol takes descriptions over, and lists of names do not."""

NAME = re.compile(rb"-x[a-z]-(\d{5})\b")
"""In the name of every dataset, for protocols without descriptions."""


class FaultyPortal(Portal):
    """A portal whose datasets are marked, so that it can tell which of them an answer holds.

    mark: finds a dataset in an answer; its first group is the dataset's number. served: the numbers of the datasets that
    stood in answers which could be read. struck: how many answers the fault has met.
    """

    def __init__(self, catalogue: Catalogue, services: Sequence[Service], mark: re.Pattern[bytes] = MARK) -> None:
        catalogue.datasets = [marked(dataset) for dataset in catalogue.datasets]
        super().__init__(catalogue, services)
        self._whole = tuple(catalogue.datasets)
        self._mark = mark
        self._turn = threading.Lock()
        self._fault = Fault()
        self._forget()

    def _forget(self) -> None:
        self.catalogue.datasets = list(self._whole)
        self.served: set[str] = set()
        self.struck = 0
        self._asked: dict[Key, int] = {}
        self._pages: dict[Key, Reply] = {}

    @contextmanager
    def suffering(self, fault: Fault) -> Iterator[str]:
        """Suffer a fault, with all that it holds as at first; gives the address to ask meanwhile."""
        self._forget()
        self._fault = fault
        fault.prepare(self.catalogue)
        try:
            with fault.served(self.url, self.answer) as address:
                yield address
        finally:
            self._fault = Fault()

    def numbers(self, content: bytes) -> set[str]:
        """The numbers of the datasets that stand in an answer or in a record."""
        return {found.decode() for found in self._mark.findall(content)}

    def answer(self, request: Request) -> Reply:
        """The usual reply, or what the fault makes of it."""
        usual = super().answer(request)
        if request.path == "/robots.txt":
            return usual
        with self._turn:
            exchange = self._exchange(request, usual)
            reply = self._fault.answer(exchange)
            if reply is not None and reply != exchange.usual:
                self.struck += 1
            if reply is None:
                reply = exchange.usual
            elif not self._fault.readable and reply != exchange.usual:
                return reply
            if 200 <= reply.status < 300 and request.method != "HEAD":
                self.served |= self.numbers(reply.body)
            return reply

    def _exchange(self, request: Request, usual: Reply) -> Exchange:
        key = (request.method, request.path, tuple(sorted(request.query.items())), request.body)
        self._asked[key] = self._asked.get(key, 0) + 1
        listed = len(self.numbers(usual.body)) if 200 <= usual.status < 300 else 0
        if listed:
            self._pages.setdefault(key, usual)
        return Exchange(
            request=request,
            number=list(self._asked).index(key) + 1,
            times=self._asked[key],
            page=list(self._pages).index(key) + 1 if key in self._pages else 0,
            listed=listed,
            usual=usual,
            pages=list(self._pages.values()),
            catalogue=self.catalogue,
            again=lambda: super(FaultyPortal, self).answer(request),
        )


def marked(dataset: Dataset) -> Dataset:
    """The dataset with its mark."""
    number = dataset.name.rpartition("-")[2]
    return replace(dataset, descriptions={tag: f"{said} mark-{number}" for tag, said in dataset.descriptions.items()})
