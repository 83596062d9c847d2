"""File formats and media types: one spelling for each, from what was stated, or else from the address's extension."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from harvesters.values.text import clean_text

MEDIA_TYPES = {
    "CSV": "text/csv", "TSV": "text/tab-separated-values", "JSON": "application/json", "GeoJSON": "application/geo+json",
    "JSON-LD": "application/ld+json", "JSONL": "application/jsonl", "XML": "application/xml", "HTML": "text/html",
    "PDF": "application/pdf", "TXT": "text/plain", "ZIP": "application/zip", "GZIP": "application/gzip", "7Z": "application/x-7z-compressed",
    "RAR": "application/vnd.rar", "TAR": "application/x-tar", "XLS": "application/vnd.ms-excel",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ODS": "application/vnd.oasis.opendocument.spreadsheet", "ODT": "application/vnd.oasis.opendocument.text",
    "DOC": "application/msword", "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "PPT": "application/vnd.ms-powerpoint", "PPTX": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "RDF": "application/rdf+xml", "TTL": "text/turtle", "N-Triples": "application/n-triples", "N3": "text/n3", "TriG": "application/trig",
    "KML": "application/vnd.google-earth.kml+xml", "KMZ": "application/vnd.google-earth.kmz", "GML": "application/gml+xml",
    "SHP": None, "GPKG": "application/geopackage+sqlite3", "GPX": "application/gpx+xml", "GTFS": None, "WMS": None, "WFS": None,
    "WMTS": None, "WCS": None, "API": None, "SPARQL": None, "REST": None, "SDMX": None, "PNG": "image/png", "JPEG": "image/jpeg", "TIFF": "image/tiff",
    "GeoTIFF": "image/tiff", "SVG": "image/svg+xml", "RSS": "application/rss+xml", "ATOM": "application/atom+xml",
    "Parquet": "application/vnd.apache.parquet", "SQLite": "application/vnd.sqlite3", "MDB": "application/vnd.ms-access",
    "DBF": "application/vnd.dbf", "SAV": "application/x-spss-sav", "DTA": None, "YAML": "application/yaml", "DWG": "image/vnd.dwg", "DXF": "image/vnd.dxf",
    "NetCDF": "application/netcdf", "WAV": "audio/vnd.wave", "MP3": "audio/mpeg", "MP4": "video/mp4", "EPUB": "application/epub+zip", "ICS": "text/calendar",
}  # fmt: skip
"""Formats in their usual spelling, and their media types as IANA registers them (None where it has none)."""

_SPELLINGS = {
    "excel": "XLS", "ms excel": "XLS", "xlsm": "XLSX", "geo json": "GeoJSON", "jsonld": "JSON-LD", "json ld": "JSON-LD", "htm": "HTML", "web": "HTML", "webpage": "HTML",
    "text": "TXT", "plain": "TXT", "gz": "GZIP", "rdf xml": "RDF", "rdf+xml": "RDF", "rdfxml": "RDF", "turtle": "TTL", "nt": "N-Triples", "ntriples": "N-Triples", "n triples": "N-Triples",
    "shape": "SHP", "shapefile": "SHP", "esri shapefile": "SHP", "esri rest": "REST", "arcgis rest": "REST", "jpg": "JPEG", "tif": "TIFF", "yml": "YAML", "cvs": "CSV",
    "ponto de acesso à api": "API", "geopackage": "GPKG", "ndjson": "JSONL", "jsonlines": "JSONL", "word": "DOC", "accdb": "MDB", "sqlite3": "SQLite", "db": "SQLite",
    "grib netcdf": "NetCDF", "nc": "NetCDF", "ogc wms": "WMS", "ogc wfs": "WFS", "html page": "HTML", "vnd wave": "WAV",
}  # fmt: skip
_NAMES = {name.casefold(): name for name in MEDIA_TYPES} | _SPELLINGS
_BY_MEDIA_TYPE = {media: name for name, media in MEDIA_TYPES.items() if media} | {
    "text/xml": "XML", "application/csv": "CSV", "type/csv": "CSV", "text/json": "JSON", "application/x-zip-compressed": "ZIP",
    "application/vnd.geo+json": "GeoJSON", "application/excel": "XLS", "image/tiff": "TIFF", "application/xhtml+xml": "HTML",
}  # fmt: skip
_PREFIXES = ("file-type/", "media-types/", "assignments/media-types/")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*", re.I)
_REGISTERED = frozenset(
    ["application", "audio", "font", "haptics", "image", "message", "model", "multipart", "text", "video"]
)
"""IANA's top-level types; Data Package v2 allows no other."""


class Format(msgspec.Struct, frozen=True, omit_defaults=True):
    """A format as stated, in its usual spelling, and its media type; None where not recognised or not stated.

    evidence: "stated", or "address" where only the address's extension tells.
    """

    text: str
    format: str | None = None
    media_type: str | None = None
    evidence: str = "stated"


def read_format(raw_format: object, raw_media_type: object, url: str | None) -> Format:
    """The format of a resource from its stated format, its stated media type, and its address, in this order."""
    text, media_text = clean_text(raw_format) or "", clean_text(raw_media_type) or ""
    name = _name(text) if text else None
    media = _media(media_text) or _media(text)
    if name is None and media:
        name = _BY_MEDIA_TYPE.get(media)
    if name is None and not text and not media_text and url:
        name = _extension(url)
        return Format("", name, MEDIA_TYPES[name] if name else None, "address")
    if media is None and name:
        media = MEDIA_TYPES[name]
    return Format(text or media_text, name, media)


@lru_cache(maxsize=4096)
def _name(text: str) -> str | None:
    key = text.casefold().strip()
    for prefix in _PREFIXES:
        key = key.rpartition(prefix)[2] if prefix in key else key
    if key in _BY_MEDIA_TYPE:
        return _BY_MEDIA_TYPE[key]
    key = re.sub(r"[\s_/-]+", " ", key.strip(". ")).strip()
    if key in _NAMES:
        return _NAMES[key]
    key = key.replace(" ", "-")
    if key in _NAMES:
        return _NAMES[key]
    parts = re.split(r"\s*\+\s*", text.casefold().strip())
    inside = [_NAMES[part] for part in parts if part in _NAMES]
    return next((part for part in inside if part != "ZIP"), None) if len(parts) == 2 and "zip" in parts else None


@lru_cache(maxsize=4096)
def _media(text: str) -> str | None:
    key = text.casefold().strip().partition(";")[0].strip()
    for prefix in ("assignments/media-types/", "media-types/"):
        key = key.rpartition(prefix)[2] if prefix in key else key
    if not _MEDIA_TYPE.fullmatch(key):
        return None
    if key in _BY_MEDIA_TYPE:
        return MEDIA_TYPES[_BY_MEDIA_TYPE[key]] or key
    return key if key.partition("/")[0] in _REGISTERED else None


@lru_cache(maxsize=4096)
def _extension(url: str) -> str | None:
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    extension = path.rpartition("/")[2].rpartition(".")[2].casefold() if "." in path.rpartition("/")[2] else ""
    return _NAMES.get(extension) if 2 <= len(extension) <= 8 else None
