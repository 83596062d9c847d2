"""ArcGIS Hub: the search API of a site, and version 3 where a site has no other."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from harvesters.base import Answer, Event, Failure, Option, Parts, Source, no_parts
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, words
from harvesters.mapping import Draft, Reading, describe, language_map
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Ask, Record
from harvesters.values import Moment, read_epoch_ms

FEATURE_DOWNLOADS = (("CSV", "csv", "text/csv"), ("GeoJSON", "geojson", "application/geo+json"))
READ = frozenset(
    {
        *(
            "id",
            "itemId",
            "title",
            "name",
            "description",
            "snippet",
            "searchDescription",
            "tags",
            "created",
            "modified",
        ),
        *(
            "licenseInfo",
            "structuredLicense",
            "license",
            "culture",
            "owner",
            "orgContactEmail",
            "url",
            "extent",
            "itemExtent",
        ),
        *(
            "source",
            "organization",
            "orgName",
            "publisher",
            "categories",
            "slug",
            "access",
            "boundary",
            "statistics",
            "layer",
        ),
        *(
            "layers",
            "server",
            "fields",
            "validExtent",
            "errors",
            "composedAt",
            "composeStatus",
            "thumbnailUrl",
            "links",
        ),
    }
)
"""Of an item's attributes; its layers, statistics and server description make up most of 75 KB, and stay in the spool."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)  # RFC 3986, 3.1


class ArcgisHub(JsonPages):
    """The Hub's search API (`/api/search/v1/collections/dataset/items`, an OGC API) of a site, else its version 3
    (`/api/v3/datasets`, JSON:API without links: the next page is asked for by number), else its data.json. Ids are the item's,
    with the layer behind an underscore; dates are milliseconds.
    """

    protocol = "arcgis-hub"
    title = "ArcGIS Hub search API"
    standard = "https://hub.arcgis.com/api/search/definition/"
    options = (Option("page_size", "datasets a page, where the site needs fewer than 100"),)
    lists = (("features",), ("data",))
    totals = (("numberMatched",), ("meta", "stats", "totalCount"))

    def page_url(self, start: int, size: int) -> str:
        """A page of the search API, which counts from 1."""
        query = urlencode({"limit": size, "startindex": start + 1, "sortBy": "created"})
        return f"{root_of(self.source.url)}api/search/v1/collections/dataset/items?{query}"

    def instead(self, ask: Ask, failure: Failure) -> Iterable[Ask]:
        """Version 3."""
        yield self._version_3(0, int(ask.note.get("size") or 100), 1)

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """After version 3, the data.json of the site."""
        if ask.purpose == "version-3" and not ask.note.get("start"):
            yield Ask(f"{root_of(self.source.url)}api/feed/dcat-us/1.1.json", protocol="dcat-us")
        else:
            yield from super().failed(ask, failure)

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The next page, of the version that answered."""
        for event in super().after(answer, envelope, received):
            if isinstance(event, Ask) and answer.ask.purpose == "version-3":
                number, size = int(answer.ask.note.get("number") or 1), int(event.note.get("size") or 0)
                # A site caps a page below what was asked for, and numbers the pages by its own size. A later page that is
                # short lacks what the site counts and does not show.
                size = min(size, received) if number == 1 else size
                yield self._version_3(int(event.note.get("start") or 0), size, number + 1)
            else:
                yield event

    def _version_3(self, start: int, size: int, number: int) -> Ask:
        query = urlencode({"page[number]": number, "page[size]": size, "sort": "created"})
        note: dict[str, str | int | float | bool | None] = {"start": start, "size": size, "number": number}
        return Ask(f"{root_of(self.source.url)}api/v3/datasets?{query}", purpose="version-3", note=note)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The search API."""
        text = seen.text.lower() if seen.is_html else ""
        marked = "hubcdn.arcgis.com" in text or "arcgis hub" in text or "opendata-ui" in text
        shaped = "hub.arcgis.com" in seen.url or "opendata.arcgis.com" in seen.url
        if seen.reported or marked:
            url = f"{seen.root}api/search/v1/collections/dataset/items?limit=1"
            weight, because = (80, "page-bears-marks") if marked else (20, "usual-place")
            yield Lead(
                url, 58 if shaped and not marked else weight, phrase(because, name="ArcGIS Hub"), "application/json"
            )
            if marked or shaped or "/api/v3/datasets" in seen.url:
                api = f"{seen.root}api/v3/datasets?page[size]=1"
                yield Lead(api, 56, phrase("usual-place", name="ArcGIS Hub API 3"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The lists of either interface."""
        answer = seen.json
        if not isinstance(answer, dict):
            return None
        features = answer.get("features")
        if (
            isinstance(features, list)
            and "/api/search/v1/collections/" in seen.url
            and isinstance(answer.get("numberMatched"), int)
        ):
            return Recognised(
                95, seen.root, phrase("answers-with-datasets", name="ArcGIS Hub Search API"), answer["numberMatched"]
            )
        listed, total = answer.get("data"), dig(answer, "meta", "stats", "totalCount")
        if (
            isinstance(listed, list)
            and isinstance(total, int)
            and all(dig(m, "attributes") is not None for m in listed)
        ):
            return Recognised(94, seen.root, phrase("answers-with-datasets", name="ArcGIS Hub API 3"), total)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one item of either interface."""
        said = decoded_json(record)
        stated = dig(said, "attributes") or dig(said, "properties")
        if not isinstance(stated, dict) or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-lacks", field="attributes"))]
            )
        reading = Reading(record.url)
        languages = reading.languages(stated.get("culture"), "culture")
        tag = languages[0].tag or "und" if languages else "und"
        publisher = reading.text(stated.get("source") or stated.get("organization") or stated.get("orgName"))
        slug = stated.get("slug") if isinstance(stated.get("slug"), str) else None
        base = root_of(source.url)
        homepage = f"{base}datasets/{slug or record.id}"
        licence = _licence(stated, reading)
        description = stated.get("description") or stated.get("snippet") or stated.get("searchDescription")
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(reading.text(stated.get("name") or stated.get("title")), tag),
            descriptions=language_map(reading.description(description), tag),
            keywords={tag: words(stated.get("tags"))},
            languages=languages,
            publisher=Publisher(name=publisher) if publisher else None,
            issued=_moment(stated.get("created"), "created", reading),
            modified=_moment(stated.get("modified"), "modified", reading),
            spatial=_places(stated.get("extent") or stated.get("itemExtent"), dig(said, "geometry")),
            access_rights=reading.text(stated.get("access")),
            licences=[licence] if licence else [],
            themes=words(stated.get("categories")),
            more=remainder(stated, READ),
        )
        return describe(source, additions, _drafts(stated, record.id, base, homepage), reading, homepage=homepage)


