"""Trying again: what may pass by itself, after a wait that grows, or as long as the portal asks for."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from harvesters.fetch.errors import FetchError
from harvesters.fetch.policy import Retries, policy_of

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses that may pass: RFC 9110's and RFC 6585's, and those of a widely used CDN whose origin does not answer."""


class RetryMiddleware:
    """Sends a request again after a failure that may pass; the last failure goes on to whoever asked."""

    def __init__(self, retries: Retries) -> None:
        self._retries = retries

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(policy_of(crawler).retries)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """A passing status again, after Retry-After where that is stated and not too long."""
        if response.status not in PASSING or request.meta.get("whatever_status"):
            return response
        stated = retry_after(response.headers.get(b"Retry-After"), datetime.now(UTC))
        if stated is not None and stated > self._retries.longest_retry_after_seconds:
            return response
        return await self._again(request, stated) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A failure on the way again, where its kind may pass."""
        if not isinstance(exception, FetchError) or not exception.retryable or request.meta.get("whatever_status"):
            return None
        return await self._again(request, None)

    async def _again(self, request: Request, stated_seconds: float | None) -> Request | None:
        done = int(request.meta.get("attempts", 1))
        if done >= self._retries.attempts:
            return None
        longest = min(self._retries.base_seconds * 2 ** (done - 1), self._retries.longest_seconds)
        # Full jitter, so that many clients of a portal that comes back do not come back together.
        await asyncio.sleep(stated_seconds if stated_seconds is not None else random.uniform(0, longest))  # noqa: S311
        return request.replace(meta={**request.meta, "attempts": done + 1}, dont_filter=True)


def retry_after(header: bytes | None, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, in either of its forms (RFC 9110, 10.2.3); None where it cannot be read."""
    text = (header or b"").decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
