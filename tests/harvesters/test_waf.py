"""Folders of metadata: listings of three web servers, folders below, FGDC beside ISO, and what changed."""

from pathlib import Path

import msgspec
import pytest

from harvesters.evidence import Seen
from harvesters.phrases import in_words
from harvesters.waf import Waf, listed
from sandbox import iso
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_csw import CATALOGUE
from tests.harvesters.test_iso import FGDC

HTML = {"Content-Type": "text/html"}
APACHE = '<img src="/icons/text.gif" alt="[TXT]"> <a href="{name}">{name}</a>   {year}-{month:02}-{day:02} 05:04   12K'
APACHE_TABLE = '<tr><td><a href="{name}">{name}</a></td><td align="right">{year}-{month:02}-{day:02} 05:04  </td><td> 12K</td></tr>'
NGINX = '<a href="{name}">{name}</a>           {day:02}-{named}-{year} 05:04       1234\n'
IIS = '{month}/{day}/{year}  5:04 PM      1234 <A HREF="/waf/{name}">{name}</A><br>'
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SERVERS = {"apache": APACHE, "apache-table": APACHE_TABLE, "nginx": NGINX, "iis": IIS}
PARENT = '<a href="?C=N;O=D">Name</a> <a href="../">Parent Directory</a> <a href="/">[To Parent Directory]</a>'


def line(server: str, name: str, changed: str) -> str:
    year, month, day = map(int, changed.split("-"))
    return SERVERS[server].format(name=name, year=year, month=month, day=day, named=MONTHS[month - 1])


def listing(*lines: str) -> Reply:
    body = f"<html><head><title>Index of /waf</title></head><body><pre>{PARENT}{''.join(lines)}</pre></body></html>"
    return Reply(body.encode(), headers=HTML)


class FolderDouble:
    """Nine records and when their files were changed; the last three are in a folder below, and a note is among them."""

    def __init__(self, site: Site, server: str) -> None:
        self.site, self.server = site, server
        self.changed = dict.fromkeys(range(9), "2026-01-31")
        for number, dataset in enumerate(CATALOGUE.datasets[:9]):
            self.put(number, iso.render(dataset, CATALOGUE, "https://data.xa.example"))
        site.routes["/waf/"] = lambda query: listing(
            *(line(server, f"{n}.xml", self.changed[n]) for n in range(6)),
            line(server, "sub/", "2026-01-31"), line(server, "note.txt", "2026-01-31"),
        )  # fmt: skip
        site.routes["/waf/sub/"] = lambda query: listing(
            *(line(server, f"{n}.xml", self.changed[n]).replace("/waf/", "/waf/sub/") for n in range(6, 9))
        )
        self.url = f"{site.url}/waf/"

    def put(self, number: int, content: str) -> None:
        path = f"/waf/{'sub/' if number > 5 else ''}{number}.xml"
        self.site.routes[path] = lambda query: Reply(content.encode(), headers={"Content-Type": "text/xml"})


@pytest.mark.parametrize("server", SERVERS)
def test_every_file_of_a_folder_and_of_those_below_is_read(server: str, site: Site, tmp_path: Path):
    folder = FolderDouble(site, server)
    done = harvest(tmp_path, folder.url, "waf")
    assert done.state == "complete", done.verdict
    assert set(done.valid()) == {dataset.name for dataset in CATALOGUE.datasets[:9]}
    assert not any("note.txt" in asked or asked.startswith("/waf/?") for asked in site.asked)
    assert set(site.asked) <= {"/robots.txt", "/waf/", "/waf/sub/", *(path for path in site.routes)}


@pytest.mark.parametrize("server", SERVERS)
def test_a_second_harvest_reads_the_files_that_may_have_changed(server: str, site: Site, tmp_path: Path):
    folder = FolderDouble(site, server)
    changed = msgspec.structs.replace(CATALOGUE.datasets[7], titles={"en": "Another title"})
    folder.put(7, iso.render(changed, CATALOGUE, "https://data.xa.example"))
    folder.changed[7] = "2026-10-20"
    done = harvest(tmp_path, folder.url, "waf", since="2026-10-01T00:00:00Z")
    assert done.state == "complete", done.verdict
    titles = {key: package.title for key, package in done.valid().items()}
    assert titles[changed.name] == "Another title"
    # IIS writes dates as its own country does, so none of them is relied on.
    assert len(titles) == (9 if server == "iis" else 1)