def _licence(stated: dict[str, Any], reading: Reading) -> Any:
    """The licence: its code, or what stands in its place; "custom" only says that there are words."""
    structured = stated["structuredLicense"] if isinstance(stated.get("structuredLicense"), dict) else {}
    words_ = reading.description(structured.get("text") or stated.get("licenseInfo"))
    code = stated.get("license") if stated.get("license") not in (None, "", "none", "custom") else None
    code = code or (structured.get("abbr") if structured.get("abbr") else None)
    url = structured.get("url")
    if not code and not words_ and not url:
        return None
    return reading.licence("licenseInfo", id=code, title=words_, url=url)


def _moment(value: object, path: str, reading: Reading) -> Moment | None:
    """A date in milliseconds, or as text."""
    return read_epoch_ms(value) if isinstance(value, int | float) else reading.moment(value, path)


def _places(extent: object, geometry: object) -> list[Place]:
    """The extent as corners, as an envelope, or as GeoJSON."""
    corners = dig(extent, "coordinates") if isinstance(extent, dict) else extent
    match corners:
        case [[float() | int() as west, float() | int() as south], [float() | int() as east, float() | int() as north]]:
            return read_places([west, south, east, north])
        case _:
            return read_places(geometry)


def _drafts(stated: dict[str, Any], identifier: str, base: str, homepage: str) -> list[Draft]:
    """The service itself, and downloads where the site offers them; an item without a service by its page."""
    drafts = []
    url = stated.get("url")
    if isinstance(url, str) and _SCHEME.match(url):
        drafts.append(
            Draft(path="url", raw=url, keys=("", "url"), access_url=url, format="ArcGIS REST", titles={"und": "API"})
        )
    if stated.get("geometryType") or "Feature" in str(stated.get("type")):
        item = f"{base}api/download/v1/items/{identifier.partition('_')[0]}"
        layer = identifier.partition("_")[2] or "0"
        for label, extension, media_type in FEATURE_DOWNLOADS:
            address = f"{item}/{extension}?layers={layer}"
            drafts.append(
                Draft(
                    path="",
                    raw=address,
                    download_url=address,
                    format=label,
                    media_type=media_type,
                    titles={"und": label},
                )
            )
    if not drafts:
        drafts.append(Draft(path="", raw=homepage, access_url=homepage, format="HTML", titles={"und": "Page"}))
    return drafts
