"""One harvest, one process: `python -m harvesters.crawl` reads a job on standard input and leaves a spool.

Scrapy fetches (through `fetch`), the protocol's harvester reads, and each answer becomes one frame of the spool with the
checkpoint that the next process would go on from. Progress is told on standard output, one JSON object a line; the log
goes to standard error. SIGINT and SIGTERM end the harvest after the answers that are under way, without a verdict.
"""

import gc
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from harvesters.base import Advertised, Answer, Event, Failure, Harvester, LastPage, Source, Trouble
from harvesters.earlier import Earlier, Validators
from harvesters.errors import DISK_FULL, DiskFull, HarvestError
from harvesters.fetch.errors import FetchError, InterruptedFetch
from harvesters.fetch.guard import networks
from harvesters.fetch.limits import Limits
from harvesters.fetch.policy import FetchPolicy, Retries
from harvesters.fetch.settings import scrapy_settings
from harvesters.fetch.urls import origin_of, public_url
from harvesters.findings import find
from harvesters.phrases import Phrase, all_in_words, in_words, phrase, translated
from harvesters.registry import harvester_for
from harvesters.spool import (
    N_TRIPLES,
    Ask,
    Checkpoint,
    Gone,
    Header,
    Line,
    Noticed,
    Part,
    Progress,
    Record,
    SpoolWriter,
    progress,
)
from harvesters.verdict import judge

COLLECTION = (50_000, 20, 20)
"""Thresholds of Python's garbage collection. A page is read into many small objects without cycles, and looking through them
every 700 allocations, as is usual, takes a quarter of the time."""

NOT_MODIFIED = 304
LINKED = "node"
"""The purpose of asks in a web of pages (TREE) rather than a chain: links back are no loop there, nor is a page that holds
only newer versions of datasets that were seen."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a harvest is told: the source, where its spool goes, and how it may fetch (`fetch.policy.FetchPolicy`).

    secret: a header (`Name: value`) for the source's own origin alone; it is in no spool and no log.
    earlier: the spool of the last complete harvest, for what the portal says is still as it was.
    spool: a file that does not exist begins a harvest; one without a verdict is gone on with. limits, retries: of one
    request; max_answer_bytes counts before the sizes in limits.
    """

    source: Source
    run: str
    spool: Path
    allow_addresses: list[str] = []
    delay_seconds: float = 1.0
    contact: str = ""
    proxy: str | None = None
    ca_bundle: Path | None = None
    max_answer_bytes: int = 2 << 30
    secret: str = ""
    earlier: Path | None = None
    limits: Limits = Limits()
    retries: Retries = Retries()


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of progress: records so far, what the portal says it has, and at the end the verdict's state."""

    records: int
    advertised: int | None = None
    requests: int = 0
    state: str | None = None


