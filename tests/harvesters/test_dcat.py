"""DCAT as RDF: reading pages, feeds, broken bodies and large ones."""

import gzip
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
import pytest

from harvesters.base import Advertised, Event, LastPage, Source, Trouble
from harvesters.dcat import Dcat
from harvesters.errors import MalformedAnswer
from harvesters.package import Package
from harvesters.rdf import body
from harvesters.spool_lines import Ask, Noticed, Part, Record
from tests.harvesters.dcat_pages import (
    FIXTURES,
    PREFIXES,
    SOURCE,
    URL,
    Read,
    answer_of,
    notices,
    packages,
    reader,
    records,
)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


# -- where to begin, and what a page holds


def test_the_source_is_asked_for_as_it_is_registered() -> None:
    asks = list(Dcat(SOURCE).start())
    assert [ask.url for ask in asks] == [URL]
    assert "text/turtle" in asks[0].headers["Accept"]


def test_a_catalogue_document_is_its_own_last_page(read: Read) -> None:
    events = read((FIXTURES / "catalog.ttl").read_bytes())
    assert [record.id for record in records(events)] == [
        "https://data.example/dataset/contracts", "https://data.example/dataset/declarations",
    ]  # fmt: skip
    assert {record.media for record in records(events)} == {"application/n-triples"}
    assert [event for event in events if not isinstance(event, Record)] == [Advertised(2), LastPage()]


def test_what_is_no_dataset_is_not_a_record(read: Read) -> None:
    events = read("""<c> a dcat:Catalog ; dcat:catalog <inner> ; dcat:dataset <1> ; dcat:service <s> .
        <inner> a dcat:Catalog, dcat:Dataset ; dcat:dataset <2> . <s> a dcat:DataService ; dct:title "S" .
        <series> a dcat:DatasetSeries ; dct:title "Series" . <1> a dcat:Dataset ; dct:title "1" .
        <2> dct:title "Listed, without a class" . <3> a dcat:Distribution ; dcat:accessURL <x> .""")
    assert [record.id for record in records(events)] == ["https://data.example/1", "https://data.example/2"]


@pytest.mark.parametrize(
    ("dataset", "identifier"),
    [
        ('[] a dcat:Dataset ; dct:identifier " 12 " ; dct:title "T" .', " 12 "),
        ('[] a dcat:Dataset ; dct:title "T" .', None),
        ('<https://data.example/.well-known/genid/7> a dcat:Dataset ; dct:identifier "12" .', "12"),
        ('<https://data.example/.well-known/genid/7> a dcat:Dataset ; dct:title "T" .', None),
        ('<https://data.example/1> a dcat:Dataset ; dct:identifier "12" .', "https://data.example/1"),
        ('<d/1> a <https://www.w3.org/ns/dcat#Dataset> ; dct:title "https" .', "https://data.example/d/1"),
    ],
)
def test_identifiers(read: Read, dataset: str, identifier: str | None) -> None:
    (record,) = records(read(dataset))
    assert record.id == identifier
    result = Dcat.package(record, SOURCE)
    if identifier is None:
        assert [finding.code for finding in result.findings] == ["no-identifier"]
        assert result.package is None
    else:
        assert result.package is not None
        assert result.package.catalogue.native_id == identifier


def test_a_record_over_the_limit_is_passed_over_and_the_others_kept(read: Read) -> None:
    source = Source("xa-portal", URL, "dcat", max_record_bytes=2_000)
    events = read(
        f'<1> a dcat:Dataset ; dct:description "{"a" * 3_000}" . <2> a dcat:Dataset ; dct:title "T" .', source=source
    )
    assert [record.id for record in records(events)] == ["https://data.example/2"]
    (notice,) = [event for event in events if isinstance(event, Noticed)]
    assert (notice.finding.code, notice.received, notice.id) == ("record-too-large", True, "https://data.example/1")


def test_a_record_read_for_a_source_of_another_protocol_says_so(read: Read) -> None:
    events = read(
        '<1> a dcat:Dataset ; dct:title "T" ; <p> 1 . <> hydra:next <?page=2> .', source=Source("xa", URL, "ckan")
    )
    assert records(events)[0].protocol == "dcat"
    assert [event.protocol for event in events if isinstance(event, Ask)] == ["dcat"]


