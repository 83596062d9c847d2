"""Which harvesters there are: every subclass of `Harvester` in a module of this folder. Nothing is listed by hand."""

import functools
import importlib
import pkgutil

import harvesters
from harvesters.base import Harvester
from harvesters.errors import UnknownProtocol


@functools.cache
def all_harvesters() -> dict[str, type[Harvester]]:
    """Every harvester by its protocol, in alphabetical order of the protocols."""
    found: dict[str, type[Harvester]] = {}
    for module_info in pkgutil.iter_modules(harvesters.__path__):
        if module_info.ispkg or module_info.name in {"crawl", "probe", "detect", "__main__"}:
            continue
        module = importlib.import_module(f"harvesters.{module_info.name}")
        for value in vars(module).values():
            # Its own classes only: what a module imports belongs to another.
            if not isinstance(value, type) or value.__module__ != module.__name__:
                continue
            if issubclass(value, Harvester) and hasattr(value, "protocol"):
                found[value.protocol] = value
    return dict(sorted(found.items()))


def harvester_for(protocol: str) -> type[Harvester]:
    """The harvester of a protocol. Raises UnknownProtocol, naming those there are."""
    try:
        return all_harvesters()[protocol]
    except KeyError:
        known = ", ".join(all_harvesters())
        raise UnknownProtocol(f'No harvester reads the protocol "{protocol}"; known are: {known}.') from None
