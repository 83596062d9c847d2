"""How a page is continued, and how many datasets the portal says it has."""

import pytest
from pyoxigraph import RdfFormat, parse

from harvesters.rdf.graph import MemoryGraph
from harvesters.rdf.paging import Paging, is_on_host_of, on_host_of, paging

HERE = "https://data.example/catalog.ttl?page=1"
PREFIXES = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix tree: <https://w3id.org/tree#> . "


def read(page: str, url: str = HERE, headers: dict[str, str] | None = None) -> Paging:
    quads = parse(PREFIXES + page, format=RdfFormat.TURTLE, base_iri=url, lenient=True)
    return paging(MemoryGraph(quads), url, headers or {})


@pytest.mark.parametrize(
    ("page", "following"),
    [
        ("<> a hydra:PagedCollection ; hydra:nextPage <?page=2> .", ["https://data.example/catalog.ttl?page=2"]),
        ('<> hydra:nextPage "https://data.example/catalog.ttl?page=2" .', ["https://data.example/catalog.ttl?page=2"]),
        ("<> hydra:view <?page=1> . <?page=1> hydra:next <?page=2> .", ["https://data.example/catalog.ttl?page=2"]),
        ('<> hydra:next " ?page=2 " .', ["https://data.example/catalog.ttl?page=2"]),
        ("<> hydra:next <?page=1> .", []),
        ("<> hydra:next <mailto:a@b.example> .", []),
        ('<> hydra:next "http://[" .', []),
        ("<> hydra:previous <?page=0> ; hydra:first <?page=1> .", []),
    ],
)
def test_hydra_in_old_and_new_terms(page: str, following: list[str]) -> None:
    found = read(page)
    assert found.following == following
    assert not found.nodes


def test_nodes_of_a_tree_are_followed_once_each() -> None:
    found = read(
        "<node.trig> tree:relation [ tree:node <../a/index.trig> ], [ tree:node <b_3A1.trig> ], "
        "[ tree:node <../a/index.trig> ] .",
        "https://data.example/feed/node.trig",
    )
    assert sorted(found.following) == ["https://data.example/a/index.trig", "https://data.example/feed/b_3A1.trig"]
    assert found.nodes


@pytest.mark.parametrize(
    ("header", "following"),
    [
        ('<?page=2>; rel="next"', ["https://data.example/catalog.ttl?page=2"]),
        ('<?page=9>; rel="last", </x?page=2>; title="a, b"; rel=next', ["https://data.example/x?page=2"]),
        ('<http://[>; rel="next"', []),
        ('<?page=0>; rel="prev"', []),
    ],
)
def test_the_link_header(header: str, following: list[str]) -> None:
    assert read("", headers={"link": header}).following == following


def test_totals_are_read_as_numbers_or_as_texts() -> None:
    assert read('<> hydra:totalItems 12 . <#other> hydra:totalItems "7" .').total == 12
    assert read('<> hydra:totalItems "many" .').total is None


def test_a_chain_that_breaks_off_before_its_last_page_is_told() -> None:
    assert read("<?page=1> hydra:last <?page=3> .").breaks_off == "https://data.example/catalog.ttl?page=3"
    assert read("<?page=1> hydra:last <?page=1> .").breaks_off is None
    assert read("<?page=1> hydra:last <?page=3> ; hydra:next <?page=2> .").breaks_off is None


@pytest.mark.parametrize(
    ("address", "same", "asked"),
    [
        ("https://data.example/c?page=2#top", True, "https://data.example/c?page=2"),
        ("http://data.example/c?page=2", True, "https://data.example/c?page=2"),
        ("http://localhost:8080/c?page=2", False, "https://data.example/c?page=2"),
    ],
)
def test_pages_are_asked_for_at_the_host_that_sent_the_first(address: str, same: bool, asked: str) -> None:
    assert is_on_host_of(address, HERE) is same
    assert on_host_of(address, HERE) == asked
