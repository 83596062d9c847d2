"""DCAT as RDF: the files and the feed of real portals, counted independently of our code."""

import csv
import gzip
import json
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harvesters.dcat import Dcat
from harvesters.package import encode
from harvesters.profile import validate_profile
from harvesters.spool_lines import Ask, Part, Record
from tests.conftest import REALDATA, needs_realdata
from tests.harvesters.dcat_pages import SOURCE, Read, reader, records


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def _real_files() -> list[tuple[Path, int]]:
    """The well-formed files, with the number of datasets that their list states."""
    if not REALDATA.is_dir():
        return []
    with (REALDATA / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "dcat" and row["well_formed"] == "yes"]
    return [(REALDATA / row["path"], int(row["n_datasets"])) for row in rows]


@needs_realdata
@pytest.mark.parametrize(("path", "count"), _real_files(), ids=lambda value: getattr(value, "name", None))
def test_every_dataset_of_a_real_file_becomes_a_valid_package(path: Path, count: int, read: Read) -> None:
    events = read(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
    assert len(records(events)) == count
    for record in records(events):
        result = Dcat.package(record, SOURCE)
        assert result.package is not None
        assert validate_profile(json.loads(encode(result.package))) == []


@needs_realdata
def test_a_real_feed_is_read_whole_over_its_relative_links(tmp_path: Path, read: Read) -> None:
    with tarfile.open(REALDATA / "dcat/be-datagovbe_ldes_feed.tar.gz") as archive:
        members = {name: archive.extractfile(name) for name in archive.getnames() if name.endswith("index.trig")}
        pages = {name: file.read() for name, file in members.items() if file is not None}
    expected = sum(page.count(b"> a <http://www.w3.org/ns/dcat#Dataset>") for page in pages.values())
    base = "https://feed.example/"
    open_pages, identifiers, parts = [base + "index.trig"], set(), 0
    asked: set[str] = set()
    while open_pages:
        url = open_pages.pop()
        asked.add(url)
        for event in read(pages[urlsplit(url).path.lstrip("/")], url=url):
            if isinstance(event, Ask) and event.url not in asked:
                open_pages.append(event.url)
            elif isinstance(event, Record):
                identifiers.add(event.id)
            parts += isinstance(event, Part)
    assert len(asked) == len(pages)
    assert len(identifiers) == expected
    assert parts > 4 * expected
