"""schema.org: datasets described inside the pages of a site, found by its sitemap or by following its links."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
from scrapy.utils.sitemap import sitemap_urls_from_robots

from harvesters.base import Answer, Event, Failure, LastPage, Option, Parts, Source, Trouble, no_parts, notice
from harvesters.base import Harvester as Base
from harvesters.errors import MalformedAnswer
from harvesters.evidence import HTML_TYPES, Lead, Recognised, Seen, places, root_of
from harvesters.findings import find
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.schemaorg.mapping import map_dataset
from harvesters.schemaorg.nodes import datasets_in, identified
from harvesters.schemaorg.sitemaps import MAX_LOCATIONS, read_sitemap, unchanged
from harvesters.spool_lines import Ask, Record

LINKED = "node"
"""The purpose of asks in a web of pages (`crawl.LINKED`): links back are no loop there."""

MAX_SITEMAPS = 500
"""Of one index."""

MAX_LISTED = 200_000
"""Pages of all the sitemaps of an index together, unless there are so many that each has only its least share."""

LEAST_SHARE = 1_000
CONTEXT_CHARACTERS = 4096
"""Of a document's beginning, where its context stands."""

MAX_PAGE_BYTES = 16 << 20
"""Of HTML, whose tree takes ten times that; pages of catalogues have a hundredth of it."""

MAX_PAGES = 2_000
"""Of a site without a sitemap; a larger one takes its operator's list, not days of following links."""

MAX_DEPTH = 2
"""Links from the reported page to a dataset's, where the site has no sitemap and the source does not say otherwise."""

_NO_PAGE = frozenset(
    {
        *("css", "js", "png", "jpg", "jpeg", "svg", "ico", "gif", "webp", "mp3", "mp4", "woff", "woff2"),
        *("pdf", "doc", "docx", "ppt", "pptx", "zip", "gz", "csv", "tsv", "xlsx", "xls", "ods", "geojson", "kml"),
    }
)
"""Endings of addresses that are no pages."""

_SITEMAP = re.compile(r"sitemap[^/]*\.xml(?:\.gz)?$", re.IGNORECASE)
"""Sites list sitemaps among their pages too."""

_DOCUMENT_TYPES = ("", "application/ld+json", "application/json", "application/xml", "text/plain", *HTML_TYPES)


