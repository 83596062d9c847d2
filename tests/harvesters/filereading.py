"""What the tests of protocols that are files share: a file read in this process, and what detection sees of it."""

import json
from pathlib import Path
from typing import Any

from catalogue.assess.validation import check
from harvesters.base import Answer, Event, Source
from harvesters.detect import Detection
from harvesters.evidence import Recognised, Seen
from harvesters.findings import blocks
from harvesters.package import Package, encode
from harvesters.registry import harvester_for
from harvesters.spool_lines import Ask, Record
from tests.sandbox.portals import ask

WHERE = "https://data.xa.example/lists/file"


def body_of(document: Any) -> bytes:
    """Bytes as they are, a text in UTF-8, anything else as JSON."""
    if isinstance(document, bytes):
        return document
    return document.encode() if isinstance(document, str) else json.dumps(document, ensure_ascii=False).encode()


class File:
    """One file as a harvester reads it: `events`, `records`, and the `packages` that they become."""

    def __init__(
        self, folder: Path, protocol: str, document: Any, url: str = WHERE, options: dict[str, Any] | None = None,
        note: dict[str, Any] | None = None, media: str = "",
    ) -> None:  # fmt: skip
        path = folder / "body"
        path.write_bytes(body_of(document))
        self.source = Source("xa-source", url, protocol, options=options or {})
        harvester = harvester_for(protocol)(self.source)
        headers = {"content-type": media} if media else {}
        self.events: list[Event] = list(
            harvester.read(Answer(Ask(url, note=note or {}), url, 200, headers, path, "2026-01-01T00:00:00Z"))
        )

    @property
    def records(self) -> list[Record]:
        return [event for event in self.events if isinstance(event, Record)]

    @property
    def packages(self) -> list[Package]:
        """Every record as a package, which must be valid."""
        found = []
        for record in self.records:
            mapped = harvester_for(self.source.protocol).package(record, self.source)
            assert mapped.package is not None, mapped.findings
            findings = [*mapped.findings, *check(encode(mapped.package))]
            assert not blocks(findings), findings
            found.append(mapped.package)
        return found

    @property
    def package(self) -> Package:
        (package,) = self.packages
        return package

    def codes(self) -> list[str]:
        """The codes of what was found in mapping."""
        return [
            finding.code
            for record in self.records
            for finding in harvester_for(self.source.protocol).package(record, self.source).findings
        ]


def recognised(
    protocol: str, document: Any, url: str = WHERE, media: str = "", whole: bool = True
) -> Recognised | None:
    """What a protocol says of a file that detection sees."""
    headers = {"content-type": media} if media else {}
    return harvester_for(protocol).recognise(
        Seen(url, url, 200, headers, body_of(document), whole=whole, reported=True)
    )


def detected(url: str) -> Detection:
    """A detection of an address on loopback, with the requests that the command would make."""
    detection = Detection(url)
    while (lead := detection.next()) is not None and len(detection.steps) < 25:
        answer = ask(lead.url, Accept=lead.accept)
        seen = Seen(lead.url, lead.url, answer.status, answer.headers, answer.body, reported=not detection.steps)
        detection.take(lead, seen)
    return detection
