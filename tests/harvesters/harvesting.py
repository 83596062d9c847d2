"""A harvest as tests run it: the real crawl in its own process against loopback, and what its spool holds."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from catalogue.assess.validation import check
from harvesters.base import Source
from harvesters.findings import Finding, blocks
from harvesters.package import Mapped, Package, encode
from harvesters.parts import collect, look_up
from harvesters.registry import harvester_for
from harvesters.spool import read_spool
from harvesters.spool_lines import Checkpoint, Gone, Line, Noticed, Record, Verdict
from tests.conftest import REPOSITORY


@dataclass
class Harvest:
    """What one harvest left: the lines of its spool, and its records mapped and judged as assembling does it."""

    source: Source
    spool: Path
    lines: list[Line]

    @property
    def verdict(self) -> Verdict:
        (verdict,) = [line for line in self.lines if isinstance(line, Verdict)]
        return verdict

    @property
    def state(self) -> str:
        return self.verdict.state

    @property
    def records(self) -> list[Record]:
        return [line for line in self.lines if isinstance(line, Record)]

    @property
    def ids(self) -> list[str | None]:
        return [record.id for record in self.records]

    @property
    def gone(self) -> list[str]:
        return [line.id for line in self.lines if isinstance(line, Gone)]

    @property
    def noticed(self) -> list[Finding]:
        """The findings of the harvest itself."""
        return [line.finding for line in self.lines if isinstance(line, Noticed)]

    @property
    def asked(self) -> list[str]:
        """The addresses that were answered, or failed, in order."""
        return [line.answered.split(" ")[1] for line in self.lines if isinstance(line, Checkpoint) and line.answered]

    def mapped(self) -> list[Mapped]:
        """Every record that has an identifier, mapped; the findings of validation are among its findings."""
        parts_file = self.spool.with_suffix(".parts")
        if not parts_file.exists():
            collect(read_spool(self.spool), parts_file)
        found = []
        for record in self.records:
            if record.id is None:
                continue
            harvester = harvester_for(record.protocol or self.source.protocol)
            mapped = harvester.package(record, self.source, lambda key: look_up(parts_file, key))
            judged = check(encode(mapped.package)) if mapped.package else []
            found.append(Mapped(mapped.package, [*mapped.findings, *judged]))
        return found

    def valid(self) -> dict[str, Package]:
        """The valid packages by native identifier."""
        return {
            mapped.package.catalogue.native_id: mapped.package
            for mapped in self.mapped()
            if mapped.package is not None and not blocks(mapped.findings)
        }

    def codes(self) -> Counter[str]:
        """How often each finding was made, by records and by the harvest."""
        return Counter(f.code for f in [*self.noticed, *(f for mapped in self.mapped() for f in mapped.findings)])


def harvest(
    folder: Path, url: str, protocol: str, *, options: dict[str, Any] | None = None, limit: int | None = None,
    since: str | None = None, max_record_bytes: int = 8 << 20, allow: str = "127.0.0.0/8",
) -> Harvest:  # fmt: skip
    """Harvest a source on loopback, without pauses; its spool goes into the folder. allow: which addresses may be asked."""
    source = Source(
        id="xa-source", url=url, protocol=protocol, options=options or {}, limit=limit, since=since,
        max_record_bytes=max_record_bytes,
    )  # fmt: skip
    number = len(list(folder.glob("*.zst")))
    spool = folder / f"{number}.jsonl.zst"
    job = {
        "source": msgspec.to_builtins(source), "run": str(number), "spool": str(spool), "delay_seconds": 0,
        "allow_addresses": [allow],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "harvesters.crawl"], input=json.dumps(job), capture_output=True, text=True, timeout=300,
        cwd=REPOSITORY, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", done.stderr
    return Harvest(source, spool, list(read_spool(spool)))