def test_a_file_changed_within_a_day_before_is_read_for_the_zone_of_the_server_is_not_known(site: Site, tmp_path: Path):
    folder = FolderDouble(site, "apache")
    folder.changed |= {3: "2026-09-30", 4: "2026-09-29"}
    done = harvest(tmp_path, folder.url, "waf", since="2026-10-01T00:00:00Z")
    assert list(done.valid()) == [CATALOGUE.datasets[3].name]


def test_files_in_latin_1_of_fgdc_and_of_nothing_known(site: Site, tmp_path: Path):
    latin = iso.render(CATALOGUE.datasets[0], CATALOGUE, "https://data.xa.example").replace(
        CATALOGUE.datasets[0].titles["en"], "Marchés"
    )
    service = iso.render(CATALOGUE.datasets[1], CATALOGUE, "https://data.xa.example").replace(
        'codeListValue="dataset">dataset', 'codeListValue="service">service'
    )
    files = {
        "latin.xml": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + latin.encode("latin-1"),
        "fgdc.xml": FGDC.format(pubdate="2017", end="Present", use="None").encode(),
        "service.xml": service.encode(),
        "other.xml": b"<catalog/>",
    }
    names = [*files, "index.html"]
    site.routes["/waf/"] = lambda query: listing(*(line("apache", name, "2026-01-31") for name in names))
    for name, content in files.items():
        site.routes[f"/waf/{name}"] = lambda query, content=content: Reply(content)
    done = harvest(tmp_path, f"{site.url}/waf/", "waf")
    assert done.state == "complete", done.verdict
    assert {package.title for package in done.valid().values()} == {"Marchés", "Contracts"}
    assert f"{site.url}/waf/fgdc.xml" in done.ids
    assert (done.codes()["not-a-dataset"], done.codes()["record-malformed"]) == (1, 1)


@pytest.mark.parametrize("broken", [Reply(b"<gmd:MD_Metadata"), Reply(b""), Reply(b"", 404)])
def test_a_file_that_cannot_be_read_is_told(broken: Reply, site: Site, tmp_path: Path):
    folder = FolderDouble(site, "apache")
    site.routes["/waf/4.xml"] = lambda query: broken
    done = harvest(tmp_path, folder.url, "waf")
    assert (done.state, len(done.valid())) == ("partial", 8)
    assert [finding.value for finding in done.noticed] == [f"{folder.url}4.xml"]


def test_folders_that_lead_back_end(site: Site, tmp_path: Path):
    site.routes["/waf/"] = lambda query: listing(
        line("apache", "a.xml", "2026-01-31"), line("apache", "sub/", "2026-01-31")
    )
    content = iso.render(CATALOGUE.datasets[0], CATALOGUE, "https://data.xa.example").encode()
    path = "/waf/"
    for _ in range(9):  # a link in the folder to the folder itself
        site.routes[f"{path}a.xml"] = lambda query: Reply(content)
        path += "sub/"
        site.routes[path] = site.routes["/waf/"]
    done = harvest(tmp_path, f"{site.url}/waf/", "waf")
    assert done.state == "complete", done.verdict
    assert len(set(done.ids)) == 1
    assert max(asked.count("sub/") for asked in site.asked) == 5


@pytest.mark.parametrize("server", SERVERS)
def test_a_folder_is_recognised_and_a_page_with_links_is_not(server: str, site: Site):
    url = f"{site.url}/waf/"
    body = listing(*(line(server, f"{n}.xml", "2026-01-31") for n in range(3))).body
    found = Waf.recognise(Seen(url, url, 200, HTML, body, reported=True))
    assert found is not None
    assert "XML files: 3" in in_words(found.evidence)
    page = b'<html><body><a href="/a">A</a><a href="/b">B</a><a href="sitemap.xml">S</a></body></html>'
    assert Waf.recognise(Seen(url, url, 200, HTML, page, reported=True)) is None


@pytest.mark.parametrize(
    ("link", "taken"),
    [("a.xml", True), ("a.XML", True), ("/waf/a.xml", True), ("../a.xml", False), ("/other/a.xml", False),
     ("https://elsewhere.example/waf/a.xml", False), ("a.xml?C=M", False), ("#no", False), ("http://[", False)],
)  # fmt: skip
def test_nothing_outside_the_folder_is_listed(link: str, taken: bool):
    _, files = listed(f'<html><body><a href="{link}">x</a></body></html>'.encode(), "https://data.xa.example/waf/")
    assert bool(files) == taken
