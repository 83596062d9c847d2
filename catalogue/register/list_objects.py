"""Lists that are no tables, read as if they were: objects in JSON or JSON Lines, and the resources of a catalogue in RDF.

Pure. Each object and each resource is a row; its number is its place in the list, and in JSON Lines its line.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from harvesters.errors import MalformedAnswer
from harvesters.rdf.reading import read_statements
from harvesters.rdf.syntax import Syntax, syntax_of
from harvesters.rdf.vocabulary import TYPE
from harvesters.sheets import MAX_CELLS, Sheet
from harvesters.table_lists import flat, members
from harvesters.values import clean_text

MAX_ROWS = 20_000
"""Of one list. The longest real one, all open-data portals that a register knows in the whole world, has 12,345; what is
longer is data rather than a list of what there is."""

MAX_KEYS = 500
"""Of all objects together; a list of portals has a hundred, and what has more is data rather than a list."""

MAX_RDF_BYTES = 5 << 20
"""The statements of a document take some fifty times its size in memory; a list of 300 portals has 0.1 MB."""

NAMES = ("name", "title", "label", "@value", "value", "id", "url")
"""By which of its keys an object within an object is called."""

_RDF_BEGINNING = re.compile(
    r"(?:\s|#[^\n]*\n)*(?:@prefix\b|@base\b|prefix\s+[\w-]*:\s*<|<[a-z][\w+.-]*:[^<>\s]*>\s)", re.IGNORECASE
)
_RDF_XML = re.compile(r"<(?:\w+:)?RDF[\s>]")
_LISTED = frozenset(
    {
        "http://www.w3.org/ns/dcat#Catalog", "http://www.w3.org/ns/dcat#Dataset", "http://www.w3.org/ns/dcat#DataService",
        "http://rdfs.org/ns/void#Dataset",
    }
)  # fmt: skip
"""The classes of resources that are entries of a list."""

_PERSONS = re.compile(r"(?:contactPoint|mbox|hasEmail|hasTelephone|phone|maker|creator)$")
_NAMED_BY = ("name", "title", "prefLabel", "label", "fn")
_BEHIND_MARK = re.compile(r".*[#/:]", re.DOTALL)
_HOMEPAGES = frozenset({"homepage", "landingPage"})


class NotAList(Exception):
    """Raised for JSON and RDF that hold no list. code: of `list_files.REFUSALS`. said: what the sentence names."""

    def __init__(self, code: str, **said: object) -> None:
        super().__init__(code)
        self.code = code
        self.said = said


# -- JSON


def is_json(content: bytes) -> bool:
    """Whether a text that begins with a bracket is JSON, or has JSON in its first line."""
    content = content.strip()
    return any(_decoded(each) is not None for each in (content, content.partition(b"\n")[0]))


def json_sheet(content: bytes) -> Sheet:
    """The objects of a JSON document as rows: of the list that it is or has under a usual key, of an object that names each
    by its key, or of JSON Lines. Raises NotAList."""
    document = _decoded(content.strip())
    if document is None:
        return _of_objects(_lines(content))
    found = members(document[0])
    if not found and isinstance(document[0], dict):
        named = list(document[0].values())
        if len(named) > 1 and all(isinstance(each, dict) for each in named):
            found = named
    if not found:
        raise NotAList("json")
    return _of_objects(found)


def _decoded(content: bytes) -> tuple[Any] | None:
    try:
        return (msgspec.json.decode(content),)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _lines(content: bytes) -> list[dict[str, Any]]:
    """An object for each line; a line that is empty has an empty one, so that the numbers are those of the lines."""
    objects: list[dict[str, Any]] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        found = _decoded(line) if line.strip() else ({},)
        if found is None or not isinstance(found[0], dict):
            raise NotAList("json-line", number=number)
        objects.append(found[0])
    return objects


def _of_objects(objects: Sequence[Mapping[str, Any]]) -> Sheet:
    if sum(map(bool, objects)) > MAX_ROWS:  # before they are flattened, which takes fifty times their size
        raise NotAList("too-many-rows", limit=MAX_ROWS)
    rows = [{key: _cell(value) for key, value in flat(each).items()} for each in objects]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return _sheet(keys, rows)


def _sheet(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Sheet:
    if len(keys) > MAX_KEYS or len(keys) * len(rows) > MAX_CELLS:
        raise NotAList("no-entries")
    # The names stand above the first row: the numbers begin with 1.
    return Sheet("", [list(keys), *([row.get(key) for key in keys] for row in rows)], first_row=-1, keyed=True)


def _cell(value: Any) -> str | int | float | bool | None:
    """A value as one cell has it: a list with semicolons, an object by its name, else as it was written."""
    if isinstance(value, list) and not any(isinstance(each, list) for each in value):
        texts = (clean_text(_cell(each)) for each in value)
        return "; ".join(dict.fromkeys(text for text in texts if text is not None))
    if isinstance(value, dict):
        named = next((value[key] for key in NAMES if isinstance(value.get(key), str) and value[key].strip()), None)
        if named is not None:
            return str(named)
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return value  # type: ignore[no-any-return]  # a text, a number, a truth value or nothing


# -- RDF


def is_rdf(head: str) -> bool:
    """Whether a text begins as RDF/XML, Turtle or N-Triples do."""
    if head.lstrip().startswith("<") and _RDF_XML.search(head):
        return syntax_of(head) is Syntax.RDF_XML
    return bool(_RDF_BEGINNING.match(head))


def rdf_sheet(content: bytes) -> Sheet:
    """The catalogues, datasets and services that an RDF document describes, as rows in their order; properties are columns,
    but for those of persons. Raises NotAList."""
    if len(content) > MAX_RDF_BYTES:
        raise NotAList("rdf-too-large", limit=f"{MAX_RDF_BYTES >> 20} MB")
    try:
        statements = read_statements(content, "urn:list:")
    except MalformedAnswer as error:
        raise NotAList("rdf-broken") from error
    if statements.findings or statements.cut:
        raise NotAList("rdf-broken")  # a part of a list would be taken for the whole
    said: dict[str, dict[str, list[Any]]] = {}
    listed: dict[str, None] = {}
    for quad in statements.quads:
        subject, predicate = str(quad.subject), quad.predicate.value
        if predicate == TYPE and getattr(quad.object, "value", "") in _LISTED:
            listed[subject] = None
        said.setdefault(subject, {}).setdefault(predicate, []).append(quad.object)
    if not listed:
        raise NotAList("rdf")
    rows = [_resource(subject, said, listed) for subject in listed]
    return _sheet(list(dict.fromkeys(key for row in rows for key in row)), rows)


def _resource(subject: str, said: Mapping[str, Mapping[str, list[Any]]], listed: Mapping[str, None]) -> dict[str, str]:
    """The texts of a resource by the last word of each property; those in several languages by language too."""
    cells: dict[str, str] = {}
    for predicate, objects in said[subject].items():
        name = _BEHIND_MARK.sub("", predicate)
        if predicate == TYPE or _PERSONS.search(predicate) or all(str(each) in listed for each in objects):
            continue
        languages = {getattr(each, "language", None) for each in objects}
        if len(languages) == 1:
            by_name = {name: objects}
        else:
            by_name = {}
            for each in objects:
                tag = getattr(each, "language", None)
                by_name.setdefault(f"{name} ({tag})" if tag else name, []).append(each)
        for key, own in by_name.items():
            if text := "; ".join(dict.fromkeys(filter(None, (_text(each, said) for each in own)))):
                cells["homepage" if key in _HOMEPAGES else key] = text
    address = subject.removeprefix("<").removesuffix(">")
    if address.startswith(("http://", "https://")):
        # The resource's own name is an address too, and the only one where it has no page.
        cells["homepage" if "homepage" not in cells else "uri"] = address
    return cells


def _text(term: Any, said: Mapping[str, Mapping[str, list[Any]]]) -> str:
    """A literal; the name of a resource that the document describes; else its address, or nothing for a blank node."""
    described = said.get(str(term), {})
    for predicate, objects in described.items():
        if _BEHIND_MARK.sub("", predicate) in _NAMED_BY:
            return str(objects[0].value)
    return str(term.value) if not str(term).startswith("_:") else ""
