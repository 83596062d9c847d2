"""RSS and Atom: feeds whose entries are datasets, such as download services (INSPIRE) and portals' lists of what is new."""

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit, urlunsplit

from harvesters import markup
from harvesters.base import Advertised, Answer, Event, Harvester, LastPage, Parts, Source, Trouble, no_parts, notice
from harvesters.errors import MalformedAnswer
from harvesters.evidence import HTML_TYPES, Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.maildate import iso_of_mail
from harvesters.mapping import Draft, Reading, describe, language_map, text_language
from harvesters.markup import Element, child, children, local, text, texts
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record
from harvesters.values import Language
from harvesters.xmlrecord import xml_record

FEED_TYPES = ("application/atom+xml", "application/rss+xml")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


class Feed(Harvester):
    """RSS 2.0, RSS 1.0 and Atom: an entry is a dataset, its enclosures and alternate forms are resources, its page where it has
    neither. Paging (RFC 5005) is followed, and a total that OpenSearch states is the count. A feed shows what is new and
    mostly not all that there is: it counts as all only where it says so (`fh:complete`), is one of pages, states its total,
    or is a download service's, whose entries carry files. So it is chosen only where nothing else is found; a download
    service's is preferred to a page.
    """

    protocol = "feed"
    title = "RSS or Atom feed"
    described = phrase("protocol-feed")
    standard = "https://www.rfc-editor.org/rfc/rfc4287"
    version = 2

    def start(self) -> Iterable[Ask]:
        """The feed."""
        yield Ask(
            self.source.url,
            headers={"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1"},
        )

    def read(self, answer: Answer) -> Iterator[Event]:
        """A record per entry, then the next page or the end."""
        with answer.small() as file:
            root = markup.read(file, answer.url)
        if local(root) not in ("feed", "rss", "RDF"):
            raise MalformedAnswer(phrase("no-feed", url=answer.url), phrase("do-check-address"))
        found = entries(root)
        shared = {
            "language": root.get(LANGUAGE) or text(child(root, "channel", "language")),
            "feed": text(_title(root)),
        }
        for entry in found:
            for key, value in shared.items():
                if value:
                    entry.set(f"shared-{key}", value)
            yield xml_record(identifier(entry), entry, answer, self.source)
        total = text(_of_feed(root, "totalResults"))
        if total is not None and total.isdecimal():
            yield Advertised(int(total))
        links = {e.get("rel"): e.get("href") for e in _all_of_feed(root, "link") if e.get("rel") and e.get("href")}
        following = links.get("next") or links.get("prev-archive")
        if following:
            here = urlsplit(answer.url)
            try:
                url = urljoin(answer.url, following)
            except ValueError as error:
                raise MalformedAnswer(
                    phrase("next-page-no-address", url=answer.url, link=following[:200]),
                    phrase("do-tell-portal-operator"),
                ) from error
            if urlsplit(url).netloc != here.netloc:
                yield notice(find("paging-leaves-host", value=url), answer)
                url = urlunsplit(urlsplit(url)._replace(scheme=here.scheme, netloc=here.netloc))
            yield Ask(url, note={"page": int(answer.ask.note.get("page") or 1) + 1})
        elif (
            total is not None
            or answer.ask.note.get("page")
            or links.keys() & {"first", "last", "previous"}
            or _of_feed(root, "complete") is not None
            or carry_files(found)
        ):
            yield LastPage()
        else:
            yield Trouble(phrase("feed-may-be-part", url=answer.url))

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The feeds that a page names."""
        named = [
            url for relation, media_type, url in seen.links if "alternate" in relation and media_type in FEED_TYPES
        ]
        for url in named[:1] if seen.reported else ():
            yield Lead(url, 15, phrase("page-names-feed"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A feed: likely where its entries carry files, a last resort otherwise."""
        if seen.is_html or not any(mark in seen.body[:4096] for mark in (b"<rss", b"<feed", b"purl.org/rss/1.0")):
            return None
        try:
            root = markup.parse(seen.body, seen.url) if seen.whole else None
        except MalformedAnswer:
            return None
        found = entries(root) if root is not None and local(root) in ("feed", "rss", "RDF") else []
        if carry_files(found):
            return Recognised(60, seen.url, phrase("feed-of-files", entries=len(found)))
        return Recognised(40 if seen.reported else 18, seen.url, phrase("feed", entries=len(found))) if found else None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one entry."""
        try:
            entry = markup.parse((record.text or "").encode(), record.url)
        except MalformedAnswer as error:
            return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
        if record.id is None:
            return Mapped(None, [find("no-identifier", value=text(_title(entry)) or "")])
        reading = Reading(record.url)
        languages: list[Language] = reading.languages(entry.get(LANGUAGE) or entry.get("shared-language"), "language")
        tag = text_language(languages)
        page = _page(entry)
        homepage = reading.link(page, "link") if page else None
        words = text(child(entry, "content")) or text(child(entry, "summary")) or text(child(entry, "description"))
        keywords = [*(e.get("term") or "" for e in children(entry, "category")), *texts(children(entry, "category"))]
        issued = next((said for name in ("published", "pubDate", "date") if (said := text(child(entry, name)))), None)
        feed = reading.text(entry.get("shared-feed"))
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(reading.text(text(_title(entry))), tag),
            descriptions=language_map(reading.description(words), tag),
            keywords={tag: [word for raw in keywords if (word := reading.text(raw))]},
            languages=languages,
            publisher=Publisher(name=name) if (name := reading.text(text(child(entry, "publisher")))) else None,
            issued=reading.moment(iso_of_mail(issued), "published"),
            modified=reading.moment(iso_of_mail(text(child(entry, "updated"))), "updated"),
            more={"feed": feed} if feed else {},
        )
        drafts = [
            Draft(
                path="link", raw=url, download_url=url, media_type=kind, titles=language_map(reading.text(label), tag)
            )
            for url, kind, label in _files(entry)
        ] or ([Draft(path="link", raw=page, access_url=page, format="HTML")] if page else [])
        return describe(source, additions, drafts, reading, homepage=homepage)


def entries(root: Element) -> list[Element]:
    """The entries of a feed of any of the three kinds."""
    return [*children(root, "entry"), *children(root, "channel", "item"), *children(root, "item")]


def carry_files(found: list[Element]) -> bool:
    """Whether the entries are datasets with their files, as a download service's are, rather than news of them."""
    return bool(found) and 2 * sum(bool(_files(entry)) for entry in found) >= len(found)


