"""Sites whose pages describe datasets: the sandbox's, and what real sitemaps, pages and catalogues have."""

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.errors import MalformedAnswer
from harvesters.schemaorg.sitemaps import read_sitemap, unchanged
from sandbox.pages import Pages
from sandbox.portal import Portal, Robots
from sandbox.schema_org import DescribedPages, Sitemaps
from tests.conftest import Reply, Site
from tests.harvesters.filereading import File, detected
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal

HTML = {"Content-Type": "text/html; charset=utf-8"}
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def served(*before: Any) -> Portal:
    return portal(Robots(), *before, DescribedPages(), Sitemaps(), Pages(), count=27)


def dataset(name: str, **more: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "Dataset", "name": name, **more}


def page(*documents: object, body: str = "") -> Reply:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(each)}</script>' for each in documents)
    return Reply(
        f"<!doctype html><html><head><title>T</title>{scripts}</head><body>{body}</body></html>".encode(), 200, HTML
    )


def urlset(*urls: str) -> bytes:
    return f"<urlset {XMLNS}>{''.join(f'<url><loc>{url}</loc></url>' for url in urls)}</urlset>".encode()


def index(*urls: str) -> bytes:
    return (
        f"<sitemapindex {XMLNS}>{''.join(f'<sitemap><loc>{u}</loc></sitemap>' for u in urls)}</sitemapindex>".encode()
    )


def serve(site: Site, path: str, body: bytes | Reply) -> None:
    reply = body if isinstance(body, Reply) else Reply(body)
    site.routes[path] = lambda query: reply


# -- the sandbox


def test_all_pages_of_an_index_of_compressed_sitemaps(tmp_path: Path):
    with served() as portal_:
        done = harvest(tmp_path, f"{portal_.url}/", "schema-org")
        held = portal_.datasets
    assert done.state == "complete", done.verdict
    valid = {name.rpartition("/")[2]: package for name, package in done.valid().items()}
    assert set(valid) == {each.name for each in held}
    for place, each in enumerate(held):
        package, said = valid[each.name], valid[each.name].catalogue
        assert package.title == each.titles["en"], "as JSON-LD and, every third one, as microdata"
        assert said.publisher is not None
        assert said.publisher.name == each.publisher.names["en"]
        assert said.modified is not None
        assert (said.modified.value or "")[:10] == each.modified[:10]
        assert sorted(said.keywords.get("en", [])) == sorted(each.keywords.get("en", [])), place
        assert "omebody" not in repr(package), "no person is taken over"


def test_a_second_harvest_reads_the_pages_that_changed(tmp_path: Path):
    with served() as portal_:
        first = harvest(tmp_path, portal_.url, "schema-org").valid()
        changed = msgspec.structs.replace(portal_.datasets[3], titles={"en": "Another title"}, modified="2026-11-01")
        portal_.datasets[3] = changed
        done = harvest(tmp_path, portal_.url, "schema-org", since="2026-10-01T00:00:00Z")
    second = done.valid()
    assert done.state == "complete", done.verdict
    assert [name.rpartition("/")[2] for name, package in second.items() if package != first[name]] == [changed.name]
    assert len(second) == 1


def test_without_a_sitemap_the_links_are_followed(tmp_path: Path):
    with portal(Robots(), DescribedPages(), Pages(), count=27) as portal_:
        done = harvest(tmp_path, f"{portal_.url}/", "schema-org")
    assert (done.state, len(done.valid())) == ("complete", 27), done.verdict


@pytest.mark.parametrize("path", ["/", "/sitemap.xml", "/dataset/tenders-xa-00000"])
def test_detected_from_the_front_page_the_sitemap_and_a_dataset(path: str):
    with served() as portal_:
        best = detected(f"{portal_.url}{path}").candidates[0]
        assert best.protocol == "schema-org"


# -- sitemaps


