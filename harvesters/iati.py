"""Aid data: lists of the files that organisations publish in IATI, as its registries and bulk services have them.

The registry's CKAN interface is read as `ckan`; this is for the lists that have taken its place, and for one file itself.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from harvesters.base import Advertised, Answer, Event, Harvester, LastPage, Parts, Source, no_parts, notice
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.iati_mapping import map_file
from harvesters.jsonpages import object_of
from harvesters.jsonrecord import mended_json
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.jsonvalues import dig
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.sheets.delimited import decodings, read_delimited
from harvesters.spool_lines import Ask, Record
from harvesters.values import clean_text

LISTS = (("datasets",), ("data",), ("results",), ())
"""Where the list of files stands; the bulk data service's index has `datasets`."""

MARKS = frozenset(
    {
        *("reporting_org_id", "reporting_org_short_name", "last_known_good_dataset", "registry-publisher-id"),
        *("registry-file-id", "source_url", "source-url", "reporting_org_ref", "iati_version", "iati-version"),
    }
)
"""Keys of a file in such lists (the index of the bulk data service; the registry's list in CSV); two make it one."""

_ROOT = re.compile(rb"<iati-(activities|organisations)\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:-]+)\s*=\s*[\"']([^\"']*)[\"']")
_REPORTING = re.compile(rb"<reporting-org\b([^>]*)>(?:\s*<narrative[^>]*>)?([^<]*)<", re.DOTALL)
_HEAD_BYTES = 1 << 18


class Iati(Harvester):
    """Lists of IATI files in JSON (the bulk data service's indices of datasets, minimal and full) or CSV (a registry's export
    of publishers and files): each file is one dataset, with the publisher's copy and the service's cached copies as resources.
    A file of activities or organisations itself is read as one dataset, by its root element. The old registry's interface
    is CKAN's: use `ckan` for it. Activities are not taken over.
    """

    protocol = "iati"
    title = "IATI lists of files"
    described = phrase("protocol-iati")
    standard = "https://iatistandard.org/en/iati-standard/"

    def start(self) -> Iterable[Ask]:
        """The list, or the file."""
        yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """A record for each file of the list."""
        with answer.open() as file:
            head = file.read(_HEAD_BYTES)
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if start == b"<":
            yield self._file(head, answer)
        elif start in (b"{", b"["):
            yield from self._list(answer)
        else:
            yield from self._rows(answer)
        yield LastPage()

    def _list(self, answer: Answer) -> Iterator[Event]:
        with answer.open() as file:
            members = ArrayMembers(file, LISTS, self.source.max_record_bytes, None, answer.url)
            for member in members:
                yield self._member(member, answer)
            if not members.found:
                raise MalformedAnswer(
                    phrase("no-list-under", url=answer.url, key="datasets"), phrase("do-check-address")
                )
        count = object_of(members.envelope).get("dataset_count")
        if isinstance(count, int) and not isinstance(count, bool):
            yield Advertised(count)

    def _member(self, member: bytes | TooLarge, answer: Answer) -> Event:
        if isinstance(member, TooLarge):
            finding = find("record-too-large", size=member.size_bytes, limit=self.source.max_record_bytes)
            return notice(finding, answer, received=True)
        try:
            said = msgspec.json.decode(member)
        except NOT_JSON as error:
            mended = mended_json(member)
            if mended is None:
                excerpt = member[:200].decode("utf-8", "replace")
                return notice(find("record-malformed", value=excerpt, why=str(error)), answer, received=True)
            member, said = mended, msgspec.json.decode(mended)
        if not isinstance(said, dict):
            return notice(find("record-malformed", value=said, why=phrase("why-not-an-object")), answer, received=True)
        return self.json_record(_identifier(said), member, answer)

    def _rows(self, answer: Answer) -> Iterator[Event]:
        """The files of a list in CSV: each row an object by its header."""
        _, text = next(decodings(answer.content()))
        rows = [row for row in read_delimited(text, answer.url).rows if any(row)]
        if len(rows) < 2 or len(MARKS & set(rows[0])) < 2:
            raise MalformedAnswer(phrase("files-list-unknown", url=answer.url, name="IATI"), phrase("do-read-as-table"))
        for row in rows[1:]:
            said = {header: value for header, value in zip(rows[0], row, strict=False) if value != ""}
            yield self.json_record(_identifier(said), msgspec.json.encode(said), answer)

    def _file(self, head: bytes, answer: Answer) -> Event:
        """One file of activities or organisations, from its beginning."""
        root = _ROOT.search(head)
        if root is None:
            raise MalformedAnswer(phrase("markup-instead", url=answer.url, format="IATI"), phrase("do-check-address"))
        stated = {name.decode(): value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(root[2])}
        said: dict[str, Any] = {"address": answer.ask.url, "file_type": root[1].decode(), "attributes": stated}
        if reporting := _REPORTING.search(head):
            references = {name: value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(reporting[1])}
            said["reporting_org"] = {
                "ref": references.get(b"ref"), "name": reporting[2].decode("utf-8", "replace").strip(),
            }  # fmt: skip
        return self.json_record(answer.ask.url, msgspec.json.encode(said), answer)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Lists that the page links to, and the file a publisher's page leads to."""
        linked = [
            a for a in seen.anchors if re.search(r"dataset-index[\w-]*\.json$|/iati[\w./-]*\.xml$", a.partition("?")[0])
        ]
        for url in linked[:1]:
            yield Lead(url, 65, phrase("page-links-to", name="IATI"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A list whose members have IATI's keys; an IATI file by its root."""
        if root := _ROOT.search(seen.body[:4096]):
            return Recognised(94, seen.url, phrase("answers-in-form", name=f"IATI {root[1].decode()}"), 1)
        if seen.is_html:
            return None
        said = seen.json
        listed = said if isinstance(said, list) else dig(said, "datasets")
        if isinstance(listed, list) and listed:
            known = all(isinstance(m, dict) and len(MARKS & set(m)) >= 2 for m in listed[:20])
            return Recognised(93, seen.url, phrase("lists-files", name="IATI"), len(listed)) if known else None
        head = seen.text[:65536]
        named = sum(f'"{mark}"' in head for mark in MARKS)
        if not seen.whole and head.lstrip()[:1] in ("{", "[") and named >= 3:
            return Recognised(90, seen.url, phrase("begins-in-form", name="IATI dataset-index"))
        if (
            head[:1] not in ("{", "[", "<", "")
            and len(MARKS & set(re.split(r"[,;\t\"]+", head.partition("\n")[0].strip()))) >= 2
        ):
            return Recognised(
                90, seen.url, phrase("lists-files", name="IATI"), head.count("\n") if seen.whole else None
            )
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one file; see `iati_mapping`."""
        return map_file(record, source)


def _identifier(said: dict[str, Any]) -> str | None:
    """A file's identifier: the service's, else its short name, else its address."""
    keys = ("id", "short_name", "registry-file-id", "name", "source_url", "source-url")
    return next((text for key in keys if (text := clean_text(said.get(key))) is not None), None)
