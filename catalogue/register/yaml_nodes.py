"""YAML from outside, read as nodes with line numbers. Nothing is constructed, nothing expands, sizes are capped.

What is read is text: a plain `NO` is the text "NO" and a plain 2025-03-14 the text "2025-03-14", although YAML 1.1
would make a truth value and a date of them. Only `plain_value` reads numbers and truth values, where JSON would.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec
import yaml

MAX_BYTES = 2 << 20
"""A register of 10,000 sources in a few lines each takes about as much; more is not a file that somebody wrote."""

MAX_DEPTH = 20
"""Levels of nesting. A source needs 4; deep nesting is only good for exhausting the stack."""

MAX_INTEGER_DIGITS = 15
"""Integers up to here mean the same to every reader of JSON (RFC 8259, section 6)."""

MAX_QUOTED_CHARACTERS = 100
"""What a message repeats of a value: enough to find it in the line."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Control characters other than tab and line feed, and the separators and marks that hide in copied text."""


class Problem(msgspec.Struct, frozen=True):
    """One mistake in a file. line: from 1. key: where in the entry, as `basis.date`, "" for the file itself."""

    line: int
    key: str
    message: str
    hint: str

    def __str__(self) -> str:
        place = f"line {self.line}, {self.key}" if self.key else f"line {self.line}"
        return f"{place}: {self.message} {self.hint}"


