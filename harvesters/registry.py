"""Which harvesters there are: every subclass of `Harvester` in a module of this folder. Nothing is listed by hand.

A protocol lives in the module of its name ("oai-pmh" in `oai_pmh.py`), so that who wants one does not wait for all.
"""

import functools
import importlib
import pkgutil
from collections.abc import Iterator

import harvesters
from harvesters.base import Harvester
from harvesters.errors import UnknownProtocol
from harvesters.phrases import phrase

PROGRAMS = frozenset({"crawl", "probe", "detect", "__main__"})
"""Modules that use harvesters; there is none in them."""


@functools.cache
def all_harvesters() -> dict[str, type[Harvester]]:
    """Every harvester by its protocol, in alphabetical order of the protocols."""
    found = {each.protocol: each for name in _modules() for each in _harvesters_in(name)}
    return dict(sorted(found.items()))


@functools.cache
def harvester_for(protocol: str) -> type[Harvester]:
    """The harvester of a protocol. Raises UnknownProtocol, naming those there are."""
    name = protocol.replace("-", "_")
    if name in _modules():
        for each in _harvesters_in(name):
            if each.protocol == protocol:
                return each
    try:
        return all_harvesters()[protocol]
    except KeyError:
        known = ", ".join(all_harvesters())
        raise UnknownProtocol(phrase("protocol-unknown", protocol=protocol, known=known)) from None


@functools.cache
def _modules() -> tuple[str, ...]:
    found = pkgutil.iter_modules(harvesters.__path__)
    return tuple(info.name for info in found if not info.ispkg and info.name not in PROGRAMS)


def _harvesters_in(name: str) -> Iterator[type[Harvester]]:
    module = importlib.import_module(f"harvesters.{name}")
    for value in vars(module).values():
        # Its own classes only: what a module imports belongs to another.
        if not isinstance(value, type) or value.__module__ != module.__name__:
            continue
        if issubclass(value, Harvester) and hasattr(value, "protocol"):
            yield value
