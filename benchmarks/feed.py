"""Reading a feed of linked data beside rdflib, on real pages: `python -m benchmarks.feed` (part of `make bench`).

The pages are those of the Belgian portal's feed in the folder of real payloads (CATALOGUE_SHARED); without them nothing is
measured, and that is said. rdflib parses every `SAMPLE_EVERY`th page into a graph; we read the same pages into records and
parts, and map every record to a package, which rdflib does not. CPU seconds are counted: both run on one core, and what else
the machine does must not matter. We read as a harvest does, with its seldom garbage collection.
"""

import gc
import os
import sys
import tarfile
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import rdflib

from harvesters.base import Answer, Source
from harvesters.crawl import COLLECTION
from harvesters.dcat import Dcat
from harvesters.parts import collect, look_up
from harvesters.spool import Ask, Part, Record

SHARED = Path(os.environ.get("CATALOGUE_SHARED", "../shared"))
FEED = SHARED / "realdata" / "dcat" / "be-datagovbe_ldes_feed.tar.gz"
SAMPLE_EVERY = 16
"""Of the 976 pages; 61 of them take rdflib long enough to measure."""


def pages(folder: Path) -> list[Path]:
    """Every `SAMPLE_EVERY`th page of the feed, in a folder."""
    kept = []
    with tarfile.open(FEED) as archive:
        members = (member for member in archive if member.isfile() and member.name.endswith(".trig"))
        for number, member in enumerate(members):
            file = archive.extractfile(member)
            if file is not None and number % SAMPLE_EVERY == 0:
                path = folder / f"{number}.trig"
                path.write_bytes(file.read())
                kept.append(path)
    return kept


def by_rdflib(paths: list[Path]) -> float:
    """Seconds in which rdflib parses the pages."""
    started = time.process_time()
    for path in paths:
        rdflib.Dataset().parse(path, format="trig", publicID="http://feed.example/")
    return time.process_time() - started


def by_us(paths: list[Path], folder: Path) -> tuple[float, float, int]:
    """Seconds in which we read the pages, seconds in which we map what was read, and how many datasets those are."""
    source = Source("xa-feed", "http://feed.example/index.trig", "dcat")
    harvester = Dcat(source)
    thresholds = gc.get_threshold()
    gc.set_threshold(*COLLECTION)
    started = time.process_time()
    events = []
    for path in paths:
        ask = Ask(f"http://feed.example/{path.name}")
        events += harvester.read(Answer(ask, ask.url, 200, {}, path, "2026-01-01T00:00:00+00:00"))
    read = time.process_time() - started
    gc.set_threshold(*thresholds)
    parts = folder / "parts"
    collect((event for event in events if isinstance(event, Part)), parts)
    records = [event for event in events if isinstance(event, Record)]
    started = time.process_time()
    for record in records:
        Dcat.package(record, source, partial(look_up, parts))
    return read, time.process_time() - started, len(records)


def measure_feed() -> dict[str, Any] | None:
    """Both on the same pages; None where the feed is not there."""
    if not FEED.exists():
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = pages(folder)
        read, mapped, datasets = by_us(paths, folder)
        floor = by_rdflib(paths)
        size = sum(path.stat().st_size for path in paths)
    return {
        "pages": len(paths),
        "mib": round(size / (1 << 20), 1),
        "datasets": datasets,
        "read_seconds": round(read, 3),
        "map_seconds": round(mapped, 3),
        "rdflib_seconds": round(floor, 3),
        "times_rdflib": round(floor / read, 1),
        "times_rdflib_with_mapping": round(floor / (read + mapped), 1),
    }


if __name__ == "__main__":
    sys.stdout.write(
        f"{measure_feed() or 'The feed is not there; CATALOGUE_SHARED names the folder of real payloads.'}\n"
    )