class HarvestSpider(scrapy.Spider):
    """Feeds asks to Scrapy and answers to harvesters, and writes down what comes of each."""

    name = "harvest"

    def __init__(self, job: Job, writer: SpoolWriter, state: Progress, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.writer = writer
        self.state = state
        self.broke = False
        self.full = False
        self.bodies = Path(tempfile.mkdtemp(prefix="bodies-", dir=job.spool.parent))
        self.waiting: list[Ask] = []
        self.earlier = Earlier(job.earlier, state.header) if job.earlier else None

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The asks that are open: those of the harvester's start, or those that an interrupted harvest left."""
        if not self.state.asked:
            self._checkpoint(Checkpoint(asked=list(self._harvester(None).start())))
        self.waiting = list(reversed(self.state.open.values()))
        for request in self._next():
            yield request

    def answered(self, response: Response, ask: Ask) -> Iterator[scrapy.Request]:
        """Read one answer, write its frame, and go on with what it asked for."""
        fetched = response.request.meta["fetched"] if response.request else None
        path = fetched.path if fetched else None
        if response.status == NOT_MODIFIED:
            if path is not None:
                path.unlink(missing_ok=True)
            self._not_modified(ask)
            yield from self._next()
            return
        if path is None:
            raise CloseSpider("an answer came without its file")
        answer = Answer(
            ask=ask,
            url=response.url,
            status=response.status,
            headers={k.decode("latin-1").lower(): v[-1].decode("latin-1") for k, v in response.headers.items() if v},
            path=path,
            at=_now(),
        )
        if response.request and response.request.meta.get("robots_forbids") and not self.state.robots_forbid:
            self._write(Noticed(finding=find("robots-forbid", value=ask.url), url=ask.url))
        try:
            self._take(ask, self._harvester(ask.protocol).read(answer), _validators(answer))
        except OSError as error:
            self._stop_where_full(error)
            raise
        finally:
            path.unlink(missing_ok=True)
        yield from self._next()

    def unanswered(self, failure: TwistedFailure, ask: Ask) -> Iterator[scrapy.Request]:
        """Ask the harvester what to do in the place of an ask that failed; nothing means that it counts."""
        if isinstance(failure.value, InterruptedFetch):
            return  # the harvest is being stopped: the ask stays open for the one that goes on
        self._stop_where_full(failure.value)
        self._failed(ask, [], _failure_of(failure.value), [])
        yield from self._next()

    def closed(self, reason: str) -> None:
        """End the spool: with a verdict where nothing is left to ask, without one where the harvest was interrupted."""
        shutil.rmtree(self.bodies, ignore_errors=True)
        limited = self._limit_reached()
        verdict = None
        if (not self.state.open or limited) and reason in {"finished", "limit"}:
            unfounded = self._harvester(None).unfounded
            verdict = judge(self.state, limited=limited, ended=_now(), unfounded=unfounded)
        self.broke = verdict is None and reason == "finished"
        try:
            self.writer.close(verdict)
        except OSError as error:
            self.full = self.full or error.errno in DISK_FULL
            if not self.full:
                raise
        self._say(verdict.state if verdict else "interrupted")

    # -- one answer

    def _not_modified(self, ask: Ask) -> None:
        """The answer is what it was: what was read from it then is taken over."""
        if self.earlier is not None and self.earlier.knows(ask):
            self._take(ask, self.earlier.events(ask), self.earlier.validators(ask))
        else:
            said = phrase("unasked-not-modified", url=public_url(ask.url))
            self._failed(ask, [], Failure("malformed", in_words(said), said=(said,)), [])

    def _take(self, ask: Ask, events: Iterable[Event], validators: Validators) -> None:
        asked: list[Ask] = []
        advertised: int | None = None
        last_page = False
        troubles: list[Phrase] = []
        failure: Failure | None = None
        here: set[str] = set()
        try:
            for event in events:
                match event:
                    case Ask():
                        asked.append(event)
                    case Record() if too_large := self._too_large(event):
                        self._write(too_large)
                    case Record(id=str(identifier)):
                        if identifier in here:
                            self._write(Noticed(finding=find("identifier-repeated", value=identifier), url=ask.url))
                        here.add(identifier)
                        self._write(event)
                    case Record() | Gone() | Part() | Noticed():
                        self._write(event)
                    case Advertised(count):
                        advertised = count
                    case LastPage():
                        last_page = True
                    case Trouble(said):
                        troubles.append(said)
                if self._limit_reached():
                    break
        except HarvestError as error:
            failure = _failure_of(error)
        except OSError:
            raise  # of our own files, not of what the portal sent
        except Exception as error:
            self.logger.exception("reading %s", public_url(ask.url))
            failure = _failure_of(HarvestError(*_mistake_of_ours(public_url(ask.url), error)))
        if asked and self.state.page_was_read and ask.purpose != LINKED:
            self._write(Noticed(finding=find("page-loop", value=ask.url), url=ask.url))
            troubles.append(phrase("pages-in-circle", url=ask.url))
            asked = []
        repeated = [again for again in asked if again.key in self.state.asked and again.purpose != LINKED]
        if repeated:
            self._write(Noticed(finding=find("page-loop", value=repeated[0].url), url=ask.url))
            troubles.append(phrase("page-leads-back", url=ask.url, earlier=repeated[0].url))
        if failure is not None:
            self._failed(ask, asked, failure, troubles)
            return
        self._checkpoint(
            Checkpoint(
                answered=ask.key,
                asked=asked,
                advertised=advertised,
                last_page=last_page,
                troubles=[in_words(said) for said in troubles],
                said=_said(troubles),
                etag=validators.etag,
                modified=validators.modified,
            )
        )

    def _failed(self, ask: Ask, asked: list[Ask], failure: Failure, troubles: list[Phrase]) -> None:
        # The source's own harvester decides, also where it had another one read the answer.
        instead = [
            event
            for event in self._harvester(None).failed(ask, failure)
            # What was asked before, and failed or led here, stands in the place of nothing.
            if not (isinstance(event, Ask) and event.key in self.state.asked)
        ]
        asked = [*asked, *(event for event in instead if isinstance(event, Ask))]
        replaced = bool(instead)
        for event in instead:
            if isinstance(event, Record):
                self._write(self._too_large(event) or msgspec.structs.replace(event, at=event.at or _now()))
        self._write(
            Noticed(
                finding=find(
                    "fell-back" if replaced else "answer-failed", value=ask.url, why=failure.said or failure.sentence
                ),
                url=ask.url,
            )
        )
        self._checkpoint(
            Checkpoint(
                answered=ask.key,
                asked=asked,
                failure=failure.failure,
                sentence=failure.sentence,
                fell_back=replaced,
                troubles=[in_words(said) for said in troubles],
                said=_said(troubles) | ({failure.sentence: failure.said} if failure.said else {}),
            )
        )

    def _too_large(self, record: Record) -> Noticed | None:
        """The finding in the place of a record over the limit, which most harvesters skip before they hold it whole."""
        size = len(record.text) if record.text is not None else len(memoryview(record.json))
        source = self.job.source
        limit = source.max_triples_bytes if record.media == N_TRIPLES else source.max_record_bytes
        if size <= limit:
            return None
        finding = find("record-too-large", value=record.url, size=size, limit=limit)
        return Noticed(finding=finding, url=record.url, received=True, id=record.id)

    def _stop_where_full(self, error: object) -> None:
        """Raises CloseSpider where there is no room to write; the asks stay open for the harvest that goes on."""
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            self.full = True
            raise CloseSpider("disk full")

    def _write(self, line: Line) -> None:
        self.writer.write([line])
        self.state.take(line)

    def _checkpoint(self, checkpoint: Checkpoint) -> None:
        before = len(self.state.open)
        self.writer.checkpoint(checkpoint)
        new = [ask for ask in checkpoint.asked if ask.key not in self.state.asked]
        self.state.take(checkpoint)
        self.waiting.extend(reversed(new))
        if before or new:
            self._say(None)

    # -- the flow

    def _next(self) -> Iterator[scrapy.Request]:
        if self._limit_reached():
            self.waiting.clear()
            return
        if self.waiting:
            ask = self.waiting.pop()
            yield scrapy.Request(
                ask.url,
                method=ask.method,
                headers={**ask.headers, **self._conditions(ask), **self._secret(ask.url)},
                body=ask.body,
                callback=self.answered,
                errback=partial(self.unanswered, ask=ask),
                cb_kwargs={"ask": ask},
                dont_filter=True,
                meta={"sink": self.bodies},
            )

    def _conditions(self, ask: Ask) -> dict[str, str]:
        return self.earlier.conditions(ask) if self.earlier else {}

    def _secret(self, url: str) -> dict[str, str]:
        """The source's key, where the address is of the source's own origin; a redirect elsewhere loses it (`redirects`)."""
        name, colon, value = self.job.secret.partition(":")
        return {name.strip(): value.strip()} if colon and origin_of(url) == origin_of(self.job.source.url) else {}

    def _limit_reached(self) -> bool:
        limit = self.job.source.limit
        return limit is not None and self.state.kept >= limit

    def _harvester(self, protocol: str | None) -> Harvester:
        return harvester_for(protocol or self.job.source.protocol)(self.job.source)

    def _say(self, state: str | None) -> None:
        advertised = self.state.advertised[1] if self.state.advertised else None
        said = Said(records=self.state.records, advertised=advertised, requests=self.state.requests, state=state)
        sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
        sys.stdout.flush()


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
            started=_now(),
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


def _validators(answer: Answer) -> Validators:
    return Validators(answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


def _said(troubles: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    """By the English sentence what can be read in other languages."""
    return {in_words(said): readable for said in troubles if (readable := translated([said]))}


def _failure_of(error: object) -> Failure:
    if isinstance(error, FetchError):
        return Failure(error.failure, error.sentence, error.status, error.body, translated(error.said))
    if isinstance(error, HarvestError):
        return Failure(error.failure, error.sentence, said=translated(error.said))
    said = phrase("request-failed", detail=f"{type(error).__name__}: {error}"), phrase("do-asks-again")
    return Failure("down", all_in_words(said), said=said)


def _mistake_of_ours(where: str, error: Exception) -> tuple[Phrase, Phrase]:
    """Of an answer whose reading broke off: the harvest goes on without it, and is not complete."""
    return phrase("answer-not-read-by-us", url=where, detail=type(error).__name__), phrase("do-report-log")


def _path(kind: type, value: object) -> object:
    """JSON has no paths; msgspec asks here for what it does not know."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"a job holds no {kind.__name__}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


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
