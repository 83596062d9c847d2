"""The spider of a harvest: asks go to Scrapy, answers to the protocol's harvester, and what comes of each into the spool."""

import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from harvesters.base import Advertised, Answer, Event, Failure, Harvester, LastPage, Trouble
from harvesters.earlier import Earlier, Validators
from harvesters.errors import DISK_FULL, HarvestError
from harvesters.fetch.errors import FetchError, InterruptedFetch
from harvesters.fetch.urls import origin_of, public_url
from harvesters.findings import find
from harvesters.job import Job, Said
from harvesters.phrases import Phrase, all_in_words, in_words, phrase, translated
from harvesters.progress import Progress
from harvesters.registry import harvester_for
from harvesters.spool import SpoolWriter
from harvesters.spool_lines import N_TRIPLES, Ask, Checkpoint, Gone, Line, Noticed, Part, Record
from harvesters.verdict import judge

NOT_MODIFIED = 304


LINKED = "node"
"""The purpose of asks in a web of pages (TREE) rather than a chain: links back are no loop there, nor is a page that holds
only newer versions of datasets that were seen."""


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
            at=now(),
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
            verdict = judge(self.state, limited=limited, ended=now(), unfounded=unfounded)
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
        came = self._written(ask, events)
        self._break_circles(ask, came)
        if came.failure is not None:
            self._failed(ask, came.asked, came.failure, came.troubles)
            return
        self._checkpoint(
            Checkpoint(
                answered=ask.key,
                asked=came.asked,
                advertised=came.advertised,
                last_page=came.last_page,
                troubles=[in_words(said) for said in came.troubles],
                said=_said(came.troubles),
                etag=validators.etag,
                modified=validators.modified,
            )
        )

    def _written(self, ask: Ask, events: Iterable[Event]) -> "_Came":
        """Write down what was read of an answer, as far as it could be read; what is no line of the spool is given back."""
        came = _Came()
        here: set[str] = set()
        try:
            for event in events:
                match event:
                    case Ask():
                        came.asked.append(event)
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
                        came.advertised = count
                    case LastPage():
                        came.last_page = True
                    case Trouble(said):
                        came.troubles.append(said)
                if self._limit_reached():
                    break
        except HarvestError as error:
            came.failure = _failure_of(error)
        except OSError:
            raise  # of our own files, not of what the portal sent
        except Exception as error:
            self.logger.exception("reading %s", public_url(ask.url))
            came.failure = _failure_of(HarvestError(*_mistake_of_ours(public_url(ask.url), error)))
        return came

    def _break_circles(self, ask: Ask, came: "_Came") -> None:
        """Tell of pages that lead back, and do not follow them."""
        if came.asked and self.state.page_was_read and ask.purpose != LINKED:
            self._write(Noticed(finding=find("page-loop", value=ask.url), url=ask.url))
            came.troubles.append(phrase("pages-in-circle", url=ask.url))
            came.asked = []
        repeated = [again for again in came.asked if again.key in self.state.asked and again.purpose != LINKED]
        if repeated:
            self._write(Noticed(finding=find("page-loop", value=repeated[0].url), url=ask.url))
            came.troubles.append(phrase("page-leads-back", url=ask.url, earlier=repeated[0].url))

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
                self._write(self._too_large(event) or msgspec.structs.replace(event, at=event.at or now()))
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
        with suppress(BrokenPipeError):  # whoever listened is dead, for which the harvest is being stopped (`stopping`)
            sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
            sys.stdout.flush()


@dataclass
class _Came:
    """What an answer came to, beside the lines that were written of it."""

    asked: list[Ask] = field(default_factory=list)
    advertised: int | None = None
    last_page: bool = False
    troubles: list[Phrase] = field(default_factory=list)
    failure: Failure | None = None


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


def now() -> str:
    """This moment, as a spool has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
