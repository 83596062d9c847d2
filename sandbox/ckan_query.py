"""Choosing and ordering datasets by `fq`, `q` and `sort` of `package_search`: the part of Solr's syntax in daily use.

What CKAN refuses is refused alike: an unknown field or a bad range (HTTP 409, Search Error), a sort that is none
(HTTP 400, Search Query Error).
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.content import Dataset
from sandbox.vocabulary import LICENCES

DEFAULT_SORT = "score desc, metadata_modified desc"
"""CKAN's own (ckan.search.default_package_sort)."""

_CLAUSE = re.compile(
    r"""(?P<sign>[+-]?)(?:(?P<all>\*:\*)|(?P<field>\w+):
    (?:\[(?P<low>\S+)\s+TO\s+(?P<high>\S+)\]|"(?P<quoted>[^"]*)"|(?P<plain>[^\s"\[\]]+)))(?:\s+AND(?=\s))?""",
    re.VERBOSE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")

Texts = Callable[[Dataset], list[str]]
Test = Callable[[Dataset], bool]


class SearchError(Exception):
    """What Solr refuses; CKAN answers 409. Raised by `chosen`."""


class SearchQueryError(Exception):
    """What CKAN itself refuses before it asks Solr; it answers 400. Raised by `ordered`."""


def _licence(dataset: Dataset) -> list[str]:
    terms = LICENCES.get(dataset.licence or "")
    return [terms.ckan_id if terms else dataset.licence or "notspecified"]


_DATES: dict[str, Callable[[Dataset], str]] = {
    "metadata_created": lambda dataset: dataset.created_at,
    "metadata_modified": lambda dataset: dataset.changed_at,
}
_TEXTS: dict[str, Texts] = {
    "id": lambda dataset: [dataset.id or ""],
    "name": lambda dataset: [dataset.name],
    "organization": lambda dataset: [dataset.publisher.key],
    "owner_org": lambda dataset: [dataset.publisher.id],
    "license_id": _licence,
    "tags": lambda dataset: [word for words in dataset.keywords.values() for word in words],
    "res_format": lambda dataset: [distribution.format for distribution in dataset.distributions],
    "dataset_type": lambda _: ["dataset"],
    "state": lambda _: ["active"],
    "capacity": lambda _: ["public"],
}
_SORTS: dict[str, Callable[[Dataset], Any]] = {
    "score": lambda _: 0,
    "id": lambda dataset: dataset.id or "",
    "name": lambda dataset: dataset.name,
    "title_string": lambda dataset: next(iter(dataset.titles.values()), ""),
    **_DATES,
}


def chosen(datasets: Iterable[Dataset], fq: str, q: str) -> list[Dataset]:
    """The datasets that a filter query keeps and that have all the words of q. Raises SearchError."""
    tests = list(_tests(fq))
    words = [] if q.strip() in {"", "*", "*:*"} else q.casefold().split()
    return [
        dataset
        for dataset in datasets
        if all(test(dataset) for test in tests) and all(word in _words(dataset) for word in words)
    ]


def ordered(datasets: Iterable[Dataset], sort: str) -> list[Dataset]:
    """The datasets in the order of `sort`: fields with asc or desc, separated by commas. Raises SearchQueryError."""
    kept = list(datasets)
    for part in reversed(sort.split(",")):
        match part.split():
            case [field, "asc" | "desc" as direction] if field in _SORTS:
                kept.sort(key=_SORTS[field], reverse=direction == "desc")
            case _:
                raise SearchQueryError('Invalid "sort" parameter')
    return kept


def _opposite(test: Test) -> Test:
    return lambda dataset: not test(dataset)


def _tests(fq: str) -> Iterable[Test]:
    rest = fq.strip()
    while rest:
        match = _CLAUSE.match(rest)
        if match is None:
            raise SearchError(f"SOLR returned an error running query: cannot parse {fq!r}")
        if not match["all"]:
            value = match["plain"] if match["quoted"] is None else match["quoted"]
            field, low, high = match["field"], match["low"], match["high"]
            test = _range(field, low, high) if low else _equal(field, value)
            yield _opposite(test) if match["sign"] == "-" else test
        rest = rest[match.end() :].strip()


def _range(field: str, low: str, high: str) -> Test:
    if field not in _DATES:
        raise SearchError(f"SOLR returned an error running query: undefined field {field}")
    for bound in (low, high):
        if bound != "*" and not _DATE.fullmatch(bound):
            raise SearchError(f"SOLR returned an error running query: Invalid Date String:'{bound}'")
    first, last = low.removesuffix("Z"), high.removesuffix("Z")
    read = _DATES[field]
    return lambda dataset: (low == "*" or read(dataset) >= first) and (high == "*" or read(dataset) <= last)


def _equal(field: str, value: str) -> Test:
    if field not in _TEXTS:
        raise SearchError(f"SOLR returned an error running query: undefined field {field}")
    read = _TEXTS[field]
    return lambda dataset: value == "*" or value in read(dataset)


def _words(dataset: Dataset) -> str:
    return " ".join([dataset.name, *dataset.titles.values(), *dataset.descriptions.values()]).casefold()
