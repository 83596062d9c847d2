"""Extents of ArcGIS in degrees and days: boxes in two reference systems, times in milliseconds."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

Box = tuple[float, float, float, float]

DEGREES = frozenset({4326, 4269, 4258, 4283, 7844})
"""Well-known ids of reference systems in degrees that agree with WGS 84 to within some metres (EPSG registry)."""

WEB_MERCATOR = frozenset({3857, 102100, 102113, 900913})
EARTH_RADIUS_METRES = 6_378_137.0
"""Of the sphere of Web Mercator (EPSG:3857)."""

FARTHEST = 1e12
"""No number of an extent, in whatever unit, is as large; some portals send the largest of their machine's for "nowhere"."""

EDGE_METRES = math.pi * EARTH_RADIUS_METRES


def box_of(extent: dict[str, Any]) -> Box | None:
    """West, south, east and north in degrees; None where the extent is none, or in another reference system."""
    numbers = [extent.get(key) for key in ("xmin", "ymin", "xmax", "ymax")]
    found = [float(n) for n in numbers if isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < FARTHEST]
    if len(found) != 4:
        return None
    system = extent.get("spatialReference")
    stated = [system.get("wkid"), system.get("latestWkid")] if isinstance(system, dict) else []
    codes = {code for code in stated if isinstance(code, int)}
    west, south, east, north = found
    if codes & WEB_MERCATOR:
        west, east = (round(math.degrees(x / EARTH_RADIUS_METRES), 6) for x in (west, east))
        south, north = (round(_latitude(y), 6) for y in (south, north))
    elif not codes & DEGREES:
        return None
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if inside else None


def interval_of(extent: object) -> str | None:
    """A time extent, two moments in milliseconds since 1970, as an interval of days; None where it is none."""
    if not isinstance(extent, list) or len(extent) != 2:
        return None
    ends = [_day(each) for each in extent]
    return "/".join(end or ".." for end in ends) if any(ends) else None


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(max(-EDGE_METRES, min(EDGE_METRES, y)) / EARTH_RADIUS_METRES)))


def _day(milliseconds: object) -> str | None:
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).date().isoformat()
    except (OverflowError, ValueError):
        return None
