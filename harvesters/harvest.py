"""One harvest with Scrapy, from its job to the closed spool."""

from dataclasses import replace
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess

from harvesters import stopping
from harvesters.errors import DiskFull, HarvestError
from harvesters.fetch.guard import networks
from harvesters.fetch.policy import FetchPolicy
from harvesters.fetch.settings import scrapy_settings
from harvesters.heading import heading
from harvesters.job import Job
from harvesters.phrases import phrase
from harvesters.progress import Progress, progress
from harvesters.spider import HarvestSpider, now
from harvesters.spool import SpoolWriter


def harvest(job: Job) -> None:
    """Run one harvest to its verdict or its interruption. Raises HarvestError for a job that cannot begin,
    SpoolInUse where another process is about it."""
    header = heading(job.source, job.run, now())
    if job.spool.exists():
        writer = SpoolWriter.resume(job.spool)
        state = progress(job.spool)
    else:
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
    stopping.run(process)
    if isinstance(crawler.spider, HarvestSpider) and crawler.spider.full:
        raise DiskFull(job.spool)
    if not isinstance(crawler.spider, HarvestSpider) or crawler.spider.broke:
        raise HarvestError(phrase("broke-off-by-us"), phrase("do-report-with-log"))
