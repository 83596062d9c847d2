"""Every protocol against portals that do wrong, and what must hold all the same (`expected`).

By default three protocols suffer every fault, and every protocol a few of them; `make faults` does the whole matrix.
"""

from collections.abc import Iterator

import pytest

from sandbox.faults.catalogue import FAULTS
from tests.faults.expected import FAILURES, HARMLESS, NEVER_COMPLETE, OPEN_ENDED, THOROUGH, broken
from tests.faults.running import Runners
from tests.faults.subjects import DATASETS, SUBJECTS

EVERYBODYS = ("500-always", "500-once", "reset-once", "429-seconds", "html", "truncated", "down")
"""Faults that every protocol suffers by default: those whose outcome no protocol may differ in."""

CELLS = [(subject, fault) for subject in SUBJECTS for fault in FAULTS if subject in THOROUGH or fault in EVERYBODYS]


@pytest.fixture(scope="module")
def runners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runners]:
    with Runners(tmp_path_factory.mktemp("faults")) as runners:
        yield runners


@pytest.mark.parametrize(("subject", "fault"), CELLS)
def test_what_must_hold(subject: str, fault: str, runners: Runners):
    outcome = runners.run(subject, fault)
    assert broken(subject, fault, outcome) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_without_a_fault_all_is_read(subject: str, runners: Runners):
    outcome = runners.run(subject, "")
    assert (outcome.harvest.state, len(outcome.kept), outcome.struck) == ("complete", DATASETS, 0)


def test_every_fault_is_expected_to_end_somehow():
    assert set(FAULTS) == HARMLESS | set(FAILURES) | NEVER_COMPLETE | OPEN_ENDED
