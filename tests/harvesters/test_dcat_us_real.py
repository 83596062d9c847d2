"""DCAT-US: the data.json files of real portals, counted independently of our code."""

import csv
import gzip
import json
import tracemalloc
from pathlib import Path

from harvesters.base import Answer, Source
from harvesters.dcat_us import DcatUs
from harvesters.package import encode
from harvesters.profile import validate_profile
from harvesters.spool_lines import Ask, Noticed, Record
from tests.conftest import REALDATA, needs_realdata

URL = "https://data.finance.example/data.json"
SOURCE = Source("xa-finance", URL, "dcat-us")


def answer_of(path: Path) -> Answer:
    return Answer(Ask(URL), URL, 200, {}, path, "2026-01-01T00:00:00Z")


def _real_files() -> list[Path]:
    if not REALDATA.is_dir():
        return []
    with (REALDATA / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "dcat-us" and row["well_formed"] == "yes"]
    return [REALDATA / row["path"] for row in rows if row["path"].endswith((".json", ".json.gz"))]


@needs_realdata
def test_of_real_datasets_at_least_99_in_100_become_valid_packages(tmp_path: Path) -> None:
    expected = packages = 0
    for file in _real_files():
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        document = json.loads(content.decode("utf-8-sig"))
        members = document if isinstance(document, list) else document.get("dataset")
        if members is None:  # a single dataset, and a catalogue without its list: both are refused with a sentence
            continue
        expected += len(members)
        path = tmp_path / "body"
        path.write_bytes(content)
        events = list(DcatUs(SOURCE).read(answer_of(path)))
        records = [event for event in events if isinstance(event, Record)]
        assert len(records) + sum(isinstance(event, Noticed) for event in events) == len(members), file.name
        for each in records:
            result = DcatUs.package(each, SOURCE)
            if result.package is None:
                assert result.findings, file.name
                continue
            assert validate_profile(json.loads(encode(result.package))) == [], file.name
            packages += 1
    assert expected > 5000
    assert packages >= 0.99 * expected


@needs_realdata
def test_the_largest_real_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(gzip.decompress((REALDATA / "dcat-us/ar-datosgob_data_state3.json.gz").read_bytes()))
    assert path.stat().st_size > 11_000_000
    tracemalloc.start()
    try:
        count = sum(isinstance(event, Record) for event in DcatUs(SOURCE).read(answer_of(path)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 639
    assert peak < 4 << 20
