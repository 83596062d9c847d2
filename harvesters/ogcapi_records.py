"""OGC API - Records: the record collections of a service, and of a static catalogue."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import msgspec

from harvesters.base import Advertised, Answer, Event, Failure, LastPage, Option, Parts, Source, no_parts, notice
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, texts, words
from harvesters.mapping import Draft, Reading, describe, organisation_contact
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Ask, Record

JSON_TYPES = ("application/geo+json", "application/json", "application/ogcrecord+json")
HOLDS_DATA = frozenset(
    {"enclosure", "data", "download", "item", "items", "alternate", "service", "distribution", "access", "related"}
)
"""Relations of links that lead to data or to a service for it; others speak of the record itself."""

READ = frozenset(
    {
        *(
            "title",
            "description",
            "keywords",
            "language",
            "contacts",
            "providers",
            "created",
            "updated",
            "type",
            "license",
        ),
        *("themes", "formats", "rights", "externalIds"),
    }
)


class OgcapiRecords(JsonPages):
    """Record collections of an OGC API (Records, part 1): from a landing page, a list of collections, one collection or its
    items; by the links that the service gives. Of the WMO's information system the same, with conformance classes by
    address, open intervals and links to message brokers, whose passwords are not kept. The parameter `datetime` asks for the
    time that the data speak of, not for when a record was changed: so every harvest reads all.
    """

    protocol = "ogcapi-records"
    title = "OGC API - Records"
    standard = "https://docs.ogc.org/is/20-004r1/20-004r1.html"
    options = (Option("page_size", "records a page, where the service needs fewer than 100"),)
    lists = (("features",),)
    totals = (("numberMatched",),)
    accept = "application/geo+json, application/json;q=0.9"

    def start(self) -> Iterable[Ask]:
        """The reported address; what it is, its answer says."""
        if urlsplit(self.source.url).path.rstrip("/").endswith("/items"):
            yield self._items(self.source.url)
        else:
            yield Ask(self.source.url, purpose="landing", headers={"Accept": "application/json"})

    def read(self, answer: Answer) -> Iterable[Event]:
        """Follow a landing page and the collections to the items; read a page of items."""
        if answer.ask.purpose == "page":
            return super().read(answer)
        return self._follow(answer)

    def _follow(self, answer: Answer) -> Iterator[Event]:
        try:
            said = msgspec.json.decode(answer.content())
        except NOT_JSON as error:
            raise MalformedAnswer(
                phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-check-protocol")
            ) from error
        if isinstance(dig(said, "features"), list):
            yield self._items(answer.url)
            return
        if isinstance(dig(said, "collections"), list):
            found = [self._items_of(each, answer) for each in said["collections"] if _holds_records(each)]
            asks = [ask for ask in found if ask is not None]
            if not asks:
                raise MalformedAnswer(phrase("lists-no-collection", url=answer.url), phrase("do-check-address"))
            yield from asks
            return
        if (items := self._items_of(said, answer)) is not None:
            yield items
            return
        link = _link(said, "data", answer.url) or _link(said, "http://www.opengis.net/def/rel/ogc/1.0/data", answer.url)
        if link is None:
            raise MalformedAnswer(phrase("links-to-no-collections", url=answer.url), phrase("do-check-protocol"))
        yield Ask(self._here(link), purpose="landing", headers={"Accept": "application/json"})

    def _here(self, link: str) -> str:
        """A link at the host of the source, whatever host a service behind a proxy believes to be."""
        here = urlsplit(self.source.url)
        return urlunsplit(urlsplit(link)._replace(scheme=here.scheme, netloc=here.netloc))

    def _items_of(self, collection: object, answer: Answer) -> Ask | None:
        link = _link(collection, "items", answer.url)
        return self._items(self._here(link)) if link else None

    def _items(self, url: str) -> Ask:
        size = int(self.source.options.get("page_size", self.page_sizes[0]))
        size = min(size, self.source.limit or size)
        return self._page(_with(url, {"limit": size}), size, 0)

    def _page(self, url: str, size: int, start: int) -> Ask:
        note: dict[str, str | int | float | bool | None] = {"start": start, "size": size}
        return Ask(url, headers={"Accept": self.accept}, note=note)

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The count, and the page that the service links to as the next one."""
        following = _link(envelope, "next", answer.url)
        if (total := self.total(envelope)) is not None:
            yield Advertised(total)
        if following and received:
            size, start = int(answer.ask.note.get("size") or 0), int(answer.ask.note.get("start") or 0)
            here, there = urlsplit(answer.url), urlsplit(following)
            if there.netloc != here.netloc:
                yield notice(find("paging-leaves-host", value=following), answer)
                following = urlunsplit(there._replace(scheme=here.scheme, netloc=here.netloc))
            yield self._page(following, size, start + received)
        else:
            yield LastPage()

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Nothing: pages are the service's own."""
        return ()

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The collections of a landing page; the usual places of a service."""
        said = seen.json
        if isinstance(said, dict) and isinstance(said.get("links"), list) and (link := _link(said, "data", seen.url)):
            yield Lead(link, 85, phrase("page-links-to-collections", name="OGC API"), "application/json")
        for relation, media_type, url in seen.links:
            if (
                "alternate" in relation
                and media_type == "application/json"
                and ("f=json" in url or "collections" in url)
            ):
                yield Lead(url, 62, phrase("page-offers-as", format="JSON"), "application/json")
        if seen.reported and seen.is_html:
            yield Lead(f"{seen.base}collections?f=json", 12, phrase("usual-place", name="OGC API"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Items that are records, or a list with a collection of records."""
        said = seen.json
        if not isinstance(said, dict):
            return None
        if isinstance(said.get("collections"), list):
            holding = [each for each in said["collections"] if _holds_records(each)]
            if holding:
                return Recognised(95, seen.url, phrase("lists-collections", name="OGC API", collections=len(holding)))
            return None
        listed = said.get("features")
        if isinstance(listed, list) and listed and all(_is_record(each) for each in listed):
            total = said.get("numberMatched")
            return Recognised(
                93, seen.url, phrase("answers-with-records", name="OGC API"), total if isinstance(total, int) else None
            )
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one record."""
        said = decoded_json(record)
        stated = dig(said, "properties")
        if not isinstance(stated, dict) or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-lacks", field="properties"))]
            )
        reading = Reading(record.url)
        language = stated.get("language")
        languages = reading.languages([dig(m, "code") or m for m in members(language)], "language")
        tag = languages[0].tag or "und" if len(languages) == 1 else "und"
        contacts = [
            each for key in ("contacts", "providers") for each in members(stated.get(key)) if isinstance(each, dict)
        ]
        licence = stated.get("license") or dig(
            next((link for link in _links(said) if link.get("rel") == "license"), {}), "href"
        )
        found = None
        if isinstance(licence, str) and licence and licence != "other":
            found = reading.licence("license", **({"url": licence} if licence.startswith("http") else {"id": licence}))
        concepts = [c for theme in members(stated.get("themes")) for c in members(dig(theme, "concepts"))]
        period = _period(said.get("time") or stated.get("time"))
        extent = dig(stated, "extent", "spatial", "bbox")
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=texts(stated.get("title"), tag, reading.text),
            descriptions=texts(stated.get("description"), tag, reading.description),
            keywords={tag: words(stated.get("keywords"))},
            languages=languages,
            publisher=_publisher(contacts, reading),
            contact=_contact(contacts, reading),
            issued=reading.moment(stated.get("created"), "created"),
            modified=reading.moment(stated.get("updated"), "updated"),
            temporal=[read] if period and (read := reading.period(period, "time")) else [],
            spatial=read_places(said.get("geometry") or (extent[0] if isinstance(extent, list) and extent else None)),
            licences=[found] if found else [],
            themes=words([dig(c, "title") or dig(c, "id") for c in concepts]),
            conforms_to=words(said.get("conformsTo")),
            more=remainder(stated, READ),
        )
        homepage = next(
            (link["href"] for link in _links(said) if link.get("rel") in ("canonical", "describedby", "landing-page")),
            None,
        )
        return describe(
            source, additions, _drafts(said, stated, tag, reading), reading,
            homepage=reading.link(homepage, "links") if homepage else None,
        )  # fmt: skip


def _is_record(feature: object) -> bool:
    """Whether a feature is a record (Records, 7.1: a title and a kind), and not a lake."""
    said, stated = feature, dig(feature, "properties")
    conforms = " ".join(words(dig(said, "conformsTo")))
    records = "records" in conforms or "wis.wmo.int" in conforms or "wcmp" in conforms
    return isinstance(stated, dict) and bool(stated.get("title")) and (records or bool(stated.get("type")))


def _holds_records(collection: object) -> bool:
    return dig(collection, "itemType") == "record" or (
        isinstance(dig(collection, "itemType"), list) and "record" in dig(collection, "itemType")
    )


def _links(said: object) -> list[dict[str, Any]]:
    return [
        link for link in members(dig(said, "links")) if isinstance(link, dict) and isinstance(link.get("href"), str)
    ]


def _link(said: object, relation: str, base: str) -> str | None:
    """The address behind a relation, in JSON where the service offers several forms."""
    links = [link for link in _links(said) if link.get("rel") == relation]
    links.sort(key=lambda link: str(link.get("type", "application/json")).partition(";")[0] not in JSON_TYPES)
    if not links or str(links[0].get("type", "")).startswith("text/html"):
        return None
    try:
        return urljoin(base, str(links[0]["href"]))
    except ValueError:
        return None


def _with(url: str, extra: dict[str, str | int]) -> str:
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in extra]
    return urlunsplit(parts._replace(query=urlencode([*query, *extra.items()]), fragment=""))


def _period(time: object) -> str | None:
    """The interval of a record, either end open, or its one moment."""
    interval = dig(time, "interval")
    if isinstance(interval, list) and len(interval) == 2 and any(end not in (None, "..") for end in interval):
        return "/".join(str(end or "..") for end in interval)
    moment = dig(time, "date") or dig(time, "timestamp")
    return str(moment) if moment else None


def _publisher(contacts: list[dict[str, Any]], reading: Reading) -> Publisher | None:
    """The organisation of the contact that publishes, else of the first one."""
    ranked = sorted(
        contacts,
        key=lambda contact: not {"publisher", "owner", "producer"} & set(map(str, members(contact.get("roles")))),
    )
    for contact in ranked:
        if name := reading.text(contact.get("organization")):
            link = dig(next(iter(members(contact.get("links"))), None), "href")
            return Publisher(name=name, url=reading.link(link, "contacts.links") if link else None)
    return None


def _contact(contacts: list[dict[str, Any]], reading: Reading) -> Publisher | None:
    for contact in contacts:
        mailbox = dig(next(iter(members(contact.get("emails"))), None), "value")
        found = organisation_contact(reading.text(contact.get("organization")), mailbox)
        if found is not None:
            return found
    return None


def _drafts(said: dict[str, Any], stated: dict[str, Any], tag: str, reading: Reading) -> list[Draft]:
    """Links that lead to data; brokers' addresses, which are not of the web, are noted by the link check."""
    drafts = []
    for index, link in enumerate(_links(said)):
        if str(link.get("rel")) not in HOLDS_DATA and link.get("rel") is not None:
            continue
        title = reading.text(link.get("title") or link.get("name"))
        address = _without_login(link["href"])
        drafts.append(
            Draft(
                path=f"links[{index}]", raw={**remainder(link, ("href",)), "href": address}, keys=("href", "href"),
                download_url=address if link.get("rel") in ("enclosure", "data", "download", "item") else None,
                access_url=address, titles={tag: title} if title else {}, media_type=link.get("type"),
                descriptions=texts(link.get("description"), tag, reading.description), size=link.get("length"),
            )
        )  # fmt: skip
    return drafts


def _without_login(url: str) -> str:
    """An address without the user and password that brokers' addresses carry."""
    scheme, found, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{found}{host.rpartition('@')[2]}{slash}{path}" if found else url