def test_a_sitemap_that_lists_itself_ends_and_is_told(site: Site, tmp_path: Path):
    serve(site, "/sitemap.xml", index(f"{site.url}/sitemap.xml", f"{site.url}/s1.xml"))
    serve(site, "/s1.xml", urlset(f"{site.url}/d/1"))
    serve(site, "/d/1", page(dataset("A")))
    done = harvest(tmp_path, f"{site.url}/sitemap.xml", "schema-org")
    assert (done.state, len(done.valid())) == ("partial", 1)
    assert "page-loop" in done.codes()


def test_a_sitemap_among_the_pages_of_one_is_read(site: Site, tmp_path: Path):
    serve(site, "/sitemap.xml", urlset(f"{site.url}/sitemap.xml", f"{site.url}/more/sitemap.xml", f"{site.url}/d/1"))
    serve(site, "/more/sitemap.xml", urlset(f"{site.url}/more/sitemap.xml", f"{site.url}/d/2"))
    serve(site, "/d/1", page(dataset("A")))
    serve(site, "/d/2", page(dataset("B")))
    done = harvest(tmp_path, f"{site.url}/sitemap.xml", "schema-org")
    assert (done.state, len(done.valid())) == ("complete", 2), done.verdict


def test_an_index_in_an_index_is_not_read_and_told(site: Site, tmp_path: Path):
    serve(site, "/sitemap.xml", index(f"{site.url}/s1.xml", f"{site.url}/s2.xml"))
    serve(site, "/s1.xml", index(f"{site.url}/s3.xml"))
    serve(site, "/s2.xml", urlset(f"{site.url}/d/1"))
    serve(site, "/d/1", page(dataset("A")))
    done = harvest(tmp_path, f"{site.url}/sitemap.xml", "schema-org")
    assert (done.state, len(done.valid())) == ("partial", 1)
    assert "list of sitemaps in a list" in done.verdict.sentence


def test_a_sitemap_that_only_robots_txt_names(site: Site, tmp_path: Path):
    serve(site, "/robots.txt", f"User-agent: *\nDisallow:\nSitemap: {site.url}/maps/all.xml.gz\n".encode())
    serve(site, "/maps/all.xml.gz", gzip.compress(urlset(f"{site.url}/d/1", f"{site.url}/d/2")))
    serve(site, "/d/1", page(dataset("A")))
    serve(site, "/d/2", page(dataset("B")))
    done = harvest(tmp_path, f"{site.url}/", "schema-org")
    assert (done.state, len(done.valid())) == ("complete", 2), done.verdict


def test_a_site_that_answers_a_page_to_everything_is_followed_by_its_links(site: Site, tmp_path: Path):
    class Everything(dict):
        def get(self, key, default=None):
            answer = page(dataset("A", url="/d/1")) if key == "/d/1" else page(body='<a href="/d/1">one</a>')
            return lambda query: answer

    site.routes = Everything()
    done = harvest(tmp_path, f"{site.url}/", "schema-org")
    assert (done.state, done.ids) == ("complete", [f"{site.url}/d/1"])


def test_pages_elsewhere_files_and_pages_without_datasets(site: Site, tmp_path: Path):
    addresses = ("/about", "/report.pdf", "/d/1", "/feed")
    serve(site, "/sitemap.xml", urlset("https://elsewhere.example/d/9", *(f"{site.url}{each}" for each in addresses)))
    serve(site, "/about", page({"@context": "https://schema.org", "@type": "Organization", "name": "O"}))
    serve(site, "/d/1", page(dataset("A")))
    serve(site, "/feed", Reply(b"\x00\x01", 200, {"Content-Type": "application/octet-stream"}))
    done = harvest(tmp_path, site.url, "schema-org")
    assert (done.state, done.ids) == ("complete", [f"{site.url}/d/1"])
    assert done.codes()["paging-leaves-host"] == 1
    assert "/report.pdf" not in site.asked


