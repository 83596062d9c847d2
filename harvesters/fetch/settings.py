"""Scrapy's settings of a harvest, from its fetch policy. Each that differs from Scrapy's default says so."""

from __future__ import annotations

from typing import Any

from harvesters.fetch.policy import POLICY_SETTING, FetchPolicy, user_agent

HANDLER = "harvesters.fetch.handler.FetchHandler"


def scrapy_settings(policy: FetchPolicy) -> dict[str, Any]:
    """The settings under which Scrapy fetches as the policy says, and in no other way."""
    return {
        POLICY_SETTING: policy,
        "USER_AGENT": user_agent(policy.contact),
        # Default: handlers for files, FTP, S3 and data URLs too. A portal's link must never reach any of them.
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, "file": None, "ftp": None, "s3": None, "data": None},
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "harvesters.fetch.outcome.OutcomeMiddleware": 50,
            "harvesters.fetch.robots.RobotsMiddleware": 100,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
            "harvesters.fetch.retry.RetryMiddleware": 550,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
        },
        # Default: depth, referer and URL length middlewares, which count requests; the crawl counts its own.
        "SPIDER_MIDDLEWARES_BASE": {},
        "REDIRECT_MAX_TIMES": policy.limits.max_redirects,
        "CONCURRENT_REQUESTS_PER_DOMAIN": policy.concurrency_per_host,
        "CONCURRENT_REQUESTS": policy.concurrency_per_host + 1,
        "DOWNLOAD_DELAY": policy.delay_seconds,
        "RANDOMIZE_DOWNLOAD_DELAY": policy.delay_seconds > 0,
        "DOWNLOAD_TIMEOUT": policy.limits.total_seconds,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "COMPRESSION_ENABLED": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "ROBOTSTXT_OBEY": False,  # ours does, with permissions
        "MEMUSAGE_ENABLED": False,
        "EXTENSIONS_BASE": {"scrapy.extensions.corestats.CoreStats": 0},
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "en, *;q=0.5"},
        "LOG_LEVEL": "ERROR",
        "LOG_FILE": None,
    }
