"""DCAT-US: reading data.json files of any size and shape, and mapping their records."""

import itertools
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import Advertised, Answer, Event, Failure, LastPage, Source, Trouble
from harvesters.dcat_us import DcatUs
from harvesters.errors import MalformedAnswer
from harvesters.spool_lines import Ask, Noticed, Record

FIXTURE = Path(__file__).parent / "fixtures/dcat_us/catalog.json"
URL = "https://data.finance.example/data.json"
SOURCE = Source("xa-finance", URL, "dcat-us")


def answer_of(path: Path, ask: Ask | None = None, headers: dict[str, str] | None = None) -> Answer:
    ask = ask or Ask(URL)
    return Answer(ask, ask.url, 200, headers or {}, path, "2026-01-01T00:00:00Z")


@pytest.fixture
def read(tmp_path: Path):
    """Read a document, given as bytes or as what its JSON holds, and give the events."""

    def read(
        document: Any, *, ask: Ask | None = None, headers: dict[str, str] | None = None, source: Source = SOURCE
    ) -> list[Event]:
        path = tmp_path / "body"
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return list(DcatUs(source).read(answer_of(path, ask, headers)))

    return read


# -- where to begin


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://data.example/data.json", "https://data.example/data.json"),
        ("https://data.example/", "https://data.example/data.json"),
        ("https://data.example", "https://data.example/data.json"),
        ("https://data.example/opendata/#top", "https://data.example/opendata/data.json"),
        ("https://hub.example/api/feed/dcat-us/1.1.json", "https://hub.example/api/feed/dcat-us/1.1.json"),
        ("https://data.example/export?kind=pod", "https://data.example/export?kind=pod"),
    ],
)
def test_begins_at_the_file_or_where_the_standard_puts_it(url: str, asked: str) -> None:
    assert [ask.url for ask in DcatUs(Source("xa-x", url, "dcat-us")).start()] == [asked]


def test_without_a_data_json_the_reported_address_itself_is_asked() -> None:
    harvester = DcatUs(Source("xa-x", "https://data.example/catalogue", "dcat-us"))
    (ask,) = harvester.start()
    (other,) = harvester.failed(ask, Failure("moved", "404 Not Found", 404))
    assert isinstance(other, Ask)
    assert other.url == "https://data.example/catalogue"
    assert list(harvester.failed(other, Failure("moved", "404 Not Found", 404))) == []
    assert list(harvester.failed(ask, Failure("down", "503 Service Unavailable", 503))) == []


# -- reading


def test_reads_every_member_as_the_portal_wrote_it(read) -> None:
    events = read(FIXTURE.read_bytes())
    records = [event for event in events if isinstance(event, Record)]
    assert [r.id for r in records] == ["https://data.finance.example/datasets/budget-execution", "42.10"]
    assert b'"identifier": 42.10' in bytes(records[1].json or b"")
    assert events[-1] == LastPage()
    assert not any(isinstance(event, Advertised | Ask) for event in events)


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ('"a-1"', "a-1"),
        ('" a 1 "', " a 1 "),
        ("7", "7"),
        ("007.50", None),  # no JSON
        ("1e3", "1e3"),
        ("12345678901234567890123", "12345678901234567890123"),
        ('"\\u00e9t\\u00e9"', "été"),
        ("null", None),
        ('""', None),
        ('"  "', None),
        ("[1]", None),
        ("true", None),
        ('{"@id": "https://x.example/1"}', "https://x.example/1"),
        ('{"notation": "N-1"}', "N-1"),
    ],
)
def test_identifiers_are_kept_as_written(read, written: str, identifier: str | None) -> None:
    first = read(b'{"dataset": [{"identifier": ' + written.encode() + b', "title": "t"}]}')[0]
    assert first.id == identifier