class SchemaOrg(Base):
    """schema.org's Dataset and DataCatalog as JSON-LD or microdata in pages, or as a document of its own. Pages are found by
    the sitemap (also an index of sitemaps, also compressed, also one that only robots.txt names), else by the links of the
    reported page, to a bounded depth and number; never outside the site. A catalogue that only names its datasets is
    followed to their pages. A page without datasets counts as nothing. Only what a sitemap dates after the last harvest is
    read again, and what it does not date.
    """

    protocol = "schema-org"
    title = "schema.org datasets in pages"
    described = phrase("protocol-schema-org")
    standard = "https://schema.org/Dataset"
    version = 2
    incremental = True
    unfounded = phrase("no-dataset-described")
    options = (
        Option("match", "only pages whose address holds this text, such as `/dataset/`"),
        Option(
            "depth",
            f"how many links are followed where there is no sitemap; {MAX_DEPTH} unless it is set, 0 for the page alone",
        ),
        Option("pages", f"how many pages are read at most where there is no sitemap; {MAX_PAGES:,} unless it is set"),
    )

    def start(self) -> Iterable[Ask]:
        """The reported document or sitemap; of a site, its sitemap first."""
        path = urlsplit(self.source.url).path.lower()
        if "sitemap" in path or path.endswith((".xml", ".xml.gz")):
            yield Ask(self.source.url, purpose="sitemap")
        elif path.endswith((".jsonld", ".json")) or self._number("depth", MAX_DEPTH) == 0:
            yield self._page(self.source.url)
        else:
            yield Ask(self._guesses()[0], purpose="sitemap", note={"guess": 0})

    def _guesses(self) -> list[str]:
        """Where a site may say which pages it has."""
        return [*(f"{place}sitemap.xml" for place in places(self.source.url)), f"{root_of(self.source.url)}robots.txt"]

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Where there is no sitemap, the next place that may have one, and at last the links of the reported page."""
        guess = ask.note.get("guess")
        if guess is None or failure.failure in {"refused-address", "tls"}:
            return
        yield self._guess(int(guess) + 1)

    def _guess(self, number: int) -> Ask:
        guesses = self._guesses()
        if number >= len(guesses):
            return self._page(self.source.url, self._number("depth", MAX_DEPTH), self._number("pages", MAX_PAGES) - 1)
        purpose = "robots" if guesses[number].endswith("/robots.txt") else "sitemap"
        return Ask(guesses[number], purpose=purpose, note={"guess": number})

    def _page(self, url: str, depth: int = 0, budget: int = 0) -> Ask:
        """A page. budget: how many pages may be asked for from it on."""
        note = {"depth": depth, "budget": budget}
        return Ask(url, purpose=LINKED, headers={"Accept": "text/html, application/ld+json"}, note={**note})

    def _number(self, option: str, default: int) -> int:
        value = self.source.options.get(option, default)
        return value if isinstance(value, int) and value >= 0 else default

    def read(self, answer: Answer) -> Iterable[Event]:
        """A sitemap, robots.txt, or a page."""
        match answer.ask.purpose:
            case "sitemap":
                return self._sitemap(answer)
            case "robots":
                return self._robots(answer)
            case _:
                return self._one(answer)

    def _robots(self, answer: Answer) -> Iterator[Event]:
        """The sitemaps that robots.txt names."""
        content = answer.content()
        named = [] if b"<html" in content[:1024].lower() else list(sitemap_urls_from_robots(content, answer.url))
        own = [url for url in dict.fromkeys(named) if self._inside(url)]
        if not own:
            raise MalformedAnswer(phrase("names-no-sitemap", url=answer.url), phrase("do-name-list-page"))
        # The only one, where it fails, is one guess more that was wrong.
        note: dict[str, str | int | float | bool | None] = (
            {"guess": answer.ask.note.get("guess")} if len(own) == 1 else {}
        )
        yield from (Ask(url, purpose="sitemap", note=note) for url in own[:MAX_SITEMAPS])
        yield LastPage()

    def _sitemap(self, answer: Answer) -> Iterator[Event]:
        listed = read_sitemap(answer.content(), answer.url)
        if not listed.changed:
            raise MalformedAnswer(phrase("lists-no-address", url=answer.url), phrase("do-name-list-page"))
        if not listed.whole:
            yield Trouble(phrase("sitemap-breaks-off", url=answer.url))
        nested = bool(answer.ask.note.get("share"))
        if listed.sitemaps and nested:
            yield Trouble(phrase("sitemaps-nested", url=answer.url))
            return
        since = self.source.since
        wanted = []
        for url, changed in listed.changed.items():
            if not self._inside(url):
                yield notice(find("paging-leaves-host", value=url), answer)
            elif listed.sitemaps or (self._wanted(url) and not (since and unchanged(changed, since))):
                wanted.append(url)
        limit = MAX_SITEMAPS if listed.sitemaps else int(answer.ask.note.get("share") or MAX_LOCATIONS)
        if len(wanted) > limit:
            yield Trouble(phrase("addresses-beyond-limit", url=answer.url, addresses=len(wanted), read=limit))
        share = max(LEAST_SHARE, min(MAX_LOCATIONS, MAX_LISTED // max(1, len(wanted))))
        for url in wanted[:limit]:
            if listed.sitemaps or (_SITEMAP.search(urlsplit(url).path) and url != answer.ask.url):
                yield Ask(url, purpose="sitemap", note={"share": share})
            elif url != answer.ask.url:
                yield self._page(url)
        yield LastPage()

    def _one(self, answer: Answer) -> Iterator[Event]:
        size = answer.path.stat().st_size
        is_page = answer.headers.get("content-type", "").partition(";")[0].strip().lower() in HTML_TYPES
        if is_page and size > MAX_PAGE_BYTES:
            finding = find("record-too-large", value=answer.url, size=size, limit=MAX_PAGE_BYTES)
            yield notice(finding, answer, received=True)
        elif answer.headers.get("content-type", "").partition(";")[0].strip().lower() in _DOCUMENT_TYPES:
            yield from self._document(answer)
        if answer.ask.url == self.source.url:
            yield LastPage()

    def _document(self, answer: Answer) -> Iterator[Event]:
        found = datasets_in(answer.content(), answer.url, answer.headers.get("content-type"))
        for text in found.broken:
            yield notice(find("record-malformed", value=text, why=phrase("why-no-json")), answer)
        for identifier, node in identified(found, answer.url):
            raw = _encoded(node)
            if len(raw) > self.source.max_record_bytes:
                finding = find("record-too-large", size=len(raw), limit=self.source.max_record_bytes)
                yield notice(finding, answer, identifier, received=True)
            else:
                yield Record(
                    id=identifier, url=answer.url, at=answer.at, status=answer.status, json=msgspec.Raw(raw)
                )  # fmt: skip
        for url in found.named[:MAX_LOCATIONS]:
            if self._inside(url):
                yield self._page(url)
            else:
                yield notice(find("paging-leaves-host", value=url), answer)
        depth, budget = (int(answer.ask.note.get(key) or 0) for key in ("depth", "budget"))
        if depth > 0:
            yield from self._links(answer, found.links, depth, budget)

    def _links(self, answer: Answer, links: list[str], depth: int, budget: int) -> Iterator[Event]:
        """The pages that a page links to. What may be asked for is divided among them, so that the whole has an end."""
        wanted = [url for url in links if self._inside(url) and self._wanted(url) and url != answer.ask.url]
        if len(wanted) > budget:
            yield Trouble(phrase("links-beyond-budget", url=answer.url, links=len(wanted), followed=budget))
        wanted = wanted[:budget]
        share = (budget - len(wanted)) // max(1, len(wanted))
        for url in wanted:
            yield self._page(url, depth - 1, share)

    def _inside(self, url: str) -> bool:
        return _site(url) == _site(self.source.url)

    def _wanted(self, url: str) -> bool:
        ending = urlsplit(url).path.rpartition("/")[2].rpartition(".")[2].lower()
        return ending not in _NO_PAGE and str(self.source.options.get("match", "")) in url

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset."""
        return map_dataset(record, source, cls.protocol)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The sitemap, and one page that looks like a dataset's: of the reported page's links, or of the sitemap's."""
        if seen.reported:
            yield Lead(f"{seen.root}sitemap.xml", 14, phrase("usual-place", name="sitemap.xml"))
            links, because = seen.anchors, phrase("may-be-dataset-page")
        else:
            links, because = _listed(seen), phrase("sitemap-lists-dataset-page")
        here = (link for link in links if _site(link) == _site(seen.url))
        page = next((link for link in here if "dataset" in urlsplit(link).path), None)
        if page:
            yield Lead(page, 26, because)

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Datasets in a page or a document, or a sitemap of pages that look like datasets'."""
        if seen.is_html or "json" in seen.media_type or seen.url.endswith(".jsonld"):
            if "schema.org" not in (seen.text if seen.is_html else seen.text[:CONTEXT_CHARACTERS]):
                return None
            try:
                found = datasets_in(seen.body, seen.url)
            except MalformedAnswer:
                return None
            count = len(found.datasets) + len(found.named)
            if count and not seen.is_html:
                return Recognised(
                    82, seen.url, phrase("answers-in-form-and-syntax", name="schema.org", syntax="JSON-LD"), count
                )
            if count:
                evidence = phrase("page-describes-datasets", datasets=count)
                return Recognised(55, seen.url if seen.reported else seen.root, evidence)
            return None
        listed = _listed(seen)
        likely = sum("dataset" in url.partition("//")[2].partition("/")[2] for url in listed)
        if likely or (listed and seen.reported):
            return Recognised(45, seen.url, phrase("sitemap-lists-datasets", pages=likely))
        return None


def _encoded(node: dict[str, Any]) -> bytes:
    """A node as JSON; half a character, which Python's own reader of JSON lets through, is marked as unreadable."""
    try:
        return msgspec.json.encode(node)
    except UnicodeEncodeError:
        return json.dumps(node, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()


def _listed(seen: Seen) -> list[str]:
    """The addresses in a sitemap that detection sees; none where it is none."""
    if not (
        seen.body.startswith(b"\x1f\x8b") or any(mark in seen.body[:4096] for mark in (b"urlset", b"sitemapindex"))
    ):
        return []
    try:
        return list(read_sitemap(seen.body, seen.url).changed)
    except MalformedAnswer:
        return []


def _site(url: str) -> str:
    """What makes two addresses of one site: the host and the port, with or without "www." and TLS."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port not in (80, 443) else None
    except ValueError:
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}:{port or ''}"
