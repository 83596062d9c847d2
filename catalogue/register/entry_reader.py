"""One entry of the register's file: YAML nodes in, a `SourceEntry` out, and a problem for everything that is wrong."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar, get_args
from urllib.parse import urlsplit

import yaml

from catalogue.register.schedules import SCHEDULES, ScheduleError, trigger
from catalogue.register.source_entry import (
    AUTO,
    Basis,
    BasisKind,
    Expectation,
    HarvestPermission,
    Level,
    Publish,
    SourceEntry,
    Withdrawn,
)
from catalogue.register.yaml_nodes import Field, Reading, line_of, quoted

MAX_URL_CHARACTERS = 2_000
"""What browsers and proxies pass on without cutting it."""

MAX_DELAY_SECONDS = 600

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,58}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")

_LEVELS: tuple[Level, ...] = get_args(Level)
_BASIS_KINDS: tuple[BasisKind, ...] = get_args(BasisKind)
_PUBLISH: tuple[Publish, ...] = get_args(Publish)
_ENTRY_KEYS = SourceEntry.__struct_fields__
EXAMPLES = {
    "id": "id: xa-national",
    "state": "state: XA",
    "title": "title: National open data portal",
    "url": "url: https://data.example.org",
    "protocol": "protocol: ckan",
    "basis": "basis: {kind: submission, document: Note verbale 12/2025, date: 2025-03-14}",
    "level": "level: national",
    "schedule": "schedule: weekly",
    "publish": "publish: all",
    "harvest_permission": "harvest_permission: {by: Ministry of Justice, date: 2025-03-14, document: Letter 7/2025}",
    "delay_seconds": "delay_seconds: 10",
    "ca_bundle": "ca_bundle: certificates/xa.pem",
    "expect": "expect: {datasets: {min: 500}}",
    "options": "options: {rows: 100}",
    "note": "note: a remark",
    "withdrawn": "withdrawn: {since: 2026-03-14, note: The State closed it.}",
}

T = TypeVar("T")
Word = TypeVar("Word", bound=str)


class EntryReader:
    """Reads entries one after the other; remembers the ids, which must differ."""

    def __init__(self, reading: Reading, states: Mapping[str, str], protocols: Collection[str]) -> None:
        self._reading = reading
        self._states = states
        self._protocols = (AUTO, *(protocol for protocol in sorted(protocols) if protocol != AUTO))
        self._lines_of_ids: dict[str, int] = {}

    def entry(self, node: yaml.Node) -> SourceEntry | None:
        """An entry, or None with at least one problem."""
        before = len(self._reading.problems)
        fields = self._reading.fields(node, _ENTRY_KEYS, example=EXAMPLES["id"])
        if not fields:
            if len(self._reading.problems) == before:
                self._reading.problem(line_of(node), "The entry is empty.", "Fill it in or remove it.")
            return None
        for key in ("id", "state", "title", "url", "basis"):
            if key not in fields:
                self._reading.problem(line_of(node), f'The key "{key}" is missing.', f"Write: {EXAMPLES[key]}")
        readers: dict[str, Callable[[Field], Any]] = {
            "id": self._id,
            "state": self._state,
            "title": self._title,
            "url": self._url,
            "protocol": lambda field: self._one_of(field, self._protocols, EXAMPLES["protocol"]),
            "basis": self._basis,
            "level": lambda field: self._one_of(field, _LEVELS, EXAMPLES["level"]),
            "schedule": self._schedule,
            "publish": self._publish,
            "harvest_permission": self._permission,
            "delay_seconds": self._delay,
            "ca_bundle": lambda field: self._reading.text(field, example=EXAMPLES["ca_bundle"]),
            "expect": self._expect,
            "options": self._options,
            "note": lambda field: self._reading.text(field, example=EXAMPLES["note"]),
            "withdrawn": self._withdrawn,
        }
        values = {}
        for key, field in fields.items():
            with self._reading.inside(key):
                values[key] = readers[key](field)
        return SourceEntry(**values) if len(self._reading.problems) == before else None

    def _id(self, field: Field) -> str | None:
        value = self._reading.text(field, example=EXAMPLES["id"])
        if value is None:
            return None
        if not _ID.fullmatch(value):
            self._reading.problem(
                field.line,
                f"{quoted(value)} is not an id.",
                "Use 2 to 59 small letters a-z, digits and hyphens, beginning with a letter or digit.",
            )
        first = self._lines_of_ids.setdefault(value, field.line)
        if first != field.line:
            self._reading.problem(
                field.line, f"The id {quoted(value)} is taken.", f"Line {first} has it; choose another."
            )
        return value

    def _state(self, field: Field) -> str | None:
        value = self._reading.text(field, example=EXAMPLES["state"])
        if value is None or value in self._states:
            return value
        self._reading.problem(
            field.line, f"{quoted(value)} is not the code of a State party that we know.", self._near(value)
        )
        return None

    def _near(self, value: str) -> str:
        """A hint at the party that was meant, by its code in small letters, its name, or a code like it."""
        codes = {name.casefold(): code for code, name in self._states.items()} | {
            code.casefold(): code for code in self._states
        }
        near = get_close_matches(value.casefold(), codes, n=1, cutoff=0.6)
        if near:
            code = codes[near[0]]
            return f'Did you mean "{code}" ({self._states[code]})?'
        return 'Use the two letters of ISO 3166-1, or "EU"; `catalogue/states/parties.csv` lists the parties.'

    def _title(self, field: Field) -> dict[str, str] | None:
        if not isinstance(field.node, yaml.MappingNode):
            text = self._reading.text(field, example=EXAMPLES["title"])
            return {"und": text} if text else None
        fields = self._reading.any_fields(field.node, example="title: {en: National open data portal}")
        if not fields:
            self._reading.problem(field.line, "The title is missing.", f"Write: {EXAMPLES['title']}")
        titles = {}
        for tag, value in fields.items():
            with self._reading.inside(tag):
                if not _LANGUAGE_TAG.fullmatch(tag):
                    self._reading.problem(
                        value.line, f"{quoted(tag)} is not a language tag.", "Use one such as en, fr, ar or pt-BR."
                    )
                text = self._reading.text(value, example=f"{tag}: the title in that language")
                if text:
                    titles[tag] = text
        return titles

    def _url(self, field: Field) -> str | None:
        value = self._reading.text(field, example=EXAMPLES["url"])
        mistake = value and url_mistake(value)
        if mistake:
            self._reading.problem(field.line, *mistake)
        return value

    def _basis(self, field: Field) -> Basis | None:
        if not isinstance(field.node, yaml.MappingNode):
            kind = self._one_of(field, _BASIS_KINDS, EXAMPLES["basis"])
            if kind == "submission":
                self._reading.problem(
                    field.line, "A submission needs its document and date.", f"Write: {EXAMPLES['basis']}"
                )
            return Basis(kind) if kind else None
        fields = self._reading.fields(field.node, ("kind", "document", "date"), example=EXAMPLES["basis"])
        if "kind" not in fields:
            self._reading.problem(field.line, 'The key "kind" is missing.', f"Write: {EXAMPLES['basis']}")
            return None
        with self._reading.inside("kind"):
            kind = self._one_of(fields["kind"], _BASIS_KINDS, EXAMPLES["basis"])
        if kind == "public-knowledge":
            for key in ("document", "date"):
                if key in fields:
                    with self._reading.inside(key):
                        self._reading.problem(
                            fields[key].line,
                            f"What is known publicly has no {key}.",
                            "Remove the line, or write kind: submission if the State reported the source.",
                        )
            return Basis(kind)
        if kind == "submission":
            document = self._part(fields, field.line, "document", EXAMPLES["basis"], self._plain_text)
            received = self._part(fields, field.line, "date", EXAMPLES["basis"], self._date)
            return Basis(kind, document, received)
        return None

    def _permission(self, field: Field) -> HarvestPermission | None:
        example = EXAMPLES["harvest_permission"]
        fields = self._reading.fields(field.node, ("by", "date", "document"), example=example)
        by = self._part(fields, field.line, "by", example, self._plain_text)
        given = self._part(fields, field.line, "date", example, self._date)
        document = self._part(fields, field.line, "document", example, self._plain_text)
        return HarvestPermission(by, given, document) if by and given and document else None

    def _withdrawn(self, field: Field) -> Withdrawn | None:
        example = EXAMPLES["withdrawn"]
        fields = self._reading.fields(field.node, ("since", "note"), example=example)
        since = self._part(fields, field.line, "since", example, self._moment)
        note = self._part(fields, field.line, "note", example, self._plain_text) if "note" in fields else None
        return Withdrawn(since, note) if since else None

    def _moment(self, field: Field) -> str | None:
        value = self._reading.text(field, example="since: 2025-03-14")
        if value is None or is_moment(value):
            return value
        self._reading.problem(
            field.line, f"{quoted(value)} is neither a day nor a moment.", "Write 2025-03-14, or 2025-03-14T16:20:00Z."
        )
        return None

    def _part(
        self, fields: Mapping[str, Field], line: int, key: str, example: str, read: Callable[[Field], T | None]
    ) -> T | None:
        """A required part of a mapping that begins in `line`."""
        if key not in fields:
            self._reading.problem(line, f'The key "{key}" is missing.', f"Write: {example}")
            return None
        with self._reading.inside(key):
            return read(fields[key])

    def _plain_text(self, field: Field) -> str | None:
        return self._reading.text(field, example="the text after the colon")

    def _date(self, field: Field) -> str | None:
        value = self._reading.text(field, example="date: 2025-03-14")
        if value is None:
            return None
        if not is_date(value):
            self._reading.problem(
                field.line, f"{quoted(value)} is not a date.", "Write year, month and day: 2025-03-14."
            )
            return None
        return value

    def _schedule(self, field: Field) -> str | None:
        value = self._reading.text(field, example=EXAMPLES["schedule"])
        if value is None:
            return None
        value = " ".join(value.split())
        try:
            trigger(value)
        except ScheduleError as error:
            self._reading.problem(
                field.line, str(error), f'Use one of {", ".join(SCHEDULES)}, or five fields such as "0 3 * * mon".'
            )
        return value

    def _publish(self, field: Field) -> Publish | None:
        return self._one_of(field, _PUBLISH, EXAMPLES["publish"], "So far whole sources are published.")

    def _delay(self, field: Field) -> float | None:
        value = self._reading.plain_value(field.node)
        if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= MAX_DELAY_SECONDS:
            self._reading.problem(
                field.line,
                f"This is not a number of seconds from 0 to {MAX_DELAY_SECONDS}.",
                f"Write: {EXAMPLES['delay_seconds']}",
            )
            return None
        return float(value)

    def _expect(self, field: Field) -> Expectation | None:
        example = EXAMPLES["expect"]
        fields = self._reading.fields(field.node, ("datasets",), example=example)
        if "datasets" not in fields:
            self._reading.problem(field.line, 'The key "datasets" is missing.', f"Write: {example}")
            return None
        with self._reading.inside("datasets"):
            bounds = self._reading.fields(fields["datasets"].node, ("min", "max"), example=example)
            values = {key: self._count(key, bound) for key, bound in bounds.items()}
            if not bounds:
                self._reading.problem(fields["datasets"].line, "Nothing is expected here.", f"Write: {example}")
            low, high = values.get("min"), values.get("max")
            if low is not None and high is not None and low > high:
                self._reading.problem(
                    bounds["max"].line, f"The maximum {high} is below the minimum {low}.", "Exchange them."
                )
        return Expectation(min_datasets=low, max_datasets=high)

    def _count(self, key: str, field: Field) -> int | None:
        value = self._reading.plain_value(field.node)
        if type(value) is int and value >= 0:
            return value
        with self._reading.inside(key):
            self._reading.problem(field.line, "This is not a number of datasets.", f"Write: {EXAMPLES['expect']}")
        return None

    def _options(self, field: Field) -> dict[str, Any] | None:
        if not isinstance(field.node, yaml.MappingNode):
            self._reading.problem(field.line, "Options are keys with values.", f"Write: {EXAMPLES['options']}")
            return None
        options = self._reading.plain_value(field.node)
        return options if isinstance(options, dict) else None

    def _one_of(self, field: Field, allowed: Collection[Word], example: str, why: str = "") -> Word | None:
        """A word of `allowed`; None with a problem for another."""
        value = self._reading.text(field, example=example)
        if value is None:
            return None
        for word in allowed:
            if word == value:
                return word
        near = get_close_matches(value.casefold(), allowed, n=1, cutoff=0.5)
        hint = f'Did you mean "{near[0]}"?' if near else f"Use one of: {', '.join(allowed)}."
        self._reading.problem(field.line, f"{quoted(value)} is not possible here.", f"{hint} {why}".rstrip())
        return None


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar in ISO 8601's extended format."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_moment(text: str) -> bool:
    """Whether a text is a day, or a day with a time, in ISO 8601's extended format."""
    if not _DATE.fullmatch(text[:10]):
        return False
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def url_mistake(url: str) -> tuple[str, str] | None:
    """Why a text cannot be the address of a source, and what to do; None for one that can. It is not fetched."""
    shown = quoted(url) if "@" not in url else "The address"
    if re.search(r"[\s\\<>\"`]", url):
        return (
            f"{shown} is not one web address.",
            "Remove blanks, quotes and brackets; write a blank inside it as %20.",
        )
    if len(url) > MAX_URL_CHARACTERS:
        return f"The address is longer than {MAX_URL_CHARACTERS:,} characters.", "Give the address that people use."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{shown} is not a web address.", "Check the host name and the port."
    if "@" in parts.netloc:
        return "The address holds a user name or password.", "Remove what stands before the @; this file is public."
    if parts.scheme.lower() not in ("http", "https"):
        if "://" not in url and re.match(r"[\w-]+(\.[\w-]+)+", url):
            return f"{shown} has no scheme.", f"Did you mean https://{url}?"
        return (
            f"{shown} is not a web address.",
            "Only addresses that begin with https:// or http:// are harvested.",
        )
    if not host or port == 0 or host.startswith(".") or ".." in host:
        return f"{shown} names no host.", f"Write: {EXAMPLES['url']}"
    return None
