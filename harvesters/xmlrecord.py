"""Records of XML: an element of an answer as a record of its own, unless it is too large."""

from harvesters import markup
from harvesters.base import Answer, Source, notice
from harvesters.findings import find
from harvesters.markup import Element
from harvesters.spool_lines import Noticed, Record

MEDIA = "application/xml"


def too_large(element: Element, source: Source) -> int:
    """The size of an element in characters of its text where that alone is over the source's limit for a record; else 0."""
    size = markup.text_length(element)
    return size if size > source.max_record_bytes else 0


def xml_record(identifier: str | None, element: Element, answer: Answer, source: Source) -> Record | Noticed:
    """The record of an element; the finding in its place where it is longer than the source's limit."""
    size = too_large(element, source)
    content = "" if size else markup.serialised(element)
    size = size or len(content)
    if size > source.max_record_bytes:
        finding = find("record-too-large", value=answer.url, size=size, limit=source.max_record_bytes)
        return notice(finding, answer, identifier, received=True)
    return Record(id=identifier, url=answer.url, at=answer.at, status=answer.status, media=MEDIA, text=content)
