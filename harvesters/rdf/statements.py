"""Single statements of a dataset or a distribution: licence, dates, languages, frequency, access rights."""

import re

from pyoxigraph import Literal

from harvesters.rdf.graph import Term
from harvesters.rdf.node import Node
from harvesters.rdf.texts import label, word
from harvesters.rdf.vocabulary import DCT, FOAF, ODRS, OWL, RDF, RDFS, SCHEMA, SKOS, TIME
from harvesters.reading import Reading
from harvesters.texts import choose_text
from harvesters.values import Frequency, Language, Licence, Moment, clean_text, read_date, read_licence

_LICENCE_PAGES = (
    OWL + "sameAs", SKOS + "exactMatch", FOAF + "page", FOAF + "homepage", RDFS + "seeAlso", SCHEMA + "url",
    ODRS + "dataLicense",
)  # fmt: skip
_EU_ACCESS_RIGHT = re.compile(r"https?://publications\.europa\.eu/resource/authority/access-right/([A-Z_]+)")
_DURATION = (("years", "Y"), ("months", "M"), ("weeks", "W"), ("days", "D"))


def licence_of(node: Node, value: Term, reading: Reading, path: str) -> Licence | None:
    """The licence that a value of dct:license names, by its IRI, its text, or the description of it."""
    if isinstance(value, Literal):
        return reading.licence(path, title=value.value)
    document = node.follow(value)
    title = choose_text(label(document))
    pages = [*([document.iri] if document.iri else []), *document.literals(*_LICENCE_PAGES)]
    known = next((page for page in pages if _is_known(page)), None)
    url = known or next(iter(pages), None)
    if url is None and title is None:
        return None
    return reading.licence(path, title=title, url=url)


def latest(node: Node, predicates: tuple[str, ...], reading: Reading) -> Moment | None:
    """The latest of the dates that the first of the predicates with any states; an unreadable one with its finding."""
    for predicate in predicates:
        texts = [text for raw in node.literals(predicate) if (text := clean_text(raw)) is not None]
        if texts:
            return reading.moment(max(texts, key=_sortable), f"dct:{predicate.removeprefix(DCT)}")
    return None


def languages_of(node: Node, reading: Reading, path: str) -> list[Language]:
    """The languages stated, each once."""
    return reading.languages([text for value in node.values(DCT + "language") if (text := word(node, value))], path)


def frequency(node: Node, predicate: str, reading: Reading) -> Frequency | None:
    """How often a dataset changes: a code or word, or a duration in years, months, weeks or days (OWL-Time)."""
    for value in node.values(predicate):
        described = None if isinstance(value, Literal) else node.follow(value)
        duration = _duration(described) if described is not None else None
        text = duration or word(node, value)
        if text is not None:
            return reading.frequency(text, "dct:accrualPeriodicity")
    return None


def access_rights(node: Node) -> str | None:
    """Access rights in the portal's words; of the EU's vocabulary the word alone ("public", "restricted")."""
    stated = [text for value in node.values(DCT + "accessRights") if (text := word(node, value))]
    for text in stated:
        code = _EU_ACCESS_RIGHT.fullmatch(text)
        if code:
            return code[1].lower().replace("_", "-")
    return stated[0] if stated else None


def _is_known(page: str) -> bool:
    licence = read_licence(None, None, page)
    return licence is not None and licence.open is not None


def _sortable(text: str) -> tuple[bool, str]:
    moment = read_date(text)
    return (moment is not None and moment.value is not None, (moment.value if moment else None) or text)


def _duration(frequency: Node) -> str | None:
    """An ISO 8601 period from a time:DurationDescription, on the frequency itself or as its value."""
    for described in (frequency, *frequency.nodes(RDF + "value")):
        parts = ""
        for name, letter in _DURATION:
            for text in described.literals(TIME + name):
                number = text.strip().removesuffix(".0")
                if re.fullmatch(r"\d+(?:\.\d+)?", number) and float(number) > 0:
                    parts += f"{number}{letter}"
        if parts:
            return f"P{parts}"
    return None
