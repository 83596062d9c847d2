"""Values that the RDF parser could not hold: shortened while they are read, so that what stands beside them is kept."""

import io

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from harvesters.rdf.longvalues import Shortened
from harvesters.rdf.store import StoreGraph
from harvesters.rdf.syntax import Syntax

LONGEST = 10_000
WORDS = r"Some words with a \" and a \\" + " here and there. "


def read(document: str, syntax: Syntax, piece: int) -> bytes:
    shortened = Shortened(io.BytesIO(document.encode()), syntax, LONGEST)
    return b"".join(iter(lambda: shortened.read(piece), b""))


@pytest.mark.parametrize("piece", [97, 1_000, 4_096, 1 << 20])
def test_a_long_value_is_cut_and_its_neighbours_stay(piece: int):
    lines = [f'<urn:{n}> <urn:p> "{WORDS * (n % 2 and 3000)}short {n}" .' for n in range(4)]
    document = "\n".join(lines)
    shortened = read(document, Syntax.TRIG, piece)
    values = [quad.object.value for quad in parse(shortened, format=RdfFormat.TURTLE)]
    assert values[0] == "short 0"
    assert values[2] == "short 2"
    if piece < 1 << 20:
        raw = [len(line) - len(lines[0]) for line in shortened.decode().split("\n")]
        assert all(LONGEST - 100 < raw[n] < LONGEST + 2 * piece for n in (1, 3))
    else:
        assert shortened == document.encode(), "within one piece nothing is looked for"


def test_text_in_xml_is_cut_before_the_next_element():
    body = '<a xmlns="urn:"><b>' + 'It says "so". ' * 4000 + "</b><c>short</c></a>"
    shortened = read(body, Syntax.RDF_XML, 512)
    assert shortened.startswith(b'<a xmlns="urn:"><b>It says')
    assert shortened.endswith(b"</b><c>short</c></a>")
    assert LONGEST < len(shortened) < LONGEST + 2_000


def test_a_value_without_blanks_stays_as_it_is():
    document = f'<urn:1> <urn:p> "{"x" * 50_000}" .'
    assert read(document, Syntax.TRIG, 512) == document.encode()


def test_a_graph_on_disk_gives_literals_as_they_were_written(tmp_path):
    subject, predicate = NamedNode("urn:s"), NamedNode("urn:p")
    xsd = "http://www.w3.org/2001/XMLSchema#"
    written = [
        Literal("2023-06-08T01:55:24+00:00", datatype=NamedNode(f"{xsd}dateTime")),
        Literal("1.50", datatype=NamedNode(f"{xsd}decimal")),
        Literal("007", datatype=NamedNode(f"{xsd}integer")),
        Literal("word"),
        Literal("mot", language="fr"),
    ]
    with StoreGraph([Quad(subject, predicate, value) for value in written], tmp_path) as graph:
        assert {value for _, value in graph.statements("urn:s")} == set(written)
        assert {value for _, value in graph.with_predicate("urn:p")} == set(written)
