"""From one dataset of a list to a Data Package: cells by what their columns mean.

Pure. Cells of columns without a meaning are kept under `more` by their headers; contacts are not, but for an office's mailbox.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from harvesters.base import Source
from harvesters.errors import NOT_JSON
from harvesters.findings import find
from harvesters.jsonrecord import remainder
from harvesters.mapping import (
    LEFT_OUT,
    Draft,
    Reading,
    bounded_keywords,
    build_resources,
    compose,
    organisation_contact,
    text_language,
)
from harvesters.package import Additions, LanguageMap, Mapped, Publisher
from harvesters.places import read_places
from harvesters.spool_lines import Record
from harvesters.table_lists import FIELDS, Cells, Entry
from harvesters.values import Licence, clean_text, read_format, without_personal_mail

_SEVERAL = re.compile(r"[\s;,|]+(?=(?:https?|ftp)://)", re.IGNORECASE)
_LISTED = re.compile(r"\s*[;,|\n،、，；]\s*")


class _Row:
    """The cells of a row by what they mean."""

    def __init__(self, cells: Cells, meanings: Mapping[str, str]) -> None:
        self.cells = cells
        self._meanings = meanings

    def of(self, meaning: str) -> list[tuple[str, str | None, Any]]:
        """Header, language and value of each cell with this meaning."""
        return [
            (header, tag or None, self.cells[header])
            for header, stated in self._meanings.items()
            for known, _, tag in [stated.partition("@")]
            if known == meaning and header in self.cells
        ]

    def one(self, meaning: str) -> tuple[str, Any]:
        """Header and value of the first of them; empty and None where there is none."""
        return next(((header, value) for header, _, value in self.of(meaning)), ("", None))

    def value(self, meaning: str) -> Any:
        """The value of the first of them."""
        return self.one(meaning)[1]

    @property
    def rest(self) -> Cells:
        """The cells without a meaning, without what looks like a person's mailbox."""
        left = remainder({header: value for header, value in self.cells.items() if header not in self._meanings}, ())
        kept = ((header, _impersonal(value)) for header, value in left.items())
        return {header: value for header, value in kept if value not in (None, "")}


def map_entry(record: Record, source: Source) -> Mapped:
    """The package of one dataset of a list; blocks only where it has no identity or cannot be read."""
    try:
        entry = msgspec.json.decode(record.json, type=Entry)
    except NOT_JSON as error:
        return Mapped(None, [find("record-malformed", value=record.id or "", why=str(error))])
    row = _Row(entry.cells, entry.meanings)
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=clean_text(row.value("title")) or "")])
    reading = Reading(record.url)
    languages = reading.languages(row.value("language"), row.one("language")[0])
    tag = text_language(languages)
    names = _texts(row, "publisher", tag, reading.text)
    publisher = Publisher(name=_main(names, tag), names=names if len(names) > 1 else {}) if names else None
    drafts = _drafts(entry, row, tag, reading)
    built = build_resources(drafts, languages, reading)
    more = row.rest
    if built.left_out:
        more[LEFT_OUT] = built.left_out
    further = [rest for rest in (_different(cells, entry) for cells in entry.further) if rest]
    if further:
        more["further_rows"] = further
    header, page = row.one("page")
    homepage = reading.link(_addresses(page)[0], header) if _addresses(page) else None
    licence = _licence(row, reading)
    issued, modified, frequency = (row.one(meaning) for meaning in ("issued", "modified", "frequency"))
    period = reading.period(row.value("temporal"), row.one("temporal")[0])
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol="table",
        titles=_texts(row, "title", tag, reading.text),
        descriptions=_texts(row, "description", tag, reading.description),
        keywords=bounded_keywords(_keywords(row, tag), reading),
        languages=languages,
        publisher=publisher,
        contact=_contact(row),
        issued=reading.moment(issued[1], issued[0]),
        modified=reading.moment(modified[1], modified[0]),
        frequency=reading.frequency(frequency[1], frequency[0]),
        temporal=[period] if period is not None else [],
        spatial=read_places(row.value("spatial")),
        access_rights=reading.text(row.value("access")),
        licences=[licence] if licence is not None else [],
        themes=list(dict.fromkeys(word for _, _, value in row.of("theme") for word in _words(value))),
        identifiers=[
            text for _, _, value in row.of("identifier") if (text := clean_text(value)) not in {None, record.id}
        ],
        more=more,
    )
    return compose(source, additions, built.resources, reading, homepage=homepage)


def _texts(row: _Row, meaning: str, tag: str, clean: Any) -> LanguageMap:
    return {language or tag: text for _, language, value in row.of(meaning) if (text := clean(value))}


def _main(texts: LanguageMap, tag: str) -> str | None:
    return texts.get(tag) or next(iter(texts.values()), None)


