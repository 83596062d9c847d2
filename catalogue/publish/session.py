"""The HTTP session that ckanapi talks through: it has neither a timeout nor retries of its own."""

import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 10
READ_SECONDS = 120
"""A `package_create` on a busy CKAN with a real Solr takes seconds; two minutes mean that the answer is lost."""

ATTEMPTS = 4
LONGEST_PAUSE_SECONDS = 20.0
PASSING = frozenset({429, 502, 503, 504})
"""HTTP statuses of what may pass by itself."""


class PatientSession(requests.Session):
    """A session with a time limit on every call, that tries again what may pass.

    A call that timed out may have been carried out: whoever writes must be able to say the same again (`ckan.write`).
    The environment's proxies and netrc are not used, and no redirect is followed: they could take the token elsewhere.

    last_status: the HTTP status of the last answer; None where there was none. ckanapi does not hand it on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.last_status: int | None = None
        self.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
        self.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=1))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As of requests. Raises requests.RequestException when the last attempt failed too."""
        kwargs["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        kwargs["allow_redirects"] = False
        for attempt in range(1, ATTEMPTS):
            try:
                response = self._ask(*args, **kwargs)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                stated = None
            else:
                if response.status_code not in PASSING:
                    return response
                stated = response.headers.get("Retry-After")
            time.sleep(pause_seconds(attempt, stated, datetime.now(UTC)))
        return self._ask(*args, **kwargs)

    def _ask(self, *args: Any, **kwargs: Any) -> requests.Response:
        self.last_status = None
        response = super().request(*args, **kwargs)
        self.last_status = response.status_code
        return response


def pause_seconds(attempt: int, stated: str | None, now: datetime) -> float:
    """How long to wait after that attempt (from 1), at most `LONGEST_PAUSE_SECONDS`.

    stated: a Retry-After header, in seconds or as a date (RFC 9110, 10.2.3); without one it is a random part of a
    doubling span, so that parallel writers do not come back all at once.
    """
    seconds = _stated_seconds(stated, now) if stated else None
    if seconds is None:
        seconds = random.uniform(0, 2.0**attempt)  # noqa: S311  # spreads load, guards nothing
    return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)


def _stated_seconds(stated: str, now: datetime) -> float | None:
    text = stated.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now.timestamp()