def test_a_page_that_fails_leaves_the_harvest_partial(site: Site, tmp_path: Path):
    serve(site, "/sitemap.xml", urlset(f"{site.url}/d/1", f"{site.url}/d/2"))
    serve(site, "/d/1", page(dataset("A")))
    done = harvest(tmp_path, site.url, "schema-org")
    assert (done.state, len(done.valid())) == ("partial", 1)
    assert [finding.value for finding in done.noticed if finding.code == "answer-failed"] == [f"{site.url}/d/2"]


@pytest.mark.parametrize(
    ("content", "count", "whole"),
    [
        (urlset("https://x.example/1", "https://x.example/2"), 2, True),
        (b"\xef\xbb\xbf\n" + urlset("https://x.example/1"), 1, True),
        (b"https://x.example/1\nhttps://x.example/2\n", 2, True),
        (urlset("https://x.example/1", "https://x.example/2")[:-12], 2, False),
        (gzip.compress(urlset("https://x.example/1")), 1, True),
        (b'<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc> https://x.example/1 </s:loc>'
         b"</s:url></s:urlset>\n", 1, True),
    ],
)  # fmt: skip
def test_sitemaps_as_they_come(content: bytes, count: int, whole: bool):
    listed = read_sitemap(content, "u")
    assert (len(listed.changed), listed.whole) == (count, whole)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>Not found</body></html>", b"<rss/>", b"<", b"\x1f\x8bnothing", gzip.compress(bytes(60 << 20))],
)
def test_what_is_no_sitemap_is_said(content: bytes):
    with pytest.raises(MalformedAnswer) as raised:
        read_sitemap(content, "https://x.example/sitemap.xml")
    assert raised.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("changed", "skipped"),
    [("2026-09-29", True), ("2026-09-30", False), ("2026-10-01", False), ("2026-08", True), ("2026-09", False), ("2025", True),
     ("", False)],
)  # fmt: skip
def test_what_plainly_did_not_change(changed: str, skipped: bool):
    assert unchanged(changed, "2026-10-01T00:00:00Z") == skipped


def test_a_date_that_cannot_be_read_is_no_reason_to_pass_over_a_page():
    body = f"<urlset {XMLNS}><url><loc>https://x.example/1</loc><lastmod>1 Oct 2020</lastmod></url></urlset>".encode()
    assert read_sitemap(body, "u").changed == {"https://x.example/1": ""}


# -- a site without a sitemap


def test_a_site_larger_than_its_bound_is_left_and_told(site: Site, tmp_path: Path):
    serve(site, "/", page(body="".join(f'<a href="/d/{n}">x</a>' for n in range(9))))
    for number in range(9):
        serve(site, f"/d/{number}", page(dataset(f"D{number}"), body=f'<a href="/d/{number}/more">x</a>'))
    done = harvest(tmp_path, f"{site.url}/", "schema-org", options={"pages": 5})
    assert (done.state, len(done.valid())) == ("partial", 4)
    assert "links" in done.verdict.sentence


def test_the_reported_page_alone(site: Site, tmp_path: Path):
    serve(site, "/d/1", page(dataset("A"), body='<a href="/d/2">x</a>'))
    done = harvest(tmp_path, f"{site.url}/d/1", "schema-org", options={"depth": 0})
    assert (done.state, site.asked[-1]) == ("complete", "/d/1")
    assert len(done.valid()) == 1


# -- catalogues and identities


def test_a_catalogue_that_only_names_its_datasets_is_followed(site: Site, tmp_path: Path):
    members = [
        {"@id": f"{site.url}/d/1"},
        f"{site.url}/d/2",
        {"@type": "Dataset", "url": "/d/3"},
        dataset("Here", url="/here"),
    ]
    catalogue = {"@context": "https://schema.org", "@type": "DataCatalog", "name": "C", "dataset": members}
    serve(site, "/catalog.jsonld", json.dumps(catalogue).encode())
    for number in (1, 2, 3):
        serve(site, f"/d/{number}", page(dataset(f"D{number}", **{"@id": "#dataset"})))
    done = harvest(tmp_path, f"{site.url}/catalog.jsonld", "schema-org")
    assert (done.state, sorted(package.title or "" for package in done.valid().values())) == (
        "complete", ["D1", "D2", "D3", "Here"],
    )  # fmt: skip
    assert f"{site.url}/d/1#dataset" in done.ids, "an IRI within a page is the page's own"


