"""Dates and periods as real portals write them (CKAN of five States, DCAT-US files, DCAT-AP feeds, ISO records, DKAN pages)."""

import pytest

from harvesters.values import read_date, read_period

READ = {
    "2024-01-01": ("2024-01-01", "day"),
    "2024-1-5": ("2024-01-05", "day"),
    "2024-05-06T10:00:00Z": ("2024-05-06T10:00:00Z", "second"),
    "2024-05-06T10:00:00.000Z": ("2024-05-06T10:00:00Z", "second"),
    "2024-05-06T10:00:00-05:00": ("2024-05-06T10:00:00-05:00", "second"),
    "2024-05-06T10:00:00.123456": ("2024-05-06T10:00:00", "second"),  # CKAN: no zone, and none is invented
    "2015-10-27 00:00:00": ("2015-10-27T00:00:00", "second"),
    "1901-12-31T00:00:00\n                ": ("1901-12-31T00:00:00", "second"),
    "22.09.2004": ("2004-09-22", "day"),
    "2017": ("2017", "year"),
    "2010Z": ("2010", "year"),
    "2017-05": ("2017-05", "month"),
    "20170531": ("2017-05-31", "day"),
    "2012-07-01+02:00": ("2012-07-01", "day"),
    "2020/01/02": ("2020-01-02", "day"),
    "31/12/2020": ("2020-12-31", "day"),
    "Dienstag, 19. November 2013 - 10:13": ("2013-11-19", "day"),
    "12 mai 2020": ("2020-05-12", "day"),
    "3 de marzo de 2021": ("2021-03-03", "day"),
    "5 мая 2019 г.": ("2019-05-05", "day"),
    "March 2024": ("2024-03", "month"),
    "2024年5月6日": ("2024-05-06", "day"),
    "٢٠٢٤-٠١-٠١": ("2024-01-01", "day"),
}
UNREAD = [
    "R/P1Y", "3/4/2024", "2020-13-01", "2024-02-30", "0000-00-00", "2024-01-01T24:00:00", "today", "1577836800", "0.5",
]  # fmt: skip
UNSAID = ["", "  ", None, "null", "None", "N/A", True, {}, ["2024-01-01"]]


@pytest.mark.parametrize(("raw", "read"), READ.items())
def test_a_date_keeps_the_precision_that_was_stated(raw: str, read: tuple[str, str]):
    moment = read_date(raw)
    assert moment is not None
    assert (moment.value, moment.precision) == read


@pytest.mark.parametrize("raw", UNREAD)
def test_what_is_no_date_or_may_be_two_is_kept_as_text(raw: str):
    moment = read_date(raw)
    assert moment is not None
    assert (moment.text, moment.value, moment.precision) == (raw, None, None)


@pytest.mark.parametrize("raw", UNSAID)
def test_nothing_said_is_nothing(raw: object):
    assert read_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "start", "end"),
    [
        ("2020-01-01/2020-12-31", "2020-01-01", "2020-12-31"),
        ("2010/2015", "2010", "2015"),
        ("../2020", None, "2020"),
        ("1840-01-01/..", "1840-01-01", None),
        ("2011 - present", "2011", None),
        ("January 2014 - Present", "2014-01", None),
        ("2022", "2022", "2022"),
        ("R/P1Y", None, None),
        ("since 2010", None, None),
        ("2019-2021", None, None),
    ],
)
def test_periods_have_the_ends_that_were_stated(raw: str, start: str | None, end: str | None):
    period = read_period(raw)
    assert period is not None
    assert period.text == raw
    assert (period.start and period.start.value, period.end and period.end.value) == (start, end)


def test_a_period_that_nobody_stated():
    assert read_period("") is None
    assert read_period(None) is None
