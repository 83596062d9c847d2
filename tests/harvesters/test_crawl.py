"""The crawl's own process, where something of ours goes wrong."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec

from harvesters.spool import read_spool
from harvesters.spool_lines import Record, Verdict
from tests.conftest import REPOSITORY, CkanDouble, Site, dataset

MISTAKEN = """
import sys
from harvesters import ckan, crawl

read, answers = ckan.Ckan.read, []

def mistaken(self, answer):
    answers.append(answer.url)
    for event in read(self, answer):
        yield event
        if len(answers) == 2:
            raise TypeError("unhashable type: 'list'")

ckan.Ckan.read = mistaken
sys.exit(crawl.main())
"""


def test_a_mistake_in_reading_one_answer_costs_that_answer(site: Site, tmp_path: Path):
    portal = CkanDouble(site, [dataset(number) for number in range(30)])
    spool = tmp_path / "spool.jsonl.zst"
    job = {
        "source": {"id": "xa-portal", "url": portal.url, "protocol": "ckan", "options": {"page_size": 10}}, "run": "1",
        "spool": str(spool), "delay_seconds": 0, "allow_addresses": ["127.0.0.0/8"],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", MISTAKEN], input=json.dumps(job), capture_output=True, text=True, timeout=60,
        cwd=REPOSITORY, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "TypeError: unhashable type" in done.stderr, "the log has the whole story"
    lines = list(read_spool(spool))
    (verdict,) = [line for line in lines if isinstance(line, Verdict)]
    assert (verdict.state, verdict.failure) == ("partial", "malformed")
    assert any("mistake of ours (TypeError)" in sentence for sentence in verdict.missing)
    records = [line for line in lines if isinstance(line, Record)]
    assert len({record.id for record in records}) == len(records) > 10, msgspec.to_builtins(verdict)
