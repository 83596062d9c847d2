"""`make bench`: datasets a second and peak memory per stage, beside the floor on the same machine in the same run.

The floor of harvesting is a bare download with JSON decoding, that of assembling a bare insert of the same bytes into
SQLite. These machines are noisy: quote the ratios. Writes `benchmarks/out/latest.json`.
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.portal import NUMBER, template

OUT = Path(__file__).parent / "out" / "latest.json"
ROWS = 1000


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
    database = sqlite3.connect(folder / "floor.sqlite3")
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.portal", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            if server.stdout is None:
                raise RuntimeError("the portal has no output")
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            floors = (download_floor(url, count), insert_floor(folder, count))
            home = Home(folder, url)
            for label in ("first", "unchanged"):
                run = home.harvest()
                if run["state"] != "complete" or run["records"] != count:
                    raise RuntimeError(f"the run is {run['state']} with {run['records']} records")
                for stage, seconds, floor in (
                    ("harvest", run["harvest_seconds"], floors[0]),
                    ("assemble and validate", run["assemble_seconds"], floors[1]),
                ):
                    rows.append(
                        {
                            "stage": f"{stage}, {label}", "datasets": count, "seconds": round(seconds, 3),
                            "peak_mib": peak_mib(), "floor_seconds": round(floor, 3),
                        }
                    )  # fmt: skip
        finally:
            server.communicate("")
    return rows


def peak_mib() -> float:
    """The largest resident size of any process that ended so far, in MiB (getrusage(2) counts kB)."""
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1)


def main() -> None:
    """Measure, print and write."""
    rows = [row for count in map(int, sys.argv[1:] or ("10000", "100000")) for row in measure(count)]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(f"{'stage':34}{'datasets':>10}{'seconds':>10}{'per second':>12}{'floor s':>10}{'x floor':>9}{'peak MiB':>10}")
    for row in rows:
        rate, ratio = row["datasets"] / row["seconds"], row["seconds"] / row["floor_seconds"]
        print(
            f"{row['stage']:34}{row['datasets']:>10,}{row['seconds']:>10.2f}{rate:>12,.0f}"
            f"{row['floor_seconds']:>10.2f}{ratio:>9.2f}{row['peak_mib']:>10}"
        )


if __name__ == "__main__":
    main()
