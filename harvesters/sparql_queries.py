"""The questions that are put to a SPARQL endpoint: how many datasets, which, and what is said of each."""

import re
from collections.abc import Sequence

from harvesters.rdf.vocabulary import ADMS, DCAT, DCT, FOAF

SPDX = "http://spdx.org/rdf/terms#"
PROV = "http://www.w3.org/ns/prov#"

FOLLOWED = (
    *(DCAT + name for name in ("distribution", "contactPoint", "theme")),
    *(DCT + name for name in ("publisher", "creator", "license", "rights", "accessRights", "temporal", "spatial")),
    *(DCT + name for name in ("language", "accrualPeriodicity", "conformsTo", "provenance", "type")),
    *(FOAF + "page", ADMS + "identifier", PROV + "qualifiedAttribution"),
)
"""What a description is followed over: the parts of a dataset, and neither other datasets nor whole vocabularies."""

FOLLOWED_FURTHER = (
    *(DCT + name for name in ("license", "rights", "format", "conformsTo")),
    *(DCAT + name for name in ("mediaType", "accessService", "startDate", "endDate")),
    SPDX + "checksum",
)
"""The same from a part of a dataset on."""

_UNSAFE_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')  # SPARQL 1.1, production IRIREF
_BATCH = re.compile(r"VALUES \?d \{ ([^}]*)\}")
_IRI = re.compile(r"<([^>]*)>")

COUNT = f"SELECT (COUNT(DISTINCT ?d) AS ?n) {{from}}WHERE {{{{ ?d a <{DCAT}Dataset> }}}}"


def count(graph: str | None) -> str:
    """How many datasets there are."""
    return COUNT.format(**{"from": _from(graph)})


def listed(graph: str | None, behind: str, size: int) -> str:
    """The next datasets by their IRIs, in the order of their characters. Pages begin behind an IRI and not at an offset:
    what is added or removed meanwhile moves nothing, and no endpoint has to sort all that comes before."""
    after = f' && STR(?d) > "{_quoted(behind)}"' if behind else ""
    return (
        f"SELECT DISTINCT ?d (STR(?d) AS ?s) {_from(graph)}WHERE {{ ?d a <{DCAT}Dataset> FILTER(isIRI(?d){after}) }} "
        f"ORDER BY ?s LIMIT {size}"
    )


def described(graph: str | None, datasets: Sequence[str], *, rows: bool = False) -> str:
    """What is said of datasets and of their parts, as a graph; rows: as a table of subject, predicate and object, for
    endpoints that give no graphs."""
    batch = f"VALUES ?d {{ {' '.join(f'<{each}>' for each in datasets)} }}"
    first, further = (" ".join(f"<{each}>" for each in step) for step in (FOLLOWED, FOLLOWED_FURTHER))
    head = "SELECT DISTINCT ?s ?p ?o" if rows else "CONSTRUCT { ?s ?p ?o }"
    return (
        f"{head} {_from(graph)}WHERE {{ "
        f"{{ {batch} ?d ?p ?o BIND(?d AS ?s) }} UNION "
        f"{{ {batch} VALUES ?a {{ {first} }} ?d ?a ?s . ?s ?p ?o }} UNION "
        f"{{ {batch} VALUES ?a {{ {first} }} VALUES ?b {{ {further} }} ?d ?a ?x . ?x ?b ?s . ?s ?p ?o }} }}"
    )


def batch_of(query: str) -> list[str]:
    """The datasets that a query of `described` asks for."""
    found = _BATCH.search(query)
    return _IRI.findall(found[1]) if found else []


def is_safe(iri: str) -> bool:
    """Whether an IRI can stand in a query; a hostile endpoint could otherwise write our next question."""
    return bool(iri) and not _UNSAFE_IN_IRI.search(iri)


def _from(graph: str | None) -> str:
    return f"FROM <{graph}> " if graph else ""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
