"""YAML from portals as plain JSON values: no objects, no aliases, dates and words as they are written.

YAML 1.1 makes `no` a false and `2024-01-31` a date; catalogues mean the words. So only `true`, `false`, numbers and null
are read as such (the core schema of YAML 1.2.2, 10.3), and everything else stays text.
"""

import re
from typing import Any

import yaml

from harvesters.errors import MalformedAnswer
from harvesters.phrases import phrase

MAX_DEPTH = 60
"""Of nested lists and mappings; real descriptors have at most ten."""


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The library's parser in C, where it was built with one."""


class _CoreLoader(_SafeLoader):  # type: ignore[misc]  # which of the two it is shows at run time only
    """The safe loader, with the scalars of YAML 1.2."""


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?", "-0123456789"),
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _CoreLoader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))


def read_yaml(text: str, origin: str) -> Any:
    """The one document of a text as dicts with text keys, lists and scalars. origin: its address, for the message.

    Raises MalformedAnswer for what is not YAML, has several documents, aliases or tags of objects, or is nested deeper
    than `MAX_DEPTH`.
    """
    try:
        _check(text)
        return _plain(yaml.load(text, Loader=_CoreLoader))  # noqa: S506 (a subclass of the safe loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())[:200]
        raise MalformedAnswer(
            phrase("format-unreadable", url=origin, format="YAML", detail=why), phrase("do-tell-portal-operator")
        ) from error


def _check(text: str) -> None:
    """Walk a document before anything is built of it. Raises ValueError for an alias (a few bytes of them can stand for
    gigabytes) and for depth, yaml.YAMLError for what is no YAML."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it uses an alias, which is not read")  # noqa: TRY004 (the value is wrong, not its type)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ValueError("it is nested too deeply")


def _plain(value: Any) -> Any:
    """The value with its keys as text, and what JSON does not know (bytes, sets) as text too."""
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
