"""What the API answers. Nothing of a person is in any of it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from catalogue.desk.api.paging import Page
from catalogue.register.life_cycle import Status

Language = Literal["ar", "zh", "en", "fr", "ru", "es"]
"""The six official languages of the United Nations (`states.reference.LANGUAGES`)."""

Fields = dict[str, str | list[str]]
FIELDS_ARE = "what the State says, by name of field as in `EntryIn`; what it does not say is absent"


class Detail(Schema):
    """One mistake of a request. field: where it is. code: for programs. message: what to do, for people."""

    field: str = Field(examples=["entries.0.title"])
    code: str = Field(examples=["no-text"])
    message: str = Field(examples=["This is no text; write it in quotation marks."])


class Error(Schema):
    """What went wrong. error: a code for programs. message: one sentence with what to do, for people."""

    error: str = Field(examples=["not-found"])
    message: str = Field(examples=["There is nothing at this address; check it."])
    details: list[Detail] = Field(default_factory=list)


class Tombstone(Error):
    """What remains of an entry that its State withdrew."""

    id: UUID
    state: str
    published: date | None
    withdrawn: date | None


class StateOut(Schema):
    """A State party. last_confirmed: when it last confirmed or submitted what is published. submission: where nothing of it is
    published, that no submission was received, and as at which day."""

    code: str = Field(examples=["XA"])
    names: dict[str, str] = Field(
        description="by language, one of the six", examples=[{"en": "Xanadu", "fr": "Xanadou"}]
    )
    entries: int = Field(ge=0, description="how many are published")
    last_confirmed: date | None
    submission: str | None = Field(examples=["no submission received as at 2026-01-31"])


class StatePage(Page):
    """States parties, by their codes."""

    items: list[StateOut]


class SubmissionRef(Schema):
    """The document with which a State submitted an entry."""

    document: str = Field(examples=["Note verbale 1/2026"])
    received: date
    language: str
    covers: str


class EntryOut(Schema):
    """A published entry, as the State wrote it; e-mail addresses of persons are left out."""

    id: UUID
    state: str = Field(examples=["XA"])
    kind: str = Field(examples=["source"])
    title: str = Field(examples=["Public contracts of Xanadu"])
    language: str = Field(description="of the State's words, BCP 47", examples=["en"])
    fields: Fields = Field(description=FIELDS_ARE)
    version: int = Field(ge=1)
    submission: SubmissionRef
    last_confirmed: date | None
    source: str | None = Field(description="the source that is harvested for it", examples=["xa-finance"])


class EntryPage(Page):
    """Published entries, by State and age."""

    items: list[EntryOut]


class ChangeOut(Schema):
    """One change of the published register. title: "" where that version is no longer published."""

    at: datetime
    action: Literal["publish", "confirm", "supersede", "withdraw"]
    state: str
    entry: UUID
    version: int
    title: str


class ChangePage(Page):
    """Changes, the latest first."""

    items: list[ChangeOut]


class RunOut(Schema):
    """One harvest of a source. sentence: how it went. findings: how many there are, by code."""

    id: int
    state: str = Field(description="running, interrupted, complete, partial or failed", examples=["complete"])
    started: datetime
    ended: datetime | None
    sentence: str
    advertised: int | None = Field(description="how many datasets the portal said that it has")
    requests: int
    records: int
    new: int
    changed: int
    unchanged: int
    missing: int
    invalid: int
    withdrawn: int
    findings: dict[str, int]


class RunPage(Page):
    """Harvests of a source, the latest first."""

    items: list[RunOut]


class SourceOut(Schema):
    """A source that is harvested. basis: "submission" where the State reported it, else "public-knowledge". datasets: in the
    catalogue now."""

    id: str = Field(examples=["xa-finance"])
    state: str = Field(examples=["XA"])
    title: dict[str, str] = Field(description='by BCP 47 tag, "und" where the language is not stated')
    url: str = Field(examples=["https://data.xa.example"])
    protocol: str = Field(examples=["ckan"])
    basis: str
    entry: UUID | None = Field(description="the published entry that reports it")
    datasets: int
    last_run: RunOut | None
    withdrawn: datetime | None = Field(description="since when it is withdrawn: neither harvested nor published")


class SourcePage(Page):
    """Sources, by State and id."""

    items: list[SourceOut]


class FindingOut(Schema):
    """What a harvest found, in words of the language that was asked for. hint: what to do about it."""

    code: str
    severity: str
    path: str
    value: str
    url: str
    message: str
    hint: str


class FindingPage(Page):
    """Findings in the order in which they were made."""

    items: list[FindingOut]


class RemarkOut(Schema):
    """What is said of a field. blocks: whether the entry cannot be submitted so."""

    field: str = Field(examples=["title"])
    code: str = Field(examples=["missing"])
    blocks: bool
    message: str = Field(examples=["This is needed; fill it in."])


class Judged(Schema):
    """One entry of a request. index: its place there, from 0. blocked: whether it keeps the list from being submitted. entry,
    version: their ids, once it is submitted."""

    index: int
    blocked: bool
    remarks: list[RemarkOut]
    entry: UUID | None = None
    version: UUID | None = None


class Judgement(Schema):
    """What would become of a list. acceptable: whether it could be submitted so."""

    acceptable: bool
    entries: list[Judged]


class Refused(Error):
    """A request with mistakes. entries: what is said of each entry, where the rest could be read."""

    entries: list[Judged] = Field(default_factory=list)


class Submitted(Schema):
    """A list that was submitted. receipt_sent: whether the mail server took the receipts."""

    id: UUID
    entries: list[Judged]
    receipt_sent: bool


class VersionOut(Schema):
    """A version of an entry, as its State sees it. reasons, note: of the secretariat, where it was returned or found out of
    scope."""

    id: UUID
    entry: UUID
    number: int
    status: Status
    published: bool
    fields: Fields = Field(description=FIELDS_ARE)
    submission: UUID | None
    document: str
    edited: datetime
    decided: datetime | None
    reasons: list[str] = Field(default_factory=list)
    note: str = ""


class VersionPage(Page):
    """Versions, by entry and number."""

    items: list[VersionOut]


class CheckOut(Schema):
    """A check of an address. told: what it is doing, or why it was refused. result: what was found, once it is done."""

    id: UUID
    url: str
    stage: Literal["waiting", "running", "done", "refused"]
    told: str
    result: dict[str, Any] | None


Bad = dict[int, type[Schema]]
BAD: Bad = dict.fromkeys((400, 404, 405, 422, 429, 500), Error)
"""What any operation may answer."""

IN_PROGRESS: Bad = {409: Error}
"""Where a request may be sent twice with the same key."""

KEYED: Bad = BAD | {401: Error}
"""Where a key may be sent."""

WRITTEN: Bad = KEYED | {403: Error, 413: Error, 415: Error, 422: Refused}
"""Where something is sent with a key."""
