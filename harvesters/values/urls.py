"""Addresses of resources and pages: made valid where that changes nothing, refused with a reason where not."""

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import msgspec

from harvesters.values.formats import read_format
from harvesters.values.text import clean_text

SCHEMES = frozenset({"http", "https", "ftp", "ftps"})
"""What a link may be; ftp is kept as a link and never fetched (Data Package v2 allows it too)."""

MAX_URL_CHARACTERS = 8_000
"""A longer address is kept as text: CKAN's and most servers' limit is below it."""

_SEVERAL = re.compile(r"\S\s*[,;|\s]\s*(?:https?|ftp)://", re.I)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST_FIRST = re.compile(r"([\w-]+(?:\.[\w-]+)*)\.([^\W\d_]{2,})(?::\d+)?(?:[/?#]\S*)?")
_FILE_NAMES = frozenset({"asp", "aspx", "cgi", "do", "htm", "html", "jsp", "jspx", "php", "phtml", "shtml"})
"""Endings of pages; with those of data files (`formats`) what a relative link may end with and no host does."""

_SAFE_PATH = "/%:@!$&'()*+,;=~-._"  # RFC 3986, 3.3; a query and a fragment may have "?" too, and no brackets or "#"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]")


class Url(msgspec.Struct, frozen=True, omit_defaults=True):
    """An address as stated, as it can be used (None where it cannot), and what was the matter with it."""

    text: str
    url: str | None = None
    problem: str | None = None


def read_url(raw: object, base: str | None) -> Url:
    """An absolute address of a scheme of `SCHEMES`; a relative one is resolved against base.

    problem: "several", "scheme", "template", "relative", "too-long", "invalid", or "password" (taken out).
    """
    text = clean_text(raw)
    return _read(text, base) if text is not None else Url("")


@lru_cache(maxsize=4096)
def _read(text: str, base: str | None) -> Url:
    if len(text) > MAX_URL_CHARACTERS:
        return Url(text, None, "too-long")
    if _SEVERAL.search(text):
        return Url(text, None, "several")
    if "{" in text and "}" in text:
        return Url(text, None, "template")
    address = text.replace("\\", "/") if text.lower().startswith("http:\\") else text
    scheme = _SCHEME.match(address)
    if scheme and not address.startswith("//"):
        if scheme[1].lower() not in SCHEMES:
            return Url(text, None, "scheme")
    elif base is None:
        return Url(text, None, "invalid" if _names_a_host(address) else "relative")
    elif not _is_relative(address):
        return Url(text, None, "invalid")
    try:
        return _whole(text, urljoin(base, address) if base and not scheme else address)
    except ValueError:
        return Url(text, None, "invalid")


def _is_relative(address: str) -> bool:
    """Whether a text without a scheme is plainly a link relative to its page. A word, a list or a host without "https://"
    in the field of an address is none, and would make an address that nobody stated."""
    if any(blank in address for blank in " \n\t") or address[0] in "[\"'<(":
        return False
    return address[0] in "/.?#" or (any(mark in address for mark in "/.?") and not _names_a_host(address))


def _names_a_host(address: str) -> bool:
    """Whether a text begins with the name of a host, such as "data.example.org/catalogue"."""
    found = _HOST_FIRST.fullmatch(address)
    if found is None or address.startswith("www."):
        return found is not None
    name, ending = found[1], found[2].lower()
    if ending in _FILE_NAMES or read_format(ending, None, None).format is not None:
        return len(ending) == 2 and "." in name  # ".do" and ".nc" are countries too: "datos.gob.do", but not "view.do"
    return True


def _whole(text: str, address: str) -> Url:
    parts = urlsplit(_BARE_PERCENT.sub("%25", address))
    host = parts.hostname
    if not host:
        return Url(text, None, "invalid")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    if not _HOST.fullmatch(host):
        return Url(text, None, "invalid")
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    problem = "password" if parts.password or parts.username else None
    path = quote(parts.path, safe=_SAFE_PATH)
    # RFC 3986 allows neither brackets in a query nor a second "#" in a fragment; both are common on real portals.
    query = quote(parts.query, safe=_SAFE_PATH + "?")
    fragment = quote(parts.fragment, safe=_SAFE_PATH + "?")
    return Url(text, urlunsplit((parts.scheme.lower(), netloc, path, query, fragment)), problem)
