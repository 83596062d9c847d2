"""The Dataset nodes of a page or a JSON-LD document, with what they refer to put in its place."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree
from w3lib.encoding import html_to_unicode

from harvesters.errors import MalformedAnswer
from harvesters.jsonvalues import members

DATASET_TYPES = frozenset({"Dataset", "DataFeed", "CompleteDataFeed"})
MAX_DEPTH = 6
"""Of references that are put in place; what is deeper stays a reference."""

_PREFIX = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:|sdo:|so:)")


class Found(NamedTuple):
    """What a page or document holds: its datasets, the addresses that a page links to, and the beginnings of scripts in it
    that cannot be read."""

    datasets: list[dict[str, Any]]
    links: list[str]
    broken: list[str]


def datasets_in(content: bytes, url: str, content_type: str | None = None) -> Found:
    """The datasets of a page or a document. content_type: of the header, for the characters of a page.

    Raises MalformedAnswer for a document that is neither.
    """
    text = content.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return Found(list(_datasets(json.loads(text, strict=False))), [], [])
        except (ValueError, RecursionError) as error:
            raise MalformedAnswer(f"{url} is not readable JSON-LD ({error}); tell the site's operator.") from error
    _, text = html_to_unicode(content_type, content)
    try:
        page = lxml.html.document_fromstring(text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise MalformedAnswer(f"{url} is no page that can be read ({error}); check the address.") from error
    found: list[dict[str, Any]] = []
    broken: list[str] = []
    for script in page.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            found.extend(_datasets(json.loads(script.text or "", strict=False)))
        except (ValueError, RecursionError):
            broken.append((script.text or "").strip()[:200])  # the page's other scripts may be whole
    if not found and "itemtype" in text and "schema.org/Dataset" in text:
        found.extend(_microdata(text, url))
    return Found(found, _links(page, url), broken)


def identifier_of(node: dict[str, Any]) -> str | None:
    """What names a dataset: its IRI, its identifier, or its page."""
    for value in (node.get("@id"), *(_named(each) for each in members(node.get("identifier"))), node.get("url")):
        if isinstance(value, str) and value.strip() and not value.startswith("_:"):
            return value
    return None


def plain(key: str) -> str:
    """A key or a type without the prefix by which a document names schema.org."""
    return _PREFIX.sub("", key)


def types_of(node: object) -> set[str]:
    """The types of a node, without their prefix."""
    if not isinstance(node, dict):
        return set()
    return {plain(kind) for kind in members(node.get("@type", node.get("type"))) if isinstance(kind, str)}


def _named(value: object) -> object:
    return value.get("value") or value.get("@id") or value.get("url") if isinstance(value, dict) else value


def _datasets(document: Any) -> Iterator[dict[str, Any]]:
    """The datasets of a JSON-LD document, nested ones of a catalogue too, each once."""
    index = {node["@id"]: node for node in _nodes(document, 0) if isinstance(node.get("@id"), str) and len(node) > 1}
    seen: set[str] = set()
    for node in _nodes(document, 0):
        if types_of(node) & DATASET_TYPES and (len(node) > 2 or "@id" not in node):
            resolved = _resolved(node, index, 0, frozenset())
            key = identifier_of(resolved) or json.dumps(resolved, sort_keys=True)
            if key not in seen:
                seen.add(key)
                yield resolved


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Every node that may be a dataset: those of a graph, of a list, and of a catalogue's `dataset` or a page's subject."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for member in value:
            yield from _nodes(member, depth)
    elif isinstance(value, dict):
        node = {plain(key): inner for key, inner in value.items()}
        if "@type" in node or "type" in node or "@id" in node:
            yield node
        within = ("@graph", "dataset", "mainEntity", "about", "itemListElement", "item", "subjectOf", "@included")
        for key in within if not types_of(node) & DATASET_TYPES else ("@graph",):
            yield from _nodes(node.get(key), depth + 1)


def _resolved(value: Any, index: dict[str, dict[str, Any]], depth: int, above: frozenset[str]) -> Any:
    """A node with its references replaced by what they refer to, its keys without prefixes, its persons' addresses kept out
    by the mapping."""
    if isinstance(value, list):
        return [_resolved(member, index, depth, above) for member in value]
    if not isinstance(value, dict):
        return value
    identifier = value.get("@id")
    if (
        isinstance(identifier, str)
        and len(value) == 1
        and identifier in index
        and identifier not in above
        and depth < MAX_DEPTH
    ):
        value = index[identifier]
    above = above | {identifier} if isinstance(identifier, str) else above
    if depth >= MAX_DEPTH:
        return {plain(key): inner for key, inner in value.items() if not isinstance(inner, dict | list)}
    return {
        plain(key): _resolved(inner, index, depth + 1, above)
        for key, inner in value.items()
        if plain(key) not in ("includedInDataCatalog", "@context") or depth == 0
    }


def _microdata(text: str, url: str) -> Iterator[dict[str, Any]]:
    # Imported here: extruct brings half a second of imports, and few sites write microdata only.
    import extruct

    extracted = extruct.extract(text, base_url=url, syntaxes=["microdata"], uniform=True, errors="ignore")
    for node in extracted.get("microdata", []):
        yield from _datasets(node)


def _links(page: Any, url: str) -> list[str]:
    found = []
    for anchor in page.iter("a"):
        try:
            link = urljoin(url, (anchor.get("href") or "").strip()).partition("#")[0]
        except ValueError:
            continue
        if urlsplit(link).scheme in ("http", "https"):
            found.append(link)
    return list(dict.fromkeys(found))
