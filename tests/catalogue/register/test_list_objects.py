"""Lists that are no tables: objects in JSON and JSON Lines, and catalogues in RDF."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from catalogue.errors import ListRefused
from catalogue.register.lists import MAX_ROWS, Listed, read_list

LINK = "https://data.xa.example"
PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
    "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
)
CATALOGUES = (
    f"{PREFIXES}"
    f'<{LINK}/a> a dcat:Catalog ; dct:title "Portail"@fr, "Portal"@en ; dct:publisher _:m ; dct:language "fr" ;\n'
    f"  dcat:contactPoint _:p ; foaf:homepage <{LINK}/home> .\n"
    f'<{LINK}/b> a dcat:Catalog ; dct:title "Courts" ; dcat:dataset <{LINK}/c> .\n'
    f'<{LINK}/c> a dcat:Dataset ; dct:title "Judgments" .\n'
    '_:m a foaf:Organization ; foaf:name "Ministry" .\n'
    '_:p foaf:name "J. Doe" .\n'
)


def listed(folder: Path, content: str | bytes, name: str = "list", **more: Any) -> Listed:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_list(path, name, **more)


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ListRefused) as raised:
        listed(folder, content, "my list")
    sentence = str(raised.value)
    assert sentence.startswith("“my list” ")
    assert sentence.endswith(".")
    assert ";" in sentence
    return sentence


ENTRIES = [
    {"name": "Budget", "link": LINK, "publisher": {"name": "Treasury"}, "tags": ["a", "b"], "contactEmail": "j@xa.example"},
    {"name": "Courts", "link": f"{LINK}/c", "publisher": {"name": "Justice"}, "open": True, "formats": [{"name": "CSV"}]},
]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ENTRIES),
        "\ufeff" + json.dumps(ENTRIES, indent=1),
        json.dumps({"count": 2, "results": ENTRIES}),
        json.dumps({"one": ENTRIES[0], "two": ENTRIES[1]}),
        "\n".join(map(json.dumps, ENTRIES)) + "\n",
    ],
)
def test_objects_are_rows_numbered_by_their_places(tmp_path: Path, content: str):
    found = listed(tmp_path, content)
    assert [(row.number, row.values["title"], row.values["url"], row.values["authority"]) for row in found.rows] == [
        (1, "Budget", LINK, "Treasury"),
        (2, "Courts", f"{LINK}/c", "Justice"),
    ]
    assert found.rows[0].extra == {"tags": "a; b"}
    assert found.rows[1].extra == {"open": "yes", "formats": "CSV"}
    assert found.left_out == 0


def test_the_numbers_of_json_lines_are_those_of_the_lines(tmp_path: Path):
    content = "\n".join(["", json.dumps(ENTRIES[0]), "", json.dumps(ENTRIES[1])])
    assert [row.number for row in listed(tmp_path, "{}\n" + content).rows] == [3, 5]
    assert "in line 3;" in refusal(tmp_path, json.dumps(ENTRIES[0]) + "\n\n{broken\n")
    assert "in line 2;" in refusal(tmp_path, json.dumps(ENTRIES[0]) + '\n["a"]\n')


def test_an_object_that_speaks_like_a_header_is_none(tmp_path: Path):
    content = json.dumps([{"title": "A", "url": LINK}, {"title": "Title", "url": "Web address"}])
    found = listed(tmp_path, content)
    assert {c.header: c.field for c in found.columns} == {"title": "title", "url": "url"}
    assert [(row.number, row.values["title"]) for row in found.rows] == [(1, "A"), (2, "Title")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "no list of objects"),
        ("[]", "no list of objects"),
        ('["a", "b"]', "no list of objects"),
        ('[{"title": "A"}, "b"]', "no list of objects"),
        ('{"title": "A", "url": "https://a.example"}', "no list of objects"),
        ("[" * 50_000 + "]" * 50_000, "has no columns|cannot be opened"),
        (json.dumps([{f"k{n}": 1 for n in range(501)}]), "more columns or cells"),
        (PREFIXES, "describes no catalogue"),
        (f'{PREFIXES}<{LINK}> a foaf:Organization ; foaf:name "A" .', "describes no catalogue"),
        (f'{PREFIXES}<{LINK}> a dcat:Catalog ; dct:title "A" .\n<{LINK}/b> a dcat:Catalog ; dct:title "B', "broken or not whole"),
        (f'{PREFIXES}<{LINK}> a dcat:Catalog ; dct:title "' + "a" * (6 << 20) + '" .', "of more than 5 MB"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><a></rdf:RDF>', "broken or not whole"),
        ('<?xml version="1.0"?><catalogue><title>A</title></catalogue>', "web page or XML"),
    ],
)  # fmt: skip
def test_what_holds_no_list_is_refused_in_a_sentence(tmp_path: Path, content: str, said: str):
    sentence = refusal(tmp_path, content)
    assert any(each in sentence for each in said.split("|")), sentence


def test_deep_values_are_kept_as_they_were_written(tmp_path: Path):
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    found = listed(tmp_path, json.dumps([{"title": "A", "url": LINK, "deep": deep, "map": {"a": {"b": {"c": 1}}}}]))
    assert json.loads(found.rows[0].extra["deep"]) == deep
    assert json.loads(found.rows[0].extra["map"]) == {"a": {"b": {"c": 1}}}


def test_more_objects_than_a_list_has_are_refused_before_they_are_looked_at(tmp_path: Path):
    objects = [{"url": {"of": {"many": n}}} for n in range(MAX_ROWS + 1)]
    began = time.process_time()
    with translation.override("ru"), pytest.raises(ListRefused, match="20\u00a0000"):
        listed(tmp_path, json.dumps(objects))
    assert time.process_time() - began < 2  # seconds of CPU; looked at one by one they took five times as long
    assert len(listed(tmp_path, json.dumps([{}] * MAX_ROWS + [{"url": LINK}])).rows) == 1


def test_resources_of_a_catalogue_are_rows(tmp_path: Path):
    found = listed(tmp_path, CATALOGUES, authority="")
    values = [row.values for row in found.rows]
    assert [row.number for row in found.rows] == [1, 2, 3]
    assert (values[0]["title"], values[0]["url"], values[0]["authority"]) == ("Portail", f"{LINK}/home", "Ministry")
    assert [(each["title"], each["url"]) for each in values[1:]] == [
        ("Courts", f"{LINK}/b"),
        ("Judgments", f"{LINK}/c"),
    ]
    assert not any("Doe" in text for row in found.rows for text in [*row.values.values(), *row.extra.values()])


def test_rdf_xml_and_n_triples_are_taken_too(tmp_path: Path):
    xml = (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">'
        f'<dcat:Dataset rdf:about="{LINK}/a"><dct:title>A</dct:title></dcat:Dataset></rdf:RDF>'
    )
    triples = (
        f"<{LINK}/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://rdfs.org/ns/void#Dataset> .\n"
        f'<{LINK}/a> <http://purl.org/dc/terms/title> "A" .\n'
    )
    for content in (xml, triples):
        (row,) = listed(tmp_path, content).rows
        assert (row.values["title"], row.values["url"]) == ("A", f"{LINK}/a")