def _keywords(row: _Row, tag: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, language, value in row.of("keywords"):
        found.setdefault(language or tag, []).extend(_words(value))
    return found


def _words(value: object) -> list[str]:
    """The words of a cell: a list's members, or what commas, semicolons or line ends divide."""
    pieces: Sequence[object] = value if isinstance(value, list) else _LISTED.split(str(value))
    return [word for piece in pieces if (word := clean_text(piece)) is not None]


def _contact(row: _Row) -> Publisher | None:
    """An office's mailbox among the contacts; nothing of persons."""
    for _, _, value in row.of("contact"):
        contact = organisation_contact(None, value)
        if contact is not None:
            return contact
    return None


def _impersonal(value: Any) -> Any:
    if isinstance(value, str):
        return without_personal_mail(value).strip() or None
    if isinstance(value, list):
        return [_impersonal(member) for member in value]
    if isinstance(value, dict):
        return {key: _impersonal(member) for key, member in value.items()}
    return value


def _licence(row: _Row, reading: Reading) -> Licence | None:
    header, value = row.one("licence")
    text = clean_text(value)
    if text is None:
        return None
    if text.lower().startswith(("http://", "https://")):
        return reading.licence(header, url=text)
    return reading.licence(header, id=text)


def _different(cells: Cells, entry: Entry) -> Cells:
    """What a further row of a dataset says that the first does not, besides its file and whom to contact."""
    of_files = {"download", "format", "size", "contact"}
    different = {
        header: value
        for header, value in cells.items()
        if entry.cells.get(header) != value and entry.meanings.get(header, "").partition("@")[0] not in of_files
    }
    return {header: _impersonal(value) for header, value in remainder(different, ()).items()}


# -- files


def _drafts(entry: Entry, row: _Row, tag: str, reading: Reading) -> list[Draft]:
    """The files of a dataset: those listed apart, or else the addresses in its rows."""
    if entry.files:
        return [
            draft
            for number, cells in enumerate(entry.files)
            for draft in _files_of(_Row(cells, entry.file_meanings), f"files[{number}]", tag, reading, listed=True)
        ]
    drafts = _files_of(row, "", tag, reading, listed=False)
    for number, cells in enumerate(entry.further):
        drafts += _files_of(_Row(cells, entry.meanings), f"further_rows[{number}]", tag, reading, listed=False)
    return drafts


def _files_of(row: _Row, place: str, tag: str, reading: Reading, *, listed: bool) -> list[Draft]:
    """The files that a row has addresses of. listed: the row is about one file, and its texts are the file's."""
    cells = [(header, address) for header, _, value in row.of("download") for address in _addresses(value)]
    page_header, page = row.one("page")
    pages = _addresses(page)
    access = pages[0] if pages and (listed or _is_of_data(pages[0], row.value("format"))) else None
    if listed:  # a row of one file: a second address is that of its page
        access = access or next((address for _, address in cells[1:]), None)
        cells = cells[:1]
    if not cells and access is None:
        empty = listed or row.of("download")
        return [Draft(path=place or "files", raw=_bare(row))] if empty else []
    addressed: list[tuple[str, Any]] = list(cells) or [(page_header, None)]
    formats = _words(row.value("format")) if row.value("format") is not None else []
    issued, modified = row.one("issued"), row.one("modified")
    return [
        Draft(
            path=f"{place}.{header}" if place else header,
            raw=_bare(row),
            download_url=address,
            access_url=access if listed or not cells else None,
            native_id=clean_text(row.value("identifier")) if listed else None,
            titles=_texts(row, "title", tag, reading.text) if listed else _labelled(header, len(addressed)),
            descriptions=_texts(row, "description", tag, reading.description) if listed else {},
            format=_format_of(formats, number, len(addressed), address),
            size=row.value("size"),
            issued=reading.moment(issued[1], f"{place}.{issued[0]}") if listed else None,
            modified=reading.moment(modified[1], f"{place}.{modified[0]}") if listed else None,
            licence=_licence(row, reading) if listed else None,
            more=_more_of(row) if listed else {},
        )
        for number, (header, address) in enumerate(addressed)
    ]


def _bare(row: _Row) -> Cells:
    """A row as it stands, without contacts."""
    persons = {header for header, _, _ in row.of("contact")}
    return {header: _impersonal(value) for header, value in remainder(row.cells, ()).items() if header not in persons}


def _more_of(row: _Row) -> Cells:
    fields = row.cells.get(FIELDS)
    return {**row.rest, FIELDS: fields} if isinstance(fields, list) else row.rest


def _labelled(header: str, count: int) -> LanguageMap:
    """Where a row has several addresses, its columns' headers tell them apart."""
    return {"und": header} if count > 1 else {}


def _is_of_data(address: str, stated: object) -> bool:
    """Whether a page's address is that of data: by the format that the row states, or by its ending."""
    known = read_format(stated, None, address)
    return known.format not in {None, "HTML"}


def _format_of(formats: list[str], number: int, count: int, address: object) -> str | None:
    """The format of one file: the only one that is stated, the one in its place, or what its address ends with."""
    if len(formats) == 1:
        return formats[0]
    if len(formats) == count:
        return formats[number]
    ending = read_format(None, None, str(address)).format if address else None
    return ending or (", ".join(formats) if formats else None)


def _addresses(value: object) -> list[Any]:
    """The addresses in a cell: several where it has several, else the cell as it is, for the finding that says why not."""
    if isinstance(value, list):
        return [address for member in value for address in _addresses(member)]
    text = clean_text(value)
    if text is None:
        return []
    return _SEVERAL.split(text)