def test_datasets_without_any_name_of_their_own(site: Site, tmp_path: Path):
    serve(site, "/d.jsonld", json.dumps([dataset("A B"), dataset("C"), dataset("D", identifier=17)]).encode())
    done = harvest(tmp_path, f"{site.url}/d.jsonld", "schema-org")
    assert done.ids == [f"{site.url}/d.jsonld#A%20B", f"{site.url}/d.jsonld#C", "17"]


def test_scripts_in_comments_and_a_base_of_the_page(site: Site, tmp_path: Path):
    text = json.dumps(dataset("A", distribution={"@type": "DataDownload", "contentUrl": "a.csv"}, **{"@id": "x"}))
    body = (
        '<!doctype html><html><head><base href="/other/"><title>T</title>'
        f'<script type="application/ld+json">\n//<![CDATA[\n{text}\n//]]></script></head></html>'
    )
    serve(site, "/d", Reply(body.encode(), 200, HTML))
    done = harvest(tmp_path, f"{site.url}/d", "schema-org", options={"depth": 0})
    assert done.ids == [f"{site.url}/other/x"]
    assert "record-malformed" not in done.codes()


def test_persons_are_left_out_wherever_they_stand(tmp_path: Path):
    person = {"@type": "Person", "name": "Somebody"}
    said = dataset(
        "A", creator=[person, {"@type": "Organization", "name": "Bureau of Statistics"}], publisher=person, citation="Somebody (2020)",
        measuredBy={"@type": "Sensor", "owner": person, "operator": [person]}, comment="Ask first.last@data.example for it",
    )  # fmt: skip
    package = File(tmp_path, "schema-org", said).package
    assert "omebody" not in repr(package)
    assert "first.last" not in repr(package)
    assert package.catalogue.publisher is None
    assert package.catalogue.more["creator"] == ["Bureau of Statistics"]


@pytest.mark.parametrize(
    ("stated", "periods"),
    [
        ("2015-01-01/2018-12-31", [("2015-01-01", "2018-12-31")]),
        ("2015/..", [("2015", None)]),
        ({"@type": "DateTime", "startDate": "2015", "endDate": "2016"}, [("2015", "2016")]),
        (
            {"@type": "time:ProperInterval", "time:hasBeginning": {"time:inXSDDate": "2015-01-01"},
             "time:hasEnd": {"time:inXSDDate": {"@value": "2015-02-01"}}},
            [("2015-01-01", "2015-02-01")],
        ),
        ({"@type": "time:Instant", "time:inTimePosition": {"time:numericPosition": "760000"}}, []),
    ],
)  # fmt: skip
def test_periods_in_their_shapes(stated: object, periods: list[tuple[str, str | None]], tmp_path: Path):
    package = File(tmp_path, "schema-org", dataset("A", temporalCoverage=stated)).package
    found = [(p.start and p.start.value, p.end and p.end.value) for p in package.catalogue.temporal]
    assert found == periods
    assert periods or "temporalCoverage" in package.catalogue.more, "what cannot be read is kept"


@pytest.mark.parametrize("body", [b"", b'{"@type": ', b"<html>", b"[]"])
def test_broken_answers_end_in_a_sentence(body: bytes, site: Site, tmp_path: Path):
    serve(site, "/d.jsonld", Reply(body, 200, {"Content-Type": "application/ld+json"}))
    done = harvest(tmp_path, f"{site.url}/d.jsonld", "schema-org")
    assert done.verdict.sentence.endswith(".")
    assert done.records == []
    assert done.state == "failed"
