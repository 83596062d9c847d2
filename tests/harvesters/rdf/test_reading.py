"""Reading whole and broken RDF: what can be read is kept, and everything that cannot is told."""

import contextlib
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.errors import MalformedAnswer
from harvesters.rdf.reading import Statements, read_statements

WHERE = "https://data.example/catalog"
PREFIXES = b"@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#">{}</rdf:RDF>'
)


def read(content: bytes | str) -> Statements:
    return read_statements(content if isinstance(content, bytes) else content.encode(), WHERE)


def said(statements: Statements) -> set[str]:
    """Every literal and IRI that stands as an object, in short."""
    values = (getattr(quad.object, "value", "") for quad in statements.quads)
    return {value.rpartition("/")[2].rpartition("#")[2] or value for value in values}


def codes(statements: Statements) -> list[str]:
    return [finding.code for finding in statements.findings]


# -- Turtle


@pytest.mark.parametrize(
    ("broken", "kept", "lost"),
    [
        pytest.param('dct:issued "2020"^^<<x>> ;', {"Title", "Keyword", "Next"}, {"2020"}, id="a bad datatype"),
        pytest.param('dct:language "fr"@, "de" ;', {"Title", "Keyword", "Next"}, set(), id="a tag without letters"),
        pytest.param(
            'dct:subject "one", ^^ , "three" ;', {"Title", "one", "three", "Keyword", "Next"}, set(), id="a value"
        ),
        pytest.param("dct:subject ;", {"Title", "Keyword", "Next"}, set(), id="a predicate without value"),
        pytest.param(
            'dct:subject [ dct:title "in" ; ?? ] ;', {"Title", "in", "Keyword", "Next"}, set(), id="in a bracket"
        ),
        pytest.param('dct:subject [ dct:title "in" ;', {"Next"}, {"in"}, id="a bracket never closed"),
        pytest.param('dct:subject "in ;', {"Title", "Next"}, {"in"}, id="a quote never closed"),
    ],
)
def test_of_broken_turtle_only_the_broken_piece_is_left_out(broken: str, kept: set[str], lost: set[str]) -> None:
    statements = read(
        PREFIXES.decode()
        + f'<a> a dcat:Dataset ;\n  dct:title "Title" ;\n  {broken}\n  dcat:keyword "Keyword" .\n<b> dct:title "Next" .'
    )
    assert kept <= said(statements)
    assert not lost & said(statements)
    assert codes(statements) == ["rdf-broken-statement"]
    assert statements.findings[0].path.startswith("line ")
    assert not statements.cut


def test_a_value_behind_a_broken_one_is_not_given_to_another_predicate() -> None:
    statements = read(PREFIXES + b'<a> dct:title "T" ; dct:issued "2020"^^<<x>>, "2021" ; dcat:keyword "k" .')
    assert [(q.predicate.value.rpartition("/")[2], q.object.value) for q in statements.quads] == [
        ("title", "T"),
        ("dcat#keyword", "k"),
    ]


def test_a_broken_first_predicate_leaves_the_subject_its_others() -> None:
    assert said(read(PREFIXES + b'<a> dct:issued ^^ ; dct:title "T" .')) == {"T"}


def test_undeclared_prefixes_get_their_usual_meaning() -> None:
    statements = read('<a> a dcat:Dataset ; dct:title "T" ; nobody:knows "this" .')
    predicates = {quad.predicate.value for quad in statements.quads}
    assert "http://purl.org/dc/terms/title" in predicates
    assert "urn:undeclared-prefix:nobody#knows" in predicates
    assert codes(statements) == ["rdf-prefix-undeclared"] * 3


def test_a_missing_full_stop_is_supplied() -> None:
    statements = read(b'@prefix dct: <http://purl.org/dc/terms/>\n<a> dct:title "A" \n<b> dct:title "B" .')
    assert said(statements) == {"A", "B"}
    assert codes(statements) == ["rdf-broken-statement"] * 2


@pytest.mark.parametrize(
    "ending", ["dct:title ", 'dct:title "One', "dcat:distribution [ dct:title", "", "<https://a.ex"]
)
def test_turtle_that_ends_in_the_middle_is_cut(ending: str) -> None:
    statements = read(PREFIXES + f'<a> dct:title "A" .\n<b> dct:identifier "b" ;\n {ending}'.encode())
    assert statements.cut
    assert "A" in said(statements)


# -- N-Triples and N-Quads


