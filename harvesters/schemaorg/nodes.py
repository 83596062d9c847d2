"""The Dataset nodes of a page or a JSON-LD document, with what they refer to put in its place."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

import lxml.html
from lxml import etree
from w3lib.encoding import html_to_unicode

from harvesters.errors import MalformedAnswer
from harvesters.jsonvalues import members
from harvesters.phrases import phrase

DATASET_TYPES = frozenset({"Dataset", "DataFeed", "CompleteDataFeed"})
MAX_DEPTH = 6
"""Of references that are put in place; what is deeper stays a reference."""

MAX_TITLE_CHARACTERS = 200
"""Of a title that has to stand for an identifier."""

_PREFIX = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:|sdo:|so:)")
_BARE = frozenset({"@id", "@type", "type", "@context", "url"})
"""What a node that only names a dataset has."""


class Found(NamedTuple):
    """What a page or document holds: its datasets, the addresses of those that a catalogue in it only names, the addresses
    that a page links to, the beginnings of scripts in it that cannot be read, and the address that relative ones begin at."""

    datasets: list[dict[str, Any]]
    named: list[str]
    links: list[str]
    broken: list[str]
    base: str


def datasets_in(content: bytes, url: str, content_type: str | None = None) -> Found:
    """The datasets of a page or a document. content_type: of the header, for the characters of a page.

    Raises MalformedAnswer for a document that is neither.
    """
    text = content.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        try:
            document = json.loads(text, strict=False)
            return Found(list(_datasets(document, url)), _named_only(document, url), [], [], url)
        except (ValueError, RecursionError) as error:
            raise MalformedAnswer(
                phrase("format-unreadable", url=url, format="JSON-LD", detail=str(error)),
                phrase("do-tell-portal-operator"),
            ) from error
    _, text = html_to_unicode(content_type, content)
    try:
        page = lxml.html.document_fromstring(text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise MalformedAnswer(
            phrase("page-unreadable", url=url, detail=str(error)), phrase("do-check-address")
        ) from error
    base = url
    if (stated := page.find(".//base[@href]")) is not None:
        base = _joined(url, stated.get("href") or "") or url
    found: list[dict[str, Any]] = []
    named: list[str] = []
    broken: list[str] = []
    for script in page.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            document = json.loads(_script(script.text or ""), strict=False)
            found.extend(_datasets(document, base))
            named.extend(_named_only(document, base))
        except (ValueError, RecursionError):
            broken.append((script.text or "").strip()[:200])  # the page's other scripts may be whole
    if not found and "itemtype" in text and "schema.org/Dataset" in text:
        found.extend(_microdata(text, base))
    return Found(found, list(dict.fromkeys(named)), _links(page, base), broken, base)


def identifier_of(node: dict[str, Any], base: str = "") -> str | None:
    """What names a dataset: its IRI, its identifier, or its page. base: the address that relative ones begin at."""
    if iri := _iri(node.get("@id"), base):
        return iri
    for value in (_named(each) for each in members(node.get("identifier"))):
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return next((iri for value in members(node.get("url")) if (iri := _iri(value, base))), None)


def identified(found: Found, url: str) -> list[tuple[str, dict[str, Any]]]:
    """Each dataset of a page with what names it: its own identifier; else the page, where it is the only one there, or the
    page and its title."""
    own = [identifier_of(node, found.base) for node in found.datasets]
    alone = own.count(None) == 1
    return [
        (identifier or (url if alone else f"{url}#{quote(_title(node))}"), node)
        for identifier, node in zip(own, found.datasets, strict=True)
    ]


def _title(node: dict[str, Any]) -> str:
    """What a dataset is called, or said to be."""
    title = next((each for key in ("name", "description") for each in members(node.get(key)) if each), "")
    return str(title.get("@value", "") if isinstance(title, dict) else title)[:MAX_TITLE_CHARACTERS]


def _iri(value: object, base: str) -> str | None:
    """An IRI made whole; None for a blank node and for what is none."""
    if not isinstance(value, str) or not value.strip() or value.startswith("_:"):
        return None
    return (_joined(base, value.strip()) if base else None) or value.strip()


def _joined(base: str, link: str) -> str | None:
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return None


def _script(text: str) -> str:
    """The JSON of a script, without what hides it from other readers: a comment of HTML or a CDATA section."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    return (
        text.removeprefix("//<![CDATA[")
        .removeprefix("<![CDATA[")
        .removesuffix("//]]>")
        .removesuffix("]]>")
        .strip(" \n;")
    )


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


def _datasets(document: Any, base: str) -> Iterator[dict[str, Any]]:
    """The datasets of a JSON-LD document, nested ones of a catalogue too, each once."""
    index = {node["@id"]: node for node in _nodes(document, 0) if isinstance(node.get("@id"), str) and len(node) > 1}
    seen: set[str] = set()
    for node in _nodes(document, 0):
        if types_of(node) & DATASET_TYPES and not _BARE.issuperset(node):
            resolved = _resolved(node, index, 0, frozenset())
            key = identifier_of(resolved, base) or json.dumps(resolved, sort_keys=True)
            if key not in seen:
                seen.add(key)
                yield resolved


def _named_only(document: Any, base: str) -> list[str]:
    """The addresses of datasets that a catalogue names and does not describe."""
    described = {node["@id"] for node in _nodes(document, 0) if "@id" in node and not _BARE.issuperset(node)}
    found = []
    for node in _nodes(document, 0):
        for member in members(node.get("dataset")) if not types_of(node) & DATASET_TYPES else ():
            stated = member
            if isinstance(member, dict):
                inner = {plain(key): value for key, value in member.items()}
                bare = _BARE.issuperset(inner) and inner.get("@id") not in described
                stated = (inner.get("url") or inner.get("@id")) if bare else None
            url = _iri(stated, base)
            if url and url.lower().startswith(("http://", "https://")):
                found.append(url.partition("#")[0])
    return list(dict.fromkeys(found))


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
        yield from _datasets(node, url)


def _links(page: Any, url: str) -> list[str]:
    found = []
    for anchor in page.iter("a"):
        link = (_joined(url, anchor.get("href") or "") or "").partition("#")[0]
        if link.startswith(("http://", "https://")):
            found.append(link)
    return list(dict.fromkeys(found))
