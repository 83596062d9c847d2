"""What is mutated: asks of every protocol with the answers to them, of the sandbox's portals and, where they are at hand, real
ones. All are collected over loopback, with the harvesters that would read them, before anything is changed."""

import random
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harvesters.base import Answer, Failure, Harvester, Source
from harvesters.errors import HarvestError
from harvesters.registry import harvester_for
from harvesters.spool_lines import Ask
from tests.conftest import REALDATA, Site
from tests.faults.subjects import SUBJECTS
from tests.realdata import csw, interfaces, jkan, lists, oai_pmh, ogcapi_records, schema_org, sdmx, waf
from tests.realdata.payload import content_of

MOST_ASKS = 12
"""Of one portal."""

MOST_BYTES = 400_000
"""Of an answer: what is larger has nothing else in it, and takes longer."""

AT = "2026-01-01T00:00:00+00:00"
REAL = (csw, interfaces, jkan, lists, oai_pmh, ogcapi_records, schema_org, sdmx, waf)
FIRST_PROTOCOLS = {"ckan": "*.json*", "dcat": "*.*", "dcat-us": "*.json*"}
"""Folders of real payloads that have no module in tests/realdata, and what of them is read."""


class Exchange(msgspec.Struct, frozen=True):
    """An ask of a source, with its answer. name: where it is from."""

    name: str
    source: Source
    ask: Ask
    headers: dict[str, str]
    body: bytes

    def read_by(self) -> type[Harvester]:
        """The harvester that reads the answer."""
        return harvester_for(self.ask.protocol or self.source.protocol)


def collected() -> dict[str, list[Exchange]]:
    """Every exchange, by the protocol of its source; the same ones in the same order each time."""
    found: dict[str, list[Exchange]] = {}
    for exchange in [*of_the_sandbox(), *_real()]:
        if 0 < len(exchange.body) <= MOST_BYTES:
            found.setdefault(exchange.source.protocol, []).append(exchange)
    return found


def of_the_sandbox() -> Iterator[Exchange]:
    """Those of the sandbox's portals."""
    for key, subject in SUBJECTS.items():
        with subject.portal() as portal:
            url = f"{portal.url}{subject.kind.home}"
            source = Source("xa-source", url, subject.kind.protocol, options=dict(subject.kind.options))
            yield from _exchanges(f"sandbox {key}", source)


def _real() -> Iterator[Exchange]:
    if not REALDATA.is_dir():
        return
    site = Site()
    try:
        for payload in (payload for module in REAL for payload in module.payloads(REALDATA)):
            site.routes.clear()
            yield from _exchanges(payload.path, Source("xa-source", payload.serve(site), payload.protocol))
    finally:
        site.close()
    for protocol, pattern in FIRST_PROTOCOLS.items():
        for path in sorted((REALDATA / protocol).rglob(pattern)):
            if path.is_file() and path.suffix != ".md" and path.stat().st_size <= MOST_BYTES:
                source = Source("xa-source", "https://data.xa.example/catalog", protocol)
                ask = next(iter(harvester_for(protocol)(source).start()))
                yield Exchange(str(path.relative_to(REALDATA)), source, ask, {}, content_of(path))


def _exchanges(name: str, source: Source) -> Iterator[Exchange]:
    """The first asks of a harvest, one after another, as the crawl would make them."""
    harvester = harvester_for(source.protocol)(source)
    waiting, asked = list(harvester.start()), 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        while waiting and asked < MOST_ASKS:
            ask = waiting.pop(0)
            asked += 1
            answered = _fetch(ask)
            if answered is None:
                failure = Failure("down", "It did not answer.", 404)
                waiting.extend(event for event in harvester.failed(ask, failure) if isinstance(event, Ask))
                continue
            exchange = Exchange(name, source, ask, *answered)
            yield exchange
            waiting.extend(_follow(exchange, Path(folder)))


def _follow(exchange: Exchange, folder: Path) -> list[Ask]:
    asks: list[Ask] = []
    try:
        for event in exchange.read_by()(exchange.source).read(
            written(exchange, exchange.body, exchange.headers, folder)
        ):
            if isinstance(event, Ask):
                asks.append(event)
    except HarvestError as error:
        failure = Failure(error.failure, error.sentence)
        events = harvester_for(exchange.source.protocol)(exchange.source).failed(exchange.ask, failure)
        asks.extend(event for event in events if isinstance(event, Ask))
    return random.Random(0).sample(asks, min(len(asks), 4))


def written(exchange: Exchange, body: bytes, headers: dict[str, str], folder: Path) -> Answer:
    """The answer with a body and headers, as the crawl hands it to a harvester."""
    path = folder / "body"
    path.write_bytes(body)
    return Answer(exchange.ask, exchange.ask.url, 200, headers, path, AT)


def _fetch(ask: Ask) -> tuple[dict[str, str], bytes] | None:
    data = ask.body.encode() if ask.body is not None else None
    request = urllib.request.Request(ask.url, data, dict(ask.headers), method=ask.method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        return None
