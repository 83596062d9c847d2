"""A register, callers who have asked nothing yet, and checks that do not run."""

import pytest

from catalogue.desk import checking
from catalogue.desk.api import rates
from tests.catalogue.desk.api.calls import Register


@pytest.fixture(autouse=True)
def _fresh_rates():
    for rate in (rates.ANONYMOUS, rates.TOKENS, rates.CHECKS):
        rate.clear()


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def asked(monkeypatch) -> list[object]:
    """The checks that would run."""
    kept: list[object] = []
    monkeypatch.setattr(checking._EXECUTOR, "submit", lambda run, key: kept.append(key))
    return kept
