"""One harvest, one process: `python -m harvesters.crawl` reads a job on standard input and leaves a spool.

Scrapy fetches (through `fetch`), the protocol's harvester reads, and each answer becomes one frame of the spool with the
checkpoint that the next process would go on from. Progress is told on standard output, one JSON object a line; the log
goes to standard error. SIGINT and SIGTERM end the harvest after the answers that are under way, without a verdict.
"""

import gc
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from scrapy.crawler import AsyncCrawlerProcess

from harvesters.errors import DiskFull, HarvestError
from harvesters.fetch.guard import networks
from harvesters.fetch.policy import FetchPolicy
from harvesters.fetch.settings import scrapy_settings
from harvesters.job import Job
from harvesters.phrases import phrase
from harvesters.registry import harvester_for
from harvesters.spider import HarvestSpider, now
from harvesters.spool import (
    Header,
    Progress,
    SpoolWriter,
    progress,
)

COLLECTION = (50_000, 20, 20)
"""Thresholds of Python's garbage collection. A page is read into many small objects without cycles, and looking through them
every 700 allocations, as is usual, takes a quarter of the time."""


def harvest(job: Job) -> None:
    """Run one harvest to its verdict or its interruption. Raises HarvestError for a job that cannot begin."""
    harvester = harvester_for(job.source.protocol)
    if job.spool.exists():
        writer = SpoolWriter.resume(job.spool)
        state = progress(job.spool)
    else:
        header = Header(
            source=job.source.id,
            run=job.run,
            url=job.source.url,
            protocol=job.source.protocol,
            started=now(),
            harvester=str(harvester.version),
            since=job.source.since,
        )
        writer = SpoolWriter.create(job.spool, header)
        state = Progress(header)
    policy = FetchPolicy(
        allow_addresses=networks(",".join(job.allow_addresses)),
        limits=replace(job.limits, max_raw_bytes=job.max_answer_bytes, max_decoded_bytes=job.max_answer_bytes),
        retries=job.retries,
        contact=job.contact,
        delay_seconds=job.delay_seconds,
        proxy=job.proxy,
        ca_bundle=job.ca_bundle,
        permission=job.source.permission,
        permitted_hosts=frozenset({urlsplit(job.source.url).hostname or ""}),
    )
    process = AsyncCrawlerProcess(scrapy_settings(policy))
    crawler = process.create_crawler(HarvestSpider)
    process.crawl(crawler, job=job, writer=writer, state=state)
    process.start()
    if isinstance(crawler.spider, HarvestSpider) and crawler.spider.full:
        raise DiskFull(job.spool)
    if not isinstance(crawler.spider, HarvestSpider) or crawler.spider.broke:
        raise HarvestError(phrase("broke-off-by-us"), phrase("do-report-with-log"))


def _path(kind: type, value: object) -> object:
    """JSON has no paths; msgspec asks here for what it does not know."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"a job holds no {kind.__name__}")


def main() -> int:
    """Read the job from standard input; exit status 0 once the spool is closed, 2 for a job that cannot begin,
    `DiskFull.status` where there is no room for it."""
    gc.freeze()
    gc.set_threshold(*COLLECTION)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job, dec_hook=_path)
    try:
        harvest(job)
    except DiskFull as error:
        sys.stderr.write(error.sentence + "\n")
        return DiskFull.status
    except HarvestError as error:
        sys.stderr.write(error.sentence + "\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
