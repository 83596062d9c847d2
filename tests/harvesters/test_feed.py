"""Feeds of the three kinds: the sandbox's, and what makes a feed a whole list."""

from pathlib import Path

import msgspec
import pytest

from harvesters.maildate import iso_of_mail
from sandbox.feed import NEWS, Feeds
from sandbox.pages import Pages
from sandbox.portal import Robots
from tests.conftest import Reply, Site
from tests.harvesters.filereading import detected
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal

ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.rss"])
def test_all_of_a_feed_and_then_what_changed(path: str, tmp_path: Path):
    with portal(Robots(), Feeds(), Pages(), count=27) as served:
        first = harvest(tmp_path, f"{served.url}{path}", "feed")
        changed = msgspec.structs.replace(
            served.datasets[3], titles={"en": "Another title"}, modified="2026-11-01T00:00:00+00:00"
        )
        served.datasets[3] = changed
        second = harvest(tmp_path, f"{served.url}{path}", "feed").valid()
        held = served.datasets
    assert first.state == "complete", first.verdict
    valid = first.valid()
    assert {name.removeprefix("urn:uuid:") for name in valid} == {each.id for each in held}
    assert [name.removeprefix("urn:uuid:") for name in second if second[name] != valid[name]] == [changed.id]
    for each in held:
        package = second[f"urn:uuid:{each.id}" if path == "/feed.atom" else str(each.id)]
        assert (package.title, package.catalogue.languages[0].tag) == (each.titles["en"], "en")
        assert len(package.resources) == max(1, len(each.distributions)), "its page where it has no files"
        stated = package.catalogue.modified if path == "/feed.atom" else package.catalogue.issued
        assert stated is not None
        assert (stated.value or "")[:10] == each.modified[:10]
        assert "omebody" not in repr(package)


def test_what_is_new_is_not_all_that_there_is(tmp_path: Path):
    with portal(Robots(), Feeds(), Pages(), count=27) as served:
        done = harvest(tmp_path, f"{served.url}/feed.rdf", "feed")
        newest = {each.name for each in sorted(served.datasets, key=lambda d: d.modified)[-NEWS:]}
    valid = done.valid()
    assert {name.rpartition("/")[2] for name in valid} == newest
    assert all(package.catalogue.publisher and package.catalogue.publisher.name for package in valid.values())
    assert done.state == "partial", "so that nothing is withdrawn for having left the feed"
    assert "does not say whether it lists everything" in done.verdict.sentence


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.rss", "/feed.rdf"])
def test_detected_by_its_address(path: str):
    with portal(Robots(), Feeds(), Pages(), count=27) as served:
        best = detected(f"{served.url}{path}").candidates[0]
        assert (best.protocol, best.url) == ("feed", f"{served.url}{path}")


def test_a_page_that_names_its_feed_leads_to_it(site: Site):
    feed = f"<feed {ATOM}><entry><id>1</id><link rel='enclosure' href='/1.csv'/></entry></feed>".encode()
    site.routes["/feed"] = lambda query: Reply(feed)
    site.routes["/"] = lambda query: Reply(
        b'<!doctype html><html><head><title>T</title><link rel="alternate" type="application/atom+xml" href="/feed"></head></html>'
    )
    assert detected(f"{site.url}/").candidates[0].protocol == "feed"


@pytest.mark.parametrize(
    ("inside", "state"),
    [
        ("<entry><id>1</id><title>A</title><link href='/1'/></entry>", "partial"),
        ("<x:complete xmlns:x='http://purl.org/syndication/history/1.0'/><entry><id>1</id><title>A</title></entry>", "complete"),
        ("<entry><id>1</id><title>A</title><link rel='enclosure' href='/1.csv'/></entry>", "complete"),
        ("<o:totalResults xmlns:o='http://a9.com/-/spec/opensearch/1.1/'>1</o:totalResults><entry><id>1</id></entry>", "complete"),
        ("<o:totalResults xmlns:o='http://a9.com/-/spec/opensearch/1.1/'>9</o:totalResults><entry><id>1</id></entry>", "partial"),
    ],
)  # fmt: skip
def test_when_a_feed_is_all(inside: str, state: str, site: Site, tmp_path: Path):
    site.routes["/feed"] = lambda query: Reply(f"<feed {ATOM}>{inside}</feed>".encode())
    assert harvest(tmp_path, f"{site.url}/feed", "feed").state == state


def test_the_pages_of_an_rss_channel_and_a_circle_of_them(site: Site, tmp_path: Path):
    def page(query: dict[str, str]) -> Reply:
        number = int(query.get("page", 1))
        following = (number % 3) + 1 if site.routes.get("/circle") else number + 1
        link = (
            f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="?page={following}"/>'
            if number < 3 or (site.routes.get("/circle"))
            else ""
        )
        item = f"<item><title>T{number}</title><link>https://x.example/{number}</link></item>"
        return Reply(f'<rss version="2.0"><channel><title>F</title>{link}{item}</channel></rss>'.encode())

    site.routes["/feed"] = page
    done = harvest(tmp_path, f"{site.url}/feed", "feed")
    assert (done.state, done.ids) == ("complete", [f"https://x.example/{number}" for number in (1, 2, 3)])
    site.routes["/circle"] = page
    done = harvest(tmp_path, f"{site.url}/feed", "feed")
    assert (done.state, len(set(done.ids))) == ("partial", 3)
    assert "page-loop" in done.codes()


@pytest.mark.parametrize(
    "body", [b"", b"<feed", b"<html><title>T</title></html>", b"<catalog/>", b'<!DOCTYPE x [<!ENTITY a "b">]><feed/>']
)
def test_what_is_no_feed_is_said(body: bytes, site: Site, tmp_path: Path):
    site.routes["/feed"] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}/feed", "feed")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Wed, 21 Oct 2025 07:28:00 GMT", "2025-10-21T07:28:00Z"),
        ("Wed, 21 Oct 2025 07:28:00 +0200", "2025-10-21T05:28:00Z"),
        ("Wed, 21 Oct 2025 07:28:00 -0000", "2025-10-21T07:28:00"),
        ("2025-10-21", "2025-10-21"),
        ("yesterday", "yesterday"),
        (None, None),
    ],
)
def test_dates_of_mail(written: str | None, expected: str | None):
    assert iso_of_mail(written) == expected
