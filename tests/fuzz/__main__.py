"""Spoiled answers, read and mapped in this process: `python -m tests.fuzz CASES SEED`.

Writes one JSON object a line: each case that raised something it may not, or took too long, and at last what came of all. A
case is named by its number; the same seed makes the same cases. A case that hangs ends the process with all stacks.
"""

import argparse
import faulthandler
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from catalogue.assess.validation import check
from harvesters.errors import HarvestError
from harvesters.evidence import Seen
from harvesters.findings import describe
from harvesters.package import encode
from harvesters.registry import all_harvesters, harvester_for
from harvesters.spool_lines import Record
from tests.fuzz.exchanges import Exchange, collected, written
from tests.fuzz.mutations import headers_of, spoiled

LONGEST_SECONDS = 20.0
"""Of a case, also on a busy machine; an answer here has at most 400 kB, which takes tens of milliseconds."""

HANGS_SECONDS = 60.0
MOST_EVENTS = 20_000
RECORDS = 4
"""Of each answer so many are mapped."""


def main() -> int:
    """Run them; exit status 0 also where cases failed, since that is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--only", type=int, help="the number of one case, to look at it again")
    told = parser.parse_args()
    exchanges = collected()
    protocols = sorted(exchanges)
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for number in range(told.cases) if told.only is None else [told.only]:
            draw = random.Random(f"{told.seed}-{number}")
            exchange = draw.choice(exchanges[protocols[number % len(protocols)]])
            other = draw.choice(exchanges[draw.choice(protocols)]).body
            body, headers = spoiled(draw, exchange.body, other), headers_of(draw, exchange.headers)
            faulthandler.dump_traceback_later(HANGS_SECONDS, exit=True)
            started = time.perf_counter()
            try:
                outcomes.update(_case(exchange, body, headers, Path(folder), draw))
                failure = ""
            except Exception:  # noqa: BLE001 - whatever is raised here is what is looked for
                failure = traceback.format_exc(limit=-6)
            seconds = time.perf_counter() - started
            faulthandler.cancel_dump_traceback_later()
            if failure or seconds > LONGEST_SECONDS:
                _say(case=number, seed=told.seed, of=exchange.name, seconds=round(seconds, 1), failure=failure)
                if told.only is not None:
                    Path(f"fuzz-{number}.body").write_bytes(body)
    _say(cases=told.cases, protocols=protocols, outcomes=dict(outcomes))
    return 0


def _case(exchange: Exchange, body: bytes, headers: dict[str, str], folder: Path, draw: random.Random) -> Counter[str]:
    """Read, map and judge one answer; what came of it. Every record becomes a package or a finding."""
    outcomes: Counter[str] = Counter()
    answer = written(exchange, body, headers, folder)
    events = []
    try:
        for event in exchange.read_by()(exchange.source).read(answer):
            events.append(event)
            assert len(events) <= MOST_EVENTS, "it never ends"
        outcomes["read"] += 1
    except HarvestError as error:
        outcomes["refused"] += 1
        if not error.sentence.endswith("."):
            raise AssertionError(f"it was refused without a sentence: {error.sentence}") from error
    records = [event for event in events if isinstance(event, Record)]
    for record in draw.sample(records, min(RECORDS, len(records))):
        mapped = harvester_for(record.protocol or exchange.source.protocol).package(record, exchange.source)
        findings = list(mapped.findings)
        if mapped.package is not None:
            findings += check(encode(mapped.package))
            outcomes["packages"] += 1
        else:
            assert findings, f"{record.id} became nothing, and nothing is said of it"
            outcomes["findings"] += 1
        for finding in findings[:5]:
            describe(finding)
    seen = Seen(exchange.ask.url, exchange.ask.url, 200, headers, body, reported=draw.random() < 0.5)
    for harvester in draw.sample(list(all_harvesters().values()), 3):
        harvester.recognise(seen)
        list(harvester.leads(seen))
    return outcomes


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
