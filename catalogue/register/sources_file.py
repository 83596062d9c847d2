"""`config/sources.yaml`: reading it into source entries, with every mistake at once, and writing entries back.

Pure: bytes in, values out, and no database. What the file may say is documented for its readers at its own top.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
import yaml

from catalogue.errors import RegisterError
from catalogue.register.entry_reader import EntryReader
from catalogue.register.source_entry import Basis, Expectation, SourceEntry
from catalogue.register.yaml_nodes import Problem, Reading, UnreadableYamlError, compose, is_null, line_of

MAX_LINE_CHARACTERS = 10_000
"""Lines are not folded: a folded text is hard to read and to compare."""

MAX_TOLD_PROBLEMS = 200
"""As many as a person corrects at one sitting; a file with more is not a register at all."""

_HEADING = """\
# The sources of the register, one entry each. Keys that are left out have their default:
# protocol: auto, level: national, schedule: weekly, publish: all.
"""


class SourcesFileError(RegisterError):
    """Raised by `read_sources` when a file has mistakes, and none of it is to be used. problems: all, by line."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        lines = [str(problem) for problem in self.problems[:MAX_TOLD_PROBLEMS]]
        if len(self.problems) > MAX_TOLD_PROBLEMS:
            lines.append(f"and {len(self.problems) - MAX_TOLD_PROBLEMS:,} more; correct these first.")
        super().__init__("\n".join(lines))


def read_sources(content: bytes, *, states: Mapping[str, str], protocols: Collection[str]) -> list[SourceEntry]:
    """The entries of a file in its order.

    content: the file, UTF-8. states: names of the known parties by code, for hints. protocols: those that a harvester
    reads; `auto` may be said beside them. Raises SourcesFileError with every mistake.
    """
    try:
        root = compose(content)
    except UnreadableYamlError as error:
        raise SourcesFileError([error.problem]) from error
    reading = Reading()
    reader = EntryReader(reading, states, protocols)
    example = "sources: and below it a list of entries, each beginning with - id:"
    if root is None or is_null(root):
        reading.problem(1, "The file is empty.", f"Write: {example}")
        raise SourcesFileError(reading.problems)
    top = reading.fields(root, ("sources",), example=example)
    if "sources" not in top:
        reading.problem(line_of(root), 'The key "sources" is missing.', f"Write: {example}")
        raise SourcesFileError(reading.problems)
    listed = top["sources"].node
    # An empty list may be written as [], or as nothing.
    entries = [reader.entry(node) for node in ([] if is_null(listed) else reading.items(listed, example=example))]
    if reading.problems:
        raise SourcesFileError(reading.problems)
    return [entry for entry in entries if entry is not None]


def write_sources(entries: Iterable[SourceEntry]) -> str:
    """The text of a file that `read_sources` reads to the same entries, by State and id, defaults left out."""
    ordered = sorted(entries, key=lambda entry: (entry.state, entry.id))
    if not ordered:
        return f"{_HEADING}\nsources: []\n"
    blocks = (
        yaml.dump(
            [_as_written(entry)],
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=MAX_LINE_CHARACTERS,
        )
        for entry in ordered
    )
    return f"{_HEADING}\nsources:\n\n" + "\n".join(blocks)


def _as_written(entry: SourceEntry) -> dict[str, Any]:
    """An entry as the file says it: in the order in which people read, the short form where there is one."""
    values: dict[str, Any] = msgspec.to_builtins(entry)
    first = {key: values.pop(key) for key in ("id", "state", "title", "url", "protocol", "basis") if key in values}
    written = first | values
    written["title"] = entry.title["und"] if set(entry.title) == {"und"} else entry.title
    written["basis"] = entry.basis.kind if entry.basis == Basis(entry.basis.kind) else written["basis"]
    if entry.expect is not None:
        written["expect"] = {"datasets": _bounds(entry.expect)}
    return written


def _bounds(expect: Expectation) -> dict[str, int]:
    bounds = {"min": expect.min_datasets, "max": expect.max_datasets}
    return {key: value for key, value in bounds.items() if value is not None}


class _Dumper(yaml.SafeDumper):
    """Writes every value out (no anchors, which are refused on reading), and text of several lines as such."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)
