"""robots.txt (RFC 9309): read once per origin, obeyed unless the State's own registration permits harvesting.

With a permission (of the policy, for the request's host) it is still read, and what it would have forbidden is
reported; it is then not applied.
"""

from __future__ import annotations

import asyncio
from typing import Self

import msgspec
from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from harvesters.fetch.errors import FetchError, RefusedByRobots, ServerFailed
from harvesters.fetch.policy import PRODUCT, FetchPolicy, policy_of
from harvesters.fetch.urls import DEFAULT_PORTS, origin_of, public_url
from harvesters.phrases import phrase

MAX_ROBOTS_BYTES = 500 * 1024  # RFC 9309, section 2.5: what comes after may be ignored
PRIORITY = 1000  # before the pages that wait for it

_EXEMPT = "robots_exempt"  # in the meta of the request for robots.txt itself


class Rules(msgspec.Struct, frozen=True):
    """What an origin's robots.txt says. status: of HTTP. text: the file, "" where there is none. trouble: why it could
    not be had, None where it could."""

    status: int
    text: str
    parsed: Protego
    trouble: FetchError | None = None

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that it asks of us; None where it does not."""
        return self.parsed.crawl_delay(PRODUCT)

    def allows(self, url: str) -> bool:
        return self.parsed.can_fetch(url, PRODUCT)


class RobotsMiddleware:
    """Downloader middleware that refuses what robots.txt forbids, and keeps to its Crawl-delay.

    With a permission, `request.meta["robots_forbids"]` is the line that would have refused the request (or True where
    the line cannot be named).
    """

    def __init__(self, crawler: Crawler, policy: FetchPolicy) -> None:
        self._crawler = crawler
        self._policy = policy
        self._asked: dict[tuple[str, str, int], asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, policy_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Let the request pass.

        Raises:
            RefusedByRobots: its URL is forbidden, and no permission is recorded.
            FetchError: robots.txt could not be had, for a reason that stands in the way of the request too.
        """
        if request.meta.get(_EXEMPT):
            return
        origin = origin_of(request.url)
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._ask(origin))
        rules = await asyncio.shield(self._asked[origin])
        if self._permitted(origin[1]):
            if not rules.allows(request.url):
                request.meta["robots_forbids"] = forbidding_rule(rules.text, request.url) or True
            return
        if rules.trouble is not None:
            raise rules.trouble
        self._slow_down(request, rules)
        if rules.allows(request.url):
            return
        shown, rule = public_url(request.url), forbidding_rule(rules.text, request.url)
        raise RefusedByRobots(
            phrase("robots-forbids-by-rule", host=origin[1], url=shown, rule=rule)
            if rule
            else phrase("robots-forbids", host=origin[1], url=shown),
            phrase("do-record-permission"),
            url=shown,
            rule=rule,
        )

    def _permitted(self, host: str) -> bool:
        hosts = self._policy.permitted_hosts
        return self._policy.permission is not None and (not hosts or host in hosts)

    async def _ask(self, origin: tuple[str, str, int]) -> Rules:
        scheme, host, port = origin
        place = f"[{host}]" if ":" in host else host
        if port != DEFAULT_PORTS.get(scheme):
            place = f"{place}:{port}"
        request = Request(
            f"{scheme}://{place}/robots.txt",
            priority=PRIORITY,
            callback=NO_CALLBACK,
            meta={_EXEMPT: True, "handle_httpstatus_all": True, "head": MAX_ROBOTS_BYTES},
        )
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("robots.txt was asked for outside a running crawl")
        try:
            response = await engine.download_async(request)
        except FetchError as error:
            # Too many redirects, or a body that cannot be decoded, is no robots.txt: "unavailable", section 2.3.1.3.
            return Rules(0, "", Protego.parse(""), None if error.failure in {"moved", "malformed"} else error)
        return read_rules(response, host)

    def _slow_down(self, request: Request, rules: Rules) -> None:
        engine = self._crawler.engine
        if engine is None or rules.crawl_delay is None:
            return
        # The slot is that of the host; it exists, since robots.txt was fetched through it.
        slot = engine.downloader.slots.get(engine.downloader.get_slot_key(request))
        if slot is not None:
            slot.delay = max(slot.delay, min(rules.crawl_delay, self._policy.longest_crawl_delay_seconds))


def read_rules(response: Response, host: str) -> Rules:
    """The rules that an answer for robots.txt amounts to: 2xx are read; 4xx mean that all is allowed; 5xx, and 429
    which says "not now", mean that nothing is, for now (RFC 9309, section 2.3.1)."""
    status = response.status
    if 200 <= status < 300:
        text = response.body[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace")
        return Rules(status, text, Protego.parse(text))
    trouble = None
    if status >= 500 or status == 429:
        trouble = ServerFailed(
            phrase("robots-not-told", host=host, status=str(status)),
            phrase("do-try-later-or-permission"),
            status=status,
        )
    return Rules(status, "", Protego.parse(""), trouble)


def forbidding_rule(text: str, url: str) -> str | None:
    """The line of a robots.txt that forbids `url` to us: the longest matching Disallow of the group that applies.

    Only names what the parser has decided; None where no single line can be named.
    """
    ours, everyones = _disallowed(text)
    for rules in (ours, everyones):
        # The longest match wins (section 2.2.2), so the first that forbids by itself is the one.
        for value in sorted(rules, key=len, reverse=True):
            if not Protego.parse(f"User-agent: *\nDisallow: {value}").can_fetch(url, PRODUCT):
                return f"Disallow: {value}"
    return None


def _disallowed(text: str) -> tuple[list[str], list[str]]:
    """Values of Disallow in the groups for our product token, and in those for all."""
    ours: list[str] = []
    everyones: list[str] = []
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if not colon:
            continue
        if field == "user-agent":
            agents = [value.lower()] if in_rules else [*agents, value.lower()]
            in_rules = False
        elif field in {"allow", "disallow", "crawl-delay"}:
            in_rules = True
            if field == "disallow" and value:
                if PRODUCT in agents:
                    ours.append(value)
                if "*" in agents:
                    everyones.append(value)
    return ours, everyones
