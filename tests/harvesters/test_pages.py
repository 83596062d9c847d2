"""Datasets in pages (schema.org), in folders (WAF) and in feeds; a page and a file as single entries."""

import json
from pathlib import Path

import pytest

from harvesters.data_file import file_name
from harvesters.evidence import Seen
from harvesters.feed import Feed
from harvesters.schema_org import SchemaOrg
from sandbox import iso
from sandbox.content import make_datasets
from sandbox.portal import Catalogue
from tests.conftest import Reply, Site
from tests.harvesters.filereading import detected
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import COUNTRY

CATALOGUE = Catalogue(COUNTRY, {"en": "Portal"}, "https://data.xa.example", make_datasets(COUNTRY, 9))
HTML = {"Content-Type": "text/html; charset=utf-8"}
SCHEMA = "https://schema.org/"


def described(number: int, **more: object) -> dict[str, object]:
    return {
        "@context": SCHEMA, "@type": "Dataset", "@id": f"https://data.xa.example/{number}", "name": f"Contracts {number}",
        "description": "<p>Contracts awarded.</p>", "publisher": {"@type": "Organization", "name": "Ministry of Finance"},
        "creator": {"@type": "Person", "name": "Withheld", "email": "first.last@data.example"},
        "license": "https://creativecommons.org/licenses/by/4.0/", "temporalCoverage": "2015-01-01/..",
        "spatialCoverage": {"@type": "Place", "name": "Xalandia", "geo": {"@type": "GeoShape", "box": "10 20 30 40"}},
        "distribution": [{"@type": "DataDownload", "contentUrl": f"/{number}.csv", "encodingFormat": "text/csv"}],
        "dateModified": "2026-01-02", **more,
    }  # fmt: skip


def page(*documents: object, links: tuple[str, ...] = ()) -> Reply:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(document)}</script>' for document in documents)
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return Reply(
        f"<!doctype html><html lang=en><head><title>T</title>{scripts}</head><body>{anchors}</body></html>".encode(),
        200,
        HTML,
    )


def sitemap(site: Site, *paths: str, lastmod: dict[str, str] | None = None) -> None:
    dated = lastmod or {}
    urls = "".join(
        f"<url><loc>{site.url}{path}</loc>{f'<lastmod>{dated[path]}</lastmod>' if path in dated else ''}</url>"
        for path in paths
    )
    body = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
    site.routes["/sitemap.xml"] = lambda query: Reply(body, headers={"Content-Type": "application/xml"})


# -- schema.org


def test_the_pages_of_a_sitemap_are_read(site: Site, tmp_path: Path):
    for number in range(5):
        site.routes[f"/d/{number}"] = lambda query, n=number: page(described(n))
    site.routes["/about"] = lambda query: page()
    sitemap(site, "/about", *(f"/d/{number}" for number in range(5)))
    done = harvest(tmp_path, site.url, "schema-org")
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert len(valid) == 5
    package = valid["https://data.xa.example/3"]
    assert (package.title, package.description) == ("Contracts 3", "Contracts awarded.")
    assert package.catalogue.publisher is not None
    assert package.catalogue.publisher.name == "Ministry of Finance"
    assert package.catalogue.spatial[0].bbox == (20.0, 10.0, 40.0, 30.0)
    assert package.resources[0].path == f"{site.url}/3.csv"
    assert package.licenses[0].name == "CC-BY-4.0"
    assert "first.last" not in repr(package)


def test_only_what_a_sitemap_dates_later_is_read_again(site: Site, tmp_path: Path):
    for number in range(3):
        site.routes[f"/d/{number}"] = lambda query, n=number: page(described(n))
    paths = [f"/d/{number}" for number in range(3)]
    sitemap(site, *paths, lastmod={"/d/0": "2026-01-01", "/d/1": "2026-11-01T10:00:00Z", "/d/2": "2025-01-01"})
    done = harvest(tmp_path, site.url, "schema-org", since="2026-10-01T00:00:00Z")
    assert (done.state, done.ids) == ("complete", ["https://data.xa.example/1"])


