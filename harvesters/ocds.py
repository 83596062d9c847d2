"""Open contracting data: a publication in OCDS, from its packages or from a list of publications.

A publication is one dataset, whatever number of contracting processes is in it. Its packages are walked for what they say of
the publication (who, since when, until when), never for the contracts themselves.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from harvesters.base import Answer, Event, Harvester, LastPage, Option, Parts, Source, Trouble, no_parts, notice
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.jsonvalues import dig, words
from harvesters.ocds_mapping import LISTED, map_publication
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record
from harvesters.values import clean_text, read_url

MAX_PAGES = 100
"""Of one publication, unless the source says otherwise; some have ten thousand, which say nothing new of it."""

MEMBERS = (("releases",), ("records",))
LISTS = (("publications",), ("results",), ("data",), ("collections",), ("packages",), ())
"""Where a list of publications stands (the Open Contracting Data Registry's is the whole document)."""

MAX_LANGUAGES = 10
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OCID = re.compile(r'"ocid"\s*:\s*"')
_BEGINS = re.compile(r'"(?:releases|records)"\s*:\s*\[')
_PUBLICATION = frozenset(
    {"ocid_prefix", "ocidPrefix", "last_retrieved", "retrieval_frequency", "publication_policy", "source_id"}
)
"""Keys of a publication in the registry's list; two of them make it one."""

_LIKELY = re.compile(r"ocds|open-?contracting|contrataciones-?abiertas", re.IGNORECASE)


class _Dated(msgspec.Struct):
    date: str | None = None


class _Release(msgspec.Struct):
    """What is read of a release or record: its date and language, and the dates of the releases in a record."""

    date: str | None = None
    language: str | None = None
    releases: list[_Dated] = []
    compiledRelease: _Dated | None = None  # noqa: N815 (the standard's word)


class _Extent(msgspec.Struct):
    """How much a package holds: its releases or records, and their days and languages."""

    members: int = 0
    first: str = ""
    last: str = ""
    languages: set[str] = set()

    def take(self, member: bytes | TooLarge) -> None:
        """Account for one release or record; what cannot be read of it counts all the same."""
        self.members += 1
        try:
            release = _RELEASE.decode(member) if isinstance(member, bytes) else _Release()
        except NOT_JSON:
            return
        if release.language and len(self.languages) < MAX_LANGUAGES:
            self.languages.add(release.language)
        for dated in (release, *release.releases, release.compiledRelease):
            if dated is not None and dated.date and _DAY.match(dated.date):
                day = dated.date[:10]
                self.first, self.last = min(self.first or day, day), max(self.last, day)


_RELEASE = msgspec.json.Decoder(_Release)


class Ocds(Harvester):
    """Publications in the Open Contracting Data Standard, versions 1.0 and 1.1. Of a release package, a record package or an
    API of them (`links.next`), the whole is one dataset: its publisher, licence, policy, extensions and the dates of its
    releases; the package's address is its resource, and so are the packages that a record package lists. Packages have no
    title, so one is made of the publisher and the period. Of a list of publications (as the Open Contracting Data Registry has
    it, or a list of packages' addresses) each is a dataset. Contracts, and persons named in them, are not taken over.
    """

    protocol = "ocds"
    title = "OCDS (Open Contracting Data Standard)"
    standard = "https://standard.open-contracting.org/latest/en/schema/release_package/"
    options = (Option("pages", f"how many pages of a publication are read for its period; {MAX_PAGES} unless stated"),)

    def start(self) -> Iterable[Ask]:
        """The package, the API's first page, or the list."""
        yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """A publication from its packages, or the publications of a list."""
        extent = _Extent()
        with answer.open() as file:
            listed = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
            file.seek(0)
            members = ArrayMembers(file, MEMBERS, self.source.max_record_bytes, None, answer.url)
            for member in () if listed else members:
                extent.take(member)
        if members.found:
            yield from self._package(answer, _object(members.envelope), extent)
        else:
            yield from self._list(answer)

    # -- packages

    def _package(self, answer: Answer, envelope: dict[str, Any], extent: _Extent) -> Iterator[Event]:
        """The publication as far as it was read, and the next page. Its record comes with the first page, so that it is
        there whatever becomes of the others, and again with the last one."""
        note = answer.ask.note
        first = min(filter(None, (str(note.get("from") or ""), extent.first)), default=None)
        last = max(filter(None, (str(note.get("to") or ""), extent.last)), default=None)
        pages, count = int(note.get("pages") or 0) + 1, int(note.get("members") or 0) + extent.members
        at = str(note.get("at") or answer.ask.url)
        link = dig(envelope, "links", "next")
        following = read_url(link, answer.url).url
        limit = self.source.options.get("pages", MAX_PAGES)
        goes_on = bool(following and extent.members) and pages < (limit if isinstance(limit, int) else MAX_PAGES)
        if pages == 1 or not goes_on:
            read = {
                "address": at, "pages": pages, "members": count, "from": first, "to": last,
                "whole": not (link and extent.members), "languages": sorted(extent.languages),
            }  # fmt: skip
            stated = {key: value for key, value in envelope.items() if key not in {"releases", "records", "_id"}}
            kind = "record" if "records" in envelope else "release"
            yield self.json_record(at, msgspec.json.encode({**stated, "kind": kind, "read": read}), answer)
        if link and (following is None or not following.startswith(("http://", "https://"))):
            yield Trouble(phrase("next-page-no-address", url=answer.url, link=repr(str(link)[:200])))
        elif goes_on and following is not None:
            yield Ask(following, note={"at": at, "pages": pages, "members": count, "from": first, "to": last})
        else:
            yield LastPage()

    # -- lists

    def _list(self, answer: Answer) -> Iterator[Event]:
        """The publications of a list: objects, or the addresses of packages, each read as a publication of its own."""
        asked: dict[str, Ask] = {}
        with answer.open() as file:
            members = ArrayMembers(file, LISTS, self.source.max_record_bytes, None, answer.url)
            for member in members:
                if isinstance(member, TooLarge):
                    finding = find("record-too-large", size=member.size_bytes, limit=self.source.max_record_bytes)
                    yield notice(finding, answer, received=True)
                    continue
                try:
                    said = msgspec.json.decode(member)
                except NOT_JSON as error:
                    excerpt = member[:200].decode("utf-8", "replace")
                    yield notice(find("record-malformed", value=excerpt, why=str(error)), answer, received=True)
                    continue
                if isinstance(said, dict):
                    yield self.json_record(_identifier(said), msgspec.json.encode({**said, LISTED: True}), answer)
                elif isinstance(said, str) and (url := read_url(said, answer.url).url) is not None:
                    asked.setdefault(url, Ask(url))
        if not members.found:
            raise MalformedAnswer(phrase("no-publications", url=answer.url), phrase("do-check-address"))
        yield from asked.values()
        yield LastPage()

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Packages that the page links to."""
        linked = [a for a in seen.anchors if urlsplit(a).path.endswith(".json") and _LIKELY.search(a)]
        for url in linked[:1]:
            yield Lead(url, 65, phrase("page-links-to", name="OCDS"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A package with releases or records; a list of publications by its keys."""
        if seen.is_html:
            return None
        said = seen.json
        if isinstance(said, dict):
            listed = next((said[key] for (key,) in MEMBERS if isinstance(said.get(key), list)), None)
            if listed is not None and (
                all(isinstance(m, dict) and "ocid" in m for m in listed[:20]) if listed else "publishedDate" in said
            ):
                kind = "record" if "records" in said else "release"
                return Recognised(95, seen.url, phrase("answers-in-form", name=f"OCDS {kind} package"), 1)
        listed = _listed(said)
        if listed and all(isinstance(m, dict) and len(_PUBLICATION & set(m)) >= 2 for m in listed[:20]):
            return Recognised(88, seen.url, phrase("lists-files", name="OCDS"), len(listed))
        head = seen.text[:262144]
        if not seen.whole and head.lstrip()[:1] == "{" and _BEGINS.search(head) and _OCID.search(head):
            return Recognised(92, seen.url, phrase("begins-in-form", name="OCDS"), 1)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one publication; see `ocds_mapping`."""
        return map_publication(record, source)


def _identifier(said: dict[str, Any]) -> str | None:
    found = words(
        [said.get(key) for key in ("id", "identifier", "source_id", "uri", "url") if said.get(key) is not None]
    )
    return found[0] if found else clean_text(said.get("title"))


def _listed(said: object) -> list[Any]:
    if isinstance(said, list):
        return said
    return next((said[path[0]] for path in LISTS if path and isinstance(said.get(path[0]), list)), []) if (
        isinstance(said, dict)
    ) else []  # fmt: skip


def _object(envelope: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(envelope)
    except NOT_JSON:
        return {}
    return value if isinstance(value, dict) else {}
