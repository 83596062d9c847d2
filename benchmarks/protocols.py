"""How fast each JSON protocol is read and mapped, on one core: `python -m benchmarks.protocols` (part of `make bench`).

The sandbox's portals answer without a network; their answers are read into records, and each record is mapped to an encoded
package. CPU seconds are counted, so that what else runs on the machine does not matter. The floor is decoding the JSON.
"""

import json
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from harvesters.base import Answer, Source
from harvesters.package import encode
from harvesters.registry import harvester_for
from harvesters.spool_lines import Ask, Record
from sandbox.arcgis_hub import HubSearch
from sandbox.ckan import CkanApi
from sandbox.content import Country, make_datasets
from sandbox.dcat_us import DataJson
from sandbox.dcat_us_3 import DataJson3
from sandbox.dkan import Metastore
from sandbox.invenio import RecordSearch
from sandbox.jkan import Site
from sandbox.magda import Registry
from sandbox.ogcapi_records import Items
from sandbox.opendatasoft import ExploreApi
from sandbox.piveau import HubSearch as PiveauSearch
from sandbox.portal import Catalogue, Service
from sandbox.sdmx import Dataflows3
from sandbox.socrata import DiscoveryApi
from sandbox.stac import Collections
from sandbox.udata import UdataApi
from sandbox.web import Request

DATASETS = 2000
ADDRESS = "http://portal.xa.example"
COUNTRY = Country("XA", {"en": "Xalandia", "fr": "Xalandie"}, ("en", "fr"))
TO_REACH = 1000
"""Datasets a second and core (issue 3)."""


class Kind(NamedTuple):
    """A protocol, the service that speaks it, and the source's address below the portal's."""

    protocol: str
    service: Service
    path: str = ""


KINDS: Sequence[Kind] = (
    Kind("arcgis-hub", HubSearch()),
    Kind("ckan", CkanApi()),
    Kind("dcat-us", DataJson(), "/data.json"),
    Kind("dcat-us", DataJson3(), "/data.json"),
    Kind("dkan", Metastore()),
    Kind("invenio", RecordSearch()),
    Kind("jkan", Site()),
    Kind("magda", Registry()),
    Kind("ogcapi-records", Items(), "/collections/catalogue/items"),
    Kind("opendatasoft", ExploreApi()),
    Kind("piveau", PiveauSearch()),
    Kind("sdmx", Dataflows3(), "/rest/structure/dataflow/*/*/~"),
    Kind("socrata", DiscoveryApi()),
    Kind("stac", Collections(), "/stac/collections"),
    Kind("udata", UdataApi()),
)


class Measured(NamedTuple):
    """CPU seconds for so many datasets, beside those of decoding the same JSON."""

    protocol: str
    datasets: int
    seconds: float
    floor_seconds: float


def measure(kind: Kind, catalogue: Catalogue, folder: Path) -> Measured:
    """Read and map all that the portal holds, page by page."""
    source = Source("xa-bench", f"{ADDRESS}{kind.path}", kind.protocol)
    harvester = harvester_for(kind.protocol)(source)
    waiting = [next(iter(harvester.start()))]
    spent = floor = 0.0
    datasets = 0
    path = folder / "body"
    while waiting:
        ask = waiting.pop()
        body = answered(ask, kind.service, catalogue)
        path.write_bytes(body)
        started = time.process_time()
        json.loads(body)
        floor += time.process_time() - started
        started = time.process_time()
        for event in harvester.read(Answer(ask, ask.url, 200, {}, path, "2026-01-01T00:00:00Z")):
            if isinstance(event, Record):
                mapped = harvester_for(event.protocol or kind.protocol).package(event, source)
                datasets += mapped.package is not None and bool(encode(mapped.package))
            elif isinstance(event, Ask) and event.purpose == ask.purpose:
                waiting.append(event)
        spent += time.process_time() - started
    return Measured(kind.protocol, datasets, spent, floor)


def answered(ask: Ask, service: Service, catalogue: Catalogue) -> bytes:
    """The body that the portal sends for an ask. Raises RuntimeError where it has none."""
    parts = urlsplit(ask.url)
    request = Request(ask.method, parts.path, dict(parse_qsl(parts.query)), {}, (ask.body or "").encode(), ADDRESS)
    reply = service.answer(request, catalogue)
    if reply is None or reply.status != 200:
        raise RuntimeError(f"the sandbox does not answer {ask.url}")
    return reply.body


def rows() -> list[dict[str, Any]]:
    """What was measured, as `make bench` writes it; `stage` names the protocol."""
    catalogue = Catalogue(COUNTRY, {"en": "Portal", "fr": "Portail"}, ADDRESS, make_datasets(COUNTRY, DATASETS))
    with tempfile.TemporaryDirectory() as name:
        measured = [measure(kind, catalogue, Path(name)) for kind in KINDS]
    return [
        {
            "stage": f"read and map {each.protocol}",
            "datasets": each.datasets,
            "seconds": round(each.seconds, 3),
            "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "floor_seconds": round(each.floor_seconds, 3),
        }
        for each in measured
    ]


def main() -> None:
    """Measure and print."""
    for line in rows():
        rate = line["datasets"] / line["seconds"]
        note = "" if rate >= TO_REACH else f"  below {TO_REACH:,}"
        print(f"{line['stage']:34}{line['datasets']:>10,}{line['seconds']:>10.2f}{rate:>12,.0f}/s a core{note}")


if __name__ == "__main__":
    main()
