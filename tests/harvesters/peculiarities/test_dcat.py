"""Peculiarities of real catalogues in RDF (DCAT): languages, feeds, identity and pages; one small page of the same shape for each, and
what must become of it."""

import json
from pathlib import Path

import pytest

from harvesters.base import Event, LastPage
from harvesters.dcat import Dcat
from harvesters.errors import MalformedAnswer
from harvesters.package import encode
from harvesters.spool_lines import Ask
from tests.conftest import Reply, Site
from tests.harvesters.dcat_pages import (
    PREFIXES,
    SOURCE,
    URL,
    Read,
    answer_of,
    dataset,
    mapped,
    notices,
    packages,
    reader,
    records,
)
from tests.harvesters.harvesting import harvest


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


# -- language tags


def test_titles_that_a_machine_translated_never_stand_for_the_original(read: Read) -> None:
    titles = '"Marchés"@fr, "Contracten"@nl-t-fr, "Contracts"@en-t-fr, "Verträge"@de-t-fr'
    package, findings = mapped(read(f"<1> a dcat:Dataset ; dct:title {titles} ."))
    assert package.title == "Marchés"
    assert package.catalogue.titles == {
        "fr": "Marchés", "nl-t-fr": "Contracten", "en-t-fr": "Contracts", "de-t-fr": "Verträge",
    }  # fmt: skip
    assert findings == []


def test_twelve_titles_are_twelve_titles(read: Read) -> None:
    tags = ["bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hu", "it", "nl"]
    titles = ", ".join(f'"Title {tag}"@{tag}' for tag in tags)
    package, _ = mapped(read(f"<1> a dcat:Dataset ; dct:title {titles} ."))
    assert package.catalogue.titles == {tag: f"Title {tag}" for tag in tags}


@pytest.mark.parametrize("predicate", ["title", "description"])
def test_dutch_twice_as_original_and_as_translation_keeps_both(predicate: str, read: Read) -> None:
    stated = f'dct:{predicate} "Contracten"@nl, "Overeenkomsten"@nl-t-en'
    said = mapped(read(f"<1> a dcat:Dataset ; {stated} ."))[0].catalogue
    kept = said.titles if predicate == "title" else said.descriptions
    assert kept == {"nl": "Contracten", "nl-t-en": "Overeenkomsten"}


@pytest.mark.parametrize("predicate", ["title", "description"])
def test_two_texts_under_one_tag_are_both_kept(predicate: str, read: Read) -> None:
    package, _ = mapped(read(f'<1> a dcat:Dataset ; dct:{predicate} "Contracten"@nl, "Overeenkomsten"@nl .'))
    kept = package.catalogue.titles if predicate == "title" else package.catalogue.descriptions
    assert kept == {"nl": "Contracten"}
    assert package.catalogue.more == {f"http://purl.org/dc/terms/{predicate}": ["Overeenkomsten"]}


@pytest.mark.parametrize("predicate", ["title", "description"])
def test_two_texts_of_a_distribution_under_one_tag_are_both_kept(predicate: str, read: Read) -> None:
    stated = f'[ dcat:accessURL <a> ; dct:{predicate} "Tabel"@nl, "Tabel (2)"@nl ]'
    (resource,) = mapped(read(dataset(f"dcat:distribution {stated}")))[0].resources
    kept = resource.catalogue.titles if predicate == "title" else resource.catalogue.descriptions
    assert kept == {"nl": "Tabel"}
    assert resource.catalogue.more == {f"http://purl.org/dc/terms/{predicate}": ["Tabel (2)"]}


def test_a_title_without_tag_beside_tagged_ones_is_given_no_language(read: Read) -> None:
    package, _ = mapped(read('<1> a dcat:Dataset ; dct:title "Contratti", "Contracts"@en, "Marchés"@fr .'))
    assert package.catalogue.titles == {"und": "Contratti", "en": "Contracts", "fr": "Marchés"}


# -- feeds: streams of events in pages


FEED = """<feed> a ldes:EventStream ; tree:view <{page}> ; tree:member {members} .
<{page}> a tree:Node . {rest}"""


def member(number: int, about: str, statements: str) -> str:
    """A named graph wrapped in as:Create, as a feed sends each thing."""
    date = f'"2026-01-01T00:00:{number:02}Z"^^xsd:dateTime'
    return (
        f"<#{number}> a as:Create ; as:object <{about}> ; as:published {date} .\n"
        f"<#{number}> {{ <{about}> {statements} }}\n"
    )


