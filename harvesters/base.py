"""What every harvester fills in, and nothing else to learn to add one.

A harvester is one class in one file of this folder. It says which requests to begin with (`start`), reads each answer
into events (`read`), and maps a record to a Data Package (`package`, a pure function that assembling calls long after the
harvest). It makes no request itself and keeps no state between answers: what the next answer needs travels in the note
of the `Ask`, so that a harvest that was stopped goes on in another process.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple

import msgspec

from harvesters.errors import FailureClass, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import Finding, find
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase, verbatim
from harvesters.spool_lines import Ask, Gone, Noticed, Part, Record, raw_json

MAX_RECORD_BYTES = 8 << 20
"""A record over this is skipped while it is read, with the finding `record-too-large` (issue 2, item 5)."""

SPELLED_OUT = 2
"""So many times that may a record in N-Triples have: it spells out every address that Turtle and RDF/XML abbreviate (8,000
resources of 500 bytes in Turtle have 1,050 bytes each)."""

SMALL_ANSWER_BYTES = 64 << 20
"""Up to this an answer is read into memory whole where its protocol needs that; larger ones are streamed or refused."""


class HarvestPermission(msgspec.Struct, frozen=True):
    """That a State's registration permits harvesting where robots.txt does not: by whom, when, in which document."""

    by: str
    date: str
    document: str


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source as harvesting sees it.

    id: the register's id of it. url: as reported. options: per protocol (`Harvester.options`). limit: stop after so many
    records that may become datasets. max_record_bytes: a longer record is skipped. since: ISO 8601 in UTC
    (2026-01-31T00:00:00Z); only what changed from then on is wanted, and it is set only for protocols that can say it
    (`Harvester.incremental`).
    """

    id: str
    url: str
    protocol: str
    options: dict[str, Any] = {}
    permission: HarvestPermission | None = None
    limit: int | None = None
    max_record_bytes: int = MAX_RECORD_BYTES
    since: str | None = None

    @property
    def max_triples_bytes(self) -> int:
        """Of a record in N-Triples."""
        return SPELLED_OUT * self.max_record_bytes


class Answer(msgspec.Struct, frozen=True):
    """What came back for an ask: status 200-299, the body in a file.

    url: the final one, after redirects. headers: names in lower case. at: ISO 8601, when it was received.
    """

    ask: Ask
    url: str
    status: int
    headers: dict[str, str]
    path: Path
    at: str

    def open(self) -> BinaryIO:
        """The body, to be read as a stream."""
        return self.path.open("rb")

    def content(self) -> bytes:
        """The whole body. Raises MalformedAnswer over `SMALL_ANSWER_BYTES`."""
        with self.small() as file:
            return file.read()

    def small(self) -> BinaryIO:
        """The body as a stream, for what is made of it whole. Raises MalformedAnswer over `SMALL_ANSWER_BYTES`."""
        size = self.path.stat().st_size
        if size > SMALL_ANSWER_BYTES:
            raise MalformedAnswer(
                phrase("too-large-to-read-whole", url=self.url, mebibytes=size >> 20), phrase("do-ask-portal-pages")
            )
        return self.open()


class Failure(msgspec.Struct, frozen=True):
    """Why an ask has no answer that could be read. sentence: in English; said: the same for readers of other languages, where
    it is known. status: of HTTP, 0 where there was none. body: its first 64 KiB."""

    failure: FailureClass
    sentence: str
    status: int = 0
    body: bytes = b""
    said: tuple[Phrase, ...] = ()


class Advertised(msgspec.Struct, frozen=True):
    """How many datasets the portal says it has, as of this answer."""

    count: int


class LastPage(NamedTuple):
    """The portal said, or the paging shows, that nothing follows."""


class Trouble(NamedTuple):
    """The harvester can tell that the portal's listing is not whole (a chain of pages that breaks off, say)."""

    said: Phrase


Event = Record | Gone | Part | Noticed | Ask | Advertised | LastPage | Trouble
"""What reading an answer yields: records, identifiers that the portal says are deleted, parts that records refer to,
findings, further asks, and what the portal says of its size."""

Parts = Callable[[str], str | None]
"""Looks up a `Part` of the same harvest by its id."""


def no_parts(identifier: str) -> str | None:
    """The `Parts` of a protocol that sends every record whole."""
    return None


class Option(NamedTuple):
    """One option that a source may set for a protocol: its name in sources.yaml, and what it does."""

    name: str
    meaning: str


class Harvester:
    """One protocol. Subclasses live in a file of their own in this folder and are found by `registry`.

    protocol: its name in sources.yaml. title: for people; described: the same as a phrase, where it is an English description
    rather than a name that is the same in every language. standard: the text that prescribes it, as a link.
    version: of the mapping; raise it when `package` changes, so that unchanged records are mapped again.
    options: what a source may set. incremental: whether it can ask for what changed since a moment (`Source.since`); every
    change must then be told, and a deletion either by `Gone` or not at all (a full harvest finds it). unfounded: for protocols
    that take any answer, what is said of a full harvest that found no dataset; others tell an empty list from no list.
    The class's docstring is the protocol's paragraph in the documentation.
    """

    protocol: ClassVar[str]
    title: ClassVar[str]
    described: ClassVar[Phrase | None] = None
    standard: ClassVar[str]
    version: ClassVar[int] = 1
    options: ClassVar[tuple[Option, ...]] = ()
    incremental: ClassVar[bool] = False
    unfounded: ClassVar[Phrase | None] = None

    def __init__(self, source: Source) -> None:
        self.source = source

    @classmethod
    def called(cls) -> Phrase:
        """The title, to be read in any of the six languages."""
        return cls.described or verbatim(cls.title)

    def start(self) -> Iterable[Ask]:
        """The requests to begin with."""
        raise NotImplementedError

    def read(self, answer: Answer) -> Iterable[Event]:
        """Read one answer. Raises MalformedAnswer where it is not what the protocol prescribes; events yielded before
        that are kept."""
        raise NotImplementedError

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """What to do where an ask has no readable answer: yield other asks in its place, or a record from what is known
        already, or nothing, and the failure counts against the run."""
        return ()

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one record to a Data Package; pure, and never raises for what a portal sent."""
        raise NotImplementedError

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Which addresses are worth asking, after this answer, to find out whether the portal speaks this protocol. Called
        with every answer, the one of the reported address first (`Seen.reported`, also where it failed); an
        address is asked once, however many name it."""
        return ()

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Whether an answer speaks this protocol; called with every answer of success, and never raises for what it
        holds."""
        return None

    def oversized(self, answer: Answer, identifier: str | None) -> Noticed | None:
        """The finding in the place of a record that is a whole answer, where that is over the limit; to be asked before the
        answer is read."""
        size, limit = answer.path.stat().st_size, self.source.max_record_bytes
        if size <= limit:
            return None
        finding = find("record-too-large", value=answer.url, size=size, limit=limit)
        return notice(finding, answer, identifier, received=True)

    def json_record(self, identifier: str | None, raw: bytes, answer: Answer) -> Record:
        """A record from JSON bytes of an answer, to be mapped by this harvester."""
        return Record(
            id=identifier,
            url=answer.url,
            at=answer.at,
            status=answer.status,
            protocol=None if self.protocol == self.source.protocol else self.protocol,
            json=raw_json(raw),
        )


def notice(finding: Finding, answer: Answer, identifier: str | None = None, *, received: bool = False) -> Noticed:
    """A finding about an answer; received where it stands for a dataset that came but could not be kept."""
    return Noticed(finding=finding, url=answer.url, received=received, id=identifier)