def identifier(entry: Element) -> str | None:
    """What names an entry: its own identifier, else its page."""
    return text(child(entry, "id")) or text(child(entry, "guid")) or entry.get(ABOUT) or _page(entry)


def _all_of_feed(root: Element, name: str) -> list[Element]:
    """The elements of that name about the feed itself: Atom's root has them, RSS's channel."""
    return [*children(root, name), *children(root, "channel", name)]


def _of_feed(root: Element, name: str) -> Element | None:
    return next(iter(_all_of_feed(root, name)), None)


def _title(element: Element) -> Element | None:
    return child(element, "title") if child(element, "title") is not None else child(element, "channel", "title")


def _page(entry: Element) -> str | None:
    """The page of an entry: RSS's link is a text, Atom's an attribute."""
    for link in children(entry, "link"):
        if link.get("href") and link.get("rel", "alternate") in ("alternate", "via", "self"):
            return link.get("href")
        if not link.get("href") and text(link):
            return text(link)
    return None


def _files(entry: Element) -> list[tuple[str, str | None, str | None]]:
    """The files of an entry: address, media type, title."""
    found: list[tuple[str, str | None, str | None]] = [
        (e.get("url") or "", e.get("type"), None) for e in children(entry, "enclosure")
    ]
    for link in children(entry, "link"):
        page = link.get("type") in HTML_TYPES and link.get("rel") != "enclosure"
        if link.get("rel") in ("enclosure", "section", "related") and link.get("href") and not page:
            found.append((link.get("href") or "", link.get("type"), link.get("title")))
    return [each for each in found if each[0]]
