"""Sitemaps: the addresses that a site lists, and when each changed (https://www.sitemaps.org/protocol.html).

Pure. XML, also compressed, or a text with an address a line; a list of sitemaps is told from a list of pages.
"""

import re
import zlib
from datetime import date, timedelta
from typing import NamedTuple

from lxml import etree
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase

MAX_UNPACKED_BYTES = 52_428_800
"""Of one sitemap, uncompressed (sitemaps.org, "Sitemap index files")."""

MAX_LOCATIONS = 50_000
"""Of one sitemap (as above)."""

_GZIP = b"\x1f\x8b"
_END = re.compile(rb"</(?:\w+:)?(?:urlset|sitemapindex)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.DOTALL)
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


class Listed(NamedTuple):
    """What a sitemap lists. sitemaps: whether it lists sitemaps and not pages. changed: by address, in order, the day (or the
    month, or the year) of its last change; "" where it does not say one. whole: whether the document is."""

    sitemaps: bool
    changed: dict[str, str]
    whole: bool


def read_sitemap(content: bytes, url: str) -> Listed:
    """Read a sitemap. url: its address, for messages. Raises MalformedAnswer for what is none."""
    if content.startswith(_GZIP):
        try:
            content = gunzip(content, max_size=MAX_UNPACKED_BYTES)
        except (OSError, EOFError, zlib.error, IgnoreRequest, ValueError) as error:
            raise MalformedAnswer(
                phrase("gzip-broken", url=url, detail=str(error)), phrase("do-tell-portal-operator")
            ) from error
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content.startswith(b"<"):
        return _lines(content, url)
    try:
        sitemap = Sitemap(content)
        changed = {
            location: found[0] if (found := _DAY.match(str(entry.get("lastmod") or ""))) else ""
            for entry in sitemap
            if (location := str(entry.get("loc") or "").strip())
        }
    except (etree.XMLSyntaxError, StopIteration, ValueError) as error:
        raise _no_sitemap(url) from error
    if sitemap.type not in {"urlset", "sitemapindex"}:
        raise _no_sitemap(url)
    return Listed(sitemap.type == "sitemapindex", changed, bool(_END.search(content[-4096:])))


def unchanged(changed: str, since: str) -> bool:
    """Whether what changed on a day did so plainly before a moment. since: ISO 8601 in UTC. A day of any zone may end as
    much as half a day later in UTC, so that one day more counts as changed."""
    try:
        before = (date.fromisoformat(since[:10]) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return False
    return bool(changed) and changed < before[: len(changed)]


def _lines(content: bytes, url: str) -> Listed:
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines or not all(re.fullmatch(r"https?://\S+", line) for line in lines):
        raise _no_sitemap(url)
    return Listed(False, dict.fromkeys(lines, ""), True)


def _no_sitemap(url: str) -> MalformedAnswer:
    return MalformedAnswer(phrase("no-sitemap", url=url), phrase("do-name-list-page"))
