"""robots.txt (RFC 9309): asked once a host, obeyed unless the State's own registration permits harvesting."""

from __future__ import annotations

import asyncio
from typing import Self

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from harvesters.fetch.errors import FetchError, RefusedByRobots
from harvesters.fetch.policy import PRODUCT, FetchPolicy, policy_of
from harvesters.fetch.urls import origin_of, public_url

FORBID_ALL = "User-agent: *\nDisallow: /"
"""What a server error on robots.txt stands for until it is over (RFC 9309, 2.3.1.4)."""

PRIORITY = 1000
"""robots.txt goes before whatever else waits for its host."""


class RobotsMiddleware:
    """Refuses what robots.txt forbids, and keeps to its Crawl-delay.

    With a permission of the policy nothing is refused, but `request.meta["robots_forbids"]` says that it would have been.
    """

    def __init__(self, crawler: Crawler, policy: FetchPolicy) -> None:
        self._crawler = crawler
        self._policy = policy
        self._rules: dict[tuple[str, str, int], asyncio.Task[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, policy_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Raises RefusedByRobots where the URL is forbidden and nobody has permitted it."""
        if request.meta.get("robots_exempt"):
            return
        origin = origin_of(request.url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch(request.url))
        rules = await asyncio.shield(self._rules[origin])
        delay = rules.crawl_delay(PRODUCT)
        if delay is not None:
            self._slow_down(request, float(delay))
        if rules.can_fetch(request.url, PRODUCT):
            return
        if self._permitted(origin[1]):
            request.meta["robots_forbids"] = True
            return
        shown = public_url(request.url)
        raise RefusedByRobots(
            f"robots.txt of {origin[1]} forbids {shown}, and no permission to harvest is recorded.",
            "Ask the State party to confirm that its source may be harvested, and record who permitted it, when and in "
            "which document (harvest_permission).",
            url=shown,
        )

    def _permitted(self, host: str) -> bool:
        hosts = self._policy.permitted_hosts
        return self._policy.permission is not None and (not hosts or host in hosts)

    async def _fetch(self, url: str) -> Protego:
        scheme, host, port = origin_of(url)
        shown_host = f"[{host}]" if ":" in host else host
        request = Request(
            f"{scheme}://{shown_host}:{port}/robots.txt",
            priority=PRIORITY,
            meta={"robots_exempt": True, "whatever_status": True},
            callback=NO_CALLBACK,
        )
        engine = self._crawler.engine
        if engine is None:
            return Protego.parse(FORBID_ALL)
        try:
            response: Response = await engine.download_async(request)
        except FetchError:
            # The host cannot be reached: so will the request itself find, and say it better.
            return Protego.parse("")
        if response.status >= 500 or response.status == 429:
            return Protego.parse(FORBID_ALL)
        if response.status >= 300:
            return Protego.parse("")
        return Protego.parse(response.body.decode("utf-8", "replace"))

    def _slow_down(self, request: Request, crawl_delay: float) -> None:
        """Keep to the host's Crawl-delay (no part of RFC 9309, but widely meant), up to the policy's longest."""
        engine = self._crawler.engine
        if engine is None:
            return
        key = engine.downloader.get_slot_key(request)
        slot = engine.downloader.slots.get(key)
        wanted = min(crawl_delay, self._policy.longest_crawl_delay_seconds)
        # A permission to harvest is a permission to do so at our own pace.
        if slot is not None and self._policy.permission is None:
            slot.delay = max(slot.delay, wanted)
