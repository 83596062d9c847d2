"""OAI-PMH 2.0: repositories whose records come with DCAT, ISO 19115, DataCite or Dublin Core metadata."""

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
from harvesters.datacite import is_datacite, map_datacite
from harvesters.dublin_core import map_dublin_core, types
from harvesters.embedded import is_dcat, read_dcat
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.iso import record as iso
from harvesters.iso.mapping import map_iso
from harvesters.markup import Element, child, children, local, text
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Gone, Record
from harvesters.xmlrecord import too_large, xml_record

PREFIXES = (
    *("dcat", "dcat_ap", "dcat-ap", "oai_dcat", "rdf"),
    *("iso19139", "iso19115", "iso19115-3", "iso19115-3.2018", "gmd", "iso"),
    *("oai_datacite", "datacite", "datacite4", "oai_datacite4", "datacite3"),
    "oai_dc",
)
"""Metadata formats in the order of preference; oai_dc is what every repository must have (OAI-PMH 2.0, 2.5)."""

OTHER_TYPES = (
    *(
        "article",
        "thesis",
        "book",
        "journalarticle",
        "conference",
        "preprint",
        "lecture",
        "image",
        "stillimage",
        "text",
    ),
    *("report", "publication", "service", "software"),
)
"""What dc:type says of records that are no datasets; where nothing else is said they are left out (option `all_types`)."""

FALLBACK = PREFIXES[-1]

ARGUMENTS = frozenset({"verb", "metadataPrefix", "set", "from", "until", "identifier", "resumptionToken"})
"""Of the protocol; what else a base address carries is its own (`?mode=oaipmh`)."""

EMPTY = "noRecordsMatch"
BAD_ARGUMENT = "badArgument"
EXPIRED = "badResumptionToken"
_ROOT = re.compile(rb"<(?:\w+:)?OAI-PMH\b")


