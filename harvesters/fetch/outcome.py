"""What an answer that is no success means: every status of 300 and above becomes one of our errors."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from harvesters.fetch.errors import Blocked, FetchError, Malformed, Moved, ServerFailed, Unauthorised
from harvesters.fetch.urls import public_url

_CHALLENGE_MARKS = (b"cf-chl", b"challenge-platform", b"captcha", b"incapsula", b"akamai", b"access denied", b"request blocked")


class OutcomeMiddleware:
    """Stands nearest to whoever asked, so that a callback only ever sees a success."""

    async def process_response(self, request: Request, response: Response) -> Response:
        """Raises the FetchError that the status stands for."""
        if response.status < 300 or request.meta.get("whatever_status"):
            return response
        raise error_of(request.url, response.status, response.body, blocked=b"cf-mitigated" in response.headers)


def error_of(url: str, status: int, body: bytes, *, blocked: bool = False) -> FetchError:
    """The error of an answer with this status; body: its first bytes."""
    shown = public_url(url)
    challenged = blocked or any(mark in body[:8192].lower() for mark in _CHALLENGE_MARKS)
    said = {"status": status, "body": body}
    if status == 401:
        kind, text = Unauthorised, f"{shown} wants a login (HTTP 401). Ask the State party for an address that is open."
    elif status == 429 or (status in {403, 503} and challenged):
        kind, text = Blocked, (
            f"{shown} keeps us out (HTTP {status}). Ask the portal's operator to let our User-Agent through."
        )
    elif status == 403:
        kind, text = Blocked, f"{shown} refuses us (HTTP 403). Ask the portal's operator whether harvesting is welcome."
    elif status in {404, 410} or status < 400:
        kind, text = Moved, f"{shown} is not there (HTTP {status}). Check the address with the State party."
    elif status >= 500:
        kind, text = ServerFailed, f"{shown} failed (HTTP {status}). It is tried again with the next harvest."
    else:
        kind, text = Malformed, f"{shown} does not take our request (HTTP {status}). Check the address and the protocol."
    return kind(text, **said)  # type: ignore[arg-type]  # a mapping of two keywords of different types
