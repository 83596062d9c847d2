"""Sending a request again: what is worth it, how long to wait, and when to stop.

A wait holds back every request to the same host, not only the one that failed: a portal that asks for a pause gets one.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from harvesters.fetch.errors import FetchError
from harvesters.fetch.policy import Retries, policy_of
from harvesters.fetch.urls import origin_of, public_url

logger = logging.getLogger(__name__)

# 408, 425, 429, 500, 502-504: RFC 9110, 8470 and 6585; 520-524: Cloudflare's own, "the origin did not answer".
RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


class RetryMiddleware:
    """Downloader middleware that sends a request again after a passing trouble, and holds back its host meanwhile.

    The last answer or error goes on to the outcome middleware, which words it. `request.meta["retry_times"]` counts.
    """

    def __init__(self, crawler: Crawler, retries: Retries) -> None:
        self._crawler = crawler
        self._retries = retries
        self._not_before: dict[tuple[str, str, int], float] = {}  # origin -> seconds on the monotonic clock

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, policy_of(crawler).retries)

    async def process_request(self, request: Request) -> None:
        """Wait until the host's pause is over. It may be prolonged while we wait."""
        origin = origin_of(request.url)
        while (left := self._not_before.get(origin, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in RETRY_STATUSES:
            return response
        asked = retry_after(response.headers)
        if asked is not None and asked > self._retries.longest_retry_after_seconds:
            return response  # to come back sooner than asked would be rude, and to wait that long holds up the run
        return self._again(request, f"status {response.status}", asked) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if isinstance(exception, FetchError) and exception.retryable:
            return self._again(request, exception.happened, None)
        return None

    def _again(self, request: Request, why: str, asked: float | None) -> Request | None:
        attempt = request.meta.get("retry_times", 0) + 1  # how many attempts have been made
        if attempt >= self._retries.attempts or request.meta.get("dont_retry"):
            return None
        # A little jitter on what was asked, too, so that not every client comes back in the same instant.
        wait = backoff(self._retries, attempt) if asked is None else asked + random.uniform(0, 1) * min(1, asked)  # noqa: S311 - no secret
        origin = origin_of(request.url)
        self._not_before[origin] = max(self._not_before.get(origin, 0.0), time.monotonic() + wait)
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value("fetch/retries")
        logger.info("%s: %s; attempt %d follows in %.1f s", public_url(request.url), why, attempt + 1, wait)
        again = request.replace(dont_filter=True)
        again.meta["retry_times"] = attempt
        return again


def backoff(retries: Retries, attempt: int) -> float:
    """Seconds to wait after the `attempt`-th attempt (from 1): exponential with full jitter."""
    ceiling = min(retries.longest_seconds, retries.base_seconds * 2.0 ** (attempt - 1))
    return random.uniform(0, ceiling)  # noqa: S311 - no secret


def retry_after(headers: Headers, now: datetime | None = None) -> float | None:
    """Seconds to wait by the header Retry-After, in both its forms (RFC 9110, section 10.2.3); None where it is absent
    or cannot be read. A date counts from the answer's own Date, since a server's clock may be wrong."""
    text = (headers.get(b"Retry-After") or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    at = _http_date(text)
    if at is None:
        return None
    from_when = _http_date((headers.get(b"Date") or b"").decode("latin-1")) or now or datetime.now(UTC)
    return max((at - from_when).total_seconds(), 0.0)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
