"""Which missing dataset is which new one: a portal that gives all its datasets other identifiers has lost none of them.

Three traits are compared, the strongest first: the same addresses of files, the same page, the same title of the same
publisher. A trait counts only where exactly one missing and one new dataset have it; nothing is guessed.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from harvesters.package import Package, decode

TRAITS = ("resources", "page", "title and publisher")


class Fingerprint(NamedTuple):
    """What a dataset can be recognised by, whatever its identifier; None where it has not that trait."""

    resources: frozenset[str] | None
    page: str | None
    title_and_publisher: tuple[str, str] | None


class Pair(NamedTuple):
    """A missing dataset and the new one that it seems to be, by their keys, and the trait that says so."""

    missing: str
    new: str
    evidence: str


def fingerprint(descriptor: bytes) -> Fingerprint:
    """The traits of an encoded package."""
    package = decode(descriptor)
    title = _words(package.title or "")
    publisher = package.catalogue.publisher
    return Fingerprint(
        frozenset(resource.path for resource in package.resources) or None,
        package.homepage or _page(package),
        (title, _words((publisher.name if publisher else None) or "")) if title else None,
    )


def pairs(missing: dict[str, Fingerprint], new: dict[str, Fingerprint]) -> list[Pair]:
    """The pairs among missing and new datasets (fingerprints by any key), in the order of the missing ones."""
    found: dict[str, Pair] = {}
    left = dict(new)
    for number, trait in enumerate(TRAITS):
        old_by_trait = _unique((key, print_[number]) for key, print_ in missing.items() if key not in found)
        new_by_trait = _unique((key, print_[number]) for key, print_ in left.items())
        for value, key in old_by_trait.items():
            match = new_by_trait.get(value)
            if match is not None:
                found[key] = Pair(key, match, trait)
                del left[match]
    return [found[key] for key in missing if key in found]


def _unique(traits: Iterable[tuple[str, object]]) -> dict[object, str]:
    """Keys by trait, without the traits that several have."""
    seen: dict[object, str | None] = {}
    for key, trait in traits:
        if trait is not None:
            seen[trait] = None if trait in seen else key
    return {trait: key for trait, key in seen.items() if key is not None}


def _page(package: Package) -> str | None:
    return next(_paths(package), None)


def _paths(package: Package) -> Iterator[str]:
    sources = package.sources
    if isinstance(sources, list):
        yield from (source.path for source in sources if source.path)


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
