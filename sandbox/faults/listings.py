"""Faults of the list: its count, its pages, and what happens to it while it is read."""

import re

from msgspec.structs import replace

from sandbox.content import make_dataset
from sandbox.faults.fault import Exchange, Fault
from sandbox.faults.portal import marked
from sandbox.portal import Catalogue
from sandbox.web import Reply

FEWER_OR_MORE = 5
MOVED_PAGE = 2
"""The page before which a list changes."""

LOST = slice(10, 20)
"""The datasets of the second page of ten."""


class Says(Fault):
    """A count that is not that of the list. difference: of what it says from what it holds."""

    readable = True
    difference: int

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual answer, with another number in the place of the count."""
        held = len(exchange.catalogue.datasets)
        return _with_count(exchange.usual, held, held + self.difference)


class SaysMore(Says):
    """More than it has."""

    name = "count-high"
    meaning = f"it says that it has {FEWER_OR_MORE} datasets more than it lists"
    difference = FEWER_OR_MORE


class SaysFewer(Says):
    """Fewer than it has."""

    name = "count-low"
    meaning = f"it says that it has {FEWER_OR_MORE} datasets fewer than it lists"
    difference = -FEWER_OR_MORE


class LosesAPage(Says):
    """The datasets of a page are nowhere."""

    name = "page-lost"
    meaning = "the datasets of one page are listed nowhere, and counted all the same"
    difference = LOST.stop - LOST.start

    def prepare(self, catalogue: Catalogue) -> None:
        """Without a page."""
        del catalogue.datasets[LOST]


class LoopsPages(Fault):
    """Round and round."""

    name = "page-loop"
    meaning = "behind the second page comes the first again, for ever"
    readable = True

    def answer(self, exchange: Exchange) -> Reply | None:
        """The first and the second page in turn."""
        return exchange.pages[(exchange.page - 1) % 2] if exchange.listed > 1 else None


class RepeatsAPage(Fault):
    """One page twice."""

    name = "page-repeated"
    meaning = "the second page is the first again, and the others are as they should be"
    readable = True

    def answer(self, exchange: Exchange) -> Reply | None:
        """The first page as the second."""
        return exchange.pages[0] if exchange.page == 2 and exchange.listed > 1 else None


class Empty(Fault):
    """Nothing listed."""

    name = "empty"
    meaning = "the list is there, and nothing is on it"
    readable = True

    def prepare(self, catalogue: Catalogue) -> None:
        """Without datasets."""
        catalogue.datasets.clear()

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual answer, marked as met."""
        return replace(exchange.usual, headers={**exchange.usual.headers, "X-Sandbox": "empty"})


class Grows(Fault):
    """A new dataset while it is read."""

    name = "count-grows"
    meaning = "a dataset is added while the pages are read"
    readable = True

    def answer(self, exchange: Exchange) -> Reply | None:
        """Once the second page is asked for, the list changes."""
        if exchange.page != MOVED_PAGE or exchange.times > 1:
            return None
        self.move(exchange.catalogue)
        return exchange.again()

    def move(self, catalogue: Catalogue) -> None:
        """Add a dataset."""
        number = 1 + max(int(dataset.name.rpartition("-")[2]) for dataset in catalogue.datasets)
        catalogue.datasets.append(marked(make_dataset(catalogue.country, number)))


class Shrinks(Grows):
    """A dataset is deleted while it is read."""

    name = "count-shrinks"
    meaning = "a dataset of the first page is deleted while the pages are read"

    def move(self, catalogue: Catalogue) -> None:
        """Delete the first dataset."""
        del catalogue.datasets[0]


def _with_count(reply: Reply, held: int, said: int) -> Reply:
    """The reply with another number wherever the number of datasets stands by itself, as no other number of the sandbox's
    content does (in a date or a name it has neighbours)."""
    alone = rb'(?<=[:=>" ])%d(?=[,}\]<" ;])' % held
    return replace(reply, body=re.sub(alone, b"%d" % said, reply.body))
