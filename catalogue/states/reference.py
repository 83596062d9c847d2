"""The States parties and the regional groups, read from the data files beside this module. See README.md for sources.

Pure reading: a file in, frozen values out. A State that accedes is one added line in `parties.csv`; no code changes.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from catalogue.errors import CatalogueError

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
"""The six official languages of the United Nations, in the order of their English names, as BCP 47 tags."""

PARTIES_FILE = Path(__file__).with_name("parties.csv")
GROUPS_FILE = Path(__file__).with_name("groups.csv")

Kind = Literal["state", "reio", "fictional"]
Names = dict[str, str]
"""Text by language: every one of `LANGUAGES`, none empty; formal names may lack any of them."""

_KINDS: dict[str, Kind] = {"state": "state", "reio": "reio", "fictional": "fictional"}
_ACTIONS = (
    "ratification",
    "acceptance",
    "approval",
    "accession",
    "succession",
    "ratification-or-accession",
)
_EVIDENCE = ("treaty-collection-2014", "working-group-2019", "press", "depositary", "unverified")
_GROUP_COLUMNS = ("id", *(f"name_{language}" for language in LANGUAGES))
_PARTY_COLUMNS = (
    *("code", "iso3", "m49", "kind", "group"),
    *(f"name_{language}" for language in LANGUAGES),
    *(f"formal_{language}" for language in LANGUAGES),
    *("party_date", "party_action", "evidence", "note"),
)
_USER_ASSIGNED = re.compile(r"X[A-Z]")
"""Codes that ISO 3166-1 leaves to its users (XA to XZ): for the fictional States of the sandbox, and no real one."""


class ReferenceDataError(CatalogueError):
    """Raised by `read_parties` and `read_groups` when a file cannot be used. mistakes: all, with line and column."""

    def __init__(self, path: Path, mistakes: list[str]) -> None:
        self.path = path
        self.mistakes = tuple(mistakes)
        super().__init__(f"{path.name} cannot be used:\n" + "\n".join(f"  {mistake}" for mistake in mistakes))


class Group(msgspec.Struct, frozen=True):
    """A regional group of the United Nations. id: as in the `group` column of the parties. names: by language."""

    id: str
    names: Names


class Party(msgspec.Struct, frozen=True):
    """A party to the United Nations Convention against Corruption, or a fictional State of the sandbox.

    code: ISO 3166-1 alpha-2, or "EU". iso3: ISO 3166-1 alpha-3; m49: UN M49, three digits; None where there is none.
    kind: "state", "reio" (regional economic integration organization, article 67 of the Convention) or "fictional".
    group: id of a regional group, None where the source names none. names: short names, all six languages.
    formal_names: those known. party_date: when the instrument was deposited; party_action: which instrument; both None
    where not known. evidence: how we know that it is a party (README.md). note: for people.
    """

    code: str
    iso3: str | None
    m49: str | None
    kind: Kind
    group: str | None
    names: Names
    formal_names: Names
    party_date: date | None
    party_action: str | None
    evidence: str | None
    note: str | None

    @property
    def is_fictional(self) -> bool:
        """Whether it is a State of the sandbox, which must never stand in a list of real ones."""
        return self.kind == "fictional"


def read_groups(path: Path = GROUPS_FILE) -> list[Group]:
    """The regional groups in the order of the file. Raises ReferenceDataError, OSError where the file is not there."""
    mistakes: list[str] = []
    groups = [
        Group(id=row.required("id"), names=row.names("name", complete=True))
        for row in _rows(path, _GROUP_COLUMNS, "id", mistakes)
    ]
    if mistakes:
        raise ReferenceDataError(path, mistakes)
    return groups


def read_parties(path: Path = PARTIES_FILE, *, groups: Collection[Group] | None = None) -> list[Party]:
    """The parties in the order of the file.

    groups: those that a party may belong to; read from the file beside this module where not given. Raises
    ReferenceDataError with every mistake at once, OSError where the file is not there.
    """
    group_ids = {group.id for group in (read_groups() if groups is None else groups)}
    mistakes: list[str] = []
    parties = [_party(row, group_ids) for row in _rows(path, _PARTY_COLUMNS, "code", mistakes)]
    if mistakes:
        raise ReferenceDataError(path, mistakes)
    return parties


class _Row:
    """One line of a reference file. Each reading of a cell appends what is wrong with it to the list of mistakes."""

    def __init__(self, line: int, cells: dict[str, str], mistakes: list[str]) -> None:
        self.line = line
        self._cells = cells
        self._mistakes = mistakes

    def mistake(self, column: str, text: str) -> None:
        self._mistakes.append(f"line {self.line}, column {column}: {text}")

    def optional(self, column: str) -> str | None:
        return self._cells[column].strip() or None

    def required(self, column: str) -> str:
        value = self.optional(column)
        if value is None:
            self.mistake(column, "is empty; fill it in.")
        return value or ""

    def matching(self, column: str, pattern: str, wanted: str) -> str | None:
        value = self.optional(column)
        if value is not None and not re.fullmatch(pattern, value):
            self.mistake(column, f'"{value}" is not {wanted}; correct it.')
        return value

    def one_of(self, column: str, allowed: Collection[str]) -> str | None:
        value = self.optional(column)
        if value is not None and value not in allowed:
            self.mistake(column, f'"{value}" is not known here; use one of: {", ".join(sorted(allowed))}.')
        return value

    def date(self, column: str) -> date | None:
        value = self.optional(column)
        if value is None:
            return None
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        self.mistake(column, f'"{value}" is not a date; write it as 2005-12-14, or leave it empty where not known.')
        return None

    def names(self, prefix: str, *, complete: bool) -> Names:
        read: Callable[[str], str | None] = self.required if complete else self.optional
        values = ((language, read(f"{prefix}_{language}")) for language in LANGUAGES)
        return {language: value for language, value in values if value}


def _rows(path: Path, columns: tuple[str, ...], key: str, mistakes: list[str]) -> Iterator[_Row]:
    """The lines of a file that have the right number of cells; what is wrong with the others goes to `mistakes`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReferenceDataError(path, [f"byte {error.start} is not UTF-8; save the file as UTF-8."]) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    seen: dict[str, int] = {}
    try:
        header = tuple(next(reader, ()))
        if header != columns:
            raise ReferenceDataError(path, [f"line 1: the columns must be {','.join(columns)}; write that line first."])
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(columns):
                mistakes.append(
                    f"line {reader.line_num}: has {len(cells)} cells and not {len(columns)}; look for a missing comma, "
                    "or put quotes around a text with a comma."
                )
                continue
            row = _Row(reader.line_num, dict(zip(columns, cells, strict=True)), mistakes)
            value = row.required(key)
            first = seen.setdefault(value, row.line)
            if first != row.line:
                row.mistake(key, f'"{value}" stands in line {first} already; remove one of them.')
            yield row
    except csv.Error as error:
        mistakes.append(f"line {reader.line_num}: is not CSV ({error}); look for a stray quote.")


def _party(row: _Row, group_ids: set[str]) -> Party:
    code = row.matching("code", "[A-Z]{2}", 'a code of two capital letters (ISO 3166-1 alpha-2, or "EU")') or ""
    kind = row.one_of("kind", _KINDS)
    if kind is None:
        row.required("kind")
    if code and (kind == "fictional") != bool(_USER_ASSIGNED.fullmatch(code)):
        row.mistake("code", f'"{code}": kind "fictional" goes with the codes XA to XZ and with no other; change one.')
    return Party(
        code=code,
        iso3=row.matching("iso3", "[A-Z]{3}", "a code of three capital letters (ISO 3166-1 alpha-3)"),
        m49=row.matching("m49", r"\d{3}", "a code of three digits (UN M49)"),
        kind=_KINDS.get(kind or "", "state"),
        group=row.one_of("group", group_ids),
        names=row.names("name", complete=True),
        formal_names=row.names("formal", complete=False),
        party_date=row.date("party_date"),
        party_action=row.one_of("party_action", _ACTIONS),
        evidence=row.one_of("evidence", _EVIDENCE),
        note=row.optional("note"),
    )