def feed(page: str, members: list[tuple[str, str]], rest: str = "") -> str:
    listed = ", ".join(f"<#{number}>" for number in range(len(members)))
    written = "".join(member(number, about, said) for number, (about, said) in enumerate(members))
    return FEED.format(page=page, members=listed, rest=rest) + "\n" + written


def test_a_distribution_on_another_page_of_a_feed_finds_its_dataset(tmp_path: Path, site: Site) -> None:
    """The pages are named with encoded colons and link to each other by addresses relative to a page deep below."""
    more = "<{}> tree:relation [ tree:node <../{}/index.trig> ] ."
    first, second = "2026-01-01T00_3A00_3A00Z", "2026-01-02T00_3A00_3A00Z"
    pages = {
        first: feed(
            "index.trig",
            [("../../d/1", 'a dcat:Dataset ; dct:title "Contracts" ; dcat:distribution <../../d/1/csv> .')],
            more.format("index.trig", second),
        ),
        second: feed(
            "index.trig",
            [
                ("../../d/1/csv", "a dcat:Distribution ; dcat:downloadURL <https://files.xa.example/1.csv> ."),
                ("../../s/1", 'a dcat:DataService ; dct:title "Search" ; dcat:servesDataset <../../d/1> .'),
            ],
        ),
    }
    for name, page in pages.items():
        body = (PREFIXES + page).encode()
        site.routes[f"/feed/{name}/index.trig"] = lambda query, body=body: Reply(
            body, 200, {"Content-Type": "application/trig"}
        )
    done = harvest(tmp_path, f"{site.url}/feed/{first}/index.trig", "dcat")
    assert done.state == "complete", done.verdict
    assert done.ids == [f"{site.url}/d/1"]
    (package,) = done.valid().values()
    assert [resource.path for resource in package.resources] == ["https://files.xa.example/1.csv"]
    assert done.noticed == []


def test_a_page_that_names_itself_relative_to_itself_is_not_asked_for_again(read: Read) -> None:
    page = feed("../../../index.trig", [("d/1", 'a dcat:Dataset ; dct:title "T" .')])
    events = read(
        page + "<../../../index.trig> tree:relation [ tree:node <../../../index.trig> ] .",
        url="https://data.xa.example/index.trig",
    )
    assert [event for event in events if isinstance(event, Ask)] == []
    assert LastPage() in events


def test_one_label_of_a_blank_node_on_two_pages_is_two_publishers(read: Read) -> None:
    page = '<{0}> a dcat:Dataset ; dct:title "T" ; dct:publisher _:b0 . _:b0 a foaf:Organization ; foaf:name "{1}" .'
    names = []
    for number, name in enumerate(("Treasury", "Audit Office")):
        publisher = mapped(read(page.format(number, name), url=f"{URL}?page={number}"))[0].catalogue.publisher
        names.append((publisher.name, publisher.id) if publisher else None)
    assert names == [("Treasury", None), ("Audit Office", None)]


def test_a_skolemised_publisher_has_a_name_and_no_identifier_that_may_change(read: Read) -> None:
    node = "<https://data.xa.example/.well-known/genid/7>"
    package, _ = mapped(read(dataset(f"dct:publisher {node}") + f'{node} a foaf:Organization ; foaf:name "Treasury" .'))
    assert package.catalogue.publisher is not None
    assert (package.catalogue.publisher.name, package.catalogue.publisher.id) == ("Treasury", None)
    assert b"genid" not in encode(package)


def test_a_skolemised_distribution_has_no_identifier_that_may_change(read: Read) -> None:
    node = "<https://data.xa.example/.well-known/genid/8>"
    package, _ = mapped(read(dataset(f"dcat:distribution {node}") + f"{node} dcat:accessURL <https://a.xa.example/> ."))
    assert [resource.path for resource in package.resources] == ["https://a.xa.example/"]
    assert b"genid" not in encode(package)


# -- identity, JSON-LD


def test_a_dataset_as_blank_node_without_identifier_is_told_and_its_neighbour_kept(read: Read) -> None:
    events = read('[] a dcat:Dataset ; dct:title "Nameless" . <2> a dcat:Dataset ; dct:title "Two" .')
    assert [package.title for package in packages(events)] == ["Two"]
    (nameless,) = [record for record in records(events) if record.id is None]
    (finding,) = Dcat.package(nameless, SOURCE).findings
    assert (finding.code, finding.value) == ("no-identifier", "Nameless")


