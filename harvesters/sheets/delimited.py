"""Delimited text (CSV, TSV): its encoding and its delimiter, found from the text itself (RFC 4180 prescribes neither)."""

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator

from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase
from harvesters.sheets import MAX_CELLS, Sheet, too_many_cells

DELIMITERS = (",", ";", "\t", "|")
SNIFFED_CHARACTERS = 1 << 16
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LEGACY = ("windows-1252", "windows-1251", "windows-1256", "gb18030", "big5")
"""What spreadsheet programs of the six languages write where it is not UTF-8. Which one it is no byte tells: the caller
tries them in turn, and keeps the first that makes the most sense."""

MAX_CELL_BYTES = 1 << 20
"""Of text; what is longer is a mistake or a file, and no word about a dataset."""

SUBSTITUTE = "\x1a"
"""In the place of a cell that is too long: the control character of that meaning (ECMA-48, SUB)."""

_LONG = re.compile(
    # A bare cell, and one in quotation marks: between an opening and a closing one, never between a closing and an opening one.
    rb'(?<=[;,|\t\n])[^"\n;,|\t]{%d,}+|(?<=[;,|\t\n]")[^"\r\n;,|\t][^"]{%d,}+(?="[;,|\t\r\n])'
    % (MAX_CELL_BYTES, MAX_CELL_BYTES)
)


def without_long_cells(content: bytes) -> bytes:
    """The text with `SUBSTITUTE` in the place of each cell that is too long, before it is decoded: that takes four times its
    size. UTF-16 is left as it is."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:200]
    if is_utf_16 or len(content) <= MAX_CELL_BYTES:
        return content
    return _LONG.sub(SUBSTITUTE.encode(), content.replace(SUBSTITUTE.encode(), b""))


def decodings(content: bytes, charset: str | None = None) -> Iterator[tuple[str, str]]:
    """The texts that the bytes may be, with the name of each encoding: one where that is certain, else the declared
    charset and `LEGACY` in turn."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            yield encoding, content[len(mark) :].decode(encoding, "replace")
            return
    if b"\0" in content[:200]:  # UTF-16 without a mark: every other byte of a Latin header is 0
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
        yield encoding, content.decode(encoding, "replace")
        return
    try:
        yield "utf-8", content.decode()
        return
    except UnicodeDecodeError as error:
        mistakes = error
    found = False
    for encoding in dict.fromkeys([*([charset] if charset else []), *LEGACY]):
        try:
            yield encoding, content.decode(encoding)
            found = True
        except (UnicodeError, LookupError):
            continue
    if not found or mistakes.start > SNIFFED_CHARACTERS:
        yield "utf-8", content.decode("utf-8", "replace")


def read_delimited(text: str, origin: str) -> Sheet:
    """The rows of a text; those that `without_long_cells` took a cell of are counted. origin: its address, for the
    message. Raises MalformedAnswer over `MAX_CELLS`, and for a
    quotation that never ends."""
    text = text.replace("\0", "")
    delimiter = delimiter_of(text)
    if text[:4].lower() == "sep=":  # how a spreadsheet program names the delimiter
        text = text.partition("\n")[2]
    csv.field_size_limit(MAX_CELL_BYTES)  # the module knows no limit of one reader's own
    rows: list[list[str]] = []
    cells = too_long = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if cells > MAX_CELLS:
                raise too_many_cells(origin)
            if any(SUBSTITUTE in cell for cell in row):
                too_long += 1
            else:
                rows.append(row)
    except csv.Error as error:
        raise MalformedAnswer(
            phrase("format-unreadable", url=origin, format="CSV", detail=str(error)), phrase("do-check-file")
        ) from error
    return Sheet("", rows, too_long)


def delimiter_of(text: str) -> str:
    """The delimiter that divides the most rows of the beginning into the same number of cells."""
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:
        return text[4]
    beginning = text[:SNIFFED_CHARACTERS]
    best, chosen = (0.0, 0), DELIMITERS[0]
    for delimiter in DELIMITERS:
        try:
            widths = Counter(
                len(row)
                for row in itertools.islice(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter), 100)
                if any(row)
            )
        except csv.Error:
            continue
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide:
            width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
            score = (round(count / widths.total(), 1), width)
            if score > best:
                best, chosen = score, delimiter
    return chosen
