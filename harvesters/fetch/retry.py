"""Sending a request again: what is worth it, how long to wait, and when to stop.

A wait holds back every request to the same host, not only the one that failed: a portal that asks for a pause gets one.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.http import Headers, Response

from harvesters.fetch.errors import FetchError
from harvesters.fetch.hosts import Host
from harvesters.fetch.policy import Retries
from harvesters.fetch.urls import public_url
from harvesters.phrases import all_in_words

logger = logging.getLogger(__name__)

# 408, 425, 429, 500, 502-504: RFC 9110, 8470 and 6585; 520-524: Cloudflare's own, "the origin did not answer".
RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


async def persist(send: Callable[[], Awaitable[Response]], request: Request, host: Host, retries: Retries) -> Response:
    """The answer that `send` gives, sent again after passing troubles as far as `retries` allows.

    The last answer is returned even where it is one of `RETRY_STATUSES`; `request.meta["retry_times"]` counts the
    repetitions, and `dont_retry` there forbids them.

    Raises:
        FetchError: the one of the last attempt.
    """
    for attempt in range(1, retries.attempts + 1):
        await host.ready()
        last = attempt == retries.attempts or bool(request.meta.get("dont_retry"))
        request.meta["retry_times"] = attempt - 1
        try:
            response = await send()
        except FetchError as error:
            if last or not error.retryable:
                raise
            host.strained(retries.base_seconds)
            wait, why = backoff(retries, attempt), all_in_words(error.happened)
        else:
            asked = retry_after(response.headers)
            # To come back sooner than asked would be rude, and to wait very long holds up the run: leave it for now.
            too_long = asked is not None and asked > retries.longest_retry_after_seconds
            if response.status not in RETRY_STATUSES:
                host.eased(request.meta.get("download_latency", 0.0))
                return response
            host.strained(retries.base_seconds)
            if last or too_long:
                return response
            # A little jitter on what was asked, too, so that not every client comes back in the same instant.
            wait = backoff(retries, attempt) if asked is None else asked * random.uniform(1, 1.1)  # noqa: S311
            why = f"status {response.status}"
        host.pause(wait)
        logger.info("%s: %s; attempt %d follows in %.1f s", public_url(request.url), why, attempt + 1, wait)
    raise ValueError("no attempt is allowed: Retries.attempts is below 1")


def backoff(retries: Retries, attempt: int) -> float:
    """Seconds to wait after the `attempt`-th attempt (from 1): exponential with full jitter."""
    ceiling = min(retries.longest_seconds, retries.base_seconds * 2.0 ** min(attempt - 1, 60))
    return random.uniform(0, ceiling)  # noqa: S311 - no secret hangs on it


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
