"""`catalogue check` and detection at harvest, as a person runs them, against portals on loopback."""

import itertools
import time

import pytest

from sandbox.dcat import DcatFeed
from sandbox.dcat_us import DataJson
from sandbox.pages import Pages
from sandbox.portal import Robots
from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset
from tests.sandbox.portals import portal

HTML = Reply(
    b"<!doctype html><html lang=en><title>Ministry</title><p>Welcome</p></html>", headers={"Content-Type": "text/html"}
)


def test_what_a_check_says_of_a_ckan(site: Site, catalogue: Catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(40)])
    site.routes["/"] = lambda query: HTML
    checked = catalogue.json("check", double.url, "--limit", "3")
    assert {"url", "candidates", "protocol", "advertised", "datasets", "findings", "verdict"} <= set(checked)
    assert (checked["protocol"], checked["source_url"], checked["advertised"]) == ("ckan", double.url, 40)
    assert checked["verdict"]["state"] == "readable"
    assert [d["title"] for d in checked["datasets"]] == [f"Public contracts {n}" for n in range(3)]
    assert checked["candidates"][0]["evidence"]
    assert not list((catalogue.home / "spools").glob("**/*")), "a check saves nothing"
    assert any("rows=3" in asked for asked in site.asked), "a first look does not ask for a thousand"


def test_an_address_that_answers_a_page_to_everything(site: Site, catalogue: Catalogue):
    class Everything(dict):
        def get(self, key, default=None):
            return lambda query: HTML

    site.routes = Everything()
    checked = catalogue.json("check", f"{site.url}/data", status=1)
    assert "nothing-machine-readable" in [finding["code"] for finding in checked["findings"]]
    assert checked["verdict"]["state"] in {"nothing-found", "single-entry"}
    assert checked["requests"] <= 25
    assert len(site.asked) <= 25 + 5, "25 for detection, and a few for reading the page itself"


@pytest.mark.parametrize(
    ("services", "path", "protocol"),
    [
        ((Robots(), DataJson(), Pages()), "/", "dcat-us"),
        ((Robots(), DataJson(), Pages()), "/data.json", "dcat-us"),
        ((Robots(), DcatFeed(), Pages()), "/", "dcat"),
        ((Robots(), DcatFeed(), Pages()), "/catalog.ttl", "dcat"),
    ],
)
def test_the_sandbox_is_found(services, path: str, protocol: str, catalogue: Catalogue):
    with portal(*services, count=12) as served:
        checked = catalogue.json("check", f"{served.url}{path}", status=None)
    assert checked["protocol"] == protocol, checked["steps"]
    assert checked["verdict"]["state"] == "readable"


def test_a_portal_that_stalls_is_told_in_time(site: Site, catalogue: Catalogue):
    def stall(query):
        time.sleep(25)  # the portal's slowness is what is tested
        return HTML

    site.routes["/"] = stall
    started = time.monotonic()
    checked = catalogue.json("check", f"{site.url}/", status=1)
    assert checked["seconds"] <= 20
    assert time.monotonic() - started < 24
    assert checked["findings"]


def test_requests_are_half_a_second_apart_and_a_crawl_delay_is_not_waited_for(site: Site, catalogue: Catalogue):
    times: list[float] = []

    class Everything(dict):
        def get(self, key, default=None):
            times.append(time.monotonic())
            robots = Reply(
                b"User-agent: *\nCrawl-delay: 10\nDisallow: /data.json\n", headers={"Content-Type": "text/plain"}
            )
            return lambda query: robots if key == "/robots.txt" else HTML

    site.routes = Everything()
    person = Catalogue(catalogue.home, {"CATALOGUE_DELAY_SECONDS": "1"})
    checked = person.json("check", f"{site.url}/", status=1)
    # They are half a second apart where they leave; here they arrive, each a little early or late on a busy machine.
    asked = times[: len(checked["steps"])]
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert min(gaps) >= 0.2
    assert asked[-1] - asked[0] >= 0.5 * len(gaps) - 0.2
    assert "/data.json" not in site.asked
    assert checked["seconds"] <= 20


def test_a_source_without_a_protocol_is_detected_once_and_harvested(site: Site, catalogue: Catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(5)])
    site.routes["/"] = lambda query: HTML
    catalogue.register(f"xa-portal auto {double.url}", "xa-none auto http://127.0.0.1:9/")
    found = {row["id"]: row["protocol"] for row in catalogue.json("sources", "detect", status=1)}
    assert found == {"xa-portal": "ckan", "xa-none": None}
    asked = len(site.asked)
    run = catalogue.json("harvest", "xa-portal")["runs"][0]
    assert (run["state"], run["records"]) == ("complete", 5)
    assert len(site.asked) == asked + 2, "robots.txt and one page: it was not detected again"
    listed = {row["id"]: row["reading"] for row in catalogue.json("sources", "list")}
    assert listed["xa-portal"] == "ckan (detected)"
    assert catalogue.packages()[0]["catalogue"]["protocol"] == "ckan"


def test_changes_alone_are_asked_for_where_a_harvest_was_complete(site: Site, catalogue: Catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(5)])
    catalogue.register(f"xa-portal ckan {double.url}")
    assert catalogue.json("harvest", "xa-portal", "--changes")["runs"][0]["new"] == 5, "the first one reads all"
    double.datasets = [dataset(1, title="Changed")]
    run = catalogue.json("harvest", "xa-portal", "--changes")["runs"][0]
    assert (run["state"], run["records"], run["changed"], run["missing"]) == ("complete", 1, 1, 0)
    assert "fq=metadata_modified" in site.asked[-1]
    assert "changed since" in run["sentence"]
    assert len(catalogue.packages()) == 5
    assert catalogue.json("harvest", "xa-portal")["runs"][0]["missing"] == 4, "a full harvest finds what is gone"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("htp:/data.xa.example", "Only addresses that begin with https:// or http://"),
        ("ftp://data.xa.example/a", "Only addresses that begin with https:// or http://"),
        ("mailto:info@data.xa.example", "Only addresses that begin with https:// or http://"),
        ("not a url", "write a blank inside it as %20"),
        ("https://user:secret@data.xa.example/", "Remove what stands before the @"),
        ("user:secret@data.xa.example", "begin with https:// or http://"),
        ("", "host"),
    ],
)
def test_what_is_no_web_address_is_said_before_anything_is_asked(address: str, words: str, catalogue: Catalogue):
    done = catalogue.run("check", address, status=1)
    assert words in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("path", "body", "protocol"),
    [
        ("/api/3/action/package_search", b'{"success": true, "result": {"count": 0, "results": []}}', "ckan"),
        ("/data.json", b'{"dataset": []}', "dcat-us"),
    ],
)
def test_an_empty_list_is_called_empty(path: str, body: bytes, protocol: str, site: Site, catalogue: Catalogue):
    site.routes["/"] = lambda query: HTML
    site.routes[path] = lambda query: Reply(body, headers={"Content-Type": "application/json"})
    checked = catalogue.json("check", f"{site.url}/", status=1)
    assert checked["protocol"] == protocol
    assert "lists no dataset" in checked["verdict"]["sentence"]
