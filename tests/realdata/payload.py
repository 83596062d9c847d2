"""What a module of this folder offers: the real payloads of one protocol, each as a portal that serves it.

`tests/realdata/PROTOCOL.py` has a function `payloads(folder) -> Iterable[Payload]`; `test_realdata.py` finds it by itself.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Site


@dataclass(frozen=True)
class Payload:
    """One real payload, or several that belong to one portal.

    path: under the folder of real payloads, for the table. protocol: the one that detection should find.
    serve: sets up an empty site of its own as the portal would answer, and gives the address that a State would report.
    datasets: how many different datasets it holds, counted without the project's readers.
    """

    path: str
    protocol: str
    serve: Callable[[Site], str]
    datasets: int


def content_of(path: Path) -> bytes:
    """A payload's bytes; gzip is undone."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