@pytest.mark.parametrize(
    "document", [{"dataset": [{"identifier": "a"}]}, {"datasets": [{"identifier": "a"}]}, [{"identifier": "a"}]]
)
def test_finds_the_list_where_portals_put_it(read, document: Any) -> None:
    assert [e.id for e in read(document) if isinstance(e, Record)] == ["a"]


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (b'"just text"', "record-malformed"),
        (b"null", "record-malformed"),
        (b"[1, 2]", "record-malformed"),
        (b'{"identifier": "a", "title": }', "record-malformed"),
        (b'{"identifier": "a", "title": "' + b"x" * 5000 + b'"}', "record-too-large"),
    ],
)
def test_a_member_that_is_no_record_counts_as_received_and_the_rest_is_read(read, member: bytes, code: str) -> None:
    source = Source("xa-finance", URL, "dcat-us", max_record_bytes=4000)
    bad, good, *_ = read(b'{"dataset": [' + member + b', {"identifier": "b"}]}', source=source)
    assert isinstance(bad, Noticed)
    assert (bad.finding.code, bad.received) == (code, True)
    assert good.id == "b"


@pytest.mark.parametrize(
    ("member", "title"),
    [
        (b'{"identifier": "a", "title": "two\nlines\tand tab"}', "two\nlines\tand tab"),
        (b'{"identifier": "a", "title": "half \\ud83d character"}', "half \ufffd character"),
        (b'{"identifier": "a", "title": "t", "size": NaN}', "t"),
        (b'{"identifier": "a", "title": "t", "size": 1e999}', "t"),
        (b'{"identifier": "a", "title": "Contrataci\xf3n"}', "Contratación"),
    ],
)
def test_what_is_almost_json_is_mended(read, member: bytes, title: str) -> None:
    first = read(b'{"dataset": [' + member + b"]}")[0]
    assert isinstance(first, Record)
    result = DcatUs.package(first, SOURCE)
    assert result.package is not None
    assert result.package.title == title


def test_json_cut_in_the_middle_keeps_the_whole_records(tmp_path: Path) -> None:
    path = tmp_path / "body"
    whole = json.dumps({"dataset": [{"identifier": str(n), "title": "t" * 50} for n in range(10)]}).encode()
    path.write_bytes(whole[: whole.index(b'"7"') + 10])
    events = DcatUs(SOURCE).read(answer_of(path))
    kept = list(itertools.islice(events, 7))
    with pytest.raises(MalformedAnswer, match="ends in the middle"):
        next(events)
    assert [event.id for event in kept if isinstance(event, Record)] == [str(n) for n in range(7)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!DOCTYPE html><html><body>Not here</body></html>", "web page instead of JSON"),
        (b"", "empty"),
        (b'{"title": "A catalogue"}', 'no list under "dataset"'),
        (b'{"error": {"message": "No such item"}}', "No such item"),
        (b'{"dataset": null}', 'no list under "dataset"'),
        (b"// 20240101\n{}", "comment"),
    ],
)
def test_what_is_no_data_json_is_said_plainly(read, body: bytes, says: str) -> None:
    with pytest.raises(MalformedAnswer, match=says):
        read(body)


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "body"
    with path.open("w") as file:
        file.write('{"title": "Large", "dataset": [')
        for number in range(3000):
            file.write(("," if number else "") + json.dumps({"identifier": number, "description": "x" * 8000}))
        file.write('], "total": 3000}')
    tracemalloc.start()
    try:
        count = sum(isinstance(event, Record) for event in DcatUs(SOURCE).read(answer_of(path)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 3000
    assert peak < 4 << 20  # bytes, for a file of 24 MB


# -- paging


def asks(events: list[Event]) -> list[str]:
    return [event.url for event in events if isinstance(event, Ask)]


ONE = [{"identifier": "a"}]


@pytest.mark.parametrize(
    ("envelope", "headers", "expected"),
    [
        ({"next": "https://data.finance.example/data.json?page=2"}, {}, "https://data.finance.example/data.json?page=2"),
        ({"next": "?page=2"}, {}, "https://data.finance.example/data.json?page=2"),
        ({"links": {"next": {"href": "/data.json?p=2"}}}, {}, "https://data.finance.example/data.json?p=2"),
        ({"links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": "/data.json?p=2"}]}, {}, "https://data.finance.example/data.json?p=2"),
        ({}, {"link": '<https://data.finance.example/d?page=9>; rel="last", </data.json?page=2>; rel="next"'}, "https://data.finance.example/data.json?page=2"),
        ({"next": None}, {}, None),
        ({}, {"link": '</data.json?page=1>; rel="prev next-archive"'}, None),
        ({"total": 3}, {}, "https://data.finance.example/data.json?page=2"),
        ({"total": 1}, {}, None),
        ({"meta": {"totalCount": 3}}, {}, "https://data.finance.example/data.json?page=2"),
    ],
)  # fmt: skip
def test_follows_pages_however_they_are_announced(read, envelope: dict, headers: dict, expected: str | None) -> None:
    events = read({**envelope, "dataset": ONE}, headers=headers)
    assert asks(events) == ([expected] if expected else [])
    assert (LastPage() in events) == (expected is None)


