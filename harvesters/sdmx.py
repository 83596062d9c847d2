"""SDMX: the dataflows of a statistical office's web service, or of a structure message."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

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
    no_parts,
    notice,
)  # fmt: skip
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonpages import FINAL
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.markup import Element, children, elements, local, serialised, text
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase
from harvesters.sdmx_mapping import Flow, flow_of_json, flow_of_xml, mapped
from harvesters.spool_lines import Ask, Part, Record
from harvesters.xmlrecord import xml_record

ACCEPT = (
    "application/vnd.sdmx.structure+xml;version=2.1, application/vnd.sdmx.structure+xml;version=3.0.0;q=0.9, "
    "application/xml;q=0.8, application/vnd.sdmx.structure+json;q=0.5"
)
VERSION_2_1 = "dataflow/all/all/latest"
"""All dataflows in their latest version (SDMX 2.1 web services guidelines, 4.3)."""

VERSION_3 = "structure/dataflow/*/*/~"
"""The same with SDMX 3.0 (SDMX REST API 2.0, structure queries)."""

NAMESPACE = re.compile(r"sdmx\.org/resources/sdmxml/schemas/v(\d)_(\d)/message", re.IGNORECASE)
_STRUCTURES = re.compile(r"/(?:dataflow|structure/dataflow)(?:/|$)|\.(?:xml|json)$", re.IGNORECASE)
_SERVICE = re.compile(r"sdmx|/rest\b|/ws\b", re.IGNORECASE)
_DATAFLOW = re.compile(r"<(?:\w+:)?Dataflow\s[^>]*\bid=")


class Sdmx(Harvester):
    """Dataflows (SDMX 2.0, 2.1 and 3.0, in XML and JSON), from the address of a web service or of a structure message. Each
    is a dataset in its latest version; former versions that a message has too are datasets of their own. A service is
    asked as 2.1 has it, then as 3.0 has it. Its standard has no list of what changed: every harvest reads all.
    """

    protocol = "sdmx"
    title = "SDMX"
    standard = "https://sdmx.org/standards-2/"
    options = (Option("agency", "only the dataflows of this maintenance agency, by its id"),)

    def start(self) -> Iterable[Ask]:
        """The dataflows; of an address that names them already, that."""
        if _STRUCTURES.search(urlsplit(self.source.url).path):
            yield Ask(self.source.url, headers={"Accept": ACCEPT})
        else:
            yield self._flows(VERSION_2_1)

    def _flows(self, path: str) -> Ask:
        agency = quote(str(self.source.options.get("agency", "")), safe="")
        if agency:
            path = path.replace("/all/", f"/{agency}/", 1).replace("/*/", f"/{agency}/", 1)
        root = urlsplit(self.source.url)
        url = urlunsplit(root._replace(path=f"{root.path.rstrip('/')}/{path}", query="", fragment=""))
        return Ask(url, headers={"Accept": ACCEPT})

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """The question of 3.0, where that of 2.1 has no answer."""
        if ask.url.endswith("/latest") and failure.failure not in FINAL:
            yield self._flows(VERSION_3)

    def read(self, answer: Answer) -> Iterable[Event]:
        """The dataflows of a message; it is whole by itself."""
        with answer.open() as file:
            head = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        found = self._json(answer) if head.startswith(b"{") else self._xml(answer)
        count = 0
        for event in found:
            count += isinstance(event, Record) or getattr(event, "received", False)
            yield event
        if not count:
            raise MalformedAnswer(*_nothing(answer))
        yield Advertised(count)
        yield LastPage()

    def _xml(self, answer: Answer) -> Iterator[Event]:
        latest: dict[str, tuple[int, ...]] = {}
        with suppress(MalformedAnswer):  # raised again below, after the dataflows before the mistake
            for element in self._elements(answer):
                flow = flow_of_xml(element)
                latest[flow.key] = max(latest.get(flow.key, ()), flow.ordered_version)
        for element in self._elements(answer):
            found = xml_record(flow_of_xml(element).identifier(latest), element, answer, self.source)
            if isinstance(found, Record) and self.source.protocol != self.protocol:
                found = msgspec.structs.replace(found, protocol=self.protocol)
            yield found
        for agency, words in _agencies(answer):
            yield Part(f"agency:{agency}", words)

    @staticmethod
    def _elements(answer: Answer) -> Iterator[Element]:
        """The dataflows that the message describes; references to dataflows have the same name and another parent."""
        with answer.open() as file:
            for element in elements(file, "Dataflow", answer.url):
                parent = element.getparent()
                if parent is not None and local(parent) == "Dataflows" and element.get("id"):
                    yield element

    def _json(self, answer: Answer) -> Iterator[Event]:
        latest: dict[str, tuple[int, ...]] = {}
        for member in self._members(answer):
            if isinstance(member, bytes) and (flow := _decoded(member)) is not None:
                latest[flow.key] = max(latest.get(flow.key, ()), flow.ordered_version)
        for member in self._members(answer):
            if isinstance(member, TooLarge):
                yield self._too_large(member.size_bytes, answer, None)
            elif (flow := _decoded(member)) is None:
                excerpt = member[:200].decode("utf-8", "replace")
                yield notice(
                    find("record-malformed", value=excerpt, why=phrase("why-no-record-of", name="SDMX")),
                    answer,
                    received=True,
                )
            else:
                yield self.json_record(flow.identifier(latest), member, answer)

    def _members(self, answer: Answer) -> Iterator[bytes | TooLarge]:
        with answer.open() as file:
            lists = (("data", "dataflows"), ("dataflows",))
            yield from ArrayMembers(file, lists, self.source.max_record_bytes, None, answer.url)

    def _too_large(self, size: int, answer: Answer, identifier: str | None) -> Event:
        limit = self.source.max_record_bytes
        return notice(
            find("record-too-large", value=answer.url, size=size, limit=limit), answer, identifier, received=True
        )

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The dataflows below an address that looks like a service's, and below a page that speaks of one."""
        if not seen.reported or NAMESPACE.search(seen.text[:4096]):
            return
        likely = bool(_SERVICE.search(seen.url)) or "sdmx" in seen.text[:200_000].lower()
        base = seen.base
        weight, because = (52, "page-mentions") if likely else (9, "usual-place")
        yield Lead(f"{base}{VERSION_2_1}", weight, phrase(because, name="SDMX"), ACCEPT)
        if likely:
            yield Lead(f"{base}{VERSION_3}", weight - 2, phrase(because, name="SDMX 3"), ACCEPT)

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A structure message with dataflows."""
        said = seen.json
        if isinstance(said, dict):
            data = said.get("data")
            flows = data.get("dataflows") if isinstance(data, dict) else None
            if isinstance(flows, list) and flows and all(isinstance(f, dict) and "agencyID" in f for f in flows):
                return Recognised(95, _reported(seen), phrase("answers-with-dataflows", name="SDMX-JSON"), len(flows))
            return None
        version = NAMESPACE.search(seen.text[:4096])
        if version is None:
            return None
        count = len(_DATAFLOW.findall(seen.text))
        if not count:
            return None
        evidence = phrase("answers-with-dataflows", name=f"SDMX {version[1]}.{version[2]}")
        return Recognised(95, _reported(seen), evidence, count if seen.whole else None)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataflow."""
        try:
            flow = flow_of_xml(record.text) if record.text is not None else _decoded(bytes(record.json))
        except MalformedAnswer as error:  # an address of a namespace may pass in the message, and not by itself
            return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
        if flow is None or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="SDMX"))]
            )
        return mapped(flow, record, source, cls.protocol, parts)


