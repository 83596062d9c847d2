"""Values without end, shortened before they reach the RDF parser, which holds no more than `PARSER_BYTES` of one.

What is left of such a value is still longer than a record may be (`LONGEST_BYTES`), so that its dataset is told as too
large, and the others of the document are read.
"""

from typing import BinaryIO, Protocol

from harvesters.rdf.syntax import Syntax

PARSER_BYTES = 16 << 20
"""What the buffer of the RDF parser takes of one value."""

LONGEST_BYTES = 12 << 20
"""Of a value; the parser takes `PARSER_BYTES`, and a record has 8 at most unless the source says otherwise."""


class Readable(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most so many; none at the end alone."""


class Shortened:
    """A body, read with its longest values cut: from a blank behind so many bytes without a delimiter to the delimiter that
    ends them. A value without blanks stays as it is."""

    def __init__(self, file: BinaryIO, syntax: Syntax, longest: int = LONGEST_BYTES) -> None:
        self._file = file
        self._delimiter = b"<" if syntax is Syntax.RDF_XML else b'"'
        self._longest = longest
        self._since = 0
        self._cutting = False
        self._slashes = 0
        """Backslashes at the end of what was read last: a quotation mark behind an odd number of them ends nothing."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most so many; none at the end alone."""
        while piece := self._file.read(size):
            kept = self._cut(piece) if self._cutting else self._watched(piece)
            bare = piece.rstrip(b"\\")
            self._slashes = len(piece) - len(bare) + (0 if bare else self._slashes)
            if kept:
                return kept
        return b""

    def _watched(self, piece: bytes) -> bytes:
        """The piece, or its beginning where a value has become too long within it."""
        last = piece.rfind(self._delimiter)
        while last >= 0 and self._escaped(piece, last):
            last = piece.rfind(self._delimiter, 0, last)
        before = self._since
        self._since = len(piece) - last - 1 if last >= 0 else before + len(piece)
        too_long = last < 0 and self._since > self._longest
        blank = piece.find(b" ", max(0, self._longest - before)) if too_long else -1
        if blank < 0:
            return piece
        self._cutting = True
        return piece[:blank]

    def _cut(self, piece: bytes) -> bytes:
        """What stands from the end of the value on; empty where it does not end here."""
        end = piece.find(self._delimiter)
        while end >= 0 and self._escaped(piece, end):
            end = piece.find(self._delimiter, end + 1)
        if end < 0:
            return b""
        self._cutting, self._since = False, 0
        return piece[end:]

    def _escaped(self, piece: bytes, place: int) -> bool:
        if self._delimiter == b"<":
            return False
        before = piece[:place]
        bare = before.rstrip(b"\\")
        return (len(before) - len(bare) + (0 if bare else self._slashes)) % 2 == 1
