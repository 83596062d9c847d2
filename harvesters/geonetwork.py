"""GeoNetwork: its search, the XML of each record, and where the search cannot be had its CSW."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

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
from harvesters.csw import Csw, map_record
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, folder_of
from harvesters.findings import find
from harvesters.iso.record import OTHER_SCOPES
from harvesters.jsonvalues import dig, members
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

JSON = "application/json"
SEARCH = "search"
PAGE_SIZE = 100


class GeoNetwork(Harvester):
    """GeoNetwork 4 and 3. Of 4 the search lists the identifiers in their order, page by page behind the last one and with
    its count, and each record is asked for as XML, in whatever schema it is held (ISO 19139, 19115-3, Dublin Core); changes
    are asked for by the date at which the catalogue changed a record. That is a request for each dataset: for a large
    catalogue its CSW, which gives 50 at once, is the better source (protocol `csw`). 3 has no such search: there, and where
    a proxy forbids it, the CSW of the same GeoNetwork is read. Templates are left out; services are too, and said.
    """

    protocol = "geonetwork"
    title = "GeoNetwork"
    standard = "https://docs.geonetwork-opensource.org/latest/api/"
    incremental = True
    options = (Option("page_size", f"identifiers a page of the search; {PAGE_SIZE} unless it is set"),)

    def start(self) -> Iterable[Ask]:
        """The first page of the search."""
        yield self._search(None)

    def read(self, answer: Answer) -> Iterable[Event]:
        """A page of the search, a record, or whatever the CSW answered."""
        if answer.ask.purpose == SEARCH:
            return self._page(answer)
        return self._record(answer) if answer.ask.purpose == "record" else self._csw().read(answer)

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """The CSW in the place of a search that does not begin."""
        if ask.purpose == SEARCH:
            return self._csw().start() if ask.note.get("first") else ()
        return () if ask.purpose == "record" else self._csw().failed(ask, failure)

    def _csw(self) -> Csw:
        """The catalogue service of the same GeoNetwork. Its records are read as this protocol's: they map alike."""
        return Csw(msgspec.structs.replace(self.source, url=f"{base_of(self.source.url)}srv/eng/csw"))

    def _search(self, behind: list[Any] | None) -> Ask:
        filters: list[dict[str, Any]] = [{"term": {"isTemplate": "n"}}]
        if self.source.since is not None:
            filters.append({"range": {"changeDate": {"gte": self.source.since}}})
        size = int(self.source.options.get("page_size", PAGE_SIZE))
        wanted: dict[str, Any] = {
            "size": min(size, self.source.limit or size), "track_total_hits": True, "sort": [{"uuid": "asc"}],
            "_source": ["uuid", "resourceType"], "query": {"bool": {"filter": filters}},
        }  # fmt: skip
        if behind is not None:
            wanted["search_after"] = behind
        return Ask(
            f"{base_of(self.source.url)}srv/api/search/records/_search", purpose=SEARCH, method="POST",
            headers={"Accept": JSON, "Content-Type": JSON}, body=msgspec.json.encode(wanted).decode(),
            note={"first": behind is None, "size": wanted["size"]},
        )  # fmt: skip

    def _page(self, answer: Answer) -> Iterator[Event]:
        try:
            said = msgspec.json.decode(answer.content())
        except NOT_JSON as error:
            raise MalformedAnswer(
                phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-check-protocol")
            ) from error
        hits = dig(said, "hits", "hits")
        if not isinstance(hits, list):
            raise MalformedAnswer(
                phrase("not-of-protocol", url=answer.url, name="GeoNetwork 4"), phrase("do-check-protocol")
            )
        stated = dig(said, "hits", "total")
        total = dig(stated, "value") if isinstance(stated, dict) else stated
        if isinstance(total, int):
            yield Advertised(total)
        for hit in hits:
            yield from self._hit(hit, answer)
        behind = dig(hits[-1], "sort") if hits else None
        if isinstance(behind, list) and len(hits) >= int(answer.ask.note.get("size") or 0):
            yield self._search(behind)
        else:
            yield LastPage()

    def _hit(self, hit: object, answer: Answer) -> Iterator[Event]:
        """Ask for a record, unless the search says that it is none of data."""
        identifier = dig(hit, "_source", "uuid") or dig(hit, "_id")
        if not isinstance(identifier, str) or not identifier:
            yield notice(find("no-identifier", value=str(hit)[:200]), answer, received=True)
            return
        kinds = [str(kind) for kind in members(dig(hit, "_source", "resourceType"))]
        if kinds and all(kind.lower() in OTHER_SCOPES for kind in kinds):
            yield notice(find("not-a-dataset", value=kinds[0]), answer, identifier, received=True)
            return
        url = f"{base_of(self.source.url)}srv/api/records/{quote(identifier, safe='')}/formatters/xml"
        yield Ask(url, purpose="record", headers={"Accept": "application/xml"}, note={"id": identifier})

    def _record(self, answer: Answer) -> Iterator[Event]:
        """One record, under the identifier that the search gave it."""
        with answer.small() as file:
            root = markup.read(file, answer.url)
        for event in self._csw().record(root, answer):
            if isinstance(event, Record) and event.protocol is None:
                yield msgspec.structs.replace(event, id=str(answer.ask.note["id"]))
            else:
                yield event

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """What a GeoNetwork says of itself, where the address or the page bears its marks."""
        marked = seen.is_html and (
            "geonetwork" in seen.text.lower() or "gn-cat" in seen.text or "/srv/api/" in seen.text
        )
        shaped = seen.reported and ("/srv/" in urlsplit(seen.url).path or "geonetwork" in seen.url.lower())
        if marked or shaped:
            because = phrase("page-bears-marks" if marked else "address-looks-like", name="GeoNetwork")
            yield Lead(f"{base_of(seen.url)}srv/api/site", 72 if marked else 56, because, JSON)
            if "/srv" not in seen.url and not seen.url.rstrip("/").endswith("geonetwork"):
                yield Lead(f"{seen.root}geonetwork/srv/api/site", 68, because, JSON)

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """What `srv/api/site` answers."""
        said = seen.json
        if not isinstance(said, dict) or "system/site/siteId" not in said:
            return None
        version = said.get("system/platform/version")
        evidence = (
            phrase("says-its-version", name="GeoNetwork", version=str(version))
            if version
            else phrase("says-what-it-is", name="GeoNetwork")
        )
        return Recognised(96, f"{base_of(seen.url)}srv/", evidence)

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map an ISO or a Dublin Core record, as CSW gives it."""
        return map_record(record, source, cls.protocol)


def base_of(url: str) -> str:
    """Where a GeoNetwork begins, with a slash at the end: `https://x.example/geonetwork/srv/eng/csw` gives
    `https://x.example/geonetwork/`."""
    plain = url.partition("#")[0].partition("?")[0]
    head, found, _ = plain.partition("/srv/")
    if not found and plain.endswith("/srv"):
        head, found = plain.removesuffix("/srv"), "/srv"
    return f"{head}/" if found else folder_of(plain)
