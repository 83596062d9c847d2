"""`make bench`: datasets a second and peak memory per stage, beside the floor on the same machine in the same run.

The floor of harvesting is a bare download with JSON decoding, that of assembling a bare insert of the same bytes into
SQLite. These machines are noisy: quote the ratios. Writes `benchmarks/out/latest.json`.
"""

import compileall
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests
from ckanapi import RemoteCKAN

from benchmarks import protocols
from benchmarks.portal import NUMBER, template
from portal import local

OUT = Path(__file__).parent / "out" / "latest.json"
ROWS = 1000
WRITERS = 4
FLOORS = 3
"""How often a floor is measured; the one in the middle counts, since a floor of a third of a second differs by a fifth."""

BARE_CREATES = 300
"""How many bare `package_create` calls the floor of publishing is taken from."""

ENVIRONMENT = Path(os.environ.get("CATALOGUE_PORTAL_ENVIRONMENT", "var/portal/environment")).absolute()


def download_floor(url: str, count: int) -> float:
    """Seconds to download every page and decode it."""
    started = time.perf_counter()
    for start in range(0, count, ROWS):
        with urllib.request.urlopen(f"{url}/api/3/action/package_search?start={start}&rows={ROWS}") as answer:
            json.loads(answer.read())
    return time.perf_counter() - started


def insert_floor(folder: Path, count: int) -> float:
    """Seconds to insert as many rows of the same size into SQLite, a thousand a transaction."""
    record = template()
    file = folder / "floor.sqlite3"
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE record (id TEXT PRIMARY KEY, body BLOB)")
    started = time.perf_counter()
    for start in range(0, count, ROWS):
        numbers = range(start, min(start + ROWS, count))
        with database:
            rows = [(f"{n:010}", record.replace(NUMBER.encode(), b"%010d" % n)) for n in numbers]
            database.executemany("INSERT INTO record VALUES (?, ?)", rows)
    seconds = time.perf_counter() - started
    database.close()
    file.unlink()
    return seconds


class Home:
    """A catalogue of its own with the benchmark's source."""

    def __init__(self, folder: Path, url: str) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CATALOGUE_", "CKAN_"))},
            "CATALOGUE_HOME": str(folder / "home"),
            "CATALOGUE_ALLOW_ADDRESSES": "127.0.0.0/8",
            "CATALOGUE_DELAY_SECONDS": "0",
        }
        register = folder / "sources.yaml"
        register.write_text(
            "sources:\n- {id: xa-bench, state: XA, title: Bench, protocol: ckan, "
            f"url: '{url}', basis: {{kind: submission, document: NV 1, date: 2026-01-01}}}}\n"
        )
        self.run("sources", "load", str(register), "--states", "sandbox/states.csv")

    def run(self, *arguments: str) -> Any:
        """Run a command; its JSON."""
        command = [sys.executable, "-m", "catalogue.cli", *arguments, "--json"]
        return json.loads(subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True).stdout)

    def harvest(self) -> dict[str, Any]:
        """Harvest the source; the run as `runs list` has it."""
        self.run("harvest", "xa-bench")
        run: dict[str, Any] = self.run("runs", "list")[0]
        return run


def measure(count: int) -> list[dict[str, Any]]:
    """Every stage for a portal of so many datasets."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name, portal_of(count) as url:
        folder = Path(name)
        floors = (
            median(download_floor(url, count) for _ in range(FLOORS)),
            median(insert_floor(folder, count) for _ in range(FLOORS)),
        )
        home = Home(folder, url)
        for label in ("first", "unchanged"):
            run = home.harvest()
            if run["state"] != "complete" or run["records"] != count:
                raise RuntimeError(f"the run is {run['state']} with {run['records']} records")
            stages = (
                ("harvest", run["harvest_seconds"], floors[0]),
                ("assemble and validate", run["assemble_seconds"], floors[1]),
            )
            rows += [row(f"{stage}, {label}", count, seconds, floor) for stage, seconds, floor in stages]
    return rows


@contextmanager
def portal_of(count: int) -> Iterator[str]:
    """The address of a portal of so many datasets, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.portal", str(count)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if server.stdout is None:
            raise RuntimeError("the portal has no output")
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.communicate("")


def row(stage: str, count: int, seconds: float, floor: float) -> dict[str, Any]:
    """One line of the outcome."""
    return {
        "stage": stage,
        "datasets": count,
        "seconds": round(seconds, 3),
        "peak_mib": peak_mib(),
        "floor_seconds": round(floor, 3),
    }


def create_floor(folder: Path, address: local.Address, writers: int) -> float:
    """Seconds a dataset of bare `package_create` calls, as many at once as we have writers."""
    organization = RemoteCKAN(address.url, apikey=address.token).action.organization_create(name="floor")["id"]

    def create(number: int) -> None:
        record = json.loads(template().replace(NUMBER.encode(), b"f%09d" % number))
        for key in ("organization", "metadata_created", "metadata_modified"):
            del record[key]
        record["id"] = str(uuid.uuid4())
        for resource_ in record["resources"]:
            del resource_["id"], resource_["created"]
        RemoteCKAN(address.url, apikey=address.token, session=requests.Session()).call_action(
            "package_create", {**record, "owner_org": organization}
        )

    started = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(create, range(BARE_CREATES)))
    return (time.perf_counter() - started) / BARE_CREATES


def measure_publishing(count: int) -> list[dict[str, Any]]:
    """The whole way with publishing, first and unchanged, beside bare `package_create`."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name, portal_of(count) as url:
        folder = Path(name)
        folder.chmod(0o755)
        address = local.up(folder / "ckan", environment=ENVIRONMENT)
        try:
            floor = create_floor(folder, address, WRITERS) * count
            home = Home(folder, url)
            home.environment |= {"CKAN_URL": address.url, "CKAN_TOKEN": address.token, "CKAN_WRITERS": str(WRITERS)}
            whole = []
            for label in ("first", "unchanged"):
                started = time.perf_counter()
                home.harvest()
                published = home.run("publish")
                whole.append(time.perf_counter() - started)
                stages = (("publish", published["seconds"]), ("harvest to publish", whole[-1]))
                rows += [row(f"{stage}, {label}", count, seconds, floor) for stage, seconds in stages]
                print(f"written to CKAN, {label}: {published['written']}")
            print(f"unchanged with publishing is {whole[0] / whole[1]:.0f} times as fast as the first run")
        finally:
            local.down(folder / "ckan")
    return rows


def peak_mib() -> float:
    """The largest resident size of any process that ended so far, in MiB (getrusage(2) counts kB)."""
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1)


def main() -> None:
    """Measure, print and write."""
    for package in ("catalogue", "harvesters", "portal"):
        compileall.compile_dir(package, quiet=1)  # as any run but the very first finds them
    counts = list(map(int, sys.argv[1:])) or [10_000, 100_000]
    rows = [line for count in counts for line in measure(count)]
    rows += measure_publishing(min(counts))
    rows += protocols.rows()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(f"{'stage':34}{'datasets':>10}{'seconds':>10}{'per second':>12}{'floor s':>10}{'x floor':>9}{'peak MiB':>10}")
    for line in rows:
        rate, ratio = line["datasets"] / line["seconds"], line["seconds"] / line["floor_seconds"]
        print(
            f"{line['stage']:34}{line['datasets']:>10,}{line['seconds']:>10.2f}{rate:>12,.0f}"
            f"{line['floor_seconds']:>10.2f}{ratio:>9.2f}{line['peak_mib']:>10}"
        )


if __name__ == "__main__":
    main()
