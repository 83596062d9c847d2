"""CSW: catalogue services for the web, with ISO 19115, Dublin Core or DCAT inside."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

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
from harvesters.dcat import Dcat
from harvesters.dublin_core import map_dublin_core, types
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.iso import record as iso
from harvesters.iso.mapping import map_iso
from harvesters.markup import Element, child, local, text
from harvesters.package import Mapped
from harvesters.spool import Ask, Part, Record

MEDIA = "application/xml"
SCHEMAS = (
    "http://www.isotc211.org/2005/gmd",
    "http://standards.iso.org/iso/19115/-3/mdb/2.0",
    "http://www.w3.org/ns/dcat#",
)
"""Output schemas in the order of preference; a service that offers none of them gives Dublin Core (CSW 2.0.2, 10.8.4.4)."""

PAGE_SIZES = (50, 10, 1)
OWN_PARAMETERS = frozenset({"service", "request", "version", "acceptversions", "sections"})
DUBLIN_CORE_TYPES = ("service", "software", "application", "map")


class Csw(Harvester):
    """CSW 2.0.2 and 3.0: the capabilities say what a service offers, then GetRecords page by page, with its count and its
    own number of the next record. ISO 19139 (also with the extensions of gmi and che) and ISO 19115-3 are preferred,
    then DCAT, then Dublin Core. Services, maps and applications are left out and said. Errors that come with HTTP 200 are
    read as such.
    """

    protocol = "csw"
    title = "CSW (Catalogue Service for the Web)"
    standard = "https://www.ogc.org/standards/cat/"
    incremental = True
    options = (
        Option("output_schema", "the schema to ask for, where the best one that the service offers is broken"),
        Option("constraint", "a filter in CQL, such as `apiso:Type = 'dataset'`"),
        Option("modified_property", "by which changes are asked for; apiso:Modified unless it is set"),
        Option("page_size", f"records a page; {PAGE_SIZES[0]} unless it is set"),
    )

    def start(self) -> Iterable[Ask]:
        """The capabilities."""
        yield Ask(_with(self.source.url, {"service": "CSW", "request": "GetCapabilities"}), purpose="capabilities")

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Records without the capabilities; smaller pages."""
        if ask.purpose == "capabilities":
            yield self._page(1, PAGE_SIZES[0], "2.0.2", str(self.source.options.get("output_schema", SCHEMAS[0])))
        elif failure.failure in {"down", "too-large", "malformed"}:
            size = int(ask.note.get("size") or 0)
            smaller = next((candidate for candidate in PAGE_SIZES if candidate < size), None)
            if smaller is not None:
                yield self._page(
                    int(ask.note["first"] or 1), smaller, str(ask.note["version"]), str(ask.note["schema"])
                )

    def read(self, answer: Answer) -> Iterator[Event]:
        """The capabilities, or a page of records. Raises MalformedAnswer for an exception report and for anything else."""
        root = markup.parse(answer.content(), answer.url)
        if local(root) == "ExceptionReport":
            raise MalformedAnswer(
                f"{answer.url} refuses the request: {' '.join((text(root) or 'no reason').split())[:300]}."
            )
        if answer.ask.purpose == "capabilities":
            yield self._first(root, answer)
            return
        results = child(root, "SearchResults")
        if results is None:
            raise MalformedAnswer(f"{answer.url} did not answer with search results; check that it is a CSW.")
        received = 0
        for element in results:
            received += 1
            yield from self._record(element, answer)
        matched = results.get("numberOfRecordsMatched", "")
        if matched.isdecimal():
            yield Advertised(int(matched))
        note = answer.ask.note
        first, size = int(note["first"] or 1), int(note["size"] or 1)
        stated = results.get("nextRecord", "")
        # Some services forget the number of the next record, some repeat the page's own: then what came decides.
        following = int(stated) if stated.isdecimal() and int(stated) > first else first + received
        ended = stated == "0" or (matched.isdecimal() and following > int(matched)) or (not matched and received < size)
        if received == 0 or ended:
            yield LastPage()
        else:
            yield self._page(following, size, str(note["version"]), str(note["schema"]))

    def _first(self, root: Element, answer: Answer) -> Ask:
        if local(root) != "Capabilities":
            raise MalformedAnswer(f"{answer.url} did not answer with capabilities; check that it is a CSW.")
        offered = {
            (text(value) or "").strip()
            for parameter in root.iter()
            if local(parameter) == "Parameter" and parameter.get("name", "").lower() == "outputschema"
            for value in parameter.iter()
            if local(value) == "Value"
        }
        version = root.get("version") or "2.0.2"
        schema = str(self.source.options.get("output_schema") or next((s for s in SCHEMAS if s in offered), ""))
        size = int(self.source.options.get("page_size", PAGE_SIZES[0]))
        return self._page(
            1, min(size, self.source.limit or size), "3.0.0" if version.startswith("3") else "2.0.2", schema
        )

    def _page(self, first: int, size: int, version: str, schema: str) -> Ask:
        query = {
            "service": "CSW", "version": version, "request": "GetRecords", "typeNames": "csw:Record", "resultType": "results",
            "elementSetName": "full", "startPosition": str(first), "maxRecords": str(size),
        }  # fmt: skip
        if schema:
            query["outputSchema"] = schema
        filters = [str(self.source.options["constraint"])] if "constraint" in self.source.options else []
        if self.source.since is not None:
            name = self.source.options.get("modified_property", "apiso:Modified")
            filters.append(f"{name} >= '{self.source.since[:10]}'")
        if filters:
            query |= {
                "constraintLanguage": "CQL_TEXT",
                "constraint_language_version": "1.1.0",
                "constraint": " AND ".join(filters),
            }
        note: dict[str, str | int | float | bool | None] = {
            "first": first,
            "size": size,
            "version": version,
            "schema": schema,
        }
        return Ask(_with(self.source.url, query), note=note)

    def _record(self, element: Element, answer: Answer) -> Iterator[Event]:
        """One member of a page: an ISO record, a Dublin Core record, or DCAT."""
        content = markup.serialised(element)
        if len(content) > self.source.max_record_bytes:
            limit = self.source.max_record_bytes
            yield notice(
                find("record-too-large", value=answer.url, size=len(content), limit=limit), answer, received=True
            )
        elif local(element) == "RDF":
            yield from self._dcat(content, answer)
        elif iso.is_record(element):
            kind, identifier = iso.scope(element), iso.identifier(element)
            if kind not in iso.DATASET_SCOPES:
                yield notice(find("not-a-dataset", value=kind), answer, identifier, received=True)
            else:
                yield _xml(identifier, content, answer)
        elif local(element) in ("Record", "SummaryRecord", "BriefRecord"):
            identifier = text(child(element, "identifier"))
            other = next((each for each in types(element) if each in DUBLIN_CORE_TYPES), None)
            if other is not None:
                yield notice(find("not-a-dataset", value=other), answer, identifier, received=True)
            else:
                yield _xml(identifier, content, answer)
        else:
            why = f"{local(element)} is not a metadata record that is known here"
            yield notice(find("record-malformed", value=content[:200], why=why), answer, received=True)

    def _dcat(self, content: str, answer: Answer) -> Iterator[Event]:
        """The datasets of an RDF document inside the page, to be mapped as DCAT."""
        path = answer.path.with_name(f"{answer.path.name}.rdf")
        path.write_text(content, encoding="utf-8")
        try:
            inner = Answer(
                Ask(answer.url, protocol="dcat"),
                answer.url,
                200,
                {"content-type": "application/rdf+xml"},
                path,
                answer.at,
            )
            for event in Dcat(self.source).read(inner):
                if isinstance(event, Record):
                    yield Record(
                        id=event.id, url=event.url, at=event.at, status=event.status, protocol="dcat", media=event.media,
                        json=event.json, text=event.text,
                    )  # fmt: skip
                elif isinstance(event, Part):
                    yield event
        except MalformedAnswer as error:
            yield notice(find("record-malformed", value=content[:200], why=error.sentence), answer, received=True)
        finally:
            path.unlink(missing_ok=True)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map an ISO or a Dublin Core record."""
        if re.match(r"\s*<(?:\w+:)?(?:Summary|Brief)?Record\b", record.text or ""):
            return map_dublin_core(record, source, cls.protocol)
        return map_iso(record, source, cls.protocol)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The capabilities, where the address or the page speaks of a catalogue service."""
        if seen.reported and ("csw" in seen.url.lower() or "geonetwork" in seen.url.lower()):
            yield Lead(
                _with(seen.url, {"service": "CSW", "request": "GetCapabilities"}),
                57,
                "the address has the shape of a CSW's",
            )
        if seen.is_html and ("geonetwork" in seen.text.lower()):
            base = seen.url.partition("/srv")[0].rstrip("/") + "/" if "/srv" in seen.url else f"{seen.root}geonetwork/"
            url = f"{base}srv/eng/csw?service=CSW&request=GetCapabilities"
            yield Lead(url, 70, "the page bears GeoNetwork's marks, which has a CSW")
        if seen.is_html and "pycsw" in seen.text.lower():
            yield Lead(f"{seen.root}csw?service=CSW&request=GetCapabilities", 70, "the page bears pycsw's marks")
        elif seen.reported:
            yield Lead(f"{seen.root}csw?service=CSW&request=GetCapabilities", 13, "where a CSW often is")
        for url in [anchor for anchor in seen.anchors if "csw" in anchor.lower()][:1]:
            yield Lead(_with(url, {"service": "CSW", "request": "GetCapabilities"}), 65, "the page links to a CSW")

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
                93, _with(seen.url, {}), "a CSW answers with records", int(matched[1]) if matched else None
            )
        version = re.search(rb'\sversion="([\d.]+)"', head)
        return Recognised(
            95,
            _with(seen.url, {}),
            f"a CSW answers with its capabilities (version {version[1].decode() if version else 'not said'})",
        )


def _xml(identifier: str | None, content: str, answer: Answer) -> Record:
    return Record(id=identifier, url=answer.url, at=answer.at, status=answer.status, media=MEDIA, text=content)


def _with(url: str, query: dict[str, str]) -> str:
    """The service's address with a request in the place of the one that it may have."""
    parts = urlsplit(url)
    request = ("typenames", "resulttype", "elementsetname", "startposition", "maxrecords", "outputschema", "outputformat",
               "constraintlanguage", "constraint_language_version", "constraint", *OWN_PARAMETERS)  # fmt: skip
    own = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key.lower() not in request]
    return urlunsplit(parts._replace(query=urlencode([*own, *query.items()]), fragment=""))
