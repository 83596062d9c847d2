"""Scrapy's settings of a harvest, from its fetch policy: what Scrapy may use, and nothing else.

Whole tables are set (`…_BASE`), so that a later Scrapy does not add a handler, a middleware or an extension unseen.
"""

from __future__ import annotations

from typing import Any

from harvesters.fetch import tls
from harvesters.fetch.policy import POLICY_SETTING, FetchPolicy, user_agent

HANDLER = "harvesters.fetch.handler.FetchHandler"


def scrapy_settings(policy: FetchPolicy) -> dict[str, Any]:
    """The settings under which Scrapy fetches as `policy` says, and in no other way.

    Raises:
        SettingError: the contact or the CA bundle of the policy cannot be used.
    """
    if policy.ca_bundle is not None:
        tls.client_context(policy.ca_bundle)  # a bundle that cannot be read is told now, not by the first request
    return {
        POLICY_SETTING: policy,
        "USER_AGENT": user_agent(policy.contact),
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "en, *;q=0.5"},
        # Files, FTP, S3 and data URLs, which Scrapy serves by default, must not be reached by a portal's link.
        "DOWNLOAD_HANDLERS_BASE": {"http": HANDLER, "https": HANDLER},
        "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "harvesters.fetch.outcome.OutcomeMiddleware": 50,
            "harvesters.fetch.robots.RobotsMiddleware": 100,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
            "harvesters.fetch.redirects.RedirectMiddleware": 600,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
        },
        # None: the outcome middleware judges statuses, and no page's address is told to the next (Referer).
        "SPIDER_MIDDLEWARES_BASE": {},
        # Not among them: the telnet console and the remote control, which run code that is sent to them.
        "EXTENSIONS_BASE": {"scrapy.extensions.corestats.CoreStats": 0},
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": policy.concurrency_per_host,
        "CONCURRENT_REQUESTS": policy.concurrency_per_host + 7,  # room for robots.txt and other hosts
        "DOWNLOAD_DELAY": policy.delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0.5,  # of the delay, up and down
        # Said again for whoever reads the settings; the handler does nothing else in any case.
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "HTTPPROXY_ENABLED": False,  # it would read the environment's proxy variables
        "HTTPCACHE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "COMPRESSION_ENABLED": False,
        "RETRY_ENABLED": False,  # the handler sends again, while it holds the host's turn
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "LOG_FORMATTER": "harvesters.fetch.logformat.PublicLogFormatter",
        "LOG_LEVEL": "ERROR",
        "LOG_FILE": None,
        "LOG_VERSIONS": [],  # below LOG_LEVEL, but looked up all the same
        "STATS_DUMP": False,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # a linter's task; for each answer it would read our source and parse it
    }
