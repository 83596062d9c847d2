"""The pinned versions can be installed where the README says that the project runs."""

from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.conftest import REPOSITORY

OLDEST_PYTHON = "3.11.2"
"""Of Debian 12, the oldest system that the README names."""


def test_every_pinned_version_runs_on_the_oldest_python():
    """pip leaves out a release that wants a later Python, and then finds none that the pin allows."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    wanted, absent = {}, []
    for requirement in pinned:
        try:
            wanted[requirement.name] = distribution(requirement.name).metadata["Requires-Python"]
        except PackageNotFoundError:
            absent.append(requirement.name)  # for another Python or system than this one
    assert len(wanted) > 0.9 * len(pinned), absent
    assert {
        name: python for name, python in wanted.items() if not SpecifierSet(python or "").contains(OLDEST_PYTHON)
    } == {}