class UnreadableYamlError(Exception):
    """Raised by `compose` when a file is not YAML that we read at all; carries the one problem that stopped it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Field(NamedTuple):
    """The value of a key. line: where the key stands."""

    line: int
    node: yaml.Node


def quoted(text: str) -> str:
    """A text in quotes as a message repeats it: cut where it is long."""
    return f'"{text}"' if len(text) <= MAX_QUOTED_CHARACTERS else f'"{text[:MAX_QUOTED_CHARACTERS]}…"'


def line_of(node: yaml.Node) -> int:
    """The line that a node begins in, from 1."""
    return int(node.start_mark.line) + 1


def compose(content: bytes) -> yaml.Node | None:
    """The root of the one document in `content` (UTF-8), None for an empty one. Raises UnreadableYamlError."""
    if len(content) > MAX_BYTES:
        raise UnreadableYamlError(
            Problem(1, "", f"The file has {len(content):,} bytes, over the {MAX_BYTES:,} allowed.", "Split it.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableYamlError(
            Problem(line, "", "The file is not UTF-8 text.", "Save it as UTF-8 in your editor and load it again.")
        ) from error
    forbidden = _CONTROL.search(text.replace("\r\n", "\n"))
    if forbidden:
        line = text.replace("\r\n", "\n").count("\n", 0, forbidden.start()) + 1
        character = f"U+{ord(forbidden.group()):04X}"
        raise UnreadableYamlError(
            Problem(line, "", f"There is a control character ({character}) in this line.", "Type the line anew.")
        )
    try:
        loader = _Loader(text)
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise UnreadableYamlError(_problem_of(error, text)) from error
    except yaml.YAMLError as error:
        raise UnreadableYamlError(
            Problem(1, "", f"The file is not YAML: {error}.", "Compare it with the example.")
        ) from error


class Reading:
    """Typed access to nodes. Every mistake is added to `problems`, and reading goes on with None in its place."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._path: list[str] = []

    @contextmanager
    def inside(self, key: str) -> Iterator[None]:
        """Problems found inside are told under this key."""
        self._path.append(key)
        try:
            yield
        finally:
            self._path.pop()

    def problem(self, line: int, message: str, hint: str) -> None:
        """Adds a problem at the present key."""
        self.problems.append(Problem(line, ".".join(self._path), message, hint))

    def fields(self, node: yaml.Node, keys: Collection[str], *, example: str) -> dict[str, Field]:
        """The fields of a mapping by key, of those in `keys`; other keys, doubled ones and other nodes are problems."""
        found: dict[str, Field] = {}
        for key, field in self.any_fields(node, example=example).items():
            if key in keys:
                found[key] = field
                continue
            with self.inside(key):
                near = get_close_matches(key, keys, n=1, cutoff=0.5)
                hint = f'Did you mean "{near[0]}"?' if near else f"Known keys are: {', '.join(keys)}."
                self.problem(field.line, f"The key {quoted(key)} is not known here.", hint)
        return found

    def any_fields(self, node: yaml.Node, *, example: str) -> dict[str, Field]:
        """The fields of a mapping whatever its keys; doubled keys and other kinds of nodes are problems."""
        if not isinstance(node, yaml.MappingNode):
            self.problem(line_of(node), "Here belong keys with values.", f"Write: {example}")
            return {}
        found: dict[str, Field] = {}
        for key_node, value in node.value:
            line = line_of(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem(line, "A key must be a single word.", f"Write: {example}")
                continue
            key = str(key_node.value).strip()
            if key in found:
                with self.inside(key):
                    self.problem(
                        line, f"The key {quoted(key)} is given twice.", f"It stands in line {found[key].line} too."
                    )
                continue
            found[key] = Field(line, value)
        return found

    def items(self, node: yaml.Node, *, example: str) -> list[yaml.Node]:
        """The items of a list; another kind of node is a problem."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.problem(line_of(node), "Here belongs a list.", f"Write: {example}")
        return []

    def text(self, field: Field, *, example: str) -> str | None:
        """The text of a value without blanks around it; None with a problem where there is none."""
        node = field.node
        if not isinstance(node, yaml.ScalarNode):
            self.problem(field.line, "Here belongs a single value.", f"Write: {example}")
            return None
        value = str(node.value).strip()
        if not value or is_null(node):
            self.problem(field.line, "The value is missing.", f"Write: {example}")
            return None
        return value

    def plain_value(self, node: yaml.Node) -> Any:
        """A value as JSON has them: mappings, lists, text, numbers, true, false, null. Everything else stays text."""
        if isinstance(node, yaml.MappingNode):
            fields = self.any_fields(node, example="a name: and its value")
            return {key: self._plain_field(key, field) for key, field in fields.items()}
        if isinstance(node, yaml.SequenceNode):
            return [self.plain_value(item) for item in node.value]
        return self._plain_scalar(node)

    def _plain_field(self, key: str, field: Field) -> Any:
        with self.inside(key):
            return self.plain_value(field.node)

    def _plain_scalar(self, node: yaml.Node) -> str | int | float | bool | None:
        text = str(node.value)
        if is_null(node):
            return None
        if node.tag == "tag:yaml.org,2002:bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if node.tag == "tag:yaml.org,2002:int" and _INTEGER.fullmatch(text):
            if len(text.lstrip("+-")) > MAX_INTEGER_DIGITS:
                self.problem(line_of(node), "This number is too long to be kept exactly.", "Put it in quotes.")
                return None
            return int(text)
        if node.tag == "tag:yaml.org,2002:float" and _DECIMAL.fullmatch(text):
            return float(text)
        return text


def is_null(node: yaml.Node) -> bool:
    """Whether a node says "nothing": an empty value, `null` or `~` without quotes."""
    return bool(node.tag == "tag:yaml.org,2002:null")


class _Loader(yaml.SafeLoader):
    """Composes nodes only; refuses aliases (which can expand without end), tags of its own, and deep nesting."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # its stubs leave it untyped
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(
                "anchors and aliases (& and *) are not allowed", "Write the value out.", event.start_mark
            )
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise _RefusedError(
                f'the tag "{tag}" is not allowed', "Remove the word that begins with !.", event.start_mark
            )
        if self._depth >= MAX_DEPTH:
            raise _RefusedError(
                f"the nesting is deeper than {MAX_DEPTH} levels", "Check the indentation.", event.start_mark
            )
        self._depth += 1
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self._depth -= 1
        return node


class _RefusedError(yaml.MarkedYAMLError):
    """Raised while composing, for YAML that is valid and that we do not read."""

    def __init__(self, problem: str, hint: str, mark: Any) -> None:
        super().__init__(problem=problem, problem_mark=mark, note=hint)


def _problem_of(error: yaml.MarkedYAMLError, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if isinstance(error, _RefusedError):
        return Problem(line, "", f"In this file {error.problem}.", error.note or "")
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return Problem(line, "", "The line begins with a tab.", "Indent with blanks, two for each level.")
    if "but found another document" in (error.problem or ""):
        return Problem(line, "", "The file holds more than one YAML document.", "Remove the line of three hyphens.")
    reason = f"{error.context}, {error.problem}" if error.context else str(error.problem)
    return Problem(
        line, "", f"The line cannot be read ({reason}).", "Check indentation and colons; put quotes around the text."
    )
