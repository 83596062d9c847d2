"""CSW: catalogue services for the web, with ISO 19115, Dublin Core or DCAT inside."""

import re
from collections.abc import Iterable, Iterator

from harvesters import csw_requests as requests
from harvesters import markup
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
)
from harvesters.csw_requests import Offer, capabilities, with_query
from harvesters.dublin_core import map_dublin_core, types
from harvesters.embedded import is_dcat, read_dcat
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.iso import record as iso
from harvesters.iso.mapping import map_iso
from harvesters.markup import Element, child, local, text
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase
from harvesters.spool_lines import Ask, Record
from harvesters.xmlrecord import too_large, xml_record

PAGE_SIZES = (50, 10, 1)
DUBLIN_CORE_TYPES = ("service", "software", "application", "map")
DUBLIN_CORE = ("Record", "SummaryRecord", "BriefRecord")


class Csw(Harvester):
    """CSW 2.0.2 and 3.0: the capabilities say what a service offers, then GetRecords page by page, with its count and its
    own number of the next record; by POST where it takes nothing else. ISO 19139 (also with the extensions of gmi and che)
    and ISO 19115-3 are preferred, then DCAT, then Dublin Core. Services, maps and applications are left out and said.
    Errors that come with HTTP 200 are read as such. Changes are asked for by a filter on the date of modification where the
    service says that it has one and takes it; else a harvest of changes reads all.
    """

    protocol = "csw"
    title = "CSW (Catalogue Service for the Web)"
    version = 3
    standard = "https://www.ogc.org/standards/cat/"
    incremental = True
    options = (
        Option("output_schema", "the schema to ask for, where the best one that the service offers is broken"),
        Option("constraint", "a filter in CQL, such as `apiso:Type = 'dataset'`"),
        Option("modified_property", "by which changes are asked for; the one that the service names unless it is set"),
        Option("page_size", f"records a page; {PAGE_SIZES[0]} unless it is set"),
        Option("version", "2.0.2 or 3.0.0, where the one that the service prefers is broken"),
    )

    def start(self) -> Iterable[Ask]:
        """The capabilities."""
        yield Ask(capabilities(self.source.url, self.source.options.get("version")), purpose="capabilities")

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Records without the capabilities; all records where the filter is refused; smaller pages."""
        if ask.purpose == "capabilities":
            schema = str(self.source.options.get("output_schema", requests.SCHEMAS[0]))
            yield self._page(Offer(schema=schema, modified="apiso:Modified"), 1, PAGE_SIZES[0])
        elif failure.failure in {"down", "too-large", "malformed"}:
            offer = Offer.of(ask.note)
            first, size = int(ask.note["first"] or 1), int(ask.note.get("size") or 0)
            if first == 1 and self.source.since is not None and offer.modified is not None:
                yield self._page(Offer(offer.version, offer.schema, None, offer.post), first, size)
            elif smaller := next((candidate for candidate in PAGE_SIZES if candidate < size), None):
                yield self._page(offer, first, smaller)

    def read(self, answer: Answer) -> Iterator[Event]:
        """The capabilities, or a page of records. Raises MalformedAnswer for an exception report and for anything else."""
        with answer.small() as file:
            root = markup.read(file, answer.url)
        if local(root) == "ExceptionReport":
            raise MalformedAnswer(*_refusal(root, answer))
        if answer.ask.purpose == "capabilities":
            if local(root) != "Capabilities":
                raise MalformedAnswer(
                    phrase("not-of-protocol", url=answer.url, name="CSW"), phrase("do-check-protocol")
                )
            size = int(self.source.options.get("page_size", PAGE_SIZES[0]))
            yield self._page(requests.read_offer(root, self.source), 1, min(size, self.source.limit or size))
            return
        results = child(root, "SearchResults")
        if results is None:
            raise MalformedAnswer(phrase("not-of-protocol", url=answer.url, name="CSW"), phrase("do-check-protocol"))
        # Some services put the records behind the results rather than into them.
        members = list(results) or [
            each for each in root if local(each) not in ("SearchStatus", "SearchResults", "RequestId")
        ]
        for element in members:
            yield from self.record(element, answer)
        yield from self._what_follows(results, len(members), answer)

    def _what_follows(self, results: Element, received: int, answer: Answer) -> Iterator[Event]:
        """The count, and the next page by the service's own number or else by what came."""
        matched = results.get("numberOfRecordsMatched", "")
        if matched.isdecimal():
            yield Advertised(int(matched))
        first, size = int(answer.ask.note["first"] or 1), int(answer.ask.note["size"] or 1)
        stated = results.get("nextRecord", "")
        # Some services forget the number of the next record, some repeat the page's own: then what came decides.
        following = int(stated) if stated.isdecimal() and int(stated) > first else first + received
        ended = following > int(matched) if matched.isdecimal() else stated == "0" or received < size
        if received == 0 or ended:
            yield LastPage()
        else:
            yield self._page(Offer.of(answer.ask.note), following, size)

    def _page(self, offer: Offer, first: int, size: int) -> Ask:
        return requests.page(self.source, offer, first, size)

    def record(self, element: Element, answer: Answer) -> Iterator[Event]:
        """One member of a page: an ISO record, a Dublin Core record, or DCAT."""
        if size := too_large(element, self.source):
            finding = find("record-too-large", value=answer.url, size=size, limit=self.source.max_record_bytes)
            yield notice(finding, answer, received=True)
        elif is_dcat(element):
            yield from read_dcat(element, self.source, answer)
        elif iso.is_record(element):
            identifier, kind = iso.identifier(element), iso.other_kind(element)
            if kind is not None:
                yield notice(find("not-a-dataset", value=kind), answer, identifier, received=True)
            else:
                yield xml_record(identifier, element, answer, self.source)
        elif local(element) in DUBLIN_CORE:
            identifier = text(child(element, "identifier"))
            said = [each.rpartition("/")[2] for each in types(element)]
            other = next((each for each in said if each in DUBLIN_CORE_TYPES), None)
            if other is not None:
                yield notice(find("not-a-dataset", value=other), answer, identifier, received=True)
            else:
                yield xml_record(identifier, element, answer, self.source)
        else:
            why = phrase("why-other-root", root=local(element))
            excerpt = markup.serialised(element)[:200]
            yield notice(find("record-malformed", value=excerpt, why=why), answer, received=True)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map an ISO or a Dublin Core record."""
        return map_record(record, source, cls.protocol)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The capabilities, where the address or the page speaks of a catalogue service."""
        if seen.reported and ("csw" in seen.url.lower() or "geonetwork" in seen.url.lower()):
            yield Lead(
                capabilities(seen.url),
                57,
                phrase("address-looks-like", name="CSW"),
            )
        if seen.is_html and ("geonetwork" in seen.text.lower()):
            base = seen.url.partition("/srv")[0].rstrip("/") + "/" if "/srv" in seen.url else f"{seen.root}geonetwork/"
            url = f"{base}srv/eng/csw?service=CSW&request=GetCapabilities"
            yield Lead(url, 70, phrase("page-bears-marks-of-host", name="GeoNetwork", service="CSW"))
        if seen.is_html and "pycsw" in seen.text.lower():
            yield Lead(
                f"{seen.root}csw?service=CSW&request=GetCapabilities", 70, phrase("page-bears-marks", name="pycsw")
            )
        elif seen.reported:
            yield Lead(f"{seen.root}csw?service=CSW&request=GetCapabilities", 13, phrase("usual-place", name="CSW"))
        for url in [anchor for anchor in seen.anchors if "csw" in anchor.lower()][:1]:
            yield Lead(capabilities(url), 65, phrase("page-links-to", name="CSW"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Capabilities of a CSW, or its search results."""
        head = seen.body[:8192]
        if seen.is_html or (b"Capabilities" not in head and b"GetRecordsResponse" not in head):
            return None
        if b"opengis.net/cat/csw" not in head:
            return None
        if b"GetRecordsResponse" in head:
            matched = re.search(rb'numberOfRecordsMatched="(\d+)"', head)
            return Recognised(
                93,
                with_query(seen.url, {}),
                phrase("answers-with-records", name="CSW"),
                int(matched[1]) if matched else None,
            )
        version = re.search(rb'\sversion="([\d.]+)"', head)
        return Recognised(
            95,
            with_query(seen.url, {}),
            phrase("says-its-version", name="CSW", version=version[1].decode())
            if version
            else phrase("says-what-it-is", name="CSW"),
        )


def map_record(record: Record, source: Source, protocol: str) -> Mapped:
    """Map an ISO or a Dublin Core record, by its root."""
    if re.match(r"\s*<(?:\w+:)?(?:Summary|Brief)?Record\b", record.text or ""):
        return map_dublin_core(record, source, protocol)
    return map_iso(record, source, protocol)


def _refusal(root: Element, answer: Answer) -> Iterator[Phrase]:
    """What an exception report says, in the words of the service where it has some."""
    yield phrase("refuses-request", url=answer.url)
    if words := " ".join((text(root) or "").split()):
        yield phrase("it-says", words=words[:300].rstrip("."))
    yield phrase("do-check-protocol")