class OaiPmh(Harvester):
    """ListRecords by resumption token, with the list's size where the repository says it; in the best format that it offers:
    DCAT, ISO 19115, DataCite, or Dublin Core, which all have. Deleted records are told as such, so that a harvest of changes
    finds them. An error that comes with HTTP 200 is read as one; that nothing matches is a whole answer. Records that say
    that they are articles, theses, images, services or software are left out.
    """

    protocol = "oai-pmh"
    title = "OAI-PMH"
    version = 3
    standard = "https://www.openarchives.org/OAI/openarchivesprotocol.html"
    incremental = True
    options = (
        Option("set", "only the records of this set"),
        Option("metadata_prefix", "the metadata format, where the best one that the repository offers is broken"),
        Option("all_types", "true: articles, theses and images as well"),
    )

    def start(self) -> Iterable[Ask]:
        """The metadata formats, unless the source names one."""
        if "metadata_prefix" in self.source.options:
            yield self._list(str(self.source.options["metadata_prefix"]))
        else:
            yield Ask(self._url({"verb": "ListMetadataFormats"}), purpose="formats")

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Dublin Core, which every repository has, where the formats or the first page of another one cannot be had."""
        if ask.purpose == "formats" or (ask.note.get("prefix") not in (None, FALLBACK) and ask.note.get("first")):
            yield self._list(FALLBACK)

    def read(self, answer: Answer) -> Iterator[Event]:
        """The formats, or a page of records. Raises MalformedAnswer for errors other than that nothing matches."""
        with answer.small() as file:
            root = markup.read(file, answer.url)
        if local(root) != "OAI-PMH":
            raise MalformedAnswer(
                phrase("not-of-protocol", url=answer.url, name="OAI-PMH"), phrase("do-check-base-address")
            )
        error = child(root, "error")
        if error is not None and error.get("code") == EMPTY:
            # A repository may have records in Dublin Core alone, though it offers better formats.
            if answer.ask.note.get("first") and answer.ask.note.get("prefix") != FALLBACK and self.source.since is None:
                yield self._list(FALLBACK)
            else:
                yield LastPage()
            return
        if error is not None and error.get("code") == BAD_ARGUMENT and (again := self._repeating(answer.ask)):
            yield again
            return
        if error is not None:
            said = " ".join(f"{error.get('code', 'error')} {text(error) or ''}".split())
            raise MalformedAnswer(
                phrase("refuses-request", url=answer.url),
                phrase("it-says", words=said[:200].rstrip(".")),
                phrase("do-kept-asks-again" if error.get("code") == EXPIRED else "do-check-base-address"),
            )
        if answer.ask.purpose == "formats":
            offered = {text(each) for each in children(root, "ListMetadataFormats", "metadataFormat", "metadataPrefix")}
            yield self._list(next((prefix for prefix in PREFIXES if prefix in offered), FALLBACK))
            return
        if child(root, "ListRecords") is None:
            raise MalformedAnswer(phrase("lists-no-record", url=answer.url), phrase("do-check-base-address"))
        records = children(root, "ListRecords", "record")
        for record in records:
            yield from self._record(record, answer)
        token = child(root, "ListRecords", "resumptionToken")
        size = token.get("completeListSize", "") if token is not None else ""
        if size.isdecimal() and self.source.since is None:
            yield Advertised(int(size))
        # pycsw 2.6 gives a token behind an empty page, and the token 0 (its start) behind the last one: neither leads on.
        if records and token is not None and (words := text(token)) and words != "0":
            yield self._next(words, answer.ask)
        else:
            yield LastPage()

    def _list(self, prefix: str) -> Ask:
        return Ask(
            self._url({"verb": "ListRecords", **self._selection(prefix)}), note={"prefix": prefix, "first": True}
        )

    def _selection(self, prefix: str) -> dict[str, str]:
        selection = {"metadataPrefix": prefix}
        if "set" in self.source.options:
            selection["set"] = str(self.source.options["set"])
        if self.source.since is not None:
            selection["from"] = self.source.since[:10]  # every repository knows days (2.7.1); seconds are for some only
        return selection

    def _next(self, token: str, behind: Ask) -> Ask:
        """The page of a token; the token alone (3.5), unless the repository has refused that."""
        repeats = bool(behind.note.get("repeats"))
        selection = self._selection(str(behind.note["prefix"])) if repeats else {}
        note = {"prefix": behind.note["prefix"], "token": token, "repeats": repeats}
        return Ask(self._url({"verb": "ListRecords", **selection, "resumptionToken": token}), note=note)

    def _repeating(self, refused: Ask) -> Ask | None:
        """The page of a token again with all arguments repeated, which pycsw 2.6 wants though 3.5 forbids it."""
        token = refused.note.get("token")
        if token is None or refused.note.get("repeats"):
            return None
        return self._next(str(token), Ask(refused.url, note={**refused.note, "repeats": True}))

    def _url(self, query: dict[str, str]) -> str:
        parts = urlsplit(self.source.url)
        own = [(key, value) for key, value in parse_qsl(parts.query) if key not in ARGUMENTS]
        return urlunsplit(parts._replace(query=urlencode([*own, *query.items()]), fragment=""))

    def _record(self, record: Element, answer: Answer) -> Iterator[Event]:
        header = child(record, "header")
        identifier = text(child(header, "identifier"))
        if header is not None and header.get("status") == "deleted":
            if identifier is not None:
                yield Gone(identifier, answer.url)
                yield notice(find("member-deleted", value=identifier), answer, identifier, received=True)
            return
        holder = child(record, "metadata")
        # Some repositories put the elements of Dublin Core into the record without one around them.
        metadata = holder if holder is None or len(holder) > 1 else next(iter(holder), None)
        if metadata is None:
            yield notice(
                find("record-malformed", value=identifier or "", why=phrase("why-lacks", field="metadata")),
                answer,
                identifier,
                received=True,
            )
            return
        if too_large(metadata, self.source):
            yield xml_record(identifier, metadata, answer, self.source)
            return
        if is_dcat(metadata):
            yield from read_dcat(metadata, self.source, answer, identifier)
            return
        kind = self._other_kind(metadata)
        if kind is not None:
            yield notice(find("not-a-dataset", value=kind), answer, identifier, received=True)
            return
        yield xml_record(identifier, metadata, answer, self.source)

    def _other_kind(self, metadata: Element) -> str | None:
        """What a record is where it says that it is no dataset; None where it is one, or says nothing."""
        if self.source.options.get("all_types"):
            return None
        if iso.is_record(metadata):
            return iso.other_kind(metadata)
        said = types(metadata) if not is_datacite(metadata) else _general_types(metadata)
        if not said or any("dataset" in each for each in said):
            return None
        return next(
            (each for each in said if any(each.rpartition("/")[2].startswith(other) for other in OTHER_TYPES)), None
        )

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Identify, where the address or the page speaks of OAI."""
        base = seen.url.partition("?")[0]
        if seen.reported and re.search(r"oai", seen.url, re.IGNORECASE):
            yield Lead(f"{base}?verb=Identify", 57, phrase("address-looks-like", name="OAI-PMH"))
        if seen.is_html and "dspace" in seen.text.lower():
            yield Lead(f"{seen.root}oai/request?verb=Identify", 66, phrase("page-bears-marks", name="DSpace"))
        for url in [a for a in seen.anchors if re.search(r"[/?=]oai\b|oai-?pmh", a, re.IGNORECASE)][:1]:
            yield Lead(f"{url.partition('?')[0]}?verb=Identify", 64, phrase("page-links-to", name="OAI-PMH"))
        if seen.reported:
            yield Lead(f"{seen.root}oai?verb=Identify", 9, phrase("usual-place", name="OAI-PMH"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Any answer in OAI-PMH."""
        if seen.is_html or b"openarchives.org/OAI/2.0/" not in seen.body[:4096] or not _ROOT.search(seen.body[:4096]):
            return None
        name = re.search(rb"<repositoryName>([^<]{1,120})", seen.body)
        evidence = (
            phrase("says-its-title", name="OAI-PMH", title=name[1].decode("utf-8", "replace").strip())
            if name
            else phrase("says-what-it-is", name="OAI-PMH")
        )
        parts = urlsplit(seen.url)
        own = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key not in ARGUMENTS])
        return Recognised(95, urlunsplit(parts._replace(query=own, fragment="")), evidence)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map a record by the metadata that it has."""
        head = (record.text or "")[:4096]
        if re.search(r"<(?:\w+:)?(?:MD|MI|CHE_MD)_Metadata\b", head):
            return map_iso(record, source, cls.protocol)
        # The word alone says little: Dublin Core may link to DataCite, or stand in a document that declares its namespace.
        if "datacite" in head and re.search(r"<(?:[\w.-]+:)?resource\b", record.text or ""):
            return map_datacite(record, source, cls.protocol)
        if re.match(r"\s*<(?:\w+:)?resource\b", head):
            return map_datacite(record, source, cls.protocol)
        return map_dublin_core(record, source, cls.protocol)


def _general_types(metadata: Element) -> list[str]:
    return [
        (each.get("resourceTypeGeneral") or "").lower() for each in metadata.iter() if local(each) == "resourceType"
    ]