CONTEXT = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
DISTRIBUTION = {
    "@id": f"{URL}/1/csv",
    "@type": "dcat:Distribution",
    "dcat:accessURL": {"@id": "https://f.xa.example/1"},
}
ONE = {"@id": f"{URL}/1", "@type": "dcat:Dataset", "dct:title": {"@language": "fr", "@value": "Marchés"}}
CATALOG = {"@id": URL, "@type": "dcat:Catalog"}
LINKED = {"dcat:distribution": {"@id": DISTRIBUTION["@id"]}}
EXPANDED = [
    {
        "@id": ONE["@id"], "@type": ["http://www.w3.org/ns/dcat#Dataset"],
        "http://purl.org/dc/terms/title": [{"@language": "fr", "@value": "Marchés"}],
        "http://www.w3.org/ns/dcat#distribution": [{"@id": DISTRIBUTION["@id"]}],
    },
    {
        "@id": DISTRIBUTION["@id"], "@type": ["http://www.w3.org/ns/dcat#Distribution"],
        "http://www.w3.org/ns/dcat#accessURL": [{"@id": "https://f.xa.example/1"}],
    },
]  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            {"@context": CONTEXT, **CATALOG, "dcat:dataset": [{**ONE, "dcat:distribution": [DISTRIBUTION]}]},
            id="nested",
        ),
        pytest.param(
            {"@context": CONTEXT, "@graph": [DISTRIBUTION, {**ONE, **LINKED}, {**CATALOG, "dcat:dataset": {"@id": ONE["@id"]}}]},
            id="graph",
        ),
        pytest.param([{"@context": CONTEXT, **DISTRIBUTION}, {"@context": CONTEXT, **ONE, **LINKED}], id="list"),
        pytest.param(EXPANDED, id="expanded"),
    ],
)  # fmt: skip
def test_json_ld_nested_flat_or_as_a_graph_says_the_same(document: object, read: Read) -> None:
    events = read(json.dumps(document).encode())
    package, findings = mapped(events)
    assert package.catalogue.titles == {"fr": "Marchés"}
    assert [resource.path for resource in package.resources] == ["https://f.xa.example/1"]
    assert (notices(events), findings) == ([], [])


# -- paging, bad Turtle


@pytest.mark.parametrize(
    "paging",
    [
        pytest.param(
            "<> a hydra:PagedCollection ; hydra:totalItems 2 ; hydra:itemsPerPage 1 ; hydra:nextPage <?page=2> ; "
            "hydra:lastPage <?page=2> .",
            id="PagedCollection",
        ),
        pytest.param(
            "<> a hydra:Collection ; hydra:totalItems 2 ; hydra:view <?page=1> . "
            "<?page=1> a hydra:PartialCollectionView ; hydra:next <?page=2> ; hydra:last <?page=2> .",
            id="PartialCollectionView",
        ),
    ],
)
def test_pages_of_hydra_by_class_are_followed_to_the_last(paging: str, tmp_path: Path, site: Site) -> None:
    def page(query: dict[str, list[str]]) -> Reply:
        last = "2" in str(query.get("page"))
        text = f'<d/{2 if last else 1}> a dcat:Dataset ; dct:title "T" . ' + ("" if last else paging)
        return Reply((PREFIXES + text).encode(), 200, {"Content-Type": "text/turtle"})

    site.routes["/catalog.ttl"] = page
    done = harvest(tmp_path, f"{site.url}/catalog.ttl", "dcat")
    assert done.state == "complete", done.verdict
    assert done.ids == [f"{site.url}/d/1", f"{site.url}/d/2"]


def test_an_undeclared_prefix_and_a_truncated_end_in_one_file_are_both_told(tmp_path: Path) -> None:
    page = (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        '<1> a dcat:Dataset ; dct:title "One" .\n<2> a dcat:Dataset ; dct:title "Tw'
    )
    path = tmp_path / "body"
    path.write_text(page)
    kept: list[Event] = []
    with pytest.raises(MalformedAnswer, match="ends in the middle"):
        for event in Dcat(SOURCE).read(answer_of(path)):
            kept.append(event)
    assert [package.title for package in packages(kept)] == ["One"]
    assert "rdf-prefix-undeclared" in notices(kept)
