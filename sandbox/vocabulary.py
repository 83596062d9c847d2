"""Licences, file formats, frequencies and languages, in the words that each protocol has for them."""

from typing import NamedTuple

EU = "http://publications.europa.eu/resource/authority/"
"""Authority tables of the Publications Office of the European Union, which DCAT-AP prescribes."""


class LicenceTerms(NamedTuple):
    """A licence: CKAN's id of it, its title and its address; is_open as CKAN's licence list says."""

    ckan_id: str
    title: str
    url: str
    is_open: bool


LICENCES = {
    "cc-by": LicenceTerms(
        "CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/", True
    ),
    "cc0": LicenceTerms(
        "CC0-1.0", "CC0 1.0 Public Domain Dedication", "https://creativecommons.org/publicdomain/zero/1.0/", True
    ),
    "odbl": LicenceTerms(
        "ODbL-1.0",
        "Open Data Commons Open Database License 1.0",
        "https://opendatacommons.org/licenses/odbl/1-0/",
        True,
    ),
    "national": LicenceTerms(
        "other-closed", "Terms of use of the national portal", "https://data.example/terms-of-use", False
    ),
}


class FileFormat(NamedTuple):
    """A file format: the extension of its files, its media type (IANA), its code in the EU's file-type table."""

    extension: str
    media_type: str
    eu: str


FORMATS = {
    "CSV": FileFormat("csv", "text/csv", "CSV"),
    "JSON": FileFormat("json", "application/json", "JSON"),
    "XML": FileFormat("xml", "application/xml", "XML"),
    "XLSX": FileFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    "ZIP": FileFormat("zip", "application/zip", "ZIP"),
    "PDF": FileFormat("pdf", "application/pdf", "PDF"),
    "HTML": FileFormat("html", "text/html", "HTML"),
    "API": FileFormat("json", "application/json", "JSON"),
}


class Interval(NamedTuple):
    """How often a dataset is updated: the EU's code, and the ISO 8601 repeating interval that DCAT-US asks for."""

    eu: str
    repeating: str


FREQUENCIES = {
    "daily": Interval("DAILY", "R/P1D"),
    "weekly": Interval("WEEKLY", "R/P1W"),
    "monthly": Interval("MONTHLY", "R/P1M"),
    "quarterly": Interval("QUARTERLY", "R/P3M"),
    "annual": Interval("ANNUAL", "R/P1Y"),
    "irregular": Interval("IRREG", "irregular"),
}

LANGUAGES = {"ar": "ARA", "zh": "ZHO", "en": "ENG", "fr": "FRA", "ru": "RUS", "es": "SPA"}
"""The six languages of the United Nations: BCP 47 tags, and codes of the EU's language table."""
