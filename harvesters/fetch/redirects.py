"""Following redirects: few, only to the web, and never in a circle.

Each hop is a request of its own: robots.txt, limits and the address guard apply to it again. A redirect from https to
http is followed, since public catalogues exist that do so, and marked (`downgraded` in the flags of the request and of
its response); what was meant for the first host (credentials, keys) is not sent to another.
"""

from __future__ import annotations

from typing import Self
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.url import safe_url_string

from harvesters.fetch.errors import Malformed, Moved, RefusedAddress
from harvesters.fetch.policy import policy_of
from harvesters.fetch.urls import check_url, origin_of, public_url
from harvesters.phrases import phrase

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
DOWNGRADED = "downgraded"

# Headers that may follow a request to another origin; everything else may be a key.
_HARMLESS_HEADERS = frozenset({b"accept", b"accept-encoding", b"accept-language", b"user-agent"})


class RedirectMiddleware:
    """Downloader middleware. `request.meta["redirect_urls"]` lists the URLs that were left, the first one first."""

    def __init__(self, max_redirects: int) -> None:
        self._max_redirects = max_redirects

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(policy_of(crawler).limits.max_redirects)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The next request of the chain, or `response` where it is no redirect.

        Raises:
            Moved: too many, or in a circle. RefusedAddress: to something that is not fetched. Malformed: to no URL.
        """
        if DOWNGRADED in request.flags:
            response.flags.append(DOWNGRADED)
        location = response.headers.get(b"Location")
        if response.status not in REDIRECT_STATUSES or location is None or request.meta.get("dont_redirect"):
            return response
        left = [*request.meta.get("redirect_urls", ()), request.url]
        if len(left) > self._max_redirects:
            raise Moved(
                phrase("redirects-too-often", url=public_url(left[0]), times=self._max_redirects),
                phrase("do-correct-source"),
                status=response.status,
            )
        target = _target(request, location)
        if target in left and request.method == "GET":
            raise Moved(
                phrase("redirects-in-circle", url=public_url(left[0])),
                phrase("do-ask-for-catalogue-address"),
                status=response.status,
            )
        return _next_request(request, response.status, target, left)


def _target(request: Request, location: bytes) -> str:
    try:
        target = safe_url_string(urljoin(request.url, safe_url_string(location.strip(), encoding="utf-8")))
    except ValueError as error:
        raise Malformed(
            phrase("redirects-to-no-url", url=public_url(request.url)), phrase("do-tell-operator")
        ) from error
    target = target.partition("#")[0]
    try:
        check_url(target)
    except RefusedAddress as error:
        raise RefusedAddress(
            (phrase("address-redirects", url=public_url(request.url)), *error.happened), error.next_step
        ) from error
    return target


def _next_request(request: Request, status: int, target: str, left: list[str]) -> Request:
    # RFC 9110, section 15.4: 303 always, and 301 and 302 by long custom, turn anything but HEAD into GET.
    as_get = request.method != "HEAD" and (status == 303 or (status in {301, 302} and request.method == "POST"))
    following = request.replace(
        url=target,
        method="GET" if as_get else request.method,
        body=b"" if as_get else request.body,
        dont_filter=True,  # a page that was seen under this address already must not silently end the chain
    )
    following.meta["redirect_urls"] = left
    following.meta.pop("download_slot", None)
    if as_get:
        following.headers.pop(b"Content-Type", None)
    if origin_of(target) != origin_of(request.url):
        for name in [name for name in following.headers if name.lower() not in _HARMLESS_HEADERS]:
            following.headers.pop(name)
    if request.url.startswith("https:") and target.startswith("http:") and DOWNGRADED not in following.flags:
        following.flags.append(DOWNGRADED)
    return following
