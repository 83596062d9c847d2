"""What can go wrong when we fetch, as exceptions that say so in plain words.

Every exception carries the class that a failed run is reported with (`failure`), a sentence that ends with what to do
next, and, where the portal answered, the status and the first bytes of its answer. URLs in these texts are public forms
(`urls.public_url`).
"""

from __future__ import annotations

from typing import ClassVar

from harvesters.errors import FailureClass, HarvestError
from harvesters.phrases import Phrase

Happened = Phrase | tuple[Phrase, ...]
Step = Phrase | None


class FetchError(HarvestError):
    """Base of everything that `harvesters.fetch` raises.

    Attributes:
        happened: what happened, one plain sentence, or several. next_step: what to do about it. `said` is both.
        status: of HTTP, 0 where there was no answer. body: the first bytes of that answer, decoded.
        retryable: whether the same request may succeed if it is sent again soon.
    """

    failure: FailureClass = "down"
    retryable: ClassVar[bool] = False

    def __init__(self, happened: Happened, next_step: Step = None, *, status: int = 0, body: bytes = b"") -> None:
        self.happened = happened if isinstance(happened, tuple) else (happened,)
        self.next_step = next_step
        super().__init__(*self.happened, *([self.next_step] if self.next_step else []))
        self.status = status
        self.body = body


class SettingError(FetchError):
    """A fetch setting cannot be used. Raised while settings are read, before anything is fetched."""


class Unreachable(FetchError):
    """No connection to the host: name unknown, refused, reset, or broken off. Raised by the guard and the handler."""

    retryable = True


class TimedOut(FetchError):
    """A limit on time ran out (connect, first byte, whole request, minimum rate). Raised by the guard and the
    handler."""

    retryable = True


class Truncated(FetchError):
    """The connection ended before the body was whole. Raised by the handler; nothing is kept of such a body."""

    retryable = True


class ServerFailed(FetchError):
    """The server answered with a 5xx status to the last attempt. Raised by the outcome middleware."""


class InterruptedFetch(FetchError):
    """The crawl was ended while a request waited for its host's pause. Raised by `hosts`; the request was not answered
    and may be made again by the harvest that goes on."""


class TlsFailed(FetchError):
    """The server's certificate or TLS set-up was not accepted. Raised by the handler, worded by `tls.diagnose`."""

    failure = "tls"


class Blocked(FetchError):
    """A firewall, a challenge page or a rate limit keeps us out. Raised by the outcome middleware."""

    failure = "blocked"


class Unauthorised(FetchError):
    """The portal wants a login or a key. Raised by the outcome middleware."""

    failure = "auth"


class Moved(FetchError):
    """The address no longer leads to a portal: 404, 410, or redirects without end. Raised by the redirect and outcome
    middlewares."""

    failure = "moved"


class Malformed(FetchError):
    """The answer breaks HTTP or its declared coding, or refuses the request as wrong. Raised by the handler and the
    outcome middleware."""

    failure = "malformed"


class TooLarge(FetchError):
    """Headers, body or decoded body above its limit. Raised by the handler while the bytes arrive."""

    failure = "too-large"


class RefusedAddress(FetchError):
    """The URL or the address behind its name may not be fetched. Raised by the address guard, the handler and the
    redirect middleware, before any byte is sent."""

    failure = "refused-address"


class RefusedByRobots(FetchError):
    """robots.txt forbids the URL and no permission is recorded. Raised by the robots middleware.

    Attributes:
        url: the forbidden URL, in its public form.
        rule: the line of robots.txt that forbids it, or None where it cannot be named.
    """

    failure = "refused-by-robots"

    def __init__(self, happened: Happened, next_step: Step = None, *, url: str = "", rule: str | None = None) -> None:
        super().__init__(happened, next_step)
        self.url = url
        self.rule = rule
