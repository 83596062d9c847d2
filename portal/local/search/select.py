"""One search: the parameters of Solr's /select, the order, the page, the facets."""

import re
from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any, cast

from portal.local.search import dates, dismax, query
from portal.local.search.document import Value
from portal.local.search.errors import BadRequest
from portal.local.search.evaluate import Evaluator
from portal.local.search.index import Index
from portal.local.search.postings import ValuePostings, WordPostings
from portal.local.search.schema import Kind

MOST_ROWS = 1_000_000
"""Rows of one page: CKAN asks for all ids at once when it checks its index."""


@dataclass(frozen=True)
class Parameters:
    """A request's parameters: name to all values given."""

    given: dict[str, list[str]]

    def text(self, name: str, default: str = "") -> str:
        """The last value given."""
        return self.given.get(name, [default])[-1]

    def several(self, name: str) -> list[str]:
        """All values given that are not blank."""
        return [value for value in self.given.get(name, []) if value.strip()]

    def number(self, name: str, default: int) -> int:
        """A whole number. Raises BadRequest."""
        text = self.text(name) or str(default)
        try:
            return int(text)
        except ValueError as error:
            raise BadRequest(f'For input string: "{text}"') from error

    @property
    def operator(self) -> query.Operator:
        return "AND" if self.text("q.op", "OR").upper() == "AND" else "OR"


def select(index: Index, parameters: Parameters, fetch: Callable[[str, list[str]], dict[str, Any]]) -> dict[str, Any]:
    """The answer to a search, as Solr writes it in JSON.

    fetch: gives the stored fields (named, or `*`) of the document with a key. Raises BadRequest.
    """
    evaluator = Evaluator(index)
    node = _query(parameters)
    hits: Set[int] = evaluator.matching(node)
    for text in parameters.several("fq"):
        hits = hits & evaluator.matching(query.parse(text, parameters.text("df", "text"), parameters.operator))
    start, rows = parameters.number("start", 0), parameters.number("rows", 10)
    if start < 0 or not 0 <= rows <= MOST_ROWS:
        raise BadRequest(
            f"'start' and 'rows' cannot be negative, nor rows above {MOST_ROWS}: start={start}, rows={rows}"
        )
    wanted = [name for name in re.split(r"[\s,]+", " ".join(parameters.several("fl"))) if name] or ["*"]
    keys = sort_keys(parameters.text("sort") or "score desc")
    scored = rows > 0 and ("score" in wanted or any(name == "score" for name, _ in keys))
    scores = evaluator.scores(node, hits) if scored else {}
    page = ordered(index, hits, scores, keys)[start : start + rows] if rows else []
    documents = []
    for document in page:
        found = fetch(index.key(document), wanted)
        documents.append({**found, "score": scores.get(document, 0.0)} if "score" in wanted else found)
    answer: dict[str, Any] = {
        "responseHeader": {"status": 0, "QTime": 0},
        "response": {"numFound": len(hits), "start": start, "numFoundExact": True, "docs": documents},
    }
    if parameters.text("facet").lower() in ("true", "on", "yes"):
        fields = {name: facet(index, name, hits, parameters) for name in parameters.several("facet.field")}
        answer["facet_counts"] = {
            "facet_queries": {},
            "facet_fields": fields,
            "facet_ranges": {},
            "facet_intervals": {},
        }
    return answer


def _query(parameters: Parameters) -> query.Node:
    text = parameters.text("q") or parameters.text("q.alt") or "*:*"
    default, kind = parameters.text("df", "text"), parameters.text("defType", "lucene")
    if kind == "lucene":
        return query.parse(text, default, parameters.operator)
    if kind not in ("dismax", "edismax"):
        raise BadRequest(f"The query parser {kind} is not one of this search server's: lucene, dismax, edismax.")
    try:
        tie = float(parameters.text("tie", "0"))
    except ValueError as error:
        raise BadRequest(f"tie is not a number: {parameters.text('tie')}") from error
    minimum = parameters.text("mm") or ("100%" if parameters.operator == "AND" else "0%")
    fields = dismax.Fields(dismax.weights(parameters.text("qf") or default), tie, minimum)
    return dismax.parse_extended(text, fields) if kind == "edismax" else dismax.parse(text, fields)


def sort_keys(text: str) -> list[tuple[str, bool]]:
    """`score desc, name asc` as field names, each with whether it descends. Raises BadRequest."""
    keys: list[tuple[str, bool]] = []
    for part in text.split(","):
        words = part.split()
        if len(words) != 2 or words[1].lower() not in ("asc", "desc"):
            raise BadRequest(f"Can't determine a Sort Order (asc or desc) in sort spec '{text}', pos=0")
        keys.append((words[0], words[1].lower() == "desc"))
    return keys


def ordered(index: Index, hits: Set[int], scores: dict[int, float], keys: list[tuple[str, bool]]) -> list[int]:
    """The hits in order; those without a value last whichever way (sortMissingLast); ties in the order of indexing."""
    order = sorted(hits)
    for name, descends in reversed(keys):
        values = scores if name == "score" else _sort_values(index, name)
        present = [d for d in order if d in values]
        present.sort(key=lambda d: cast("Any", values[d]), reverse=descends)
        order = present + [d for d in order if d not in values]
    return order


def _sort_values(index: Index, name: str) -> dict[int, Value]:
    field = index.schema.field(name)
    if field.multi_valued:
        raise BadRequest(f"can not sort on multivalued field: {name}")
    postings = index.postings(name)
    if isinstance(postings, ValuePostings):
        return {document: values[0] for document, values in postings.values.items()}
    return index.sort_keys.get(name, {})


def facet(index: Index, name: str, hits: Set[int], parameters: Parameters) -> list[str | int]:
    """How many hits hold each value of a field: value, count, value, count."""
    limit, least = parameters.number("facet.limit", 100), parameters.number("facet.mincount", 0)
    counts: Counter[Value] = Counter()
    match index.postings(name):
        case ValuePostings() as postings:
            if least <= 0:
                counts.update(dict.fromkeys(postings.documents, 0))
            held = postings.values
            for document in hits:
                counts.update(held.get(document, ()))
        case WordPostings() as words:
            counts.update({term: len(words.holding(term) & hits) for term in words.occurrences})
        case _:
            raise BadRequest(f"can not facet on field {name}")
    kind = index.schema.field(name).kind
    kept = sorted((_written(value, kind), count) for value, count in counts.items() if count >= least)
    if parameters.text("facet.sort", "count" if limit > 0 else "index") == "count":
        kept.sort(key=lambda pair: -pair[1])
    flat: list[str | int] = []
    for value, count in kept[: None if limit < 0 else limit]:
        flat += [value, count]
    return flat


def _written(value: Value, kind: Kind) -> str:
    if kind is Kind.DATE:
        return dates.written(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