@pytest.mark.parametrize("content", [b"<a> <b> <c> .", b"<html></html>", b"", b'<?xml version="1.0"?>', b"{}"])
def test_what_holds_no_catalogue_is_malformed(read: Read, content: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read(content)


def test_an_empty_catalogue_is_one(read: Read) -> None:
    assert read('<c> a dcat:Catalog ; dct:title "Nothing yet" .') == [Advertised(0), LastPage()]


def test_a_document_that_lists_more_than_it_describes_says_how_many(read: Read) -> None:
    assert Advertised(3) in read(
        '<c> a dcat:Catalog ; dcat:dataset <1>, <2>, <3> . <1> a dcat:Dataset ; dct:title "1" .'
    )


# -- pages


def test_pages_are_followed_with_their_total(read: Read) -> None:
    events = read(
        '<1> a dcat:Dataset ; dct:title "T" . <> hydra:totalItems 3 ; hydra:view <?page=1> . '
        "<?page=1> hydra:next <?page=2> ."
    )
    assert Advertised(3) in events
    assert [event.url for event in events if isinstance(event, Ask)] == [f"{URL}?page=2"]
    assert LastPage() not in events


def test_a_next_page_on_another_host_is_asked_for_here_with_a_finding(read: Read) -> None:
    events = read('<1> a dcat:Dataset ; dct:title "T" . <> hydra:nextPage <http://localhost:5000/catalog?page=2> .')
    assert [event.url for event in events if isinstance(event, Ask)] == [f"{URL}?page=2"]
    assert notices(events) == ["paging-leaves-host"]


def test_a_chain_that_breaks_off_is_trouble_and_no_last_page(read: Read) -> None:
    events = read('<1> a dcat:Dataset ; dct:title "T" . <?page=1> hydra:last <?page=4> .', url=f"{URL}?page=1")
    assert any(isinstance(event, Trouble) for event in events)
    assert LastPage() not in events


def test_a_dataset_that_another_page_describes_is_not_read_from_its_mention(read: Read) -> None:
    events = read("""<> hydra:next <?page=2> . <1> a dcat:Dataset ; dct:title "T" .
        <s> a dcat:DataService ; dcat:servesDataset <2> . <2> a dcat:Dataset .""")
    assert [record.id for record in records(events)] == ["https://data.example/1"]
    assert notices(events) == ["dataset-undescribed"]


# -- feeds


FEED = """
<feed> a ldes:EventStream, dcat:Dataset ; dct:title "The feed" ; tree:view <root> .
<feed> tree:member <#1>, <#2>, <#3>, <#4>, <#5> .
<root> a tree:Node ; tree:relation [ tree:node <next> ] .
<#1> a as:Update ; as:object <d/1> ; as:published "2026-01-02T00:00:00Z"^^xsd:dateTime .
<#1> { <d/1> a dcat:Dataset ; dct:title "New title" ; dct:publisher <agency> ; dcat:distribution <d/1/csv> . }
<#2> a as:Create ; as:object <d/1> ; as:published "2026-01-01T00:00:00Z"^^xsd:dateTime .
<#2> { <d/1> a dcat:Dataset ; dct:title "Old title" . }
<#3> a as:Create ; as:object <d/1/csv> .
<#3> { <d/1/csv> a dcat:Distribution ; dct:title "Table" ; dcat:downloadURL <https://data.example/1.csv> . }
<#4> a as:Create ; as:object <agency> .
<#4> { <agency> a foaf:Organization ; foaf:name "The agency" . }
<#5> a as:Delete ; as:object <d/9> .
"""


def test_members_of_a_feed_are_read_apart_oldest_first(read: Read) -> None:
    events = read(FEED, url="https://data.example/root")
    assert [record.id for record in records(events)] == ["https://data.example/d/1"] * 2
    old, new = packages(events)
    assert (old.title, new.title) == ("Old title", "New title")
    assert [resource.path for resource in new.resources] == ["https://data.example/1.csv"]
    assert new.catalogue.publisher is not None
    assert new.catalogue.publisher.name == "The agency"
    assert {event.id for event in events if isinstance(event, Part)} == {
        "https://data.example/d/1/csv", "https://data.example/agency",
    }  # fmt: skip
    assert notices(events) == ["member-deleted"]
    assert [(event.url, event.purpose) for event in events if isinstance(event, Ask)] == [
        ("https://data.example/next", "node")
    ]
    assert not any(isinstance(event, Advertised) for event in events)


def test_a_member_that_is_a_version_is_known_by_what_it_is_a_version_of(read: Read) -> None:
    events = read("""<feed> a ldes:EventStream ; tree:member <d/1#2> .
        <d/1#2> a dcat:Dataset ; dct:isVersionOf <d/1> ; dct:title "T" .""")
    assert [record.id for record in records(events)] == ["https://data.example/d/1"]


# -- broken and large bodies


DATASETS = "".join(
    f'<{n}> a dcat:Dataset ; dct:title "Dataset {n}" ;\n'
    f"  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <{n}.csv> ] .\n"
    for n in range(1, 4)
)


def test_a_page_with_a_broken_statement_gives_all_its_datasets_and_a_finding(read: Read) -> None:
    events = read(DATASETS.replace('"Dataset 2"', '"Dataset 2"^^<<x>>', 1))
    assert [package.title for package in packages(events)] == ["Dataset 1", None, "Dataset 3"]
    assert [len(package.resources) for package in packages(events)] == [1, 1, 1]
    assert notices(events) == ["rdf-broken-statement"]


def written(syntax: str) -> bytes:
    """The datasets in another serialisation, the statements in the order of the document."""
    quads = pyoxigraph.parse((PREFIXES + DATASETS).encode(), format=pyoxigraph.RdfFormat.TURTLE, base_iri=URL)
    triples = [quad.triple for quad in quads]
    whole = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.from_media_type(syntax))
    assert whole is not None
    return whole