def test_without_a_sitemap_links_are_followed_within_the_site_and_circles_end(site: Site, tmp_path: Path):
    site.routes["/"] = lambda query: page(links=("/d/0", "/d/1", "https://elsewhere.example/d", "/style.css"))
    site.routes["/d/0"] = lambda query: page(described(0), links=("/", "/d/1", "/d/0"))
    site.routes["/d/1"] = lambda query: page(described(1), links=("/d/0", "/"))
    done = harvest(tmp_path, f"{site.url}/", "schema-org")
    assert done.state == "complete", done.verdict
    assert sorted(map(str, done.ids)) == ["https://data.xa.example/0", "https://data.xa.example/1"]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"@context": SCHEMA, "@graph": [described(0), described(1)]}, {"Contracts 0", "Contracts 1"}),
        ([described(0)], {"Contracts 0"}),
        (
            {"@context": "http://schema.org", "@type": "DataCatalog", "name": "C", "dataset": [described(0)]},
            {"Contracts 0"},
        ),
        ({"@context": SCHEMA, "@type": "WebPage", "mainEntity": described(0)}, {"Contracts 0"}),
        (
            {"@context": {"schema": SCHEMA}, "@type": "schema:Dataset", "@id": "u:1", "schema:name": "Prefixed"},
            {"Prefixed"},
        ),
        (
            {
                "@context": SCHEMA,
                "@type": ["Dataset", "Thing"],
                "@id": "u:1",
                "name": [{"@value": "Nom", "@language": "fr"}],
            },
            {"Nom"},
        ),
        (
            {
                "@context": SCHEMA,
                "@graph": [
                    {**described(0), "publisher": {"@id": "#o"}},
                    {"@id": "#o", "@type": "Organization", "name": "O"},
                ],
            },
            {"Contracts 0"},
        ),
    ],
)
def test_datasets_are_found_wherever_json_ld_may_put_them(
    document: object, names: set[str], site: Site, tmp_path: Path
):
    site.routes["/data.jsonld"] = lambda query: Reply(json.dumps(document).encode())
    done = harvest(tmp_path, f"{site.url}/data.jsonld", "schema-org")
    assert {package.title for package in done.valid().values()} == names
    assert done.state == "complete"


def test_microdata_is_read_and_a_broken_script_is_told(site: Site, tmp_path: Path):
    body = (
        '<!doctype html><html><head><title>T</title><script type="application/ld+json">{"@type": </script></head><body>'
        '<div itemscope itemtype="https://schema.org/Dataset"><h1 itemprop="name">Budgets</h1>'
        '<a itemprop="url" href="/budgets">b</a></div></body></html>'
    )
    site.routes["/"] = lambda query: Reply(body.encode(), 200, HTML)
    done = harvest(tmp_path, f"{site.url}/", "schema-org")
    assert [package.title for package in done.valid().values()] == ["Budgets"]
    assert done.codes()["record-malformed"] == 1


def test_detection_of_pages() -> None:
    url = "https://data.xa.example/"
    assert SchemaOrg.recognise(Seen(url, url, 200, HTML, page(described(0)).body, reported=True)) is not None
    assert SchemaOrg.recognise(Seen(url, url, 200, HTML, page().body, reported=True)) is None


# -- a folder of metadata


def folder(site: Site) -> str:
    def listing(*names: str) -> Reply:
        links = "".join(f'<a href="{name}">{name}</a>' for name in names)
        return Reply(
            f"<html><head><title>Index of /waf</title></head><body><a href='../'>Parent Directory</a><a href='?C=N;O=D'>Name</a>{links}</body></html>".encode(),
            200,
            HTML,
        )

    for number, dataset in enumerate(CATALOGUE.datasets):
        body = iso.render(dataset, CATALOGUE, "https://data.xa.example").encode()
        site.routes[f"/waf/{'sub/' if number > 5 else ''}{number}.xml"] = lambda query, b=body: Reply(b)
    site.routes["/waf/"] = lambda query: listing(*(f"{n}.xml" for n in range(6)), "sub/", "note.txt", "other.xml")
    site.routes["/waf/sub/"] = lambda query: listing("6.xml", "7.xml", "8.xml")
    site.routes["/waf/other.xml"] = lambda query: Reply(b"<catalog/>")
    return f"{site.url}/waf/"


def test_every_file_of_a_folder_and_of_those_below_is_read(site: Site, tmp_path: Path):
    done = harvest(tmp_path, folder(site), "waf")
    assert done.state == "complete", done.verdict
    assert set(done.valid()) == {dataset.name for dataset in CATALOGUE.datasets}
    assert done.codes()["record-malformed"] == 1
    assert not any(asked.endswith(("waf/..", "/", "note.txt")) and "waf" not in asked for asked in site.asked)


def test_a_page_that_is_no_folder_is_said(site: Site, tmp_path: Path):
    site.routes["/waf/"] = lambda query: Reply(b"<html><title>x</title><body>Nothing</body></html>", 200, HTML)
    done = harvest(tmp_path, f"{site.url}/waf/", "waf")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")


# -- feeds


def atom(site: Site, first: int, following: int | None) -> Reply:
    link = f'<link rel="next" href="/feed?page={following}"/>' if following else ""
    entries = "".join(
        f"<entry><id>urn:{n}</id><title>Contracts {n}</title><updated>2026-01-0{n + 1}T00:00:00Z</updated>"
        f'<link href="/d/{n}"/><link rel="enclosure" type="text/csv" href="/{n}.csv"/><category term="tenders"/></entry>'
        for n in range(first, first + 3)
    )
    return Reply(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>F</title>{link}{entries}</feed>'.encode()
    )


