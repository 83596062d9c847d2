"""What the lines of a spool say (`spool`): one type for each kind of line."""

from typing import Literal

import msgspec

from harvesters.errors import FailureClass
from harvesters.findings import Finding
from harvesters.phrases import Phrase

SPOOL_VERSION = 1
NO_JSON = msgspec.Raw(b"null")
"""In the place of a record's `json` where the record is text."""

N_TRIPLES = "application/n-triples"
"""The media type of a record that was RDF (IANA)."""

RunState = Literal["complete", "partial", "failed"]


class Ask(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request that a harvester wants made, with all that reading its answer needs.

    url: absolute. note: JSON values that the harvester gave for itself; a harvester keeps no state between answers, so
    that a harvest can go on in another process. protocol: which harvester reads the answer, where it is not the
    source's own. purpose: which of the harvester's readings applies ("page", "list", "record").
    """

    url: str
    purpose: str = "page"
    protocol: str | None = None
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str | None = None
    note: dict[str, str | int | float | bool | None] = {}

    @property
    def key(self) -> str:
        """What makes two asks the same request; asking the same again is a loop."""
        return f"{self.method} {self.url} {self.body or ''}"


class Header(msgspec.Struct, frozen=True, tag="header", omit_defaults=True):
    """First line: whose harvest this is. started: ISO 8601 with zone. since: where only changes were asked for. reading: a
    digest of the source's options and the limits of a record (`heading`); "" in spools of before it was written down."""

    source: str
    run: str
    url: str
    protocol: str
    started: str
    harvester: str
    version: int = SPOOL_VERSION
    since: str | None = None
    reading: str = ""


class Record(msgspec.Struct, frozen=True, tag="record", omit_defaults=True):
    """One dataset's metadata as the portal gave it.

    id: the portal's own identifier, None where the record has none. url, at, status: where and when it was read, and the
    HTTP status. json or text: the record itself, JSON where the portal speaks JSON, else text of the media type `media`.
    protocol: who maps it, where it is not the source's own protocol.
    """

    id: str | None
    url: str
    at: str
    status: int = 200
    protocol: str | None = None
    media: str = "application/json"
    json: msgspec.Raw = NO_JSON
    text: str | None = None


class Gone(msgspec.Struct, frozen=True, tag="gone", omit_defaults=True):
    """A dataset that the portal itself says it has deleted."""

    id: str
    url: str = ""


class Part(msgspec.Struct, frozen=True, tag="part", omit_defaults=True):
    """Something a record refers to that the portal sends apart from it, such as a distribution on another page."""

    id: str
    text: str


class Noticed(msgspec.Struct, frozen=True, tag="finding", omit_defaults=True):
    """A finding of the harvest itself, about an answer rather than about a record that could be kept."""

    finding: Finding
    url: str = ""
    received: bool = False
    """Whether the finding stands for a dataset that was received but could not be kept (a record too large)."""
    id: str | None = None


class Checkpoint(msgspec.Struct, frozen=True, tag="checkpoint", omit_defaults=True):
    """Closes a frame: which ask was answered, what is to be asked because of it, and what the portal said of its size.

    The asks still open are all that were ever asked less all that were answered (`progress`). fell_back: something else
    was asked in the place of what failed. said: the failure's sentence and the troubles for readers of other languages, by the
    English sentence. etag, modified: by what the portal knows this answer again (`earlier`)."""

    answered: str = ""
    asked: list[Ask] = []
    advertised: int | None = None
    last_page: bool = False
    failure: FailureClass | None = None
    sentence: str = ""
    fell_back: bool = False
    troubles: list[str] = []
    said: dict[str, tuple[Phrase, ...]] = {}
    etag: str = ""
    modified: str = ""


class Verdict(msgspec.Struct, frozen=True, tag="verdict", omit_defaults=True, kw_only=True):
    """Last line: how the harvest ended.

    state: "complete" only if counts, last page and the absence of loops and failures say so. failure: the class, where
    failed or partly so. sentence: plain words for the run's page, in English;
    said: the same for readers of other languages, where it is known. records: received, quarantined ones included;
    distinct: different identifiers among them; advertised: the portal's own count at the start and at the end.
    """

    state: RunState
    ended: str
    sentence: str
    records: int
    distinct: int
    nameless: int = 0
    advertised: tuple[int, int] | None = None
    failure: FailureClass | None = None
    missing: list[str] = []
    requests: int = 0
    said: tuple[Phrase, ...] = ()


Line = Header | Record | Gone | Part | Noticed | Checkpoint | Verdict

_NEWLINES_TO_BLANKS = bytes.maketrans(b"\r\n", b"  ")


def raw_json(value: bytes) -> msgspec.Raw:
    """JSON bytes as a record's `json`. Line ends between its tokens become blanks (inside strings JSON has none)."""
    if b"\n" in value or b"\r" in value:  # looked for first: most portals send none, and a search is 20 times as fast
        value = value.translate(_NEWLINES_TO_BLANKS)
    return msgspec.Raw(value)
