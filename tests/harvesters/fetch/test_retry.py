import asyncio
import itertools
import time
from datetime import UTC, datetime

import pytest
from scrapy import Request
from scrapy.http import Headers, Response

from harvesters.fetch.hosts import SLOW_SECONDS, WIDEST_SECONDS, Host
from harvesters.fetch.policy import Retries
from harvesters.fetch.retry import backoff, persist, retry_after

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "Sun, 01 Mar 2026 12:01:30 GMT"}, 90),
        ({"Retry-After": "Sunday, 01-Mar-26 12:01:30 GMT"}, 90),
        ({"Retry-After": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"Retry-After": "Sun, 01 Mar 2026 12:01:30 GMT", "Date": "Sun, 01 Mar 2026 12:01:00 GMT"}, 30),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "9" * 400}, float("9" * 12)),
        ({"Retry-After": "Sun, 99 Mar 2026 12:01:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(Headers(headers), NOON) == seconds


def test_back_off_doubles_up_to_its_ceiling_with_full_jitter() -> None:
    retries = Retries(base_seconds=1, longest_seconds=10)
    for attempt, ceiling in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (500, 10)]:
        waits = [backoff(retries, attempt) for _ in range(200)]
        assert all(0 <= wait <= ceiling for wait in waits)
        assert max(waits) > ceiling / 2 > min(waits)


def test_the_rate_follows_how_a_host_bears_it() -> None:
    host = Host(1, lambda: True)
    spaces = []
    for _ in range(12):
        host.strained(1.0)
        spaces.append(host.space_seconds)
    assert spaces[:3] == [1, 2, 4]
    assert spaces[-1] == WIDEST_SECONDS
    for _ in range(40):
        host.eased(0.1)
    assert host.space_seconds == 0
    host.eased(SLOW_SECONDS)
    assert host.space_seconds == SLOW_SECONDS, "a host that takes long is left as long to itself"


def test_after_trouble_requests_are_further_apart_until_the_host_answers_well() -> None:
    statuses = [503, *[200] * 23]
    at: list[float] = []
    host = Host(1, lambda: True)

    async def send() -> Response:
        at.append(time.monotonic())
        return Response("https://portal.example/", status=statuses[len(at) - 1])

    async def run() -> list[float]:
        spaces = []
        for _ in range(len(statuses) - 1):
            await persist(send, Request("https://portal.example/"), host, retries)
            spaces.append(host.space_seconds)
        return spaces

    retries = Retries(base_seconds=0.1, longest_seconds=0.001, attempts=2)
    spaces = asyncio.run(run())
    assert spaces[0] == pytest.approx(0.07)
    assert spaces == sorted(spaces, reverse=True)
    assert spaces[-1] == 0
    apart = [later - earlier for earlier, later in itertools.pairwise(at[1:])]
    assert all(gap >= 0.99 * space for gap, space in zip(apart, spaces, strict=False))
