"""What must not reach the RDF parser: XML that declares entities or nests without end, and triple terms that do.

The parser expands entities, takes time with the square of the depth of XML, and ends the process on triple terms nested
more than ten thousand times. Real catalogues do none of this.
"""

import io
import re
from typing import Protocol

from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase
from harvesters.rdf.longvalues import Readable
from harvesters.rdf.syntax import Syntax

MAX_XML_DEPTH = 200
"""Elements in elements; a nested DCAT catalogue has about fifteen."""

MAX_TRIPLE_TERMS = 1_000
"""Per body. DCAT has no use for them."""

_LONGEST_TAG_BYTES = 1 << 20
_MARKUP = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!ENTITY\b|<!"
    rb"|<(?P<end>/?)[^\s/>\"'<!?]++(?:[^>\"'/]++|/(?!>)|\"[^\"]*+\"|'[^']*+')*(?P<empty>/?)>",
    re.DOTALL,
)


class Scan(Protocol):
    """Looks at a body piece by piece. Raises MalformedAnswer where it is not to be parsed."""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""

    @property
    def open(self) -> bool:
        """Whether something that was begun has not ended yet, so that a body that ends here ends in the middle."""


def scan_of(syntax: Syntax, where: str) -> Scan:
    """The scan that a serialisation needs."""
    return XmlScan(where) if syntax is Syntax.RDF_XML else TripleTermScan(where)


class XmlScan:
    """Counts how deep elements are nested, and refuses declarations of entities."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._depth = 0
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        text = self._rest + piece
        at = 0
        for markup in _MARKUP.finditer(text):
            at = markup.end()
            if markup["end"] is not None:
                self._depth += -1 if markup["end"] else 0 if markup["empty"] else 1
                if self._depth > MAX_XML_DEPTH:
                    raise MalformedAnswer(
                        phrase("nested-too-deep", url=self._where, format="XML"), phrase("do-tell-portal-operator")
                    )
            elif markup[0] == b"<!ENTITY":
                raise entities_refused(self._where)
        begun = text.find(b"<", at)
        self._rest = text[begun:] if begun >= 0 else b""
        if len(self._rest) > _LONGEST_TAG_BYTES and not self._rest.startswith((b"<!--", b"<![CDATA[")):
            raise MalformedAnswer(
                phrase("xml-tag-too-large", url=self._where, mebibytes=_LONGEST_TAG_BYTES >> 20),
                phrase("do-tell-portal-operator"),
            )

    @property
    def open(self) -> bool:
        """Whether an element, or a tag itself, has not ended: the RDF parser takes XML that stops between two for whole."""
        return self._depth > 0 or bool(self._rest)


class TripleTermScan:
    """Counts triple terms (RDF 1.2), nested or not."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._count = 0
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        self._count += (self._rest + piece).count(b"<<(")
        self._rest = piece[-2:]
        if self._count > MAX_TRIPLE_TERMS:
            raise MalformedAnswer(phrase("rdf-of-triple-terms", url=self._where), phrase("do-ask-plain-dcat"))

    @property
    def open(self) -> bool:
        """Never known here: of text and JSON the parser says itself that more was to come."""
        return False


class Guarded(io.RawIOBase):
    """A body read through a scan."""

    def __init__(self, file: Readable, scan: Scan) -> None:
        self._file = file
        self._scan = scan

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # Buffer is 3.12's
        """The next bytes, once they were looked at."""
        piece = self._file.read(len(buffer))
        self._scan.feed(piece)
        buffer[: len(piece)] = piece
        return len(piece)


def entities_refused(where: str) -> MalformedAnswer:
    """The error for XML that declares entities."""
    return MalformedAnswer(phrase("xml-entities", url=where), phrase("do-ask-plain-xml"))
