"""A crawl in a process of its own: fetches the URLs of a job and says what came of each, one JSON object a line.

Job: {"urls": [...], "policy": {...}, "sink": folder or null, "meta": {...}, "headers": {...}, "settings": {...}}.
"""

import json
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from harvesters.base import HarvestPermission
from harvesters.fetch.errors import FetchError
from harvesters.fetch.guard import networks
from harvesters.fetch.limits import Limits
from harvesters.fetch.policy import FetchPolicy, Retries
from harvesters.fetch.settings import scrapy_settings
from tests.conftest import REPOSITORY

Outcome = dict[str, Any]


def crawl(*urls: str, sink: Path | None = None, **job: Any) -> list[Outcome]:
    """What came of each URL, in order; `policy`, `meta`, `headers` and `settings` may be given."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.harvesters.fetch.crawling"],
        input=json.dumps({"urls": urls, "sink": str(sink) if sink else None, **job}),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes = {outcome["url"]: outcome for outcome in map(json.loads, done.stdout.splitlines())}
    return [outcomes[url] | {"log": done.stderr} for url in urls]


class _Spider(scrapy.Spider):
    name: ClassVar[str] = "crawling"

    def __init__(self, job: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job

    async def start(self) -> AsyncIterator[scrapy.Request]:
        sink = {"sink": Path(self.job["sink"])} if self.job["sink"] else {}
        for url in self.job["urls"]:
            yield scrapy.Request(
                url,
                callback=self.answered,
                errback=self.failed,
                headers=self.job.get("headers"),
                meta={**sink, **self.job.get("meta", {}), "url": url},
            )

    def answered(self, response: Response) -> None:
        fetched = response.meta["fetched"]
        _say(
            url=response.meta["url"],
            final=response.url,
            status=response.status,
            body=response.body.decode("latin-1"),
            path=str(fetched.path) if fetched.path else None,
            flags=response.flags,
            robots_forbids=response.meta.get("robots_forbids"),
            peak_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        )

    def failed(self, failure: Failure) -> None:
        error = failure.value
        _say(
            url=failure.request.meta["url"],  # type: ignore[attr-defined]  # Scrapy puts it there
            failure=error.failure if isinstance(error, FetchError) else type(error).__name__,
            sentence=str(error),
            status=getattr(error, "status", 0),
            rule=getattr(error, "rule", None),
        )


def _say(**outcome: object) -> None:
    sys.stdout.write(json.dumps(outcome) + "\n")


def main() -> None:
    job = json.loads(sys.stdin.read())
    policy = job.get("policy", {})
    permission = policy.pop("permission", None)
    hosts = policy.pop("permitted_hosts", [])
    settings = scrapy_settings(
        FetchPolicy(
            allow_addresses=networks(policy.pop("allow", "127.0.0.0/8")),
            limits=Limits(**policy.pop("limits", {})),
            retries=Retries(**{"base_seconds": 0.01, "attempts": 3} | policy.pop("retries", {})),
            delay_seconds=policy.pop("delay_seconds", 0),
            permission=HarvestPermission(**permission) if permission else None,
            permitted_hosts=frozenset(hosts),
            **policy,
        )
    )
    process = AsyncCrawlerProcess(settings | job.get("settings", {}))
    process.crawl(_Spider, job=job)
    process.start()


if __name__ == "__main__":
    main()