@pytest.mark.parametrize("syntax", ["application/rdf+xml", "application/ld+json"])
def test_wherever_a_document_with_an_end_is_cut_it_is_told(syntax: str, tmp_path: Path) -> None:
    """Also between two elements, where the RDF parser takes it for whole."""
    whole = written(syntax).rstrip()
    path = tmp_path / "body"
    for place in range(len(whole) // 4, len(whole) - 1):
        path.write_bytes(whole[:place])
        with pytest.raises(MalformedAnswer, match="ends in the middle"):
            _collect(Dcat(SOURCE).read(answer_of(path)), [])


@pytest.mark.parametrize("syntax", ["text/turtle", "application/n-triples"])
def test_wherever_statements_are_cut_but_between_two_it_is_told(syntax: str, tmp_path: Path) -> None:
    whole = written(syntax).rstrip()
    path = tmp_path / "body"
    for place in range(len(whole) // 4, len(whole) - 1):
        if whole[:place].rstrip().endswith((b" .", b"> .")):
            continue  # nothing shows there that more was to come, but for the length that the portal stated
        path.write_bytes(whole[:place])
        with pytest.raises(MalformedAnswer, match="ends in the middle"):
            _collect(Dcat(SOURCE).read(answer_of(path)), [])


@pytest.mark.parametrize("syntax", ["text/turtle", "application/rdf+xml"])
def test_a_cut_body_too_large_to_hold_is_told_too(syntax: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(body, "HELD_BYTES", 100)
    whole = written(syntax)
    path = tmp_path / "body"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    kept: list[Event] = []
    with pytest.raises(MalformedAnswer, match="ends in the middle"):
        _collect(Dcat(SOURCE).read(answer_of(path)), kept)
    assert 0 < len(records(kept)) < 3


@pytest.mark.parametrize(
    "syntax", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
@pytest.mark.parametrize("lost", [0.05, 0.3, 0.6])
def test_of_a_cut_page_only_whole_datasets_are_kept(syntax: str, lost: float, tmp_path: Path) -> None:
    whole = written(syntax)
    path = tmp_path / "body"
    path.write_bytes(whole[: int(len(whole) * (1 - lost))])
    answer = answer_of(path)
    kept: list[Event] = []
    with pytest.raises(MalformedAnswer, match="ends in the middle"):
        _collect(Dcat(SOURCE).read(answer), kept)
    assert len(records(kept)) < 3
    complete = {package.id: package for package in _mapped(whole, tmp_path)}
    for package in packages(kept):
        assert package == complete[package.id]


def _collect(events: Iterable[Event], kept: list[Event]) -> None:
    for event in events:
        kept.append(event)


def _mapped(content: bytes, folder: Path) -> list[Package]:
    path = folder / "whole"
    path.write_bytes(content)
    return packages(list(Dcat(SOURCE).read(answer_of(path))))


def test_a_body_too_large_to_hold_is_read_through_the_disk(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = read(DATASETS)
    monkeypatch.setattr(body, "HELD_BYTES", 100)
    streamed = read(DATASETS)
    assert sorted(record.id or "" for record in records(streamed)) == sorted(
        record.id or "" for record in records(held)
    )
    by_title = {package.title: package for package in packages(streamed)}
    assert by_title == {package.title: package for package in packages(held)}
    assert [path.name for path in tmp_path.iterdir()] == ["body"]


def test_a_large_body_that_is_hostile_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(body, "HELD_BYTES", 100)
    head = '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://d.example/">'
    with pytest.raises(MalformedAnswer, match="deep"):
        read((head + "<rdf:Description><d:p>" * 1_000).encode())
    with pytest.raises(MalformedAnswer, match="entities"):
        read(b'<!DOCTYPE rdf:RDF [<!ENTITY e "x">]>' + head.encode() + b" " * 200)
    assert [path.name for path in tmp_path.iterdir()] == ["body"]


def test_gzip_files_and_other_charsets_are_read(read: Read) -> None:
    page = (PREFIXES + '<1> a dcat:Dataset ; dct:title "Données" .').encode()
    assert packages(read(gzip.compress(page)))[0].title == "Données"
    assert packages(read(b"\xef\xbb\xbf" + page))[0].title == "Données"
    assert packages(read(page.decode().encode("utf-16")))[0].title == "Données"
    assert (
        packages(read(page.decode().encode("latin-1"), headers={"content-type": "text/turtle; charset=ISO-8859-1"}))[
            0
        ].title
        == "Données"
    )
    xml = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#">'
        '<dcat:Dataset rdf:about="https://data.example/1"><dct:title>Données</dct:title></dcat:Dataset></rdf:RDF>'
    )
    assert packages(read(xml.encode("latin-1")))[0].title == "Données"
    with pytest.raises(MalformedAnswer, match="gzip"):
        read(gzip.compress(page * 50)[:-30])
