"""One host at a time: how many requests run at once, the pauses that a host is given, and a rate that follows how it does.

Scrapy's slots space requests out, but let more of them run than they should where several wait and no delay is set
(2.19: a slot counts a transfer only when its task begins to run). The count that matters is therefore kept here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from harvesters.fetch.errors import InterruptedFetch
from harvesters.fetch.urls import origin_of
from harvesters.phrases import phrase

LOOK_UP_SECONDS = 0.5  # how soon a wait notices that the crawl is being ended
SLOW_SECONDS = 3.0  # a host that takes so long to begin an answer is given as long again to itself
WIDEST_SECONDS = 30.0  # between two requests, however strained a host is
EASING = 0.7  # of the space between requests is left after an answer that came well
LEAST_SECONDS = 0.01  # a smaller space is none


class Host:
    """One origin (scheme, host, port) as we treat it."""

    def __init__(self, concurrency: int, running: Callable[[], bool]) -> None:
        self._turns = asyncio.Semaphore(concurrency)
        self._not_before = 0.0  # seconds on the monotonic clock
        self.space_seconds = 0.0
        self._running = running

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one of the host's turns."""
        async with self._turns:
            yield

    def pause(self, seconds: float) -> None:
        """Send nothing to the host for so long; a longer pause that is already set stays."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def strained(self, first_seconds: float) -> None:
        """The host asked for a pause, failed or did not answer in time: twice the space between requests from now on, or the
        first one."""
        self.space_seconds = min(max(2 * self.space_seconds, first_seconds), WIDEST_SECONDS)

    def eased(self, latency_seconds: float) -> None:
        """The host answered: less space, step by step, until there is none; more where it took long to begin."""
        slow = min(latency_seconds, WIDEST_SECONDS) if latency_seconds >= SLOW_SECONDS else 0.0
        self.space_seconds = max(EASING * self.space_seconds, slow)
        if self.space_seconds < LEAST_SECONDS:
            self.space_seconds = 0.0
        self.pause(self.space_seconds)

    async def ready(self) -> None:
        """Wait until the pause is over; it may be prolonged meanwhile.

        Raises:
            InterruptedFetch: the crawl is being ended, and the wait with it.
        """
        while (left := self._not_before - time.monotonic()) > 0:
            if not self._running():
                raise InterruptedFetch(phrase("stopped-while-waiting"), phrase("do-start-again"))
            await asyncio.sleep(min(left, LOOK_UP_SECONDS))


class Hosts:
    """The hosts of one crawl. `running` says whether the crawl is still wanted."""

    def __init__(self, concurrency_per_host: int, running: Callable[[], bool]) -> None:
        self._concurrency = max(concurrency_per_host, 1)
        self._running = running
        self._hosts: dict[tuple[str, str, int], Host] = {}

    def of(self, url: str) -> Host:
        return self._hosts.setdefault(origin_of(url), Host(self._concurrency, self._running))
