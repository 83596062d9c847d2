"""Faults of the answer: the wrong status, the wrong body, the wrong words about it, or the way to somewhere else."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from msgspec.structs import replace

from sandbox.faults.fault import Exchange, Fault
from sandbox.web import Reply

MIDDLE = 2
"""The page from which on a portal fails in the middle of a harvest."""

SOON_SECONDS, LATE_SECONDS = 1, 86_400
BOMB_BYTES = 1 << 30
BOMB_PIECE_BYTES = 1 << 20

ERROR = Reply(b"<!doctype html><title>500</title><h1>Internal Server Error</h1>", status=500)
PAGE = Reply(b"<!doctype html><html lang=en><title>Welcome</title><h1>The new portal</h1><p>Soon.</p></html>")
FIREWALL = Reply(
    b"<!doctype html><title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>", status=403
)


class FailsOnce(Fault):
    """A 500 at first."""

    name = "500-once"
    meaning = "the first request is answered with status 500, the next ones are not"

    def answer(self, exchange: Exchange) -> Reply | None:
        """500 for the first attempt."""
        return ERROR if (exchange.number, exchange.times) == (1, 1) else None


class FailsAlways(Fault):
    """A 500 for everything."""

    name = "500-always"
    meaning = "every request is answered with status 500"

    def answer(self, exchange: Exchange) -> Reply | None:
        """500."""
        return ERROR


class FailsInTheMiddle(Fault):
    """A 500 from the second page on."""

    name = "500-middle"
    meaning = "from the second answer with datasets on, every request is answered with status 500"

    def answer(self, exchange: Exchange) -> Reply | None:
        """500, where a page has been served."""
        return ERROR if exchange.page >= MIDDLE or (len(exchange.pages) >= MIDDLE and not exchange.page) else None


class WebPage(Fault):
    """A page for people."""

    name = "html"
    meaning = "every answer is a page for people, with status 200"

    def answer(self, exchange: Exchange) -> Reply | None:
        """The page."""
        return PAGE


class WrongCharset(Fault):
    """Another charset than that of the bytes."""

    name = "charset"
    meaning = "the header says ISO 8859-1 of what is UTF-8"
    readable = True

    def answer(self, exchange: Exchange) -> Reply | None:
        """The usual body, wrongly named."""
        media = exchange.usual.content_type.partition(";")[0]
        return replace(exchange.usual, content_type=f"{media}; charset=iso-8859-1")


class RedirectLoop(Fault):
    """Sent round."""

    name = "redirect-loop"
    meaning = "every request is redirected in a circle"

    def answer(self, exchange: Exchange) -> Reply | None:
        """To the other one of two addresses."""
        other = "/round/2" if exchange.request.path == "/round/1" else "/round/1"
        return Reply(b"", status=302, headers={"Location": other})


class RedirectInside(Fault):
    """Sent to an address of the inner network."""

    name = "redirect-private"
    meaning = "every request is redirected to a private address"
    target = "http://10.255.255.1/catalogue"

    def answer(self, exchange: Exchange) -> Reply | None:
        """Away."""
        return Reply(b"", status=302, headers={"Location": self.target})


class RedirectMetadata(RedirectInside):
    """Sent to where machines of a cloud find their own keys."""

    name = "redirect-metadata"
    meaning = "every request is redirected to a cloud's metadata address"
    target = "http://169.254.169.254/latest/meta-data/"


class SlowDown(Fault):
    """Asked to wait a second."""

    name = "429-seconds"
    meaning = "the first request is answered with status 429 and Retry-After in seconds"

    def answer(self, exchange: Exchange) -> Reply | None:
        """429 for the first attempt."""
        if (exchange.number, exchange.times) != (1, 1):
            return None
        return Reply(b"", status=429, headers={"Retry-After": self.when()})

    def when(self) -> str:
        """The header's value."""
        return str(SOON_SECONDS)


class SlowDownUntil(SlowDown):
    """Asked to wait until a moment."""

    name = "429-date"
    meaning = "the first request is answered with status 429 and Retry-After as a date"

    def when(self) -> str:
        """The next second but one: the header has no fractions of a second."""
        return format_datetime(datetime.now(UTC) + timedelta(seconds=2 * SOON_SECONDS), usegmt=True)


class SlowDownForADay(Fault):
    """Asked to come back tomorrow."""

    name = "429-always"
    meaning = "every request is answered with status 429, and Retry-After wants a day"

    def answer(self, exchange: Exchange) -> Reply | None:
        """429."""
        return Reply(b"", status=429, headers={"Retry-After": str(LATE_SECONDS)})


class Firewall(Fault):
    """Kept out."""

    name = "403-firewall"
    meaning = "a firewall answers in the portal's place, with status 403"

    def answer(self, exchange: Exchange) -> Reply | None:
        """Its page."""
        return FIREWALL


class GzipBomb(Fault):
    """A little that stands for very much."""

    name = "gzip-bomb"
    meaning = f"every answer is {BOMB_BYTES >> 20} MiB of blanks, compressed to one"

    def __init__(self) -> None:
        # A gzip file may have many members, each of its own (RFC 1952, 2.2).
        member = gzip.compress(b" " * BOMB_PIECE_BYTES, mtime=0)
        self._body = member * (BOMB_BYTES // BOMB_PIECE_BYTES)

    def answer(self, exchange: Exchange) -> Reply | None:
        """The bomb."""
        return Reply(self._body, exchange.usual.content_type, headers={"Content-Encoding": "gzip"})
