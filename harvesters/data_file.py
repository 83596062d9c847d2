"""A data file as a single entry: one dataset with one resource."""

from collections.abc import Iterable, Iterator
from email.message import Message
from urllib.parse import unquote, urlsplit

import msgspec

from harvesters.base import Answer, Event, Harvester, LastPage, Parts, Source, no_parts
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Recognised, Seen
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json
from harvesters.maildate import iso_of_mail
from harvesters.mapping import Draft, Reading, describe, language_map
from harvesters.package import Additions, Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

_HTML_STARTS = (b"<!doctype html", b"<html")


class DataFile(Harvester):
    """One file (CSV, a spreadsheet, JSON, XML, an archive, a document) as one dataset with one resource, named by the file's
    name; its date is the server's Last-Modified, its size what was received.
    """

    protocol = "file"
    title = "Data file"
    described = phrase("protocol-data-file")
    standard = "https://www.rfc-editor.org/rfc/rfc9110"

    def start(self) -> Iterable[Ask]:
        """The file."""
        yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """One record, from what the server says of the file."""
        with answer.open() as file:
            head = file.read(1024).lstrip().lower()
        if head.startswith(_HTML_STARTS):
            raise MalformedAnswer(phrase("no-file", url=answer.url), phrase("do-register-page"))
        said = {
            "name": file_name(answer.url, answer.headers.get("content-disposition", "")),
            "media_type": answer.headers.get("content-type", "").partition(";")[0],
            "modified": answer.headers.get("last-modified"),
            "bytes": answer.path.stat().st_size,
        }
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
        """Any answer to the reported address that is no page and not empty."""
        if seen.reported and not seen.is_html and seen.body.strip():
            kind = phrase("file-of-type", media=seen.media_type) if seen.media_type else phrase("file-untyped")
            return Recognised(12, seen.asked, kind, 1)
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map what the server said of the file."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(None, [find("record-malformed", value=record.id or "", why=phrase("why-not-an-object"))])
        reading = Reading(record.url)
        name = reading.text(said.get("name"))
        draft = Draft(
            path="", raw=record.url, download_url=record.url, media_type=said.get("media_type") or None, size=said.get("bytes"),
            titles=language_map(name, "und"), format=name.rpartition(".")[2] if name and "." in name else None,
        )  # fmt: skip
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(name, "und"),
            modified=reading.moment(iso_of_mail(said.get("modified")), "Last-Modified"),
        )
        return describe(source, additions, [draft], reading)


def file_name(url: str, disposition: str) -> str:
    """The name of a file: as Content-Disposition says it (RFC 6266, RFC 8187), else the last part of its
    address that is not empty.
    """
    header = Message()
    header["Content-Disposition"] = disposition or "attachment"
    name = (header.get_filename() or "").strip()
    parts = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    return name or (parts[-1] if parts else urlsplit(url).netloc)
