"""ArcGIS Server: the services directory of a REST endpoint, folder by folder."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

from harvesters.arcgis_extent import box_of, interval_of
from harvesters.base import Answer, Event, Harvester, LastPage, Parts, Source, no_parts, notice
from harvesters.errors import NOT_JSON, HarvestError, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members
from harvesters.mapping import Draft, Reading, describe
from harvesters.package import Additions, Mapped, Place
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

OFFERS_DATA = ("MapServer", "FeatureServer", "ImageServer", "VectorTileServer", "SceneServer")
"""Types of services that show data, the one that says most of them first; others (GPServer, GeometryServer, ...) compute."""

LOCKED = frozenset({401, 403, 498, 499})
"""Codes of errors that ask for a login; they come with HTTP status 200."""

UNNAMED = frozenset({"layers", "map"})
"""What ArcGIS calls a map that nobody named."""

READ = frozenset(
    {
        *("serviceDescription", "description", "mapName", "name", "documentInfo", "layers", "tables", "fullExtent"),
        *("initialExtent", "extent", "timeInfo", "layerType", "serviceItemId"),
    }
)
MORE = frozenset(
    {"copyrightText", "currentVersion", "capabilities", "units", "supportedQueryFormats", "spatialReference"}
)
"""What of the rest is kept: a service says much of its own workings that is no metadata of the data."""

_DIRECTORY = re.compile(r"^(.*/rest/services)(/.*)?$", re.IGNORECASE)
_SERVICE = re.compile(r"^(.+)/(\w+Server)(?:/\d+)?$")


class ArcgisServer(Harvester):
    """The services directory of ArcGIS Server and ArcGIS Online: folders are followed, and each service that shows data (map,
    feature, image, vector tiles, scene) is a dataset, with its layers and tables as resources. Services of one name and
    several types are one dataset. Errors that come with status 200 are told apart, and folders that ask for a login are
    said. The directory states no count and no dates: a harvest is complete when all that it lists was read.
    """

    protocol = "arcgis-server"
    title = "ArcGIS Server REST services"
    standard = "https://developers.arcgis.com/rest/services-reference/enterprise/catalog/"

    def start(self) -> Iterable[Ask]:
        """The directory, one of its folders, or one service."""
        parts = urlsplit(self.source.url)
        path = parts.path.rstrip("/")
        service = _SERVICE.match(path)
        if service is not None:
            yield self._ask(service[1], "service", types=service[2])
        else:
            yield self._ask(path if _DIRECTORY.match(path) else f"{path}/rest/services", "folder")

    def _ask(self, path: str, purpose: str, types: str = "") -> Ask:
        here = urlsplit(self.source.url)
        of_type = f"/{types.partition(',')[0]}" if types else ""
        url = urlunsplit((here.scheme, here.netloc, f"{path}{of_type}", "f=json", ""))
        protocol = None if self.protocol == self.source.protocol else self.protocol
        return Ask(url, purpose=purpose, protocol=protocol, note={"types": types})

    def read(self, answer: Answer) -> Iterator[Event]:
        """What a folder lists, or one service as a record."""
        said = _object(answer)
        if answer.ask.purpose == "folder":
            yield from self._folder(said, answer)
        else:
            yield self._service(said, answer)
        yield LastPage()

    def _folder(self, said: dict[str, Any], answer: Answer) -> Iterator[Event]:
        directory = _DIRECTORY.match(urlsplit(answer.ask.url).path)
        if directory is None or not ("services" in said or "folders" in said):
            raise MalformedAnswer(
                phrase("not-of-protocol", url=answer.url, name="ArcGIS Server"), phrase("do-check-address")
            )
        within = (directory[2] or "").strip("/")
        for folder in members(said.get("folders")):
            if isinstance(folder, str) and folder and not within:
                yield self._ask(f"{directory[1]}/{quote(folder)}", "folder")
        types: dict[str, list[str]] = {}
        for service in members(said.get("services")):
            name, kind = dig(service, "name"), dig(service, "type")
            if not isinstance(name, str) or not isinstance(kind, str):
                excerpt = str(service)[:200]
                yield notice(
                    find("record-malformed", value=excerpt, why=phrase("why-lacks", field="name, type")),
                    answer,
                    received=True,
                )
            elif kind in OFFERS_DATA:
                types.setdefault(name, []).append(kind)
            else:
                yield notice(find("not-a-dataset", value=kind), answer, f"{name}/{kind}")
        for name, kinds in types.items():
            # ArcGIS Server names a service with its folder, ArcGIS Online without.
            path = name if not within or name.startswith(f"{within}/") else f"{within}/{name}"
            ranked = sorted(kinds, key=OFFERS_DATA.index)
            yield self._ask(f"{directory[1]}/{quote(path)}", "service", types=",".join(ranked))

    def _service(self, said: dict[str, Any], answer: Answer) -> Event:
        path = urlsplit(answer.ask.url).path
        service = _SERVICE.match(path)
        directory = _DIRECTORY.match(service[1]) if service else None
        if service is None or directory is None:
            raise MalformedAnswer(
                phrase("not-of-protocol", url=answer.url, name="ArcGIS Server"), phrase("do-check-address")
            )
        name = unquote((directory[2] or "").strip("/"))
        kept = {"types": str(answer.ask.note.get("types") or service[2]).split(","), "service": said}
        raw = msgspec.json.encode(kept)
        if len(raw) > self.source.max_record_bytes:
            limit = self.source.max_record_bytes
            finding = find("record-too-large", value=answer.url, size=len(raw), limit=limit)
            return notice(finding, answer, name, received=True)
        return self.json_record(name, raw, answer)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The directory that an address is in, or that the page links to; the usual places."""
        if not seen.reported:
            return
        shaped = _DIRECTORY.match(urlsplit(seen.url).path)
        if shaped is not None:
            own = urlunsplit(urlsplit(seen.url)._replace(query="f=json", fragment=""))
            yield Lead(own, 74, phrase("address-looks-like", name="ArcGIS Server"), "application/json")
        for anchor in seen.anchors:
            linked = _DIRECTORY.match(urlsplit(anchor).path)
            if linked is not None:
                url = urlunsplit(urlsplit(anchor)._replace(path=linked[1], query="f=json", fragment=""))
                yield Lead(url, 61, phrase("page-links-to", name="ArcGIS Server"), "application/json")
                break
        else:
            marked = "arcgis" in seen.url.lower() or "arcgis" in seen.text[:200_000].lower()
            weight, because = (46, "page-mentions") if marked else (8, "usual-place")
            asked = phrase(because, name="ArcGIS Server")
            yield Lead(f"{seen.root}arcgis/rest/services?f=json", weight, asked, "application/json")
            if marked:
                yield Lead(f"{seen.base}rest/services?f=json", weight + 1, asked, "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A directory that lists something, or one service."""
        said = seen.json
        if not isinstance(said, dict) or "currentVersion" not in said:
            return None
        url = urlunsplit(urlsplit(seen.url)._replace(query="", fragment=""))
        services, folders = members(said.get("services")), members(said.get("folders"))
        if services or folders:
            evidence = phrase("lists-services", name="ArcGIS Server", services=len(services), folders=len(folders))
            return Recognised(93, url, evidence)
        if _SERVICE.match(urlsplit(seen.url).path) and ("layers" in said or "extent" in said or "fullExtent" in said):
            return Recognised(93, url, phrase("one-service", name="ArcGIS Server"), 1)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one service."""
        kept = decoded_json(record)
        said = dig(kept, "service")
        if not isinstance(said, dict) or record.id is None:
            return Mapped(
                None,
                [
                    find(
                        "record-malformed",
                        value=record.id or "",
                        why=phrase("why-no-record-of", name="ArcGIS Server"),
                    )
                ],
            )
        reading = Reading(record.url)
        info = said.get("documentInfo")
        document: dict[str, Any] = info if isinstance(info, dict) else {}
        titles = (document.get("Title"), _named(said.get("mapName")), said.get("name"), record.id.rpartition("/")[2])
        title = next((text for raw in titles if (text := reading.text(raw))), None)
        texts = (
            said.get("serviceDescription"),
            said.get("description"),
            document.get("Comments"),
            document.get("Subject"),
        )
        text = next((text for raw in texts if (text := reading.description(raw))), None)
        keywords = [word for part in str(document.get("Keywords") or "").split(",") if (word := reading.text(part))]
        category = reading.text(document.get("Category"))
        extent = next(
            (each for key in ("fullExtent", "extent", "initialExtent") if isinstance(each := said.get(key), dict)), {}
        )
        interval = interval_of(dig(said, "timeInfo", "timeExtent"))
        box = box_of(extent)
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles={"und": title} if title else {},
            descriptions={"und": text} if text else {},
            keywords={"und": keywords} if keywords else {},
            temporal=[period] if interval and (period := reading.period(interval, "timeInfo")) else [],
            spatial=[Place(bbox=box)] if box else [],
            themes=[category] if category else [],
            more=remainder({key: value for key, value in said.items() if key in MORE}, READ),
        )
        types = [str(kind) for kind in members(dig(kept, "types"))]
        address = urlunsplit(urlsplit(record.url)._replace(query="", fragment=""))
        return describe(source, additions, list(_drafts(said, types, address)), reading, homepage=address)


def _object(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises HarvestError for an error that came with a status of success."""
    try:
        said = msgspec.json.decode(answer.content())
    except NOT_JSON as error:
        raise MalformedAnswer(
            phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-check-protocol")
        ) from error
    if not isinstance(said, dict):
        raise MalformedAnswer(
            phrase("not-of-protocol", url=answer.url, name="ArcGIS Server"), phrase("do-check-address")
        )
    if isinstance(said.get("error"), dict):
        code, words = dig(said, "error", "code"), dig(said, "error", "message")
        if isinstance(code, int) and code in LOCKED:
            raise _Locked(
                phrase("asks-for-login", url=answer.url),
                phrase("it-says", words=str(words)),
                phrase("do-public-only-read"),
            )
        raise MalformedAnswer(
            phrase("answers-with-error", url=answer.url),
            phrase("it-says", words=f"{code} {words}"),
            phrase("do-tell-the-operator"),
        )
    return said


class _Locked(HarvestError):
    """Raised for what only users with a login may see."""

    failure = "auth"


def _named(name: object) -> object:
    return None if isinstance(name, str) and name.strip().casefold() in UNNAMED else name


def _drafts(said: dict[str, Any], types: list[str], address: str) -> Iterator[Draft]:
    """The service in each of its types, then its layers and tables; groups of layers hold no data themselves."""
    base = address.rpartition("/")[0]
    for kind in types:
        yield Draft(path=kind, raw=kind, access_url=f"{base}/{kind}", format="ArcGIS REST", titles={"und": kind})
    for key in ("layers", "tables"):
        for index, layer in enumerate(members(said.get(key))):
            number = dig(layer, "id")
            if isinstance(number, int) and not dig(layer, "subLayerIds"):
                name = dig(layer, "name")
                yield Draft(
                    path=f"{key}[{index}]", raw=layer, access_url=f"{address}/{number}", native_id=str(number),
                    format="ArcGIS REST", titles={"und": name} if isinstance(name, str) and name else {},
                )  # fmt: skip
