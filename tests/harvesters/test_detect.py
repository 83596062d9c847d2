"""Detection: which leads are followed in which order, and how what is recognised is ranked."""

from collections.abc import Iterable

import pytest

from harvesters.base import Harvester
from harvesters.detect import Candidate, Detection, with_scheme
from harvesters.evidence import Lead, Recognised, Seen, folder_of, places, root_of
from harvesters.phrases import all_in_words, phrase, verbatim

HTML = b"<!doctype html><title>Everything is here</title>"


class Blind(Harvester):
    """Has one well-known path, and speaks JSON there."""

    protocol = "blind"
    title = "Blind"
    standard = "https://blind.example"

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        if seen.reported:
            yield Lead(f"{seen.root}blind.json", 20, phrase("usual-place", name="Blind"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        if isinstance(seen.json, dict) and "blind" in seen.json:
            return Recognised(80, seen.root, phrase("says-what-it-is", name="Blind"), seen.json["blind"])
        return None


class Marked(Harvester):
    """Leaves a mark in its pages."""

    protocol = "marked"
    title = "Marked"
    standard = "https://marked.example"

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        if "marked" in seen.generator:
            yield Lead(f"{seen.root}api", 60, phrase("page-bears-marks", name="Marked"))

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        return (
            Recognised(95, seen.root, phrase("says-what-it-is", name="Marked"))
            if seen.body == b'{"marked":1}'
            else None
        )


class Page(Harvester):
    """Any page."""

    protocol = "page"
    title = "Page"
    standard = "https://page.example"

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        return Recognised(10, seen.url, phrase("web-page", title="A page")) if seen.is_html else None


def seen(lead: Lead, body: bytes, media: str = "text/html", status: int = 200, reported: bool = False) -> Seen:
    return Seen(lead.url, lead.url, status, {"content-type": media}, body, reported=reported)


def run(url: str, site: dict[str, bytes]) -> tuple[Detection, list[str]]:
    """Detect on a site of paths to bodies; everything else is a page."""
    detection, asked = Detection(url, [Blind, Marked, Page]), []
    while (lead := detection.next()) is not None:
        asked.append(lead.url)
        body = site.get(lead.url, HTML)
        media = "application/json" if body.startswith(b"{") else "text/html"
        detection.take(lead, seen(lead, body, media, reported=len(asked) == 1))
    return detection, asked


def test_a_portal_that_answers_a_page_to_everything_is_a_page() -> None:
    detection, asked = run("https://x.example/data", {})
    assert [c.protocol for c in detection.candidates] == ["page"]
    assert asked == ["https://x.example/data", "https://x.example/blind.json"]


def test_what_the_page_points_to_comes_before_well_known_paths_and_ends_the_search() -> None:
    page = b'<!doctype html><meta name="generator" content="Marked 2">'
    detection, asked = run("https://x.example/", {"https://x.example/": page, "https://x.example/api": b'{"marked":1}'})
    assert asked == ["https://x.example/", "https://x.example/api"]
    assert [c.protocol for c in detection.candidates] == ["marked", "page"]


def test_the_reported_address_itself_counts_more() -> None:
    detection, _ = run("https://x.example/blind.json", {"https://x.example/blind.json": b'{"blind": 7}'})
    first = detection.candidates[0]
    assert isinstance(first, Candidate)
    assert (first.protocol, first.confidence, first.advertised, first.named) == ("blind", 88, 7, True)
    assert all_in_words(detection.steps[0].came) == "HTTP 200, application/json"


def test_an_address_is_asked_once_and_a_host_that_is_not_there_no_more() -> None:
    detection = Detection("https://x.example", [Blind])
    lead = detection.next()
    assert lead is not None
    detection.take(lead, seen(lead, HTML, reported=True))
    following = detection.next()
    assert following is not None
    detection.failed(following, (verbatim("No answer."),), reached=False)
    detection.take(lead, seen(lead, HTML, reported=True))
    assert detection.next() is None
    assert all_in_words(detection.steps[1].came) == "No answer."


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("data.example.org", ["https://data.example.org", "http://data.example.org"]),
        (" https://data.example.org/a ", ["https://data.example.org/a"]),
    ],
)
def test_an_address_without_a_scheme(written: str, asked: list[str]) -> None:
    detection = Detection(written, [])
    got = []
    while (lead := detection.next()) is not None:
        got.append(lead.url)
    assert got == asked
    assert with_scheme(written) == asked[0]


@pytest.mark.parametrize(
    ("url", "folder", "root"),
    [
        ("https://x.example", "https://x.example/", "https://x.example/"),
        ("https://x.example/a/b.html?c#d", "https://x.example/a/", "https://x.example/"),
        ("https://x.example/a/b", "https://x.example/a/b/", "https://x.example/"),
    ],
)
def test_where_well_known_paths_begin(url: str, folder: str, root: str) -> None:
    assert (folder_of(url), root_of(url)) == (folder, root)
    assert places(url) == list(dict.fromkeys((folder, root)))


def test_what_an_answer_shows() -> None:
    page = seen(
        Lead("https://x.example/a/", 1, verbatim("")),
        b'<!DOCTYPE html><html><head><meta name="Generator" content="CKAN 2.10"><link rel="Alternate" type="text/turtle"'
        b' href="../c.ttl"></head><body><a href="/d">d</a><a href="mailto:x">m</a><a href="http://[">bad</a></body></html>',
    )
    assert page.is_html
    assert page.generator == "ckan 2.10"
    assert page.links == [("alternate", "text/turtle", "https://x.example/c.ttl")]
    assert page.anchors == ["https://x.example/d"]
    assert page.json is None
    data = Seen("u", "u", 200, {"content-type": "text/html"}, b'\xef\xbb\xbf{"a": 1}')
    assert data.json == {"a": 1}
    assert not data.is_html, "JSON that is served as a page is JSON"
    assert Seen("u", "u", 200, {}, b'{"a": 1', whole=False).json is None
