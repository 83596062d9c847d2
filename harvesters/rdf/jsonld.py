"""JSON-LD whose contexts are never fetched, and what can be kept of a document that was cut.

A document that names a context by its address would have us fetch it on every harvest. Where the address is that of a
DCAT or Project Open Data context, our own (`contexts.json`) stands in for it; where it is any other, the conventional
prefixes do, and a finding says so.
"""

import functools
import io
import json
import re
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from harvesters.base import SMALL_ANSWER_BYTES
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.findings import Finding, find
from harvesters.jsonstream import ArrayMembers
from harvesters.rdf.vocabulary import DCAT, PREFIXES

_REMOTE_CONTEXT = re.compile(rb'"@context"\s*:\s*(?:"|\[)|"@import"')
_DATASET_KEYS = ("@graph", "dataset", "dcat:dataset", DCAT + "dataset")


@functools.cache
def _known() -> tuple[frozenset[str], dict[str, Any]]:
    file = json.loads(resources.files("harvesters.rdf").joinpath("contexts.json").read_text(encoding="utf-8"))
    return frozenset(file["addresses"]), {**PREFIXES, **file["context"]}


class Whole(NamedTuple):
    """What is whole of a broken document, as a document. cut: whether it ended in the middle. lost: members that are no
    JSON."""

    content: bytes
    cut: bool
    lost: int


def whole_members(content: bytes, where: str) -> Whole:
    """What is whole of a document: its context and the members of its list of datasets.

    Raises MalformedAnswer where nothing is.
    """
    paths = [(), *((name,) for name in _DATASET_KEYS)]
    members = ArrayMembers(io.BytesIO(content), paths, SMALL_ANSWER_BYTES, None, where)
    whole: list[bytes] = []
    lost = 0
    cut = False
    try:
        for member in members:
            if isinstance(member, bytes) and _is_json(member):
                whole.append(member)
            else:
                lost += 1
    except MalformedAnswer:
        cut = True
        if not whole:
            raise
    context = _context(members.envelope + b"[]}") if cut else _context(members.envelope)
    return Whole(b'{"@context":' + context + b',"@graph":[' + b",".join(whole) + b"]}", cut, lost)


def _is_json(member: bytes) -> bool:
    try:
        msgspec.json.decode(member)
    except NOT_JSON:
        return False
    return True


def _context(envelope: bytes) -> bytes:
    """The context of a document without its members, as JSON; an empty one where it has none or is no JSON."""
    try:
        document = msgspec.json.decode(envelope)
    except NOT_JSON:
        return b"{}"
    return msgspec.json.encode(document.get("@context") or {}) if isinstance(document, dict) else b"{}"


def without_remote_contexts(content: bytes) -> tuple[bytes, list[Finding]]:
    """The document with every context that stands elsewhere replaced, and a finding for each one not known.

    Raises msgspec.DecodeError where the document is not JSON.
    """
    if not _REMOTE_CONTEXT.search(content):
        return content, []
    document = msgspec.json.decode(content)
    unknown: list[str] = []
    _replace(document, unknown)
    findings = [find("rdf-context-not-fetched", value=address) for address in dict.fromkeys(unknown)]
    return msgspec.json.encode(document), findings


def _replace(value: Any, unknown: list[str]) -> None:
    """Walk a document and replace its contexts in place; JSON of a depth that ends a parser is refused by it before."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            current.pop("@import", None)
            if "@context" in current:
                current["@context"] = _local(current["@context"], unknown)
            waiting.extend(member for name, member in current.items() if isinstance(member, (dict, list)))
        elif isinstance(current, list):
            waiting.extend(member for member in current if isinstance(member, (dict, list)))


def _local(context: Any, unknown: list[str]) -> Any:
    if isinstance(context, list):
        return [_local(member, unknown) for member in context]
    if not isinstance(context, str):
        return context
    addresses, ours = _known()
    if context.removeprefix("https://").removeprefix("http://").rstrip("/") in addresses:
        return ours
    unknown.append(context)
    return PREFIXES
