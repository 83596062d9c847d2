"""A web page as a single entry: what is left where a portal offers nothing that a machine can read."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
import msgspec
from lxml import etree
from w3lib.encoding import html_to_unicode

from harvesters.base import Answer, Event, Harvester, LastPage, Parts, Source, no_parts
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Recognised, Seen
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json
from harvesters.mapping import Draft, Reading, describe, language_map
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

DATA_FILES = (
    "csv",
    "tsv",
    "xlsx",
    "xls",
    "ods",
    "json",
    "geojson",
    "xml",
    "rdf",
    "ttl",
    "zip",
    "gz",
    "7z",
    "kml",
    "shp",
    "parquet",
    "txt",
)
"""Extensions of files that are data; documents for readers (PDF, DOCX) are listed where nothing else is."""

DOCUMENTS = ("pdf", "docx", "doc")
MAX_LINKED = 500


class WebPage(Harvester):
    """A page as one dataset: its title and description in the page's language, who publishes it where it says so, and the data
    files that it links to; where it links to none, its documents, else the page itself.
    """

    protocol = "web-page"
    title = "Web page"
    described = phrase("protocol-web-page")
    standard = "https://html.spec.whatwg.org/"

    def start(self) -> Iterable[Ask]:
        """The page."""
        yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """One record."""
        said = page_of(answer.content(), answer.url, answer.headers.get("content-type"))
        yield Record(
            id=self.source.url,
            url=answer.url,
            at=answer.at,
            status=answer.status,
            json=msgspec.Raw(msgspec.json.encode(said)),
        )
        yield LastPage()

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """Any page with a title, where it was reported itself."""
        if seen.reported and seen.page is not None and (title := seen.page.findtext(".//title")):
            return Recognised(10, seen.asked, phrase("web-page", title=" ".join(title.split())[:80]), 1)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map what the page says."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(None, [find("record-malformed", value=record.id or "", why=phrase("why-not-an-object"))])
        reading = Reading(record.url)
        languages = reading.languages(said.get("language"), "html.lang")
        tag = languages[0].tag or "und" if languages else "und"
        publisher = reading.text(said.get("publisher"))
        drafts = [
            Draft(
                path=f"a[{index}]",
                raw=link,
                keys=("href", ""),
                download_url=link["url"],
                titles=language_map(reading.text(link["text"]), tag),
            )
            for index, link in enumerate(said.get("links") or [])
        ]
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(reading.text(said.get("title")), tag),
            descriptions=language_map(reading.description(said.get("description")), tag),
            languages=languages,
            publisher=Publisher(name=publisher) if publisher else None,
            modified=reading.moment(said.get("modified"), "meta[modified]"),
        )
        page = [Draft(path="", raw=record.url, access_url=record.url, format="HTML")]
        return describe(source, additions, drafts or page, reading, homepage=record.url)


def page_of(content: bytes, url: str, content_type: str | None) -> dict[str, Any]:
    """What a page says of itself: title, description, language, publisher, modified, links (url and text). Its characters
    are read as a browser reads them: by the header, the page's own word, or what they can only be.

    Raises MalformedAnswer for what is no page.
    """
    try:
        _, text = html_to_unicode(content_type, content)
        page = lxml.html.document_fromstring(text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise MalformedAnswer(
            phrase("page-unreadable", url=url, detail=str(error)), phrase("do-check-address")
        ) from error
    meta = {
        (element.get("name") or element.get("property") or "").lower(): element.get("content")
        for element in page.iter("meta")
    }
    title = meta.get("og:title") or page.findtext(".//title") or page.findtext(".//h1")
    if not title or not title.strip():
        raise MalformedAnswer(phrase("page-without-title", url=url), phrase("do-name-data-page"))
    return {
        "title": " ".join(title.split()),
        "description": meta.get("description") or meta.get("og:description") or meta.get("dc.description"),
        "language": page.get("lang") or page.get("xml:lang"),
        "publisher": meta.get("dc.publisher") or meta.get("dcterms.publisher") or meta.get("og:site_name"),
        "modified": meta.get("dcterms.modified") or meta.get("article:modified_time") or meta.get("last-modified"),
        "links": _files(page, url),
    }


def _files(page: Any, url: str) -> list[dict[str, str]]:
    """The data files that a page links to; its documents where there are none."""
    found: dict[str, dict[str, str]] = {}
    for anchor in page.iter("a"):
        try:
            link = urljoin(url, (anchor.get("href") or "").strip())
            extension = urlsplit(link).path.rpartition(".")[2].lower()
        except ValueError:
            continue
        if urlsplit(link).scheme in ("http", "https") and extension in DATA_FILES + DOCUMENTS:
            found.setdefault(
                link, {"url": link, "text": " ".join("".join(anchor.itertext()).split()), "kind": extension}
            )
    data = [link for link in found.values() if link["kind"] in DATA_FILES]
    return (data or list(found.values()))[:MAX_LINKED]
