"""Telling the serialisation of a body from its beginning."""

import pytest

from harvesters.rdf.syntax import Syntax, syntax_of

DCAT = "http://www.w3.org/ns/dcat#"


@pytest.mark.parametrize(
    ("head", "syntax"),
    [
        ('<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', Syntax.RDF_XML),
        ('\ufeff  <rdf:RDF\n  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', Syntax.RDF_XML),
        ("<!-- exported -->\n<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>", Syntax.RDF_XML),
        ("<!DOCTYPE rdf:RDF [<!ENTITY dct 'http://purl.org/dc/terms/'>]><rdf:RDF>", Syntax.RDF_XML),
        (f"@prefix dcat: <{DCAT}> .", Syntax.TRIG),
        (f"PREFIX dcat: <{DCAT}>", Syntax.TRIG),
        (f"# the catalogue\n# of the State\n@prefix dcat: <{DCAT}> .", Syntax.TRIG),
        ("<https://a.example/1> a <http://www.w3.org/ns/dcat#Dataset> ;\n", Syntax.TRIG),
        ("<#1> a <http://www.w3.org/ns/dcat#Dataset> ;\n", Syntax.TRIG),
        ("<https://a.example/graph> { <https://a.example/1> a <https://a.example/C> }", Syntax.TRIG),
        ("[] a <http://www.w3.org/ns/dcat#Dataset> .", Syntax.TRIG),
        ("[ a <http://www.w3.org/ns/dcat#Dataset> ] .", Syntax.TRIG),
        ("_:a <https://a.example/p> 1 .", Syntax.TRIG),
        (f'<https://a.example/1> <{DCAT}keyword> "a . b"@en .\n<https://a.exam', Syntax.N_QUADS),
        (f'_:b <{DCAT}keyword> "x"^^<https://a.example/t> <https://a.example/g> .\n_:b', Syntax.N_QUADS),
        ('{"@context": {}, "@graph": []}', Syntax.JSON_LD),
        ('[{"@id": "https://a.example/1"}]', Syntax.JSON_LD),
        ("<!DOCTYPE html><html><body>Not found</body></html>", Syntax.HTML),
        ("<!-- cached --><html lang='en'>", Syntax.HTML),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" ""><html>', Syntax.HTML),
        ("Internal Server Error", None),
        ("id;title;url\n1;Contracts;https://a.example", None),
        ("", None),
    ],
)
def test_serialisations_are_told_by_content(head: str, syntax: Syntax | None) -> None:
    assert syntax_of(head) is syntax
