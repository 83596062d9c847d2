"""Beneficial ownership data: a file of statements in BODS is one dataset.

Only what the statements say of the publication is read (publisher, licence, dates, version, how many of each kind): never
whom they are about.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from harvesters.base import Answer, Event, Harvester, LastPage, Parts, Source, no_parts
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.jsonvalues import members
from harvesters.mapping import Draft, Reading, build_resources, compose
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record
from harvesters.values import clean_text

MAX_PUBLISHERS = 20
KINDS = frozenset({"entity", "person", "relationship"})
"""Of statements (BODS 0.4, recordType); before that `entityStatement` and so on (0.1 to 0.3, statementType)."""

STANDARD = "https://standard.openownership.org/en/{}/"
_STATEMENT = re.compile(r'"statementI[dD]"\s*:')
_KIND = re.compile(
    r'"(?:recordType|statementType)"\s*:\s*"(?:entity|person|relationship|ownershipOrControl)(?:Statement)?"'
)
_LIKELY = re.compile(r"bods|beneficial-?ownership", re.IGNORECASE)


class _Publisher(msgspec.Struct):
    name: str | None = None
    url: str | None = None


class _Publication(msgspec.Struct):
    publicationDate: str | None = None  # noqa: N815 (the standard's words, here and below)
    bodsVersion: str | None = None  # noqa: N815
    license: str | None = None
    publisher: _Publisher | None = None


class _Statement(msgspec.Struct):
    """What is read of a statement."""

    statementId: str | None = None  # noqa: N815
    statementID: str | None = None  # noqa: N815
    recordType: str | None = None  # noqa: N815
    statementType: str | None = None  # noqa: N815
    publicationDetails: _Publication | None = None  # noqa: N815


_STATEMENTS = msgspec.json.Decoder(_Statement)


class Bods(Harvester):
    """A file in the Beneficial Ownership Data Standard, versions 0.1 to 0.4, as a list of statements or one statement a line:
    one dataset, with the publisher, licence, dates and version that its statements state, and how many of each kind there
    are. The statements have no title for it, so one is made of the publisher. Of the persons and companies that the
    statements are about nothing is taken over.
    """

    protocol = "bods"
    title = "BODS (Beneficial Ownership Data Standard)"
    standard = "https://standard.openownership.org/"

    def start(self) -> Iterable[Ask]:
        """The file."""
        yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """The publication, as its statements describe it."""
        kinds: Counter[str] = Counter()
        publishers: dict[str, str | None] = {}
        licences: dict[str, None] = {}
        versions: dict[str, None] = {}
        dates: list[str] = []
        for statement in self._statements(answer):
            kinds[statement.recordType or (statement.statementType or "").removesuffix("Statement") or "other"] += 1
            details = statement.publicationDetails
            if details is None:
                continue
            if details.publisher is not None and details.publisher.name and len(publishers) < MAX_PUBLISHERS:
                publishers.setdefault(details.publisher.name, details.publisher.url)
            licences |= {details.license: None} if details.license else {}
            versions |= {details.bodsVersion: None} if details.bodsVersion else {}
            if details.publicationDate:
                dates = [min([*dates[:1], details.publicationDate]), max([*dates[-1:], details.publicationDate])]
        if not kinds:
            raise MalformedAnswer(phrase("no-statements", url=answer.url, name="BODS"), phrase("do-check-address"))
        publication = {
            "address": answer.ask.url, "publishers": publishers, "licences": list(licences), "versions": list(versions),
            "published": dates, "statements": dict(sorted(kinds.items())),
        }  # fmt: skip
        yield self.json_record(answer.ask.url, msgspec.json.encode(publication), answer)
        yield LastPage()

    def _statements(self, answer: Answer) -> Iterator[_Statement]:
        with answer.open() as file:
            listed = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
            file.seek(0)
            members: Iterable[bytes | TooLarge] = (
                ArrayMembers(file, ((),), self.source.max_record_bytes, None, answer.url)
                if listed
                else (line for line in file if line.strip())
            )
            for member in members:
                if isinstance(member, TooLarge):
                    continue
                try:
                    statement = _STATEMENTS.decode(member)
                except NOT_JSON as error:
                    raise MalformedAnswer(
                        phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)),
                        phrase("do-check-address"),
                    ) from error
                if statement.statementId or statement.statementID:
                    yield statement

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Files that the page links to."""
        linked = [a for a in seen.anchors if a.partition("?")[0].endswith((".json", ".jsonl")) and _LIKELY.search(a)]
        for url in linked[:1]:
            yield Lead(url, 65, phrase("page-links-to", name="BODS"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Statements with an identifier and a kind, in the first part of the file."""
        head = seen.text[:262144]
        if head.lstrip()[:1] in ("[", "{") and _STATEMENT.search(head[:16384]) and _KIND.search(head):
            return Recognised(94, seen.url, phrase("statements-of-ownership"), 1)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """The dataset that the file is."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(None, [find("record-malformed", value=record.id or "", why=phrase("why-not-an-object"))])
        return _map(said, record.id, record, source)


def _map(said: dict[str, Any], native_id: str, record: Record, source: Source) -> Mapped:
    reading = Reading(record.url)
    publishers = said.get("publishers") or {}
    name = next(iter(publishers), None) if len(publishers) == 1 else None
    url = reading.link(publishers[name], "publisher.url") if name and publishers[name] else None
    published = said.get("published") or []
    stated = [reading.licence("license", **_licence(text)) for text in members(said.get("licences"))]
    draft = Draft(path="file", raw=said.get("address"), download_url=said.get("address"), format="JSON")
    more: dict[str, Any] = {"statements": said.get("statements")}
    if len(publishers) > 1:
        more["publishers"] = list(publishers)
    additions = Additions(
        source=source.id,
        native_id=native_id,
        protocol="bods",
        titles={"en": f"Beneficial ownership statements{f' of {name}' if name else ''}"},
        publisher=Publisher(name=clean_text(name), url=url) if name else None,
        issued=reading.moment(published[0], "publicationDate") if published else None,
        modified=reading.moment(published[-1], "publicationDate") if published else None,
        licences=[licence for licence in stated if licence is not None],
        conforms_to=[STANDARD.format(version) for version in members(said.get("versions"))],
        more=more,
    )
    return compose(source, additions, build_resources([draft], [], reading).resources, reading)


def _licence(text: str) -> dict[str, object]:
    return {"url": text} if text.lower().startswith(("http://", "https://")) else {"id": text}