def test_a_feed_and_its_pages_are_read(site: Site, tmp_path: Path):
    site.routes["/feed"] = lambda query: atom(site, 3, None) if "page" in query else atom(site, 0, 2)
    done = harvest(tmp_path, f"{site.url}/feed", "feed")
    valid = done.valid()
    assert (done.state, len(valid)) == ("complete", 6)
    assert valid["urn:4"].resources[0].path == f"{site.url}/4.csv"
    assert valid["urn:4"].catalogue.keywords == {"en": ["tenders"]}


def test_a_feed_in_a_circle_ends(site: Site, tmp_path: Path):
    site.routes["/feed"] = lambda query: atom(site, 0, 2 if query.get("page") == "1" else 1)
    done = harvest(tmp_path, f"{site.url}/feed", "feed")
    assert done.state == "partial"
    assert "page-loop" in done.codes()


def test_a_feed_of_news_is_a_last_resort_and_one_of_files_is_not() -> None:
    rss = b"<rss><channel><title>N</title><item><title>News</title><link>https://x.example/1</link></item></channel></rss>"
    news = Feed.recognise(Seen("u", "u", 200, {}, rss))
    files = Feed.recognise(Seen("u", "u", 200, {}, atom(None, 0, None).body))
    assert news is not None
    assert files is not None
    assert news.confidence < 20 < files.confidence


# -- single entries


def test_a_page_is_one_dataset_with_the_files_that_it_links_to(site: Site, tmp_path: Path):
    body = (
        '<!doctype html><html lang="fr"><head><title>Marchés publics</title><meta name="description" content="Tous les marchés">'
        '<meta property="og:site_name" content="Ministère"></head><body><a href="/m.csv">CSV</a><a href="/m.pdf">PDF</a></body></html>'
    )
    site.routes["/marches"] = lambda query: Reply(body.encode(), 200, HTML)
    (package,) = harvest(tmp_path, f"{site.url}/marches", "web-page").valid().values()
    assert (package.title, package.description) == ("Marchés publics", "Tous les marchés")
    assert package.catalogue.titles == {"fr": "Marchés publics"}
    assert [resource.path for resource in package.resources] == [f"{site.url}/m.csv"]


def test_a_file_is_one_dataset_with_one_resource(site: Site, tmp_path: Path):
    site.routes["/lists/companies.csv"] = lambda query: Reply(
        b"a,b\n1,2\n", 200, {"Content-Type": "text/csv", "Last-Modified": "Wed, 21 Oct 2025 07:28:00 GMT"}
    )
    (package,) = harvest(tmp_path, f"{site.url}/lists/companies.csv", "file").valid().values()
    assert (package.title, package.resources[0].mediatype, package.resources[0].bytes) == (
        "companies.csv",
        "text/csv",
        8,
    )
    assert package.catalogue.modified is not None
    assert package.catalogue.modified.value == "2025-10-21T07:28:00Z"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", "list"),
        ("attachment", "list"),
        ("attachment; filename=budget.csv", "budget.csv"),
        ('attachment; filename="budget; final.csv"; size=3', "budget; final.csv"),
        ("attachment; filename*=UTF-8''march%C3%A9s%202024.csv", "marchés 2024.csv"),
        ("attachment; filename*=nonsense''a%20b.csv", "a b.csv"),
        ('attachment; FILENAME=" "', "list"),
    ],
)
def test_the_name_that_a_server_gives_a_file(disposition: str, name: str):
    assert file_name("https://data.xa.example/files/list/", disposition) == name


def test_a_page_and_a_file_are_read_again_and_found_by_their_addresses(site: Site, tmp_path: Path):
    front = '<!doctype html><html lang="fr"><head><title>Budget {}</title></head><body><a href="/m.csv">CSV</a></body></html>'
    for path, protocol, replies in (
        ("/budget", "web-page", [Reply(front.format(year).encode(), 200, HTML) for year in (2025, 2026)]),
        ("/m.csv", "file", [Reply(b"a,b\n" + b"1,2\n" * rows, 200, {"Content-Type": "text/csv"}) for rows in (1, 2)]),
    ):
        site.routes[path] = lambda query, r=replies[0]: r
        best = detected(f"{site.url}{path}").candidates[0]
        assert (best.protocol, best.url) == (protocol, f"{site.url}{path}")
        first, same = (harvest(tmp_path, best.url, best.protocol) for _ in range(2))
        site.routes[path] = lambda query, r=replies[1]: r
        changed = harvest(tmp_path, best.url, best.protocol)
        assert [done.state for done in (first, same, changed)] == ["complete"] * 3
        assert first.ids == same.ids == changed.ids
        assert first.valid() == same.valid()
        (before,), (after,) = first.valid().values(), changed.valid().values()
        assert (before.title, before.resources[0].bytes) != (after.title, after.resources[0].bytes)


@pytest.mark.parametrize("protocol", ["web-page", "file", "feed"])
def test_what_is_neither_is_said(protocol: str, site: Site, tmp_path: Path):
    site.routes["/x"] = lambda query: Reply(b"<html><body>untitled</body></html>", 200, HTML)
    done = harvest(tmp_path, f"{site.url}/x", protocol)
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
