"""schema.org: datasets described inside the pages of a site, found by its sitemap or by following its links."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import msgspec
from scrapy.utils.sitemap import Sitemap

from harvesters.base import Answer, Event, Failure, LastPage, Option, Parts, Source, Trouble, no_parts, notice
from harvesters.base import Harvester as Base
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, folder_of
from harvesters.findings import find
from harvesters.package import Mapped
from harvesters.schemaorg.mapping import map_dataset
from harvesters.schemaorg.nodes import datasets_in, identifier_of
from harvesters.spool import Ask, Record

LINKED = "node"
"""The purpose of asks in a web of pages (`crawl.LINKED`): links back are no loop there."""

MAX_LOCATIONS = 50_000
"""Of one sitemap (sitemaps.org, "Sitemap index files")."""

MAX_LINKS = 1_000
"""Of one page; a page with more is a listing that its sitemap should replace, and the harvest says so."""

MAX_DEPTH = 2
"""Links from the reported page to a dataset's, where the site has no sitemap and the source does not say otherwise."""

_NO_PAGE = (
    ".css",
    ".js",
    ".png",
    ".jpg",
    ".jpeg",
    ".svg",
    ".ico",
    ".gif",
    ".pdf",
    ".zip",
    ".csv",
    ".xlsx",
    ".xls",
    ".mp4",
    ".woff2",
)


class SchemaOrg(Base):
    """schema.org's Dataset and DataCatalog as JSON-LD or microdata in pages, or as a document of its own. Pages are found by
    the sitemap (also an index of sitemaps, also compressed), else by the links of the reported page, to a bounded depth; never
    outside the site. Only what a sitemap dates after the last harvest is read again where every address has a date.
    """

    protocol = "schema-org"
    title = "schema.org datasets in pages"
    standard = "https://schema.org/Dataset"
    incremental = True
    options = (
        Option("match", "only pages whose address holds this text, such as `/dataset/`"),
        Option("depth", f"how many links are followed where there is no sitemap; {MAX_DEPTH} unless it is set"),
    )

    def start(self) -> Iterable[Ask]:
        """The reported document or sitemap; of a site, its sitemap first."""
        path = urlsplit(self.source.url).path.lower()
        if "sitemap" in path or path.endswith((".xml", ".xml.gz")):
            yield Ask(self.source.url, purpose="sitemap")
        elif path.endswith((".jsonld", ".json")):
            yield self._page(self.source.url, 0)
        else:
            base = folder_of(self.source.url)
            yield Ask(f"{base}sitemap.xml", purpose="sitemap", note={"guessed": True})

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Where there is no sitemap, the links of the reported page."""
        if ask.note.get("guessed") and failure.failure not in {"refused-address", "tls"}:
            yield self._page(self.source.url, int(self.source.options.get("depth", MAX_DEPTH)))

    def _page(self, url: str, depth: int) -> Ask:
        return Ask(url, purpose=LINKED, headers={"Accept": "text/html, application/ld+json"}, note={"depth": depth})

    def read(self, answer: Answer) -> Iterable[Event]:
        """A sitemap, or a page."""
        return self._sitemap(answer) if answer.ask.purpose == "sitemap" else self._one(answer)

    def _sitemap(self, answer: Answer) -> Iterator[Event]:
        content = answer.content()
        if b"<" not in content[:1024] or b"<html" in content[:1024].lower():
            raise MalformedAnswer(f"{answer.url} is not a sitemap; name the page that lists the datasets.")
        sitemap = Sitemap(content)
        locations = [entry for entry in sitemap if isinstance(entry.get("loc"), str)]
        if sitemap.type not in {"urlset", "sitemapindex"} or not locations:
            raise MalformedAnswer(f"{answer.url} is not a sitemap; name the page that lists the datasets.")
        if len(locations) > MAX_LOCATIONS:
            yield Trouble(f"{answer.url} lists more than {MAX_LOCATIONS:,} addresses; the first ones were read.")
        host = urlsplit(self.source.url).netloc
        dated = all(entry.get("lastmod") for entry in locations)
        match = str(self.source.options.get("match", ""))
        seen: set[str] = set()
        for entry in locations[:MAX_LOCATIONS]:
            url = str(entry["loc"]).strip()
            if url in seen:
                continue
            seen.add(url)
            if urlsplit(url).netloc != host:
                yield notice(find("paging-leaves-host", value=url), answer)
            elif sitemap.type == "sitemapindex":
                yield Ask(url, purpose="sitemap")
            elif match in url and not (dated and self.source.since and str(entry["lastmod"]) < self.source.since[:10]):
                yield self._page(url, 0)
        yield LastPage()

    def _one(self, answer: Answer) -> Iterator[Event]:
        content = answer.content()
        found, links, broken = datasets_in(content, answer.url, answer.headers.get("content-type"))
        for text in broken:
            yield notice(find("record-malformed", value=text, why="the JSON-LD of the page is no JSON"), answer)
        for node in found:
            raw = msgspec.json.encode(node)
            yield Record(
                id=identifier_of(node) or answer.url,
                url=answer.url,
                at=answer.at,
                status=answer.status,
                json=msgspec.Raw(raw),
            )
        depth = int(answer.ask.note.get("depth") or 0)
        if depth > 0:
            base, match = folder_of(self.source.url), str(self.source.options.get("match", ""))
            inside = [
                u
                for u in links
                if u.startswith(base) and not urlsplit(u).path.lower().endswith(_NO_PAGE) and match in u
            ]
            if len(inside) > MAX_LINKS:
                yield Trouble(f"{answer.url} has more than {MAX_LINKS:,} links; the first ones were followed.")
            for url in inside[:MAX_LINKS]:
                yield self._page(url, depth - 1)
        if answer.ask.url == self.source.url:
            yield LastPage()

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset."""
        return map_dataset(record, source, cls.protocol)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The sitemap, and one page that looks like a dataset's."""
        if not seen.reported:
            return
        yield Lead(f"{seen.root}sitemap.xml", 14, "where a site lists its pages")
        if page := next(
            (a for a in seen.anchors if "/dataset" in a and urlsplit(a).netloc == urlsplit(seen.url).netloc), None
        ):
            yield Lead(page, 26, "a page that may be a dataset's")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Datasets in a page or a document, or a sitemap of pages that look like datasets'."""
        if seen.is_html or seen.media_type == "application/ld+json" or seen.url.endswith(".jsonld"):
            if "schema.org" not in seen.text:
                return None
            try:
                found = datasets_in(seen.body, seen.url).datasets
            except MalformedAnswer:
                return None
            if found and not seen.is_html:
                return Recognised(82, seen.url, "it is JSON-LD of schema.org with datasets", len(found))
            if found:
                return Recognised(
                    55, seen.url if seen.reported else seen.root, f"the page describes {len(found)} datasets"
                )
            return None
        if b"<urlset" in seen.body[:4096] or b"<sitemapindex" in seen.body[:4096]:
            likely = sum("dataset" in url for url in seen.text.split("<loc>")[1:])
            if likely or seen.reported:
                return Recognised(45, seen.url, f"the sitemap lists {likely} pages that look like datasets'")
        return None