def test_broken_lines_are_left_out_one_by_one() -> None:
    lines = [
        '<https://a.example/1> <http://purl.org/dc/terms/title> "One" .',
        '<https://a.example/2> <http://purl.org/dc/terms/title> "Two .',
        '<https://a.example/3 4> <http://purl.org/dc/terms/title> "Three"@en-t-fr .',
    ]
    statements = read("\n".join(lines) + "\n")
    assert said(statements) == {"One", "Three"}
    assert [(finding.code, finding.path) for finding in statements.findings] == [("rdf-broken-statement", "line 2")]
    assert not statements.cut
    assert read(("\n".join(lines)).encode()[:-20]).cut


# -- RDF/XML


@pytest.mark.parametrize(
    ("inner", "expected", "count"),
    [
        pytest.param(
            '<dcat:theme rdf:resource="https://t.example/7">mine</dcat:theme>', {"7", "mine"}, 1, id="a link and a text"
        ),
        pytest.param("stray<dct:title>T</dct:title>text", {"T"}, 2, id="text between properties"),
        pytest.param('<dct:title lang="en">T</dct:title>', {"T"}, 1, id="an attribute without namespace"),
        pytest.param("<nobody:knows>this</nobody:knows><dct:title>T</dct:title>", {"this", "T"}, 1, id="a prefix"),
        pytest.param("<vcard:fn>Office</vcard:fn>", {"Office"}, 1, id="a usual prefix"),
        pytest.param(
            "<dct:spatial><dct:Location><dct:title>A</dct:title></dct:Location>"
            "<dct:Location><dct:title>B</dct:title></dct:Location></dct:spatial>", {"Location", "A", "B"}, 1,
            id="two nodes in a property",
        ),
    ],
)  # fmt: skip
def test_mistakes_in_rdf_xml_are_mended(inner: str, expected: set[str], count: int) -> None:
    dataset = '<dcat:Dataset rdf:about="https://a.example/{}">{}</dcat:Dataset>'
    statements = read(RDF_XML.format(dataset.format(1, inner) + dataset.format(2, "<dct:title>Next</dct:title>")))
    values = {value for value in said(statements) if not value.startswith("_:")}
    assert expected | {"Next", "Dataset"} <= values
    assert len(statements.findings) == count
    assert not statements.cut


def test_rdf_xml_that_ends_in_the_middle_is_cut() -> None:
    whole = RDF_XML.format(
        '<dcat:Dataset rdf:about="https://a.example/1"><dct:title>One</dct:title></dcat:Dataset>' * 2
    )
    statements = read(whole[:-60])
    assert statements.cut
    assert "One" in said(statements)


def test_blanks_and_quotes_in_iris_are_kept() -> None:
    xml = '<dcat:Dataset rdf:about="https://a.example/1 https://a.example/1"><q:x>1</q:x></dcat:Dataset>'
    statements = read(RDF_XML.format(xml).replace("xmlns:dct=", "xmlns:q='http://a.example/onto#\"' xmlns:dct="))
    assert {quad.subject.value for quad in statements.quads} == {"https://a.example/1 https://a.example/1"}
    assert 'http://a.example/onto#"x' in {quad.predicate.value for quad in statements.quads}


def test_entities_that_stand_for_namespaces_are_written_out() -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE rdf:RDF [\n<!ENTITY t "https://t.example/"><!-- so -->\n]>' + RDF_XML.format(
        '<dcat:Dataset rdf:about="&t;1"><dcat:theme rdf:resource="&t;7"/></dcat:Dataset>'
    )
    assert "7" in said(read(xml))


@pytest.mark.parametrize(
    "subset",
    [
        pytest.param('<!ENTITY e SYSTEM "file:///etc/passwd">', id="a file"),
        pytest.param('<!ENTITY e SYSTEM "http://127.0.0.1/x">', id="an address"),
        pytest.param('<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;', id="a parameter entity"),
        pytest.param('<!ENTITY a "aaaaaaaaaa"><!ENTITY e "&a;&a;">', id="an entity in an entity"),
        pytest.param(f'<!ENTITY e "{"a" * 300}">', id="a long one"),
        pytest.param("".join(f'<!ENTITY e{n} "a">' for n in range(100)), id="many"),
    ],
)
def test_all_other_entities_are_refused(subset: str) -> None:
    xml = f"<!DOCTYPE rdf:RDF [{subset}]>" + RDF_XML.format(
        '<dcat:Dataset rdf:about="https://a.example/"><dct:title>&e;</dct:title></dcat:Dataset>'
    )
    with pytest.raises(MalformedAnswer, match="entities"):
        read(xml)


