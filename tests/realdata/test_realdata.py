"""Every real payload as the portal that it came from: read by the command, counted without our code, and detected.

`tests/realdata/PROTOCOL.py` serves the payloads of one protocol (see `payload.py`). At least 99 % of the datasets in
well-formed payloads must become valid packages; what is not well-formed ends in a named verdict with a sentence; and from
the address alone the right protocol is found for at least 95 % of the portals. `make realdata` prints the table.
"""

import importlib
import pkgutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

import tests.realdata
from tests.conftest import REALDATA, Catalogue, Site, needs_realdata
from tests.realdata.payload import Payload

VALID_SHARE = 0.99
DETECTED_SHARE = 0.95
CHECKS_AT_ONCE = 4


def modules() -> Iterator[object]:
    for info in pkgutil.iter_modules(tests.realdata.__path__):
        if info.name != "payload" and not info.name.startswith("test_"):
            yield importlib.import_module(f"tests.realdata.{info.name}")


def collected(function: str) -> list[Payload]:
    return [
        payload for module in modules() if hasattr(module, function) for payload in getattr(module, function)(REALDATA)
    ]


@pytest.fixture
def served() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def serve(stack: ExitStack, payloads: list[Payload]) -> dict[str, tuple[Payload, str]]:
    """A site for each payload; gives by the id of its source the payload and the address that a State would report."""
    addresses = {}
    for number, payload in enumerate(payloads):
        site = Site()
        stack.callback(site.close)
        addresses[f"xa-{number}"] = (payload, payload.serve(site))
    return addresses


def table(rows: dict[str, Counter[str]]) -> str:
    columns = ("portals", "datasets", "valid", "detected")
    lines = [f"{'protocol':<20}" + "".join(f"{column:>10}" for column in columns)]
    lines += [
        f"{name:<20}" + "".join(f"{row[column]:>10,}" for column in columns) for name, row in sorted(rows.items())
    ]
    total = Counter()
    for row in rows.values():
        total.update(row)
    return "\n".join([*lines, f"{'all':<20}" + "".join(f"{total[column]:>10,}" for column in columns)])


@needs_realdata
def test_every_payload_is_detected_and_becomes_valid_packages(served: ExitStack, catalogue: Catalogue):
    addresses = serve(served, collected("payloads"))
    assert len(addresses) > 20
    catalogue.register(*(f"{key} {payload.protocol} {url}" for key, (payload, url) in addresses.items()))
    runs = {run["source"]: run for run in catalogue.json("harvest", "--all", status=None)["runs"]}
    held = Counter(package["catalogue"]["source"] for package in catalogue.packages())
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    short = {}
    for key, (payload, _) in addresses.items():
        valid = min(held[key], payload.datasets)
        rows[payload.protocol].update(portals=1, datasets=payload.datasets, valid=valid)
        if valid < payload.datasets:
            short[payload.path] = f"{held[key]} of {payload.datasets}: {runs[key]['sentence']}"

    def found(key: str) -> tuple[str, str | None, str]:
        _, url = addresses[key]
        checked = catalogue.json("check", url, "--limit", "1", status=None)
        return key, checked["protocol"], checked["verdict"]["sentence"]

    missed = {}
    with ThreadPoolExecutor(CHECKS_AT_ONCE) as checks:
        for key, protocol, sentence in checks.map(found, addresses):
            payload = addresses[key][0]
            rows[payload.protocol]["detected"] += protocol == payload.protocol
            if protocol != payload.protocol:
                missed[payload.path] = f"{protocol} in the place of {payload.protocol}: {sentence}"
    print(f"\n{table(rows)}")
    print("not all of:", *(f"\n  {path}: {why}" for path, why in short.items()))
    print("taken for another:", *(f"\n  {path}: {why}" for path, why in missed.items()))
    datasets = sum(row["datasets"] for row in rows.values())
    assert sum(row["valid"] for row in rows.values()) >= VALID_SHARE * datasets, short
    assert len(addresses) - len(missed) >= DETECTED_SHARE * len(addresses), missed


@needs_realdata
def test_what_is_not_well_formed_ends_in_a_verdict_with_a_sentence(served: ExitStack, catalogue: Catalogue):
    addresses = serve(served, collected("malformed"))
    catalogue.register(*(f"{key} {payload.protocol} {url}" for key, (payload, url) in addresses.items()))
    runs = {run["source"]: run for run in catalogue.json("harvest", "--all", status=None)["runs"]}
    for key, (payload, _) in addresses.items():
        run = runs[key]
        print(f"{payload.path}: {run['state']} ({run['failure']}): {run['sentence']}")
        assert run["state"] in {"failed", "partial", "complete"}, payload.path
        assert run["sentence"].endswith("."), payload.path
        shown = catalogue.json("runs", "show", str(run["run"]))
        assert run["state"] != "complete" or shown["findings"], f"{payload.path}: nothing was said of it"
