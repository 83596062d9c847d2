"""STAC (SpatioTemporal Asset Catalogs): the collections of an API, or of a static catalogue of files."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from harvesters.base import Advertised, Answer, Event, Failure, LastPage, Option, Parts, Source, no_parts, notice
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, words
from harvesters.mapping import Draft, Reading, describe
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Ask, Record

PUBLISHING = ("producer", "licensor", "processor", "host")
"""Roles of providers, that of the publisher first (STAC Collection, provider object)."""

MAX_NODE_BYTES = 32 << 20
"""Of a file, which is read whole; a catalogue of 100,000 links has half of it."""

READ = frozenset(
    {
        *("id", "title", "description", "keywords", "language", "license", "providers", "extent", "assets", "links"),
        *("type", "stac_version", "stac_extensions", "created", "updated", "published", "item_assets", "itemType"),
    }
)
DATA_LINKS = frozenset({"items", "data", "enclosure", "http://www.opengis.net/def/rel/ogc/1.0/data"})
_CATALOG_FILE = re.compile(r"/(?:catalog|collection)\.json$", re.IGNORECASE)


class Stac(JsonPages):
    """Collections of STAC, of any version from 0.6 on: from an API's landing page, its pages of collections, or a static
    catalogue whose files are followed from catalogue to collection within its own site. A collection is a dataset; its items
    are not, and are never read. STAC has no list of what changed, so every harvest reads all.
    """

    protocol = "stac"
    title = "STAC"
    standard = "https://github.com/radiantearth/stac-spec"
    options = (Option("page_size", "collections a page, where the API takes a limit"),)
    lists = (("collections",),)
    totals = (("numberMatched",), ("context", "matched"))

    def start(self) -> Iterable[Ask]:
        """The reported address; what it is, its answer says."""
        if urlsplit(self.source.url).path.rstrip("/").endswith("/collections"):
            yield self._collections(self.source.url)
        else:
            yield self._node(self.source.url)

    def _node(self, url: str) -> Ask:
        return Ask(url, purpose="node", headers={"Accept": self.accept})

    def _collections(self, url: str) -> Ask:
        size = self.source.options.get("page_size")
        if size is not None and "limit=" not in urlsplit(url).query:
            url += f"{'&' if urlsplit(url).query else '?'}limit={int(size)}"
        return Ask(url, headers={"Accept": self.accept}, note={"start": 0})

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Nothing: pages and files are the catalogue's own."""
        return ()

    def read(self, answer: Answer) -> Iterable[Event]:
        """A page of collections, or one file and what it leads to."""
        return super().read(answer) if answer.ask.purpose == "page" else self._read_node(answer)

    def _read_node(self, answer: Answer) -> Iterator[Event]:
        if answer.path.stat().st_size > MAX_NODE_BYTES and (too_large := self.oversized(answer, None)):
            yield too_large
            return
        content = answer.content()
        try:
            said = msgspec.json.decode(content)
        except NOT_JSON as error:
            raise MalformedAnswer(
                phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-check-protocol")
            ) from error
        if isinstance(dig(said, "collections"), list):
            yield from super().read(answer)
            return
        kind = kind_of(said)
        if kind is None:
            raise MalformedAnswer(phrase("not-of-protocol", url=answer.url, name="STAC"), phrase("do-check-protocol"))
        if kind == "Collection":
            yield from self.member(content, answer)
        elif (data := _link(said, "data", answer.url)) is not None and not _CATALOG_FILE.search(
            urlsplit(answer.url).path
        ):
            yield self._collections(self._here(data))
            return
        for child in _links(said, "child", answer.url):
            if urlsplit(child).netloc == urlsplit(answer.url).netloc:
                yield self._node(child)
            else:
                yield notice(find("link-leaves-site", value=child), answer)
        yield LastPage()

    def _here(self, link: str) -> str:
        """A link at the host of the source, whatever host an API behind a proxy believes to be."""
        here = urlsplit(self.source.url)
        return urlunsplit(urlsplit(link)._replace(scheme=here.scheme, netloc=here.netloc))

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The count, and the page that the API links to as the next one."""
        if (total := self.total(envelope)) is not None:
            yield Advertised(total)
        following = _link(envelope, "next", answer.url)
        if following and received:
            if urlsplit(following).netloc != urlsplit(answer.url).netloc:
                yield notice(find("paging-leaves-host", value=following), answer)
            start = int(answer.ask.note.get("start") or 0) + received
            yield Ask(self._here(following), headers={"Accept": self.accept}, note={"start": start})
        else:
            yield LastPage()

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The collections of a landing page; where a page that speaks of STAC leads."""
        said = seen.json
        if isinstance(said, dict) and kind_of(said) == "Catalog" and (data := _link(said, "data", seen.url)):
            yield Lead(data, 86, phrase("page-links-to-collections", name="STAC API"), "application/json")
        if not seen.reported or not seen.is_html:
            return
        for anchor in [each for each in seen.anchors if _CATALOG_FILE.search(urlsplit(each).path)][:2]:
            yield Lead(anchor, 64, phrase("page-links-to", name="catalog.json"), "application/json")
        if "stac" in seen.text[:200_000].lower():
            yield Lead(f"{seen.base}catalog.json", 40, phrase("page-mentions", name="STAC"), "application/json")
            yield Lead(f"{seen.root}stac", 39, phrase("page-mentions", name="STAC"), "application/json")
        else:
            yield Lead(f"{seen.base}catalog.json", 7, phrase("usual-place", name="STAC"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A catalogue, a collection, or a page of collections."""
        said = seen.json
        if not isinstance(said, dict):
            return None
        listed = said.get("collections")
        if isinstance(listed, list):
            if not listed or not all(kind_of(each) == "Collection" for each in listed):
                return None
            total = next((t for path in cls.totals if isinstance(t := dig(said, *path), int)), None)
            if total is None and _link(said, "next", seen.url) is None:
                total = len(listed)
            return Recognised(
                96, seen.url, phrase("lists-collections", name="STAC API", collections=len(listed)), total
            )
        kind = kind_of(said)
        if kind == "Catalog" and not (_links(said, "child", seen.url) or _link(said, "data", seen.url)):
            return None
        evidence = phrase("answers-in-form", name=f"STAC {said.get('stac_version')} {kind}")
        return Recognised(94, seen.url, evidence) if kind else None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one collection."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="STAC"))]
            )
        base = _link(said, "self", record.url) or record.url
        reading = Reading(base)
        languages = reading.languages(dig(said, "language", "code") or dig(said, "language"), "language")
        tag = languages[0].tag or "und" if len(languages) == 1 else "und"
        title, text = (
            reading.text(said.get("title")) or reading.text(record.id),
            reading.description(said.get("description")),
        )
        spatial, temporal = _extent(said)
        licence = _licence(said, base, reading)
        about = next((link for name in ("about", "alternate", "via") if (link := _link(said, name, base))), None)
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles={tag: title} if title else {},
            descriptions={tag: text} if text else {},
            keywords={tag: words(said.get("keywords"))},
            languages=languages,
            publisher=_publisher(members(said.get("providers")), reading),
            issued=reading.moment(said.get("published") or said.get("created"), "created"),
            modified=reading.moment(said.get("updated"), "updated"),
            temporal=[read for each in temporal if (read := reading.period(each, "extent.temporal"))],
            spatial=[place for box in spatial for place in read_places(box)],
            licences=[licence] if licence else [],
            conforms_to=words(said.get("stac_extensions")),
            more=remainder(said, READ),
        )
        homepage = reading.link(about, "links") if about else None
        return describe(source, additions, _drafts(said, tag, reading), reading, homepage=homepage)


def kind_of(said: object) -> str | None:
    """ "Catalog" or "Collection"; None for what is neither. Before version 1.0 the fields tell, not `type`."""
    if not isinstance(said, dict) or "id" not in said or said.get("type") == "Feature":
        return None
    if said.get("type") in ("Catalog", "Collection"):
        return str(said["type"]) if "stac_version" in said or "extent" in said else None
    if "stac_version" not in said or not isinstance(said.get("links"), list):
        return None
    return "Collection" if "extent" in said and "license" in said else "Catalog"


def _links(said: object, relation: str, base: str) -> list[str]:
    found = []
    for link in members(dig(said, "links")):
        if isinstance(link, dict) and link.get("rel") == relation and isinstance(link.get("href"), str):
            try:
                found.append(urljoin(base, link["href"]))
            except ValueError:
                continue
    return found


def _link(said: object, relation: str, base: str) -> str | None:
    return next(iter(_links(said, relation, base)), None)


def _extent(said: dict[str, Any]) -> tuple[list[list[Any]], list[str]]:
    """The boxes (west, south, east, north) and periods; the first is the whole, as of version 1.0; before 0.8 the only one."""
    boxes = dig(said, "extent", "spatial", "bbox") or dig(said, "extent", "spatial")
    if isinstance(boxes, list) and boxes and not isinstance(boxes[0], list):
        boxes = [boxes]
    intervals = dig(said, "extent", "temporal", "interval") or dig(said, "extent", "temporal")
    if isinstance(intervals, list) and intervals and not isinstance(intervals[0], list):
        intervals = [intervals]
    flat = [[*box[:2], *box[3:5]] if len(box) == 6 else box for box in members(boxes)[:1] if isinstance(box, list)]
    periods = [
        "/".join(str(end or "..") for end in interval)
        for interval in members(intervals)[:1]
        if isinstance(interval, list) and len(interval) == 2 and any(interval)
    ]
    return flat, periods


def _publisher(providers: list[Any], reading: Reading) -> Publisher | None:
    """The provider that made the data, else who licenses, processes or serves them."""

    def rank(provider: dict[str, Any]) -> int:
        roles = set(map(str, members(provider.get("roles") or provider.get("role"))))
        return min((place for place, role in enumerate(PUBLISHING) if role in roles), default=len(PUBLISHING))

    for provider in sorted((each for each in providers if isinstance(each, dict)), key=rank):
        if name := reading.text(provider.get("name")):
            url = reading.link(provider["url"], "providers.url") if provider.get("url") else None
            return Publisher(name=name, url=url)
    return None


def _licence(said: dict[str, Any], base: str, reading: Reading) -> Any:
    stated, url = said.get("license"), _link(said, "license", base)
    if stated in ("proprietary", "various", "other") and url is None:
        return reading.licence("license", title=stated)
    return reading.licence("license", id=None if stated in ("proprietary", "various", "other") else stated, url=url)


def _drafts(said: dict[str, Any], tag: str, reading: Reading) -> list[Draft]:
    """The assets of the collection itself, and the address of its items, where it has them."""
    drafts = []
    assets = said.get("assets")
    for key, asset in assets.items() if isinstance(assets, dict) else ():
        if isinstance(asset, dict):
            title, text = reading.text(asset.get("title")), reading.description(asset.get("description"))
            drafts.append(
                Draft(
                    path=f"assets.{key}", raw=asset, keys=("href", "href"), download_url=asset.get("href"), native_id=str(key),
                    titles={tag: title} if title else {}, descriptions={tag: text} if text else {},
                    media_type=asset.get("type"), size=asset.get("file:size"), digest=asset.get("file:checksum"),
                    more=remainder(asset, {"href", "title", "description", "type", "file:size", "file:checksum"}),
                )
            )  # fmt: skip
    for link in members(said.get("links")):
        if isinstance(link, dict) and str(link.get("rel")) in DATA_LINKS:
            title = reading.text(link.get("title"))
            drafts.append(
                Draft(
                    path="links", raw=link, keys=("href", "href"), access_url=link.get("href"),
                    titles={tag: title} if title else {}, media_type=link.get("type"),
                )
            )  # fmt: skip
    return drafts
