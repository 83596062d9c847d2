"""How often datasets change, as real portals write it: repeating intervals, EU and Dublin Core IRIs, and words."""

import pytest

from harvesters.values import read_frequency


@pytest.mark.parametrize(
    ("raw", "code", "period"),
    [
        ("R/P1Y", "ANNUAL", "P1Y"),
        ("R/P1D", "DAILY", "P1D"),
        ("R/P0.5M", "MONTHLY_2", "P0.5M"),
        ("R/P3.5D", "WEEKLY_2", "P3.5D"),
        ("R/PT1S", "CONT", "PT1S"),
        ("Annual", "ANNUAL", "P1Y"),
        ("irregular", "IRREG", None),
        ("EVENTUAL", "IRREG", None),
        ("continual", "CONT", None),
        ("asNeeded", "AS_NEEDED", None),
        ("notPlanned", "NOT_PLANNED", None),
        ("unknown", "UNKNOWN", None),
        ("Mensal", "MONTHLY", "P1M"),
        ("quotidienne", "DAILY", "P1D"),
        ("Jährlich", "ANNUAL", "P1Y"),
        ("شهري", "MONTHLY", "P1M"),
        ("http://purl.org/cld/freq/daily", "DAILY", "P1D"),
        ("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "MONTHLY", "P1M"),
        ("Every now and then", None, None),
        (7, None, None),
    ],
)
def test_what_was_stated(raw: object, code: str | None, period: str | None):
    frequency = read_frequency(raw)
    assert frequency is not None
    assert (frequency.code, frequency.period) == (code, period)


@pytest.mark.parametrize("raw", ["", None, "null"])
def test_nothing_stated_is_nothing(raw: object):
    assert read_frequency(raw) is None
