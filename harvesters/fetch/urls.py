"""URLs: which ones may be fetched at all, and how they are shown."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from harvesters.fetch.errors import RefusedAddress
from harvesters.phrases import phrase

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 8_192  # characters; RFC 9110 section 4.1 asks for at least 8,000

# Ports of services that speak something other than HTTP: WHATWG Fetch, "port blocking". Refused, so that a harvested
# link cannot make us speak to a mail server or a database.
BLOCKED_PORTS = frozenset(
    {0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109}
    | {110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530}
    | {531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045}
    | {4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)

_SECRET_NAME = re.compile(
    r"token|key$|secret|passw|pwd|auth|signature|^sig$|session|^sid$|credential|jwt|^code$", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def public_url(url: str) -> str:
    """`url` as it may be logged and shown: no user name or password, no values of token-like parameters, no fragment,
    no control characters, at most 500 characters."""
    url = _CONTROLS.sub("", url)
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(a URL that cannot be read)"
    query = "&".join(_public_parameter(pair) for pair in parts.query.split("&")) if parts.query else ""
    shown = SplitResult(parts.scheme, netloc, parts.path, query, "").geturl()
    return shown if len(shown) <= 500 else shown[:499] + "…"


def _public_parameter(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=…" if equals and _SECRET_NAME.search(name) else pair


def check_url(url: str) -> SplitResult:
    """The parts of `url`, if it is one that may be fetched.

    Raises:
        RefusedAddress: not http or https, no host, credentials in it, a port of another service, or too long.
    """
    shown = public_url(url)
    if len(url) > MAX_URL_LENGTH:
        raise RefusedAddress(phrase("url-too-long", url=shown, characters=MAX_URL_LENGTH), phrase("do-shorter-address"))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise RefusedAddress(
            phrase("url-unreadable", url=shown, detail=str(error)), phrase("do-correct-address")
        ) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedAddress(
            phrase("not-a-web-address", url=shown),
            phrase("do-web-address"),
        )
    if not host:
        raise RefusedAddress(phrase("url-names-no-host", url=shown), phrase("do-correct-address"))
    if "@" in parts.netloc:
        raise RefusedAddress(
            phrase("url-carries-login", url=shown),
            phrase("do-take-login-out"),
        )
    if port in BLOCKED_PORTS:
        raise RefusedAddress(phrase("url-other-port", url=shown, port=str(port)), phrase("do-correct-address"))
    return parts


def origin_of(url: str) -> tuple[str, str, int]:
    """(scheme, host in lower case, port) of an http or https URL: RFC 6454, section 4."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