def _reported(seen: Seen) -> str:
    """What a source names: the service, where its list of all dataflows answered, else the message."""
    for path in (VERSION_2_1, VERSION_3):
        if seen.url.endswith(f"/{path}"):
            return seen.url.removesuffix(path)
    return seen.url


def _decoded(member: bytes) -> Flow | None:
    try:
        said: Any = msgspec.json.decode(member)
    except NOT_JSON:
        return None
    return flow_of_json(said) if isinstance(said, dict) and said.get("id") else None


def _agencies(answer: Answer) -> Iterator[tuple[str, str]]:
    """What the message says of maintenance agencies: the schemes of agencies, and the sender."""
    for name in ("Agency", "Sender"):
        with answer.open() as file:
            for element in elements(file, name, answer.url):
                if element.get("id") and children(element, "Name"):
                    yield element.get("id", ""), serialised(element)


def _nothing(answer: Answer) -> tuple[Phrase, ...]:
    """Why a message has no dataflow: the service's own words, where it answers with an error message."""
    with answer.open() as file:
        head = file.read(65536)
    if b"ErrorMessage" in head:
        with answer.open() as file:
            words = "; ".join(filter(None, (text(each) for each in elements(file, "ErrorMessage", answer.url))))
        said = (phrase("it-says", words=words[:200].rstrip(".")),) if words else ()
        return phrase("answers-with-error", url=answer.url), *said, phrase("do-tell-the-operator")
    return phrase("lists-no-dataflow", url=answer.url), phrase("do-check-protocol")
