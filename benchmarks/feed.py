"""Reading a feed of linked data beside rdflib, on real pages: `python -m benchmarks.feed` (part of `make bench`).

The pages are those of the Belgian portal's feed in the folder of real payloads (CATALOGUE_SHARED); without them nothing is
measured, and that is said. Of every `SAMPLE_EVERY`th page three things are timed, in the order of how much they do:

- parsing: the statements of a page, and nothing done with them;
- describing: what each activity of the feed says of its dataset or distribution, as N-Triples. With rdflib that is
  parsing, `Graph.cbd` and serialising; with us it is the reading of a page into records and parts;
- mapping: every record to a package, which is ours alone.

CPU seconds are counted: both run on one core, and what else the machine does must not matter. We read as a harvest does,
with its seldom garbage collection.
"""

import gc
import os
import sys
import tarfile
import tempfile
import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import Any

import rdflib
from pyoxigraph import RdfFormat, parse

from harvesters.base import Answer, Source
from harvesters.crawl import COLLECTION
from harvesters.dcat import Dcat
from harvesters.parts import collect, look_up
from harvesters.spool_lines import Ask, Part, Record

SHARED = Path(os.environ.get("CATALOGUE_SHARED", "../shared"))
FEED = SHARED / "realdata" / "dcat" / "be-datagovbe_ldes_feed.tar.gz"
OBJECT = rdflib.URIRef("https://www.w3.org/ns/activitystreams#object")
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


def by_rdflib(paths: list[Path]) -> tuple[float, float, int]:
    """Seconds in which rdflib parses the pages, seconds in which it parses them and describes what each activity is about,
    and how many descriptions those are."""
    parsing = describing = 0.0
    descriptions = 0
    for path in paths:
        started = time.process_time()
        page = rdflib.Dataset()
        page.parse(path, format="trig", publicID="http://feed.example/")
        parsing += time.process_time() - started
        for activity, _, about, _ in list(page.quads((None, OBJECT, None, None))):
            page.graph(activity).cbd(about).serialize(format="nt")
            descriptions += 1
        describing += time.process_time() - started
    return parsing, describing, descriptions


def parsed_by_us(paths: list[Path]) -> float:
    """Seconds in which our parser gives the statements of the pages."""
    started = time.process_time()
    for path in paths:
        deque(parse(path=str(path), format=RdfFormat.TRIG, base_iri="http://feed.example/", lenient=True), maxlen=0)
    return time.process_time() - started


def by_us(paths: list[Path], folder: Path) -> tuple[float, float, int, int]:
    """Seconds in which we read the pages, seconds in which we map what was read, how many datasets those are, and how
    many descriptions: of datasets and of distributions."""
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
    mapped = time.process_time() - started
    described = sum(isinstance(event, Part | Record) for event in events)
    return read, mapped, len(records), described


def measure_feed() -> dict[str, Any] | None:
    """Both on the same pages; None where the feed is not there."""
    if not FEED.exists():
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = pages(folder)
        parsed = parsed_by_us(paths)
        read, mapped, datasets, descriptions = by_us(paths, folder)
        rdflib_parsed, rdflib_described, rdflib_descriptions = by_rdflib(paths)
        if descriptions != rdflib_descriptions:
            raise RuntimeError(f"{descriptions} descriptions here, {rdflib_descriptions} by rdflib")
        size = sum(path.stat().st_size for path in paths)
    return {
        "pages": len(paths),
        "mib": round(size / (1 << 20), 1),
        "datasets": datasets,
        "descriptions": descriptions,
        "parse_seconds": round(parsed, 3),
        "read_seconds": round(read, 3),
        "map_seconds": round(mapped, 3),
        "rdflib_parse_seconds": round(rdflib_parsed, 3),
        "rdflib_describe_seconds": round(rdflib_described, 3),
        "times_rdflib_parsing": round(rdflib_parsed / parsed, 1),
        "times_rdflib_describing": round(rdflib_described / read, 1),
        "reading_beside_rdflib_parsing": round(rdflib_parsed / read, 1),
    }


if __name__ == "__main__":
    sys.stdout.write(
        f"{measure_feed() or 'The feed is not there; CATALOGUE_SHARED names the folder of real payloads.'}\n"
    )
