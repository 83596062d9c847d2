"""How one source is fetched: everything that a person may set, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from scrapy.crawler import Crawler

from harvesters.base import HarvestPermission
from harvesters.fetch.errors import SettingError
from harvesters.fetch.guard import Network
from harvesters.fetch.limits import Limits
from harvesters.phrases import phrase

PRODUCT = "uncac-catalogue"  # our product token in User-Agent (RFC 9110, 10.1.5) and in robots.txt (RFC 9309, 2.2.1)
POLICY_SETTING = "FETCH_POLICY"


def user_agent(contact: str = "") -> str:
    """The User-Agent that we present: product, version, and where a portal's operator can reach us (URL or mail)."""
    try:
        release = version(PRODUCT)
    except PackageNotFoundError:  # run from a checkout that is not installed
        release = "0"
    if any(character in contact for character in "\r\n()") or not contact.isascii():
        raise SettingError(phrase("contact-not-for-header"), phrase("do-give-plain-contact"))
    return f"{PRODUCT}/{release} (+{contact})" if contact else f"{PRODUCT}/{release}"


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and after what wait a request is sent again.

    attempts: in all, the first one too. base_seconds, longest_seconds: exponential back-off with full jitter, doubling
    from the first to at most the second. longest_retry_after_seconds: a portal that asks for more is left for the run.
    """

    attempts: int = 5
    base_seconds: float = 1.0
    longest_seconds: float = 60.0
    longest_retry_after_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How one source is fetched.

    allow_addresses: ranges beyond public addresses (`guard.networks`). contact: in the User-Agent.
    delay_seconds: between two requests to one host, varied by half. longest_crawl_delay_seconds: a longer Crawl-delay
    counts as this. proxy: URL of an HTTP proxy; names are then resolved by the proxy, and refusing inner addresses is
    its task; the environment's proxy variables are never read. ca_bundle: PEM file of further authorities.
    permission: as recorded for the source; robots.txt is then read and reported, not applied, on `permitted_hosts`
    (on every host where that is empty).
    """

    allow_addresses: tuple[Network, ...] = ()
    limits: Limits = field(default_factory=Limits)
    retries: Retries = field(default_factory=Retries)
    contact: str = ""
    delay_seconds: float = 0.25
    concurrency_per_host: int = 1
    longest_crawl_delay_seconds: float = 30.0
    proxy: str | None = field(default=None, repr=False)  # may hold a password
    ca_bundle: Path | None = None
    permission: HarvestPermission | None = None
    permitted_hosts: frozenset[str] = frozenset()


def policy_of(crawler: Crawler) -> FetchPolicy:
    """The policy that `settings.scrapy_settings` put into the crawler's settings.

    Raises:
        SettingError: there is none.
    """
    policy = crawler.settings.get(POLICY_SETTING)
    if not isinstance(policy, FetchPolicy):
        raise SettingError(phrase("crawl-without-policy"), phrase("do-start-with-settings"))
    return policy
