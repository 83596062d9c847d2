"""Where and when a dataset is about: places with their boxes, periods with their ends."""

import re

from pyoxigraph import Literal, NamedNode

from harvesters.package import Place
from harvesters.places import read_place
from harvesters.rdf.graph import Term
from harvesters.rdf.node import Node
from harvesters.rdf.texts import label
from harvesters.rdf.vocabulary import DCAT, DCT, FOAF, GSP, LOCN, OGC, RDFS, SCHEMA, SKOS, TIME
from harvesters.reading import Reading
from harvesters.texts import choose_text
from harvesters.values import Moment, Period, clean_text

MAX_PLACES = 200
MAX_PERIODS = 200

_GEOMETRIES = (
    DCAT + "bbox", LOCN + "geometry", GSP + "asWKT", OGC + "asWKT", GSP + "asGeoJSON", GSP + "asGML",
    GSP + "hasGeometry", SCHEMA + "box", DCAT + "centroid",
)  # fmt: skip
_PLACE_NAMES = (
    SKOS + "prefLabel", RDFS + "label", DCT + "title", LOCN + "geographicName", FOAF + "name", SCHEMA + "name",
    DCT + "description", DCT + "identifier", LOCN + "geographicIdentifier",
)  # fmt: skip
_LONGITUDE_FIRST = re.compile(r"\s*<https?://www\.opengis\.net/def/crs/OGC/1\.3/CRS84>\s*", re.IGNORECASE)
_OTHER_SYSTEM = re.compile(r"\s*<[^>]*>")
_GML = re.compile(r"<(?:\w+:)?Envelope\b[^>]*\bsrsName=[\"']([^\"']*)[\"']", re.IGNORECASE)
_CORNER = re.compile(r"<(?:\w+:)?(lower|upper)Corner>\s*([-+.\deE]+)\s+([-+.\deE]+)\s*<", re.IGNORECASE)
_STARTS = (DCAT + "startDate", SCHEMA + "startDate", TIME + "hasBeginning", DCT + "start")
_ENDS = (DCAT + "endDate", SCHEMA + "endDate", TIME + "hasEnd", DCT + "end")
_INSTANTS = (
    TIME + "inXSDDateTimeStamp", TIME + "inXSDDateTime", TIME + "inXSDDate", TIME + "inXSDgYearMonth",
    TIME + "inXSDgYear",
)  # fmt: skip
_DCMI_PERIOD = re.compile(r"(?:^|;)\s*(start|end|name)\s*=\s*([^;]*)", re.IGNORECASE)


def places(node: Node, predicate: str) -> list[Place]:
    """The places of a dataset, each once."""
    found = [place for value in node.values(predicate)[:MAX_PLACES] if (place := _place(node, value)) is not None]
    return list(dict.fromkeys(found))


def periods(node: Node, predicate: str, reading: Reading, path: str) -> list[Period]:
    """The periods of a dataset; ends that cannot be read are kept as text with a finding."""
    found = [_period(node, value, reading, path) for value in node.values(predicate)[:MAX_PERIODS]]
    return list(dict.fromkeys(period for period in found if period is not None))


def _place(node: Node, value: Term) -> Place | None:
    if isinstance(value, Literal):
        return _shape(value.value) or read_place(value.value)
    place = node.follow(value)
    shapes = [shape for text in _geometries(place) if (shape := _shape(text)) is not None]
    box = next((shape.bbox for shape in shapes if shape.bbox is not None), None)
    name = choose_text(label(place, predicates=_PLACE_NAMES))
    text = name or next((shape.text for shape in shapes if shape.text), None)
    return Place(text=text, iri=place.iri, bbox=box) if text or place.iri or box else None


def _geometries(place: Node) -> list[str]:
    """The geometries of a place as texts, boxes first; of one in several notations all, as one may be readable."""
    texts: list[str] = []
    for predicate in _GEOMETRIES:
        for value in place.values(predicate):
            if isinstance(value, Literal):
                texts.append(value.value)
            else:
                texts.extend(place.follow(value).literals(GSP + "asWKT", GSP + "asGeoJSON", GSP + "asGML"))
    return texts


def _shape(text: str) -> Place | None:
    """A geometry in a notation of which the order of the axes is known; None for any other text."""
    prefix = _LONGITUDE_FIRST.match(text)
    if prefix:
        return read_place(text[prefix.end() :])
    if _OTHER_SYSTEM.match(text):
        system = _GML.match(text.strip())
        return _envelope(text) if system and "CRS84" in system[1] else None
    place = read_place(text)
    return place if place is not None and (place.bbox is not None or place.text == text.strip()) else None


def _envelope(text: str) -> Place | None:
    corners = {match[1].lower(): f"{match[2]}, {match[3]}" for match in _CORNER.finditer(text)}
    return read_place(f"{corners['lower']}, {corners['upper']}") if len(corners) == 2 else None


def _period(node: Node, value: Term, reading: Reading, path: str) -> Period | None:
    if isinstance(value, Literal):
        stated = {match[1].lower(): match[2].strip() for match in _DCMI_PERIOD.finditer(value.value)}
        if "start" in stated or "end" in stated:  # DCMI Period Encoding Scheme
            text = f"{stated.get('start') or '..'}/{stated.get('end') or '..'}"
            return reading.period(text, path)
        return reading.period(value.value, path)
    period = node.follow(value)
    start, end = _end(period, _STARTS, reading, path), _end(period, _ENDS, reading, path)
    if start is None and end is None:
        name = choose_text(label(period)) or (period.iri if isinstance(value, NamedNode) else None)
        return reading.period(name, path) if name else None
    return Period(text=f"{start.text if start else '..'}/{end.text if end else '..'}", start=start, end=end)


def _end(period: Node, predicates: tuple[str, ...], reading: Reading, path: str) -> Moment | None:
    for value in period.values(*predicates):
        if isinstance(value, Literal):
            stated = [value.value]
        else:
            instant = period.follow(value)
            stated = list(instant.literals(*_INSTANTS)) or ([value.value] if isinstance(value, NamedNode) else [])
        for text in stated:
            if clean_text(text) is not None:
                return reading.moment(text, path)
    return None