def test_an_entity_that_would_grow_beyond_bounds_is_refused() -> None:
    title = f"<dct:title>{'&e;' * 100_000}</dct:title>"
    dataset = f'<dcat:Dataset rdf:about="https://a.example/1">{title}</dcat:Dataset>'
    with pytest.raises(MalformedAnswer, match="entities"):
        read(f'<!DOCTYPE rdf:RDF [<!ENTITY e "{"a" * 250}">]>' + RDF_XML.format(dataset))


# -- JSON-LD


def test_json_ld_contexts_are_never_fetched() -> None:
    dataset = '{"@context": "CONTEXT", "@id": "https://a.example/1", "@type": "dcat:Dataset", "dct:title": "T"}'
    statements = read(dataset.replace("CONTEXT", "http://127.0.0.1:9/context"))
    assert said(statements) == {"Dataset", "T"}
    assert codes(statements) == ["rdf-context-not-fetched"]


@pytest.mark.parametrize(
    "context", ["https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld", "https://www.w3.org/ns/dcat"]
)
def test_known_contexts_are_read_from_our_own(context: str) -> None:
    statements = read(
        f'{{"@context": ["{context}"], "dataset": [{{"@type": "Dataset", "title": "T", "keyword": ["k"]}}]}}'
    )
    assert {"Dataset", "T", "k"} <= said(statements)
    assert statements.findings == []


@pytest.mark.parametrize("start", ['{"@context": {"dct": "http://purl.org/dc/terms/"}, "@graph": [', "["])
def test_of_cut_json_ld_whole_members_are_kept(start: str) -> None:
    title = '{{"@id": "https://a.example/{0}", "http://purl.org/dc/terms/title": "{0}"}}'
    statements = read(start + ",".join(title.format(number) for number in (1, 2, 3)) + ', {"@id": "https://a.exam')
    assert said(statements) == {"1", "2", "3"}
    assert statements.cut


# -- what is no RDF


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty body"),
        (b"<html><head><title>Error</title></head></html>", "web page"),
        (b"Internal Server Error", "did not send RDF"),
        (b"\x00\x01\x02\x03", "did not send RDF"),
        (b'{"error": ', "JSON"),
        (b'<?xml version="1.0"?><?', "Nothing could be read"),
    ],
)
def test_what_is_not_rdf_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(MalformedAnswer, match=words):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(RDF_XML.format("<rdf:Description><dct:x>" * 5_000), id="XML"),
        pytest.param("<a:s> <a:p> " + "<<( <a:s> <a:p> " * 50_000 + '"x"' + " )>>" * 50_000 + " .", id="terms"),
        pytest.param('{"@context": "x", "a:b":' + '{"a:b":' * 100_000 + "1" + "}" * 100_001, id="JSON"),
    ],
)  # fmt: skip
def test_bodies_nested_without_end_are_refused(content: str) -> None:
    with pytest.raises(MalformedAnswer):
        read(content)


_PIECES = st.sampled_from(
    [
        "<a>",
        "a",
        "dcat:Dataset",
        ";",
        ",",
        ".",
        "[",
        "]",
        "(",
        ")",
        '"x"',
        '"',
        "'''",
        "@en",
        "^^",
        "\n",
        "{",
        "}",
        "<<",
        "#",
        "<",
        ":",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=30))
def test_no_turtle_ends_in_anything_but_statements_or_a_refusal(pieces: Iterable[str]) -> None:
    with contextlib.suppress(MalformedAnswer):
        read(b"@prefix dcat: <http://www.w3.org/ns/dcat#> .\n" + " ".join(pieces).encode())


_TAGS = st.sampled_from(
    [
        "<dcat:Dataset>", "</dcat:Dataset>", "<dct:title>", "</dct:title>", '<dct:x rdf:resource="y"/>', "text",
        "&amp;", "<zz:t/>", '<dct:y rdf:nodeID="1"/>', "<t>", "<", "<!--", '<dct:z rdf:parseType="Resource">',
        '<dct:z rdf:parseType="Literal">', "&e;", "&eacute;",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_TAGS, max_size=20))
def test_no_xml_ends_in_anything_but_statements_or_a_refusal(tags: Iterable[str]) -> None:
    with contextlib.suppress(MalformedAnswer):
        read(RDF_XML.format("".join(tags)))
