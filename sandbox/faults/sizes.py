"""Faults of size: one dataset with far too much of something."""

from abc import abstractmethod
from typing import ClassVar

from msgspec.structs import replace

from sandbox.content import Dataset, identifier
from sandbox.faults.fault import Exchange, Fault
from sandbox.portal import Catalogue
from sandbox.web import Reply

KEYWORDS = 30_000
RESOURCES = 8_000
RECORD_BYTES = 60_000_000
PLACE = 4
"""Which of the datasets is so large."""


class Large(Fault):
    """One dataset is too large. number: its number, as `FaultyPortal.served` has it."""

    readable = True
    number: ClassVar[str] = f"{PLACE:05}"

    def prepare(self, catalogue: Catalogue) -> None:
        """Make one dataset large."""
        catalogue.datasets[PLACE] = self.enlarged(catalogue.datasets[PLACE])

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual answer, marked as met."""
        return replace(exchange.usual, headers={**exchange.usual.headers, "X-Sandbox": self.name})

    @abstractmethod
    def enlarged(self, dataset: Dataset) -> Dataset:
        """The dataset with too much."""


class ManyKeywords(Large):
    """Keywords without end."""

    name = "30000-keywords"
    meaning = f"one dataset has {KEYWORDS:,} keywords"

    def enlarged(self, dataset: Dataset) -> Dataset:
        """With keywords."""
        return replace(dataset, keywords={tag: [f"word {n}" for n in range(KEYWORDS)] for tag in dataset.keywords})


class ManyResources(Large):
    """Files without end."""

    name = "8000-resources"
    meaning = f"one dataset has {RESOURCES:,} resources"

    def enlarged(self, dataset: Dataset) -> Dataset:
        """With distributions."""
        first = dataset.distributions[0]
        many = (
            replace(first, id=identifier("many", n), url=f"{first.url}?part={n}")
            for n in range(RESOURCES)
        )  # fmt: skip
        return replace(dataset, distributions=tuple(many))


class LargeRecord(Large):
    """A description without end."""

    name = "60mb-record"
    meaning = f"one dataset's record has {RECORD_BYTES // 1_000_000} MB"

    def enlarged(self, dataset: Dataset) -> Dataset:
        """With a description that says the same again and again, behind its mark."""
        words = "A sentence that says nothing new. "
        text = words * (RECORD_BYTES // len(words) // len(dataset.descriptions))
        return replace(dataset, descriptions={tag: f"{said} {text}" for tag, said in dataset.descriptions.items()})
