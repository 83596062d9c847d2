"""Spatial coverage as portals of JSON catalogues state it: words, an IRI, a box in a text, GeoJSON, or WKT.

Only what plainly is a box in degrees becomes one; anything else stays the text that it is, and no place is looked up.
"""

import json
import re
from collections.abc import Iterator

from harvesters.package import Place
from harvesters.values import clean_text

Box = tuple[float, float, float, float]

MAX_TEXT_CHARACTERS = 2_000
"""A geometry over this is kept as its box; whole outlines of countries are in the harvest's file."""

MAX_POSITIONS = 200_000
"""Of one geometry, so that a hostile one costs little."""

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_DIVIDER = re.compile(r"\s*,\s*|\s+")
_WKT = re.compile(r"(?:SRID=4326;)?\s*(POINT|LINESTRING|POLYGON|MULTI\w+|ENVELOPE)\s*Z?\s*\(", re.IGNORECASE)
_POSITION = re.compile(rf"({_NUMBER.pattern})\s+({_NUMBER.pattern})")


def read_places(raw: object) -> list[Place]:
    """The places of a `spatial` value of any shape; empty where nothing is said."""
    if isinstance(raw, list) and not _box_of_numbers(raw):
        return [place for member in raw for place in read_places(member)]
    place = read_place(raw)
    return [place] if place is not None else []


def read_place(raw: object) -> Place | None:
    """One place from a text, a GeoJSON or DCAT object, or a list of four numbers; None where nothing is said."""
    if isinstance(raw, list) and (box := _box_of_numbers(raw)):
        return Place(text=", ".join(str(number) for number in raw), bbox=box)
    if isinstance(raw, dict):
        return _place_of_object(raw)
    text = clean_text(raw)
    if text is None:
        return None
    if text.startswith("{") and (inner := _json_object(text)):
        return _place_of_object(inner)
    if re.match(r"https?://\S+$", text):
        return Place(iri=text)
    box = _box_of_text(text)
    return Place(text=_short(text) if box else text, bbox=box)


def _place_of_object(raw: dict[str, object]) -> Place | None:
    """GeoJSON, or a DCAT location with its geometry, box or name."""
    name = next((clean_text(raw[key]) for key in ("prefLabel", "name", "title", "label", "text") if key in raw), None)
    iri = raw.get("@id") or raw.get("uri")
    shape = next((raw[key] for key in ("bbox", "geometry", "geom", "centroid") if raw.get(key)), None)
    box: Box | None = None
    text = None
    if "coordinates" in raw or "geometries" in raw or "features" in raw:
        box = _box_of_geojson(raw)
        text = json.dumps(raw, ensure_ascii=False, sort_keys=True)
    elif shape is not None:
        place = read_place(shape)
        box, text = (place.bbox, place.text) if place is not None else (None, None)
    elif name is None and iri is None:
        text = json.dumps(raw, ensure_ascii=False, sort_keys=True)
    text = name or (_short(text) if text and text not in ("{}", "null") else None)
    iri = iri if isinstance(iri, str) and iri.strip() else None
    return Place(text=text, iri=iri, bbox=box) if text or iri or box else None


def _short(text: str) -> str | None:
    return text if len(text) <= MAX_TEXT_CHARACTERS else None


def _json_object(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _box(west: float, south: float, east: float, north: float) -> Box | None:
    """A box in degrees, or None where the numbers are no degrees; west over east is a box across the 180th meridian."""
    inside = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if inside else None


def _box_of_numbers(raw: list[object]) -> Box | None:
    numbers = [float(n) for n in raw if isinstance(n, int | float) and not isinstance(n, bool)]
    return _box(*numbers) if len(raw) == len(numbers) == 4 else None


def _box_of_text(text: str) -> Box | None:
    """West, south, east, north as DCAT-US 1.1 writes a box, or the outline of a WKT geometry."""
    numbers = _DIVIDER.split(text) if len(text) < MAX_TEXT_CHARACTERS else []
    if len(numbers) == 4 and all(map(_NUMBER.fullmatch, numbers)):
        west, south, east, north = map(float, numbers)
        return _box(west, south, east, north)
    wkt = _WKT.match(text)
    if wkt is None or text.count("(") != text.count(")"):  # a shape that is cut is no shape
        return None
    if wkt[1].upper() == "ENVELOPE":  # west, east, north, south: OGC Catalogue 3.0, 7.3
        west_east_north_south = [float(number) for number in _NUMBER.findall(text[wkt.end() :])]
        if len(west_east_north_south) != 4:
            return None
        west, east, north, south = west_east_north_south
        return _box(west, south, east, north)
    return _around((float(m[1]), float(m[2])) for m in _POSITION.finditer(text, wkt.end()))


def _box_of_geojson(raw: dict[str, object]) -> Box | None:
    return _around(_positions(raw))


def _positions(geometry: object) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of every position in a GeoJSON object (RFC 7946), however deep; without recursion."""
    waiting = [geometry]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value[key] for key in ("coordinates", "geometries", "geometry", "features") if key in value)
        elif isinstance(value, list):
            match value:
                case [int() | float() as longitude, int() | float() as latitude, *_]:
                    yield float(longitude), float(latitude)
                case _:
                    waiting.extend(value)


def _around(positions: Iterator[tuple[float, float]]) -> Box | None:
    found = []
    for position in positions:
        found.append(position)
        if len(found) > MAX_POSITIONS:
            return None
    if not found:
        return None
    longitudes, latitudes = zip(*found, strict=True)
    return _box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
