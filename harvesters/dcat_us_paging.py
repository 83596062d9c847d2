"""What stands around the datasets of a data.json: counts, links to further pages, catalogues within."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from harvesters.jsonvalues import members

_TOTALS = ("total", "totalItems", "total_count", "totalCount", "totalResults")
_NEXT = ("next", "nextPage", "next_page", "nextPageUrl", "next_page_url", "@odata.nextLink")
_AROUND_NEXT = ("links", "_links", "paging", "pagination", "meta", "page")
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_NEXT_RELATION = re.compile(r"rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next\b)", re.IGNORECASE)


def is_dataset(said: object) -> bool:
    """Whether a document is a dataset itself: its class says so, and it has what a dataset of DCAT-US 3 must have."""
    if not isinstance(said, dict) or str(said.get("@type")).rpartition(":")[2] != "Dataset":
        return False
    return bool(said.get("title")) and ("publisher" in said or "distribution" in said) and "dataset" not in said


def listed_within(said: Mapping[str, Any]) -> list[Any]:
    """The datasets of catalogues within a catalogue (DCAT-US 3, `catalog`), however deep."""
    found, waiting = [], [said]
    while waiting:
        for catalogue in members(waiting.pop().get("catalog")):
            if isinstance(catalogue, dict):
                waiting.append(catalogue)
                found += members(catalogue.get("dataset"))
    return found


def stated_total(envelope: Mapping[str, Any]) -> int | None:
    """How many datasets the portal says it has, where it says so."""
    places = [envelope, *(envelope[key] for key in _AROUND_NEXT if isinstance(envelope.get(key), dict))]
    for place in places:
        for key in _TOTALS:
            if isinstance(value := place.get(key), int) and not isinstance(value, bool) and value >= 0:
                return value
    return None


def next_link(header: str, envelope: Mapping[str, Any]) -> str | None:
    """The address of the next page, from the Link header (RFC 8288) or from the document."""
    for match in _LINK.finditer(header):
        if _NEXT_RELATION.search(match[2]):
            return match[1].strip()
    for place in (envelope, *(envelope.get(key) for key in _AROUND_NEXT)):
        if isinstance(place, dict):
            for key in _NEXT:
                value = place.get(key)
                value = value.get("href") if isinstance(value, dict) else value
                if isinstance(value, str) and value.strip():
                    return value.strip()
        elif isinstance(place, list):
            for link in place:
                if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
                    return str(link["href"]).strip()
    return None


def with_page(url: str, parameter: str, page: int) -> str:
    """The URL with its page number set, its other parameters as they were."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != parameter]
    return urlunsplit(parts._replace(query=urlencode([*query, (parameter, str(page))]), fragment=""))
