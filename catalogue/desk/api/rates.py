"""How often somebody may ask. Kept in memory: the desk is one process (`desk.server`)."""

import ipaddress
import threading
import time
from collections import deque

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from catalogue.people.models import Token

WINDOW_SECONDS = 60.0
MAX_CALLERS = 10_000
"""Remembered at a time; beyond it those that have not asked for a minute are forgotten."""


class Rate(BaseThrottle):
    """So many requests a minute. Safe for threads, unlike ninja's own, which keeps a request's state in itself."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self._waits = threading.local()

    def whose(self, request: HttpRequest) -> str | None:
        """Whose requests are counted together; None where this rate does not count the request."""
        raise NotImplementedError

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request, unless it is one too many."""
        whose = self.whose(request)
        if whose is None:
            return True
        now = time.monotonic()
        with self._lock:
            asked = self._asked.setdefault(whose, deque())
            while asked and asked[0] <= now - WINDOW_SECONDS:
                asked.popleft()
            if len(asked) >= self.a_minute:
                self._waits.seconds = asked[0] + WINDOW_SECONDS - now
                return False
            asked.append(now)
            if len(self._asked) > MAX_CALLERS:
                self._forget(now)
        return True

    def wait(self) -> float:
        """How many seconds whoever was just refused waits."""
        return float(self._waits.seconds)

    def clear(self) -> None:
        """Forget every request."""
        with self._lock:
            self._asked.clear()

    def _forget(self, now: float) -> None:
        self._asked = {whose: asked for whose, asked in self._asked.items() if asked[-1] > now - WINDOW_SECONDS}


class OfAddress(Rate):
    """Of those who send no key, by the network address that asks."""

    def whose(self, request: HttpRequest) -> str | None:
        """An address of IPv4; of IPv6 the network, since one machine has all of its addresses."""
        return None if token_of(request) else network_of(request)


class OfToken(Rate):
    """Of one key."""

    def whose(self, request: HttpRequest) -> str | None:
        """The key's id."""
        token = token_of(request)
        return f"{token.pk}" if token else None


def token_of(request: HttpRequest) -> Token | None:
    """The key that was sent and found good (`keys.Caller`)."""
    found: Token | None = getattr(getattr(request, "auth", None), "token", None)
    return found


def network_of(request: HttpRequest) -> str:
    """Who asks. The server puts a trusted proxy's word into REMOTE_ADDR; headers of the client are not believed."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


ANONYMOUS = OfAddress(60)
TOKENS = OfToken(120)
CHECKS = OfToken(10)
