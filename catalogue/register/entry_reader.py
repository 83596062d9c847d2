"""One entry of the register's file: YAML nodes in, a `SourceEntry` out, and a problem for everything that is wrong."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, get_args

import yaml

from catalogue.register.addresses import EXAMPLE, url_mistake
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
from catalogue.register.value_reader import ValueReader
from catalogue.register.yaml_nodes import Field, Reading, line_of, quoted

MAX_DELAY_SECONDS = 600

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,58}")
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")

_LEVELS: tuple[Level, ...] = get_args(Level)
_BASIS_KINDS: tuple[BasisKind, ...] = get_args(BasisKind)
_PUBLISH: tuple[Publish, ...] = get_args(Publish)
_ENTRY_KEYS = SourceEntry.__struct_fields__
EXAMPLES = {
    "id": "id: xa-national",
    "state": "state: XA",
    "title": "title: National open data portal",
    "url": EXAMPLE,
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


class EntryReader(ValueReader):
    """Reads entries one after the other; remembers the ids, which must differ."""

    def __init__(self, reading: Reading, states: Mapping[str, str], protocols: Collection[str]) -> None:
        super().__init__(reading)
        self._states = states
        self._protocols = (AUTO, *(protocol for protocol in sorted(protocols) if protocol != AUTO))
        self._lines_of_ids: dict[str, int] = {}

    def entry(self, node: yaml.Node) -> SourceEntry | None:
        """An entry, or None with at least one problem."""
        before = len(self.reading.problems)
        fields = self.reading.fields(node, _ENTRY_KEYS, example=EXAMPLES["id"])
        if not fields:
            if len(self.reading.problems) == before:
                self.reading.problem(line_of(node), "The entry is empty.", "Fill it in or remove it.")
            return None
        for key in ("id", "state", "title", "url", "basis"):
            if key not in fields:
                self.reading.problem(line_of(node), f'The key "{key}" is missing.', f"Write: {EXAMPLES[key]}")
        readers: dict[str, Callable[[Field], Any]] = {
            "id": self._id,
            "state": self._state,
            "title": self._title,
            "url": self._url,
            "protocol": lambda field: self.one_of(field, self._protocols, EXAMPLES["protocol"]),
            "basis": self._basis,
            "level": lambda field: self.one_of(field, _LEVELS, EXAMPLES["level"]),
            "schedule": self._schedule,
            "publish": self._publish,
            "harvest_permission": self._permission,
            "delay_seconds": self._delay,
            "ca_bundle": lambda field: self.reading.text(field, example=EXAMPLES["ca_bundle"]),
            "expect": self._expect,
            "options": self._options,
            "note": lambda field: self.reading.text(field, example=EXAMPLES["note"]),
            "withdrawn": self._withdrawn,
        }
        values = {}
        for key, field in fields.items():
            with self.reading.inside(key):
                values[key] = readers[key](field)
        return SourceEntry(**values) if len(self.reading.problems) == before else None

    def _id(self, field: Field) -> str | None:
        value = self.reading.text(field, example=EXAMPLES["id"])
        if value is None:
            return None
        if not _ID.fullmatch(value):
            self.reading.problem(
                field.line,
                f"{quoted(value)} is not an id.",
                "Use 2 to 59 small letters a-z, digits and hyphens, beginning with a letter or digit.",
            )
        first = self._lines_of_ids.setdefault(value, field.line)
        if first != field.line:
            self.reading.problem(
                field.line, f"The id {quoted(value)} is taken.", f"Line {first} has it; choose another."
            )
        return value

    def _state(self, field: Field) -> str | None:
        value = self.reading.text(field, example=EXAMPLES["state"])
        if value is None or value in self._states:
            return value
        self.reading.problem(
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
            text = self.reading.text(field, example=EXAMPLES["title"])
            return {"und": text} if text else None
        fields = self.reading.any_fields(field.node, example="title: {en: National open data portal}")
        if not fields:
            self.reading.problem(field.line, "The title is missing.", f"Write: {EXAMPLES['title']}")
        titles = {}
        for tag, value in fields.items():
            with self.reading.inside(tag):
                if not _LANGUAGE_TAG.fullmatch(tag):
                    self.reading.problem(
                        value.line, f"{quoted(tag)} is not a language tag.", "Use one such as en, fr, ar or pt-BR."
                    )
                text = self.reading.text(value, example=f"{tag}: the title in that language")
                if text:
                    titles[tag] = text
        return titles

    def _url(self, field: Field) -> str | None:
        value = self.reading.text(field, example=EXAMPLES["url"])
        mistake = value and url_mistake(value)
        if mistake:
            self.reading.problem(field.line, *mistake)
        return value

    def _basis(self, field: Field) -> Basis | None:
        if not isinstance(field.node, yaml.MappingNode):
            kind = self.one_of(field, _BASIS_KINDS, EXAMPLES["basis"])
            if kind == "submission":
                self.reading.problem(
                    field.line, "A submission needs its document and date.", f"Write: {EXAMPLES['basis']}"
                )
            return Basis(kind) if kind else None
        fields = self.reading.fields(field.node, ("kind", "document", "date"), example=EXAMPLES["basis"])
        if "kind" not in fields:
            self.reading.problem(field.line, 'The key "kind" is missing.', f"Write: {EXAMPLES['basis']}")
            return None
        with self.reading.inside("kind"):
            kind = self.one_of(fields["kind"], _BASIS_KINDS, EXAMPLES["basis"])
        if kind == "public-knowledge":
            for key in ("document", "date"):
                if key in fields:
                    with self.reading.inside(key):
                        self.reading.problem(
                            fields[key].line,
                            f"What is known publicly has no {key}.",
                            "Remove the line, or write kind: submission if the State reported the source.",
                        )
            return Basis(kind)
        if kind == "submission":
            document = self.part(fields, field.line, "document", EXAMPLES["basis"], self.plain_text)
            received = self.part(fields, field.line, "date", EXAMPLES["basis"], self.date)
            return Basis(kind, document, received)
        return None

    def _permission(self, field: Field) -> HarvestPermission | None:
        example = EXAMPLES["harvest_permission"]
        fields = self.reading.fields(field.node, ("by", "date", "document"), example=example)
        by = self.part(fields, field.line, "by", example, self.plain_text)
        given = self.part(fields, field.line, "date", example, self.date)
        document = self.part(fields, field.line, "document", example, self.plain_text)
        return HarvestPermission(by, given, document) if by and given and document else None

    def _withdrawn(self, field: Field) -> Withdrawn | None:
        example = EXAMPLES["withdrawn"]
        fields = self.reading.fields(field.node, ("since", "note"), example=example)
        since = self.part(fields, field.line, "since", example, self.moment)
        note = self.part(fields, field.line, "note", example, self.plain_text) if "note" in fields else None
        return Withdrawn(since, note) if since else None

    def _schedule(self, field: Field) -> str | None:
        value = self.reading.text(field, example=EXAMPLES["schedule"])
        if value is None:
            return None
        value = " ".join(value.split())
        try:
            trigger(value)
        except ScheduleError as error:
            self.reading.problem(
                field.line, str(error), f'Use one of {", ".join(SCHEDULES)}, or five fields such as "0 3 * * mon".'
            )
        return value

    def _publish(self, field: Field) -> Publish | None:
        return self.one_of(field, _PUBLISH, EXAMPLES["publish"], "So far whole sources are published.")

    def _delay(self, field: Field) -> float | None:
        value = self.reading.plain_value(field.node)
        if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= MAX_DELAY_SECONDS:
            self.reading.problem(
                field.line,
                f"This is not a number of seconds from 0 to {MAX_DELAY_SECONDS}.",
                f"Write: {EXAMPLES['delay_seconds']}",
            )
            return None
        return float(value)

    def _expect(self, field: Field) -> Expectation | None:
        example = EXAMPLES["expect"]
        fields = self.reading.fields(field.node, ("datasets",), example=example)
        if "datasets" not in fields:
            self.reading.problem(field.line, 'The key "datasets" is missing.', f"Write: {example}")
            return None
        with self.reading.inside("datasets"):
            bounds = self.reading.fields(fields["datasets"].node, ("min", "max"), example=example)
            values = {key: self._count(key, bound) for key, bound in bounds.items()}
            if not bounds:
                self.reading.problem(fields["datasets"].line, "Nothing is expected here.", f"Write: {example}")
            low, high = values.get("min"), values.get("max")
            if low is not None and high is not None and low > high:
                self.reading.problem(
                    bounds["max"].line, f"The maximum {high} is below the minimum {low}.", "Exchange them."
                )
        return Expectation(min_datasets=low, max_datasets=high)

    def _count(self, key: str, field: Field) -> int | None:
        value = self.reading.plain_value(field.node)
        if type(value) is int and value >= 0:
            return value
        with self.reading.inside(key):
            self.reading.problem(field.line, "This is not a number of datasets.", f"Write: {EXAMPLES['expect']}")
        return None

    def _options(self, field: Field) -> dict[str, Any] | None:
        if not isinstance(field.node, yaml.MappingNode):
            self.reading.problem(field.line, "Options are keys with values.", f"Write: {EXAMPLES['options']}")
            return None
        options = self.reading.plain_value(field.node)
        return options if isinstance(options, dict) else None