def test_pages_by_number_until_the_total_is_reached_or_a_page_repeats(read) -> None:
    first = read({"total": 3, "dataset": ONE})
    assert Advertised(3) in first
    (ask,) = (event for event in first if isinstance(event, Ask))
    second = read({"total": 3, "dataset": [{"identifier": "b"}, {"identifier": "c"}]}, ask=ask)
    assert LastPage() in second
    assert asks(read({"total": 3, "dataset": [{"identifier": "b"}]}, ask=ask)) == [f"{URL}?page=3"]
    assert LastPage() in read({"total": 3, "dataset": ONE}, ask=ask)  # the portal ignores the page number


def test_pages_of_a_data_json_that_stands_in_for_another_protocol_stay_with_it(read) -> None:
    source = Source("xa-finance", "https://data.finance.example", "ckan")
    events = read({"next": "?page=2", "dataset": ONE}, ask=Ask(URL, protocol="dcat-us"), source=source)
    assert [event.protocol for event in events if isinstance(event, Ask | Record)] == ["dcat-us", "dcat-us"]


def test_a_source_may_name_its_page_parameter(read) -> None:
    source = Source("xa-finance", URL + "?kind=all", "dcat-us", options={"page_parameter": "seite"})
    (ask,) = DcatUs(source).start()
    assert ask.url == f"{URL}?kind=all&seite=1"
    assert asks(read({"dataset": ONE}, ask=ask, source=source)) == [f"{URL}?kind=all&seite=2"]
    assert LastPage() in read({"dataset": []}, ask=ask, source=source)


def test_a_next_page_on_another_host_is_asked_for_at_this_one(read) -> None:
    events = read({"next": "http://internal:8080/data.json?page=2", "dataset": ONE})
    assert asks(events) == ["https://data.finance.example/data.json?page=2"]
    assert [event.finding.code for event in events if isinstance(event, Noticed)] == ["paging-leaves-host"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "https://[bad"])
def test_a_next_page_that_is_no_address_is_trouble(read, link: str) -> None:
    events = read({"next": link, "dataset": ONE})
    assert isinstance(events[-1], Trouble)
    assert asks(events) == []


# -- version 3


V3 = {
    "@type": "Dataset", "title": "Works", "description": "All", "publisher": {"@type": "Organization", "name": "City"},
    "identifier": {"@type": "Identifier", "notation": "W-1"}, "distribution": [],
}  # fmt: skip


def test_a_dataset_alone_is_a_catalogue_of_one(read) -> None:
    events = read(V3)
    assert [event.id for event in events if isinstance(event, Record)] == ["W-1"]
    assert events[-2:] == [Advertised(1), LastPage()]


def test_catalogues_within_the_catalogue_are_read_however_deep(read) -> None:
    def named(name: str) -> dict[str, object]:
        return {**V3, "identifier": name}

    deep = {"@type": "Catalog", "dataset": [named("3")], "catalog": "none"}
    inner = {"@type": "Catalog", "dataset": [named("2"), 7], "catalog": [deep, 7]}
    events = read({"@type": "Catalog", "dataset": [named("1")], "catalog": [inner]})
    assert [event.id for event in events if isinstance(event, Record)] == ["1", "2", "3"]
    assert [event.finding.code for event in events if isinstance(event, Noticed)] == ["record-malformed"]
    only = read({"@type": "Catalog", "catalog": [inner]})
    assert [event.id for event in only if isinstance(event, Record)] == ["2", "3"]


@pytest.mark.parametrize("document", [{"@type": "Dataset"}, {"@type": "Catalog", "catalog": []}, {"title": "x"}])
def test_what_is_neither_a_catalogue_nor_a_dataset_is_refused(read, document: dict[str, object]) -> None:
    with pytest.raises(MalformedAnswer):
        read(document)
