"""The whole matrix, every protocol against every fault: `python -m tests.faults`, or `make faults`.

Prints it, writes `docs/reliability.md`, and ends with status 1 where something did not hold.
"""

import sys
import tempfile
import time
from pathlib import Path

from sandbox.faults.catalogue import FAULTS
from tests.conftest import REPOSITORY
from tests.faults.expected import MOST_BYTES, MOST_SECONDS, broken
from tests.faults.running import Outcome, Runners
from tests.faults.subjects import DATASETS, SUBJECTS

PAGE = REPOSITORY / "docs" / "reliability.md"
SIGNS = {"complete": "●", "partial": "◐", "failed": "○"}
BROKEN = "✗"


def main() -> int:
    """Run it; the exit status."""
    started = time.monotonic()
    outcomes: dict[tuple[str, str], str] = {}
    wrong: list[str] = []
    most_bytes, most_seconds = 0, 0.0
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, Runners(Path(folder)) as runners:
        for done, subject in enumerate(SUBJECTS, 1):
            for fault in FAULTS:
                outcome = runners.run(subject, fault)
                found = broken(subject, fault, outcome)
                outcomes[subject, fault] = _cell(outcome, bad=bool(found))
                wrong += [f"{subject}, {fault}: {sentence}" for sentence in found]
                most_bytes = max(most_bytes, outcome.crawled.memory_bytes)
                most_seconds = max(most_seconds, outcome.crawled.seconds)
            row = " ".join(f"{outcomes[subject, fault]:>3}" for fault in FAULTS)
            sys.stdout.write(f"{done:2}/{len(SUBJECTS)} {subject:26} {row}\n")
            sys.stdout.flush()
    worst = f"The largest process took {most_bytes >> 20} MiB, the longest harvest {most_seconds:.0f} s."
    PAGE.write_text(_page(outcomes, worst, wrong), encoding="utf-8")
    took = time.monotonic() - started
    sys.stdout.write(f"{len(outcomes)} harvests in {took:.0f} s. {worst} {len(wrong)} times something did not hold.\n")
    sys.stdout.writelines(f"{sentence}\n" for sentence in wrong)
    return 1 if wrong else 0


def _cell(outcome: Outcome, *, bad: bool) -> str:
    """The state, and how many datasets were kept where it is not all or none."""
    state, kept = outcome.harvest.state, len(outcome.kept)
    number = str(kept) if kept not in (0, DATASETS) or (state, kept) == ("complete", 0) else ""
    return f"{BROKEN if bad else ''}{SIGNS[state]}{number}"


def _page(outcomes: dict[tuple[str, str], str], worst: str, wrong: list[str]) -> str:
    lines = [
        "# Reliability",
        "",
        f"What becomes of a harvest when a portal does wrong: {len(SUBJECTS)} portals of the sandbox, each with {DATASETS}",
        f"datasets, against {len(FAULTS)} faults. This page is made by `make faults`, which runs all of it.",
        "",
        f"{SIGNS['complete']} complete, {SIGNS['partial']} partial, {SIGNS['failed']} failed; a number says how many datasets "
        f"were kept, where it is neither none",
        f"nor all {DATASETS}. Only a complete harvest may withdraw anything, and what it lacks all at once is held for a person.",
        "In every cell: what was kept had been served; a complete harvest kept all that was served (but the record of 60 MB, which",
        f"it names); no process took {MOST_BYTES >> 20} MiB and no harvest {MOST_SECONDS} s. {worst}",
        "",
        *_wrong(wrong),
        "## The faults",
        "",
        *(f"{number}. `{fault.name}`: {fault.meaning}." for number, fault in enumerate(FAULTS.values(), 1)),
        "",
        "## The matrix",
        "",
        f"| | {' | '.join(str(number) for number in range(1, len(FAULTS) + 1))} |",
        f"| --- |{' --- |' * len(FAULTS)}",
    ]
    for subject in SUBJECTS:
        lines.append(f"| {subject} | {' | '.join(outcomes[subject, fault] for fault in FAULTS)} |")
    return "\n".join(lines) + "\n"


def _wrong(wrong: list[str]) -> list[str]:
    if not wrong:
        return []
    return [f"## What does not hold yet ({BROKEN})", "", *(f"- {sentence}" for sentence in wrong), ""]


if __name__ == "__main__":
    sys.exit(main())
