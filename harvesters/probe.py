"""Detection as a process: `python -m harvesters.probe` reads a job on standard input, asks, and tells what it sees.

Standard output has one JSON object a line as soon as it is known: a `step`, a `candidate`, and at last `done`. Fetching is
the harvests' own (guard, limits, TLS diagnosis); robots.txt is obeyed, its crawl delay is not waited for, since a person
asked for these few requests (issue 3).
"""

import sys
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from harvesters.base import HarvestPermission
from harvesters.detect import MAX_REQUESTS, SECONDS_BETWEEN, SEEN_BYTES, Candidate, Detection, Step
from harvesters.errors import HarvestError
from harvesters.evidence import Lead, Seen
from harvesters.fetch.classify import error_of_status
from harvesters.fetch.errors import FetchError
from harvesters.fetch.guard import networks
from harvesters.fetch.limits import Limits
from harvesters.fetch.policy import FetchPolicy, Retries
from harvesters.fetch.settings import scrapy_settings
from harvesters.phrases import Phrase, phrase

ANSWER_SECONDS = 8.0
"""A portal that takes longer for one page is not waited for: the whole answer is wanted in 20 s (issue 3)."""

MAX_REDIRECTS = 4
HTTP_TOO_MANY = 429


class ProbeJob(msgspec.Struct, frozen=True, kw_only=True):
    """What a detection is told. seconds: no new request after so long. protocol: look for this one only.
    The rest is as in `crawl.Job`."""

    url: str
    seconds: float = 14.0
    protocol: str | None = None
    permission: HarvestPermission | None = None
    allow_addresses: list[str] = []
    delay_seconds: float = SECONDS_BETWEEN
    contact: str = ""
    proxy: str | None = None
    ca_bundle: str | None = None


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of what is told. trouble: a class and what is said of it, where the reported address could not be read."""

    step: Step | None = None
    candidate: Candidate | None = None
    trouble: tuple[str, tuple[Phrase, ...]] | None = None
    done: bool = False
    requests: int = 0


class ProbeSpider(scrapy.Spider):
    """Asks what a `Detection` wants asked, one address at a time."""

    name = "probe"

    def __init__(self, job: ProbeJob, detection: Detection, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.detection = detection
        self.until = time.monotonic() + job.seconds

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The reported address."""
        for request in self._next():
            yield request

    def answered(self, response: Response, lead: Lead) -> Iterator[scrapy.Request]:
        """Show an answer to the detection, and go on."""
        fetched = response.request.meta.get("fetched") if response.request else None
        seen = Seen(
            asked=lead.url,
            url=response.url,
            status=response.status,
            headers={k.decode("latin-1").lower(): v[-1].decode("latin-1") for k, v in response.headers.items() if v},
            body=response.body,
            whole=bool(fetched is None or fetched.whole) and len(response.body) < SEEN_BYTES,
            reported=not self.detection.steps,
        )
        if seen.reported and not seen.ok:
            error = error_of_status(response.status, response.headers, response.body, lead.url)
            if error is not None:
                _tell(Told(trouble=(error.failure, error.said)))
        for candidate in self.detection.take(lead, seen):
            _tell(Told(candidate=candidate))
        _tell(Told(step=self.detection.steps[-1]))
        if seen.status != HTTP_TOO_MANY:
            yield from self._next()

    def unanswered(self, failure: TwistedFailure, lead: Lead) -> Iterator[scrapy.Request]:
        """Note a failure, and go on elsewhere."""
        error = failure.value
        why = (
            error.said
            if isinstance(error, HarvestError)
            else (phrase("request-failed", detail=f"{type(error).__name__}: {error}"),)
        )
        kind = error.failure if isinstance(error, HarvestError) else "down"
        reached = kind in {"refused-by-robots", "moved", "malformed", "too-large"} or bool(
            isinstance(error, FetchError) and error.status
        )
        if not self.detection.steps:
            _tell(Told(trouble=(kind, why)))
            if reached:
                self._take_nothing(lead)
        self.detection.failed(lead, why, reached=reached)
        _tell(Told(step=self.detection.steps[-1]))
        yield from self._next()

    def _take_nothing(self, lead: Lead) -> None:
        """The reported address may not be read, but what is beside it may: leads come from its shape."""
        for candidate in self.detection.take(lead, Seen(lead.url, lead.url, 0, {}, b"", reported=True)):
            _tell(Told(candidate=candidate))
        self.detection.steps.pop()

    def _next(self) -> Iterator[scrapy.Request]:
        made = int(self.crawler.stats.get_value("downloader/request_count", 0)) if self.crawler.stats else 0
        # The next request may be the first to its host, which asks for robots.txt as well.
        if made + 2 > MAX_REQUESTS or time.monotonic() > self.until:
            return
        lead = self.detection.next()
        if lead is not None:
            yield scrapy.Request(
                lead.url,
                headers={"Accept": lead.accept},
                callback=self.answered,
                errback=partial(self.unanswered, lead=lead),
                cb_kwargs={"lead": lead},
                dont_filter=True,
                meta={"head": SEEN_BYTES, "handle_httpstatus_all": True},
            )

    def closed(self, reason: str) -> None:
        """Say that nothing more comes."""
        made = int(self.crawler.stats.get_value("downloader/request_count", 0)) if self.crawler.stats else 0
        _tell(Told(done=True, requests=made))


class RequestBudget:
    """Downloader middleware, the nearest to the network: redirects and robots files count too.

    Raises FetchError for a request beyond `MAX_REQUESTS`.
    """

    def __init__(self) -> None:
        self._made = 0

    def process_request(self, request: scrapy.Request) -> None:
        """Count one request."""
        self._made += 1
        if self._made > MAX_REQUESTS:
            raise FetchError(phrase("look-used-up"), phrase("do-name-protocol"))


def probe(job: ProbeJob) -> None:
    """Run one detection to its end. Raises HarvestError for settings or a protocol that cannot be used."""
    from harvesters.registry import harvester_for

    wanted = [harvester_for(job.protocol)] if job.protocol else None
    policy = FetchPolicy(
        allow_addresses=networks(",".join(job.allow_addresses)),
        limits=Limits(
            connect_seconds=ANSWER_SECONDS / 2,
            first_byte_seconds=ANSWER_SECONDS,
            total_seconds=ANSWER_SECONDS,
            max_redirects=MAX_REDIRECTS,
        ),
        retries=Retries(attempts=1),
        contact=job.contact,
        delay_seconds=job.delay_seconds,
        longest_crawl_delay_seconds=0.0,
        proxy=job.proxy,
        ca_bundle=Path(job.ca_bundle) if job.ca_bundle else None,
        permission=job.permission,
    )
    settings = scrapy_settings(policy)
    settings["DOWNLOAD_DELAY_JITTER"] = 0.0  # never less than half a second apart
    settings["DOWNLOADER_MIDDLEWARES"] = {RequestBudget: 900}
    process = AsyncCrawlerProcess(settings)
    process.crawl(process.create_crawler(ProbeSpider), job=job, detection=Detection(job.url, wanted))
    process.start()


def _tell(told: Told) -> None:
    sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    sys.stdout.flush()


def main() -> int:
    """Read the job from standard input; exit status 0 once the detection ended, 2 for a job that cannot begin."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=ProbeJob)
    try:
        probe(job)
    except HarvestError as error:
        sys.stderr.write(error.sentence + "\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
