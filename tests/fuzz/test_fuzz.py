"""Whatever a portal answers, the outcome is a package or a finding: no crash, no hang (issue 4).

CATALOGUE_FUZZ says how many spoiled answers are read, and CATALOGUE_FUZZ_SEED which ones; `make fuzz` reads 20,000.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.assess.validation import check
from harvesters.package import encode
from harvesters.registry import harvester_for
from harvesters.spool_lines import Record
from tests.conftest import REPOSITORY
from tests.fuzz.exchanges import Exchange, of_the_sandbox, written

CASES = int(os.environ.get("CATALOGUE_FUZZ", "2000"))
SEED = int(os.environ.get("CATALOGUE_FUZZ_SEED", "0"))
TAKEN_PER_PROTOCOL = 3

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["2026-02-30", "http://[", "P1Y"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_no_spoiled_answer_is_too_much():
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", str(CASES), str(SEED)], capture_output=True, text=True, check=False,
        cwd=REPOSITORY, timeout=3600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    *failures, told = map(json.loads, done.stdout.splitlines())
    sys.stdout.write(f"{told['cases']} spoiled answers of {len(told['protocols'])} protocols: {told['outcomes']}\n")
    assert failures == [], "\n".join(f"{case['of']}, case {case['case']}:\n{case['failure']}" for case in failures[:5])
    outcomes = told["outcomes"]
    assert outcomes["read"] + outcomes["refused"] == CASES
    assert outcomes["packages"] > CASES / 4
    assert len(told["protocols"]) > 25


@cache
def taken() -> list[tuple[Exchange, Record]]:
    """Records in JSON of every protocol that has some."""
    found: list[tuple[Exchange, Record]] = []
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for exchange in of_the_sandbox():
            harvester = exchange.read_by()(exchange.source)
            events = harvester.read(written(exchange, exchange.body, exchange.headers, Path(folder)))
            records = [event for event in events if isinstance(event, Record) and event.text is None]
            found.extend((exchange, record) for record in records[:TAKEN_PER_PROTOCOL])
    return found


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """A document of JSON with other values at one to three places."""
    for _ in range(draw(st.integers(1, 3))):
        holder, place = None, document
        while isinstance(place, dict | list) and place and (holder is None or draw(st.integers(0, 3))):
            key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            holder, place = (place, key), place[key]
        if holder is not None:
            holder[0][holder[1]] = draw(VALUES)
    return document


@settings(
    max_examples=max(CASES // 4, 1),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=SEED == 0,  # what decides whether a change lands must not decide by chance
)
@given(data=st.data())
def test_whatever_stands_in_a_record_it_becomes_a_package_or_a_finding(data: st.DataObject):
    exchange, record = data.draw(st.sampled_from(taken()))
    document = data.draw(changed(json.loads(bytes(record.json))))
    spoiled = msgspec.structs.replace(record, json=msgspec.Raw(json.dumps(document).encode()))
    mapped = harvester_for(record.protocol or exchange.source.protocol).package(spoiled, exchange.source)
    assert mapped.package is not None or mapped.findings
    if mapped.package is not None:
        check(encode(mapped.package))
