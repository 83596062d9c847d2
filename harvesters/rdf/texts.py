"""Texts in several languages, labels, and the plain form of values that no field holds."""

from collections.abc import Callable, Iterable
from typing import Any

from pyoxigraph import Literal, NamedNode

from harvesters.package import LanguageMap
from harvesters.rdf.graph import Term
from harvesters.rdf.node import SKOLEM_PATH, Node
from harvesters.rdf.vocabulary import DCT, FOAF, LOCN, RDF, RDFS, SCHEMA, SKOS, TYPE
from harvesters.values import clean_text

LABELS = (
    SKOS + "prefLabel", RDFS + "label", DCT + "title", FOAF + "name", LOCN + "geographicName", SCHEMA + "name",
    DCT + "description", RDF + "value", SKOS + "notation", DCT + "identifier",
)  # fmt: skip

MAX_PREDICATES = 60
MAX_VALUES = 20
MAX_CHARACTERS = 2_000
"""Bounds on what is kept of predicates that no field holds; the spool keeps all."""

Clean = Callable[[object], str | None]


def texts(node: Node, predicates: Iterable[str], untagged: str, clean: Clean) -> tuple[LanguageMap, list[str]]:
    """The texts of the first predicate that has any, by language, and those left over because their language has one.

    untagged: the language of texts without a tag. Where a value is a node, its label is the text.
    """
    for predicate in predicates:
        if predicate not in node.said:
            continue
        found: LanguageMap = {}
        further: list[str] = []
        for value in node.values(predicate):
            for tag, raw in _tagged(node, value, untagged):
                text = clean(raw)
                if text is None or found.get(tag) == text:
                    continue
                if tag in found:
                    further.append(text)
                else:
                    found[tag] = text
        if found:
            return found, further
    return {}, []


def label(node: Node, untagged: str = "und", predicates: Iterable[str] = LABELS) -> LanguageMap:
    """What a node is called, by language, in the texts of the first of the predicates that has any."""
    for predicate in predicates:
        found: LanguageMap = {}
        for value in node.values(predicate) if predicate in node.said else ():
            text = clean_text(value.value) if isinstance(value, Literal) else None
            if text is not None and isinstance(value, Literal):
                found.setdefault(value.language or untagged, text)
        if found:
            return found
    return {}


def word(node: Node, value: Term) -> str | None:
    """A value as one word: the text, the IRI, or the label of a node that has no IRI."""
    if isinstance(value, (Literal, NamedNode)) and SKOLEM_PATH not in value.value:
        return clean_text(value.value)
    names = label(node.follow(value))
    return next(iter(names.values()), None)


def words(node: Node, *predicates: str) -> list[str]:
    """The values of predicates as words, each once."""
    return list(dict.fromkeys(text for value in node.values(*predicates) if (text := word(node, value))))


def remainder(node: Node, read: frozenset[str], plain: Callable[[Node, str, Term], str | None]) -> dict[str, Any]:
    """What is said of a node with other predicates than those read, by their IRIs, within bounds.

    plain: gives a value's text, or None where it is not to be kept.
    """
    more: dict[str, Any] = {}
    for predicate in sorted(node.said):
        if predicate in read or predicate == TYPE or len(more) >= MAX_PREDICATES:
            continue
        kept = [text[:MAX_CHARACTERS] for value in node.values(predicate) if (text := plain(node, predicate, value))]
        if kept:
            more[predicate] = list(dict.fromkeys(kept))[:MAX_VALUES]
    return more


def _tagged(node: Node, value: Term, untagged: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, Literal):
        yield value.language or untagged, value.value
    elif (described := node.follow(value)).said:
        yield from label(described, untagged).items()
    elif isinstance(value, NamedNode):
        yield untagged, value.value
