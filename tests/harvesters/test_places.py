"""Spatial coverage: what is a box becomes one, and everything else stays the text that it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.package import Place
from harvesters.places import MAX_TEXT_CHARACTERS, read_places

POLYGON = {"type": "Polygon", "coordinates": [[[-10, 20], [15, 20], [15, 40], [-10, 40], [-10, 20]]]}
BOX = (-10, 20, 15, 40)


@pytest.mark.parametrize(
    ("raw", "bbox"),
    [
        ("-10,20,15,40", BOX),
        (" -10.0, 20 , 15,40 ", BOX),
        ("-10 20 15 40", BOX),
        ([-10, 20, 15, 40], BOX),
        ({"bbox": [-10, 20, 15, 40]}, BOX),
        ({"bbox": "-10,20,15,40"}, BOX),
        (POLYGON, BOX),
        ('{"type":"Polygon","coordinates":[[[-10,20],[15,20],[15,40],[-10,40]]]}', BOX),
        ({"type": "Feature", "geometry": POLYGON}, BOX),
        ({"type": "GeometryCollection", "geometries": [POLYGON]}, BOX),
        ({"type": "Point", "coordinates": [1.5, 2, 300]}, (1.5, 2, 1.5, 2)),
        ("POLYGON((-10 20, 15 20, 15 40, -10 40, -10 20))", BOX),
        ("SRID=4326;MULTIPOLYGON(((-10 20, 15 40, 0 30)))", BOX),
        ("ENVELOPE(-10, 15, 40, 20)", BOX),
        ({"geometry": "POINT(1 2)"}, (1, 2, 1, 2)),
        ("170,-50,-170,-30", (170, -50, -170, -30)),
        ("195000,531000,347000,622000", None),
        ("-10,40,15,20", None),
        ("1,2,3", None),
        ("{{extent:computeSpatialProperty}}", None),
        ("{broken", None),
        ("POLYGON((", None),
        ("Kigali, Rwanda", None),
        ({"type": "Polygon", "coordinates": []}, None),
    ],
)
def test_boxes(raw: object, bbox: tuple[float, ...] | None) -> None:
    (place,) = read_places(raw)
    assert place.bbox == bbox
    if isinstance(raw, str):
        assert place.text is not None
        assert bbox or place.text == raw.strip()


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (None, []),
        ("", []),
        ("null", []),
        ([], []),
        ({}, []),
        (["ARG", None, "URY"], [Place(text="ARG"), Place(text="URY")]),
        ("https://sws.geonames.example/1/", [Place(iri="https://sws.geonames.example/1/")]),
        ({"@id": "https://x.example/1", "prefLabel": "North"}, [Place(text="North", iri="https://x.example/1")]),
        ({"name": 7}, [Place(text="7")]),
    ],
)
def test_words_and_iris(raw: object, places: list[Place]) -> None:
    assert read_places(raw) == places


def test_a_long_outline_is_kept_as_its_box_and_long_words_as_they_are() -> None:
    outline = "POLYGON((" + ", ".join(f"{n / 100} {n / 200}" for n in range(1000)) + "))"
    (place,) = read_places(outline)
    assert place == Place(bbox=(0, 0, 9.99, 4.995))
    words = "Municipality of Somewhere, " * MAX_TEXT_CHARACTERS
    assert read_places(words) == [Place(text=words.strip())]


def test_a_hostile_geometry_costs_little() -> None:
    begun = time.perf_counter()
    read_places({"type": "Polygon", "coordinates": [[n, n] for n in range(300_000)]})
    read_places("POLYGON((" + "1 " * 300_000)
    assert time.perf_counter() - begun < 5  # seconds
    assert read_places('{"coordinates":' + "[" * 50_000 + "]" * 50_000 + "}")[0].bbox is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.sampled_from(["coordinates", "bbox", "geometry", "@id", "name"]), v),
    )
)
def test_nothing_makes_it_fail(raw: object) -> None:
    for place in read_places(raw):
        assert place.text or place.iri or place.bbox
