"""The HTTP session that ckanapi talks through: it has neither a timeout nor retries of its own."""

import random
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 10
READ_SECONDS = 120
"""A `package_create` on a busy CKAN with a real Solr takes seconds; two minutes mean that the answer is lost."""

ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 20.0
PASSING = frozenset({429, 502, 503, 504})


class PatientSession(requests.Session):
    """A session with a time limit on every call, that tries again what may pass.

    A call that timed out may have been carried out: whoever writes must be able to say the same again (`writer`). The
    environment's proxies and netrc are not used: they could send the token elsewhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
        self.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=1))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As of requests. Raises requests.RequestException when the last attempt failed too."""
        kwargs["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        kwargs["allow_redirects"] = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = super().request(*args, **kwargs)
            except (requests.ConnectionError, requests.Timeout):
                if attempt == ATTEMPTS:
                    raise
                stated = None
            else:
                if response.status_code not in PASSING or attempt == ATTEMPTS:
                    return response
                stated = response.headers.get("Retry-After", "")
            longest = min(2.0**attempt, LONGEST_WAIT_SECONDS)
            wait = (
                min(float(stated), LONGEST_WAIT_SECONDS) if stated and stated.isdigit() else random.uniform(0, longest)
            )  # noqa: S311
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")
