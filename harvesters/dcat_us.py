"""DCAT-US 1.1 and 3: one `data.json` that lists all datasets of a portal (Project Open Data Metadata Schema).

Spoken by DKAN, Socrata, ArcGIS Hub, CKAN's datajson extension and many hand-made catalogues. A file of any size is read
member by member. The standard knows no paging; where a portal pages all the same (a link to the next page, a stated
total with a page number), its pages are followed.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from harvesters.base import (
    Advertised,
    Answer,
    Event,
    Failure,
    Harvester,
    LastPage,
    Option,
    Parts,
    Source,
    Trouble,
    no_parts,
    notice,
)
from harvesters.dcat_us_mapping import map_dataset
from harvesters.dcat_us_paging import is_dataset, listed_within, next_link, stated_total, with_page
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, places
from harvesters.findings import find
from harvesters.jsonrecord import mended_json
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase
from harvesters.spool_lines import Ask, Noticed, Record
from harvesters.values import read_url

PATHS = (("dataset",), ("datasets",), ())
"""Where the list of datasets stands: as prescribed, as some write it, or as the whole document (schema 1.0)."""

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


class _Head(msgspec.Struct):
    """What reading needs of a member; the rest is checked to be JSON, and not built."""

    identifier: msgspec.Raw = msgspec.Raw(b"null")


_HEAD = msgspec.json.Decoder(_Head)


_LIST = re.compile(r'"datasets?"\s*:\s*\[')
_MEMBER = re.compile(
    r'"(?:accessLevel|distribution|accrualPeriodicity|landingPage|contactPoint|publisher|keyword)"\s*:'
)
_CONTEXT = re.compile(r'"conformsTo"\s*:\s*"https?://project-open-data|resources\.data\.gov')


class DcatUs(Harvester):
    """A portal's `data.json`, the Project Open Data Metadata Schema: a file of any size, read member by member, in the
    shape of version 1.1, of 1.0 (a bare list) or of 3: with objects where 1.1 has texts, with catalogues within the catalogue,
    or one dataset alone. The standard knows no paging; where a portal pages all the same, its pages are followed.
    """

    protocol = "dcat-us"
    title = "DCAT-US 1.1 and 3 (data.json)"
    version = 2
    standard = "https://resources.data.gov/resources/dcat-us/"
    options = (
        Option(
            "page_parameter",
            "the query parameter by which the portal pages its data.json, such as page; "
            "pages are asked for from 1 on until one is empty or the same as the one before",
        ),
    )

    def start(self) -> Iterable[Ask]:
        """The file that was reported, or the `data.json` that the standard prescribes at the root of a portal."""
        parts = urlsplit(self.source.url)
        named = parts.path.lower().endswith(".json") or bool(parts.query)
        url = self.source.url
        if not named:
            url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/data.json", fragment=""))
        if parameter := self._page_parameter():
            url = with_page(url, parameter, 1)
        yield Ask(url, note={} if named else {"guessed": True})

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Where there is no `data.json` under the reported address, that address may be the file itself."""
        if ask.note.get("guessed") and failure.failure in ("malformed", "moved"):
            yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """Records, then what the portal says of its size, then the next page or the last-page marker."""
        charset = _CHARSET.search(answer.headers.get("content-type", ""))
        identifiers = hashlib.sha256()
        count = 0
        with answer.open() as file:
            listed = ArrayMembers(
                file, PATHS, self.source.max_record_bytes, charset[1] if charset else None, answer.url
            )
            for member in listed:
                event = self._member(member, answer)
                count += 1
                identifiers.update(repr(event.id or event).encode())
                yield event
            envelope = _object(listed.envelope)
            for event in self._within(envelope, answer):
                count += 1
                identifiers.update(repr(event.id or event).encode())
                yield event
            if count == 0 and not listed.found and (alone := self._alone(envelope, answer)) is not None:
                yield alone
                yield Advertised(1)
                yield LastPage()
                return
            # A bare list without members has no sign of a catalogue.
            if (not listed.found and not count) or (count == 0 and not isinstance(_decoded(listed.envelope), dict)):
                raise MalformedAnswer(
                    phrase("no-list-under", url=answer.url, key="dataset"),
                    *_said_error(envelope),
                    phrase("do-check-address"),
                )
        yield from self._after(answer, envelope, count, identifiers.hexdigest())

    def _within(self, envelope: Mapping[str, Any], answer: Answer) -> Iterator[Record | Noticed]:
        """The datasets of catalogues within the catalogue."""
        for dataset in listed_within(envelope):
            yield self._member(msgspec.json.encode(dataset), answer)

    def _alone(self, envelope: Mapping[str, Any], answer: Answer) -> Record | Noticed | None:
        """A document that is one dataset itself (DCAT-US 3, class Dataset)."""
        if not is_dataset(envelope):
            return None
        return self._member(msgspec.json.encode(envelope), answer)

    def _member(self, member: bytes | TooLarge, answer: Answer) -> Record | Noticed:
        """One member of the list as a record, or as the finding that says why it is none."""
        if isinstance(member, TooLarge):
            finding = find("record-too-large", size=member.size_bytes, limit=self.source.max_record_bytes)
            return notice(finding, answer, received=True)
        try:
            head = _HEAD.decode(member)
        except NOT_JSON as error:
            mended = mended_json(member)
            if mended is None or not mended.startswith(b"{"):
                excerpt = member[:200].decode("utf-8", "replace")
                return notice(find("record-malformed", value=excerpt, why=str(error)), answer, received=True)
            member, head = mended, _HEAD.decode(mended)
        return self.json_record(_identifier(bytes(head.identifier)), member, answer)

    def _after(self, answer: Answer, envelope: Mapping[str, Any], count: int, digest: str) -> Iterator[Event]:
        """What follows a page of `count` datasets: its total and the next page, or the end."""
        note = answer.ask.note
        received = count + int(note.get("received") or 0)
        total = stated_total(envelope)
        if total is not None:
            yield Advertised(total)
        link = next_link(answer.headers.get("link", ""), envelope)
        same_again = digest == note.get("digest")
        parameter = self._page_parameter()
        if link is not None and count:
            yield from self._follow(link, answer, received, digest)
        elif count and not same_again and (parameter or (total is not None and received < total)):
            name = parameter or "page"
            page = dict(parse_qsl(urlsplit(answer.ask.url).query)).get(name, "1")
            following = int(page) + 1 if page.isdecimal() else 2
            yield _next_ask(with_page(answer.ask.url, name, following), answer, received, digest)
        else:
            yield LastPage()

    def _follow(self, link: str, answer: Answer, received: int, digest: str) -> Iterator[Event]:
        """The next page at the host that sent this one, whatever host a portal behind a proxy believes to be."""
        url = read_url(link, answer.url).url
        if url is None or not url.startswith(("http://", "https://")):
            yield Trouble(phrase("next-page-no-address", url=answer.url, link=repr(link[:200])))
            return
        here, there = urlsplit(answer.url), urlsplit(url)
        if there.netloc != here.netloc:
            yield notice(find("paging-leaves-host", value=link), answer)
            there = there._replace(scheme=here.scheme, netloc=here.netloc)
        yield _next_ask(urlunsplit(there), answer, received, digest)

    def _page_parameter(self) -> str | None:
        value = self.source.options.get("page_parameter")
        return value if isinstance(value, str) and value else None

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The place that the standard prescribes, and a data.json that the page links to."""
        linked = [anchor for anchor in seen.anchors if urlsplit(anchor).path.endswith("/data.json")]
        for url in linked[:1]:
            yield Lead(url, 70, phrase("page-links-to", name="data.json"), "application/json")
        if seen.reported:
            for place in places(seen.url):
                yield Lead(f"{place}data.json", 30, phrase("usual-place", name="DCAT-US"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A list of datasets that have DCAT-US's keys; of a file that is not whole, its beginning."""
        if seen.is_html:
            return None
        if seen.whole:
            said = seen.json
            if is_dataset(said):
                return Recognised(82, seen.url, phrase("one-dataset", name="DCAT-US 3"), 1)
            if isinstance(said, dict) and "dataset" not in said and isinstance(said.get("catalog"), list):
                found = len(listed_within(said))
                return (
                    Recognised(80, seen.url, phrase("catalogue-of-catalogues", name="DCAT-US 3"), found)
                    if found
                    else None
                )
            stated = (
                next((said[key] for key in ("dataset", "datasets") if key in said), None)
                if isinstance(said, dict)
                else said
            )
            if not isinstance(stated, list) or not all(isinstance(member, dict) for member in stated):
                return None
            known = sum(
                "title" in member and bool(_MEMBER.search(repr(member).replace("'", '"'))) for member in stated[:20]
            )
            conforms = isinstance(said, dict) and bool(_CONTEXT.search(seen.text[:65536]))
            if stated and not conforms and 2 * known <= len(stated[:20]):
                return None
            if not stated and not urlsplit(seen.url).path.endswith("data.json"):
                return None
            within = len(listed_within(said)) if isinstance(said, dict) else 0
            return Recognised(
                80 if isinstance(said, dict) else 70,
                seen.url,
                phrase("answers-in-form", name="DCAT-US"),
                len(stated) + within,
            )
        head = seen.text[:65536]
        if head.lstrip()[:1] not in ("{", "[") or not _MEMBER.search(head):
            return None
        if _LIST.search(head) or _CONTEXT.search(head):
            return Recognised(80, seen.url, phrase("begins-in-form", name="DCAT-US"))
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset of a data.json; see `dcat_us_mapping`."""
        try:
            return map_dataset(record, source)
        except RecursionError:
            return Mapped(None, [find("record-malformed", value=record.id or "", why=phrase("why-too-deep"))])


def _next_ask(url: str, answer: Answer, received: int, digest: str) -> Ask:
    """The ask for a further page, with what came so far; read by this harvester even where the source is another's."""
    return Ask(url, protocol=answer.ask.protocol, note={"received": received, "digest": digest})


def _identifier(raw: bytes) -> str | None:
    """The identifier as the portal wrote it, a number by its own digits; None where there is none."""
    if _NUMBER.fullmatch(raw.decode()):
        return raw.decode()
    value = msgspec.json.decode(raw)
    if isinstance(value, dict):  # DCAT-US 3: an object that holds the identifier
        value = value.get("@id") or value.get("notation") or value.get("@value")
    return value if isinstance(value, str) and value.strip() else None


def _object(envelope: bytes) -> dict[str, Any]:
    """What stands around the list; empty where that is no object that can be read."""
    value = _decoded(envelope)
    return value if isinstance(value, dict) else {}


def _decoded(envelope: bytes) -> Any:
    try:
        return msgspec.json.decode(envelope)
    except NOT_JSON:
        return None


def _said_error(envelope: Mapping[str, Any]) -> tuple[Phrase, ...]:
    """The error that a portal sent in place of its list, if it says one."""
    said = envelope.get("error") or envelope.get("message") or envelope.get("detail")
    if isinstance(said, dict):
        said = said.get("message")
    return (phrase("it-says", words=said[:200].rstrip(".")),) if isinstance(said, str) and said else ()
