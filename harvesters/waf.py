"""WAF: a web accessible folder of metadata files."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from harvesters import markup
from harvesters.base import Answer, Event, Harvester, LastPage, Option, Parts, Source, no_parts, notice
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Recognised, Seen
from harvesters.findings import find
from harvesters.iso import fgdc
from harvesters.iso import record as iso
from harvesters.iso.mapping import map_iso
from harvesters.markup import Element
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record
from harvesters.values import read_date
from harvesters.xmlrecord import xml_record

LINKED = "node"
"""The purpose of asks in a web of pages (`crawl.LINKED`)."""

MAX_DEPTH = 5
"""Of folders below the reported one."""

_DAY = re.compile(r"\b(?:\d{4}-\d{2}-\d{2}|\d{2}-[A-Z][a-z]{2}-\d{4})\b")
_INDEX = re.compile(r"index of|directory listing|parent directory|\[to parent directory\]", re.IGNORECASE)


class Waf(Harvester):
    """A folder that a web server lists (Apache, nginx, IIS), with its folders below: every XML file in it that is an ISO 19115
    record, or an FGDC one, is a dataset; other XML is told. Nothing outside the folder is read. A folder states no count: it
    is complete when every file that it lists was read. A harvest of changes leaves out the files whose date in the listing is
    older, by more than a day for the server's own time zone; a file whose date cannot be read without doubt is read.
    """

    protocol = "waf"
    title = "WAF (web accessible folder of metadata)"
    described = phrase("protocol-waf")
    version = 3
    standard = "https://www.isotc211.org/"
    incremental = True
    options = (Option("depth", f"of folders below the reported one; {MAX_DEPTH} unless it is set"),)

    def start(self) -> Iterable[Ask]:
        """The folder."""
        yield Ask(self.source.url, purpose=LINKED, note={"depth": int(self.source.options.get("depth", MAX_DEPTH))})

    def read(self, answer: Answer) -> Iterable[Event]:
        """A listing, or a file."""
        return self._file(answer) if answer.ask.note.get("file") else self._listing(answer)

    def _listing(self, answer: Answer) -> Iterator[Event]:
        folders, files = listed(answer.content(), answer.url)
        if answer.ask.url == self.source.url:
            if not files and not folders:
                raise MalformedAnswer(phrase("lists-no-file", url=answer.url), phrase("do-check-protocol"))
            yield LastPage()
        depth = int(answer.ask.note.get("depth") or 0)
        oldest = _day_before(self.source.since) if self.source.since is not None else ""
        for url, changed in files.items():
            if changed is not None and changed < oldest:
                continue
            yield Ask(url, purpose=LINKED, note={"file": True})
        for url in folders if depth else ():
            yield Ask(url, purpose=LINKED, note={"depth": depth - 1})

    def _file(self, answer: Answer) -> Iterator[Event]:
        with answer.small() as file:
            root = markup.read(file, answer.url)
        kind = iso.other_kind(root) if iso.is_record(root) else None
        if kind is not None:
            yield notice(find("not-a-dataset", value=kind), answer, iso.identifier(root), received=True)
        elif iso.is_record(root) or fgdc.is_record(root):
            identifier = (iso.identifier(root) if iso.is_record(root) else None) or answer.ask.url
            yield xml_record(identifier, root, answer, self.source)
        else:
            why = phrase("why-other-root", root=markup.local(root))
            yield notice(find("record-malformed", value=answer.url, why=why), answer)

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A listing with XML files in it."""
        if seen.page is None or not seen.reported:
            return None
        folders, files = listed(seen.body, seen.url)
        if files and (_INDEX.search(seen.text) or 2 * len(files) >= len(seen.anchors)):
            return Recognised(70, seen.url, phrase("lists-xml-files", files=len(files), folders=len(folders)))
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one file."""
        if re.search(r"<idinfo\b", (record.text or "")[:4096]):
            return map_fgdc_of(record, source)
        return map_iso(record, source, cls.protocol)


def map_fgdc_of(record: Record, source: Source) -> Mapped:
    """Map an FGDC file of a folder."""
    return fgdc.map_fgdc(record, source, Waf.protocol)


def listed(content: bytes, url: str) -> tuple[list[str], dict[str, str | None]]:
    """The folders and the XML files that a listing links to, below its own address, each once; of each file the day of its
    last change, where the listing says it so that it can be read in one way only.

    Raises MalformedAnswer for what is no page.
    """
    try:
        page = lxml.html.document_fromstring(content)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise MalformedAnswer(
            phrase("page-unreadable", url=url, detail=str(error)), phrase("do-check-address")
        ) from error
    base = url.partition("?")[0].rpartition("/")[0] + "/"
    folders: list[str] = []
    files: dict[str, str | None] = {}
    for anchor in page.iter("a"):
        link = _inside(anchor, url, base)
        if link is None:
            continue
        if link.endswith("/"):
            folders.append(link)
        elif urlsplit(link).path.lower().endswith(".xml"):
            files.setdefault(link, _changed(anchor))
    return list(dict.fromkeys(folders)), files


def _changed(anchor: Element) -> str | None:
    """The day behind a link of a listing by Apache (2026-01-31) or nginx (31-Jan-2026); None for IIS's (1/2/2026), which may
    be in January or in February."""
    cell = anchor.getparent()
    following = cell.getnext() if cell is not None and cell.tag == "td" else None
    found = _DAY.search(anchor.tail or "") or _DAY.search(markup.text(following) or "")
    if found is None:
        return None
    moment = read_date(found[0].replace("-", " ") if found[0][2] == "-" else found[0])
    return moment.value if moment is not None else None


def _day_before(since: str) -> str:
    """The day before a moment."""
    return (date.fromisoformat(since[:10]) - timedelta(days=1)).isoformat()


def _inside(anchor: Element, url: str, base: str) -> str | None:
    """A link that leads below the folder; None for any other, such as a column's sorting or the parent."""
    try:
        link = urljoin(url, (anchor.get("href") or "").strip()).partition("#")[0]
    except ValueError:
        return None
    return link if link.startswith(base) and link != base and "?" not in link else None
