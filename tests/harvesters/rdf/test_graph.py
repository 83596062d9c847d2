"""What of a page belongs to one dataset, in memory and on disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from harvesters.rdf.graph import DATASET_CLASSES, Graph, MemoryGraph, describe, read_description
from harvesters.rdf.store import StoreGraph

LIMIT_BYTES = 1 << 20
PAGE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
<https://a.example/1> a dcat:Dataset ; dct:title "One"@en ; dct:publisher <https://a.example/agency> ;
  dcat:distribution <https://a.example/1/csv> ;
  dct:spatial [ skos:prefLabel "Here" ; dct:isPartOf [ skos:prefLabel "There" ] ] ;
  dct:isPartOf <https://a.example/series> ; dct:relation <https://a.example/2> ; dcat:theme <https://t.example/1> .
<https://a.example/1/csv> a dcat:Distribution ; dct:license <https://l.example/1> .
<https://l.example/1> dct:title "The licence" .
<https://a.example/agency> foaf:name "Agency" .
<https://a.example/series> a dcat:DatasetSeries ; dct:title "Series" .
<https://a.example/2> a dcat:Dataset ; dct:title "Two" ; dct:publisher <https://a.example/agency> .
<https://t.example/1> skos:prefLabel "Theme" ; skos:inScheme <https://t.example/> .
<https://t.example/> skos:hasTopConcept <https://t.example/1>, <https://t.example/2> .
<https://t.example/2> skos:prefLabel "Another theme" .
"""


@contextmanager
def _in_memory(page: str, _folder: Path) -> Iterator[Graph]:
    yield MemoryGraph(parse(page, format=RdfFormat.TURTLE, lenient=True))


@contextmanager
def _on_disk(page: str, folder: Path) -> Iterator[Graph]:
    with StoreGraph(parse(page, format=RdfFormat.TURTLE, lenient=True), folder) as graph:
        yield graph
    assert list(folder.iterdir()) == []


@pytest.fixture(params=[_in_memory, _on_disk])
def opened(request: pytest.FixtureRequest):
    return request.param


def test_a_dataset_is_described_with_what_belongs_to_it_and_nothing_else(opened, tmp_path: Path) -> None:
    with opened(PAGE, tmp_path) as graph:
        assert sorted(graph.members(DATASET_CLASSES)) == ["https://a.example/1", "https://a.example/2"]
        text = describe(graph, "https://a.example/1", LIMIT_BYTES).text
    for part in ("One", "Agency", "The licence", "Here", "Theme"):
        assert f'"{part}"' in text
    for other in ('"Two"', '"Series"', '"Another theme"', "hasTopConcept"):
        assert other not in text
    assert "<https://a.example/2>" in text  # the link to it is kept
    assert read_description(text)[0] == "https://a.example/1"


def test_the_text_of_a_dataset_does_not_depend_on_the_labels_of_blank_nodes() -> None:
    texts = set()
    for _ in range(3):  # the parser gives anonymous nodes another label each time
        graph = MemoryGraph(parse(PAGE, format=RdfFormat.TURTLE))
        texts.add(describe(graph, "https://a.example/1", LIMIT_BYTES).text)
    assert len(texts) == 1


@pytest.mark.parametrize(
    "iri", ["https://a.example/1 2", 'https://a.example/"q"', "https://a.example/{x}", "https://é.example/"]
)
def test_iris_that_are_not_valid_are_written_so_that_they_are_read_back(iri: str) -> None:
    data = f'<{iri}> <https://p.example/"> "x"^^<https://t.example/a b> .'
    graph = MemoryGraph(parse(data, format=RdfFormat.N_TRIPLES, lenient=True))
    root, again = read_description(describe(graph, iri, LIMIT_BYTES).text)
    assert root == iri
    assert again.statements(iri) == graph.statements(iri)


def test_a_description_over_the_limit_has_its_size_and_no_text() -> None:
    keywords = ", ".join(f'"{number:010}"' for number in range(10_000))
    page = f"<https://a.example/1> <http://www.w3.org/ns/dcat#keyword> {keywords} ."
    description = describe(MemoryGraph(parse(page, format=RdfFormat.TURTLE)), "https://a.example/1", 100_000)
    assert description.text == ""
    assert description.size_bytes > 100_000


def test_a_chain_without_end_is_left_after_some_steps() -> None:
    chain = "".join(
        f"<https://a.example/{n}> <https://p.example/> <https://a.example/{n + 1}> .\n" for n in range(1_000)
    )
    text = describe(MemoryGraph(parse(chain, format=RdfFormat.N_TRIPLES)), "https://a.example/0", LIMIT_BYTES).text
    assert text.count("\n") < 10


def test_statements_about_statements_are_passed_over(opened, tmp_path: Path) -> None:
    page = "<https://a.example/1> <https://p.example/> <<( <a:s> <a:p> <a:o> )>>, 1 ."
    with opened(page, tmp_path) as graph:
        assert len(graph.statements("https://a.example/1")) == 1
