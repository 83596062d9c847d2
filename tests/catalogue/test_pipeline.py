"""From a source to the store, through the command as a person runs it, against a portal on loopback."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset


def harvested(catalogue: Catalogue, *arguments: str, status: int | None = 0) -> dict[str, object]:
    runs = catalogue.json("harvest", *(arguments or ("xa-portal",)), status=status)["runs"]
    assert len(runs) == 1
    return runs[0]


@pytest.fixture
def portal(site: Site, catalogue: Catalogue) -> CkanDouble:
    double = CkanDouble(site, [dataset(number) for number in range(7)])
    catalogue.register(f"xa-portal ckan {double.url}")
    return double


def counts(run: dict[str, object]) -> tuple[object, ...]:
    return tuple(run[key] for key in ("state", "records", "new", "changed", "unchanged", "missing", "invalid"))


def test_new_unchanged_changed_and_missing(portal, catalogue):
    assert counts(harvested(catalogue)) == ("complete", 7, 7, 0, 0, 0, 0)
    assert counts(harvested(catalogue)) == ("complete", 7, 0, 0, 7, 0, 0)
    portal.datasets[0] = dataset(0, title="Another title")
    del portal.datasets[6]
    portal.datasets.append(dataset(8))
    assert counts(harvested(catalogue)) == ("complete", 7, 1, 1, 5, 1, 0)
    packages = {package["catalogue"]["native_id"][-1]: package for package in catalogue.packages()}
    assert set(packages) == set("01234568"), "nothing is withdrawn before the grace is over"
    assert packages["0"]["title"] == "Another title"
    assert counts(harvested(catalogue, "xa-portal", "--full")) == ("complete", 7, 0, 0, 7, 1, 0)


def test_a_package_is_a_data_package_with_its_origin(portal, catalogue):
    harvested(catalogue)
    package = catalogue.packages()[0]
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["resources"][0]["path"] == "https://data.example.org/0.csv"
    assert package["resources"][0]["mediatype"] == "text/csv"
    assert package["catalogue"]["source"] == "xa-portal"
    assert package["catalogue"]["modified"]["value"] == "2026-01-02T03:04:05"
    assert "created" not in package, "a date-time without a zone is no RFC 3339 date-time, and none is invented"


def test_the_same_input_gives_the_same_output(portal, catalogue, tmp_path):
    harvested(catalogue)
    first = catalogue.packages()
    other = Catalogue(tmp_path / "other", {})
    other.register(f"xa-portal ckan {portal.url}")
    harvested(other)
    assert other.packages() == first


def test_a_bad_record_is_quarantined_and_the_rest_goes_on(portal, catalogue):
    portal.datasets[2] = {"title": "no identifier at all"}
    portal.datasets[3] = {**dataset(3), "resources": [{"id": "r", "url": ""}], "tags": "not a list"}
    portal.datasets[4] = {**dataset(4), "resources": "not a list", "extras": 7, "organization": []}
    run = harvested(catalogue)
    assert counts(run) == ("complete", 7, 6, 0, 0, 0, 1)
    shown = catalogue.json("runs", "show", str(run["run"]))
    assert [finding["code"] for finding in shown["findings"]] == ["no-identifier"]
    assert shown["findings"][0]["hint"]
    assert shown["findings_by_code"]["resource-url-empty"] == 1
    assert shown["findings_by_code"]["no-distribution"] == 1


def test_an_identifier_that_two_datasets_share_is_said(portal, catalogue):
    portal.datasets[3] = {**dataset(3), "id": dataset(2)["id"]}
    run = harvested(catalogue)
    assert (run["state"], run["records"], run["new"]) == ("partial", 7, 6)
    shown = catalogue.json("runs", "show", str(run["run"]))
    assert [(f["code"], f["value"]) for f in shown["findings"]] == [("identifier-repeated", dataset(2)["id"])]


def test_a_limit_makes_a_partial_run_that_marks_nothing_missing(portal, catalogue):
    harvested(catalogue)
    run = harvested(catalogue, "xa-portal", "--limit", "3")
    assert counts(run) == ("partial", 3, 0, 0, 3, 0, 0)


@pytest.mark.parametrize(
    ("reply", "failure", "word"),
    [
        (Reply(b"<!doctype html><html><title>Welcome</title>"), "malformed", "web page"),
        (Reply(b""), "malformed", "empty"),
        (Reply(b"nope", 404), "moved", "404"),
        (Reply(b"Traceback", 500), "down", "500"),
        (Reply(b"who are you", 401), "auth", "login"),
        (Reply(b"go away", 403), "blocked", "refuses"),
        (Reply(b'{"success": false, "error": {"message": "Search is off"}}'), "malformed", "Search is off"),
    ],
)
def test_a_portal_that_does_not_answer_as_one(site, catalogue, reply, failure, word):
    site.routes["/api/3/action/package_search"] = lambda query: reply
    catalogue.register(f"xa-portal ckan {site.url}")
    run = harvested(catalogue, status=1)
    assert (run["state"], run["failure"]) == ("failed", failure)
    shown = catalogue.json("runs", "show", str(run["run"]))
    assert any(word in json.dumps(finding) for finding in shown["findings"])


def test_json_cut_in_the_middle_keeps_what_was_whole(site, catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(5)])
    whole = site.routes["/api/3/action/package_search"]
    site.routes["/api/3/action/package_search"] = lambda query: Reply(whole(query).body[:-700])
    catalogue.register(f"xa-portal ckan {double.url}")
    run = harvested(catalogue, status=None)
    assert run["state"] in {"partial", "failed"}
    assert 0 < len(catalogue.packages()) < 5


def test_pages_that_go_round_in_a_circle_end(site, catalogue):
    first = [dataset(number) for number in range(3)]
    answer = {"success": True, "result": {"count": 9, "results": first}}
    site.routes["/api/3/action/package_search"] = lambda query: Reply(json.dumps(answer).encode())
    catalogue.register(f"xa-portal ckan {site.url}")
    run = harvested(catalogue)
    assert run["state"] == "partial"
    assert len(site.asked) < 20


def test_a_portal_that_refuses_to_search_is_read_name_by_name(site, catalogue):
    datasets = {f"contracts-{number}": dataset(number) for number in range(4)}
    site.routes["/api/3/action/package_search"] = lambda query: Reply(b'{"success": false}', 409)
    site.routes["/api/3/action/package_list"] = lambda query: Reply(
        json.dumps({"success": True, "result": list(datasets)}).encode()
    )
    site.routes["/api/3/action/package_show"] = lambda query: Reply(
        json.dumps({"success": True, "result": datasets[query["id"]]}).encode()
    )
    catalogue.register(f"xa-portal ckan {site.url}")
    assert counts(harvested(catalogue)) == ("complete", 4, 4, 0, 0, 0, 0)


def test_a_permission_lets_what_robots_forbid_be_read(site, catalogue):
    CkanDouble(site, [dataset(1)])
    site.routes["/robots.txt"] = lambda query: Reply(b"User-agent: *\nDisallow: /api/")
    catalogue.register(
        f"xa-portal ckan {site.url}\nharvest_permission: {{by: Ministry of Finance, date: 2026-01-15, document: NV 1/2026}}"
    )
    assert harvested(catalogue)["state"] == "complete"
    assert catalogue.json("sources", "list")[0]["robots"] == "permission recorded"


def test_without_a_permission_robots_are_obeyed_and_the_list_says_so(site, catalogue):
    CkanDouble(site, [dataset(1)])
    site.routes["/robots.txt"] = lambda query: Reply(b"User-agent: *\nDisallow: /")
    catalogue.register(f"xa-portal ckan {site.url}")
    run = harvested(catalogue, status=1)
    assert (run["state"], run["failure"]) == ("failed", "refused-by-robots")
    assert "permission" in run["sentence"]
    assert site.asked == ["/robots.txt"]
    assert "waits for a permission" in catalogue.json("sources", "list")[0]["robots"]


def test_a_killed_harvest_goes_on_from_its_checkpoint(site, catalogue):
    datasets = [dataset(number) for number in range(6)]
    double = CkanDouble(site, datasets)
    whole = site.routes["/api/3/action/package_search"]
    second_page_asked, go_on = threading.Event(), threading.Event()

    def slow(query):
        if query["start"] == "4" and not go_on.is_set():
            second_page_asked.set()
            go_on.wait(60)
        return whole(query)

    site.routes["/api/3/action/package_search"] = slow
    catalogue.register(f"xa-portal ckan {double.url}\noptions: {{page_size: 2}}")
    process = catalogue.start("harvest", "xa-portal")
    assert second_page_asked.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    go_on.set()
    before = len(site.asked)
    run = harvested(catalogue)
    assert counts(run) == ("complete", 6, 6, 0, 0, 0, 0)
    again = [target for target in site.asked[before:] if "package_search" in target]
    assert len(again) == 1, "only the page that was not whole is asked again"


def test_a_source_is_harvested_by_one_process_at_a_time(site, catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(4)])
    whole = site.routes["/api/3/action/package_search"]
    asked, go_on = threading.Event(), threading.Event()

    def slow(query):
        asked.set()
        go_on.wait(60)
        return whole(query)

    site.routes["/api/3/action/package_search"] = slow
    catalogue.register(f"xa-portal ckan {double.url}")
    first = catalogue.start("harvest", "xa-portal", "--json")
    assert asked.wait(60)
    second = harvested(catalogue, status=1)
    assert f"is being harvested by process {first.pid} on " in second["sentence"]
    go_on.set()
    out, _ = first.communicate(timeout=60)
    assert json.loads(out)["runs"][0]["state"] == "complete"
    assert counts(harvested(catalogue))[:5] == ("complete", 4, 0, 0, 4)


def test_what_keeps_one_source_from_being_read_keeps_no_other(site, catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(3)])
    catalogue.register(*(f"xa-{name} ckan {double.url}" for name in ("first", "keyed", "last", "blocked")))
    (catalogue.home / "spools").mkdir()
    (catalogue.home / "spools" / "xa-blocked").write_text("where the folder of its spools should be")
    mistaken = Catalogue(catalogue.home, {"CATALOGUE_KEY_XA_KEYED": "garbage"})
    runs = {run["source"]: run for run in mistaken.json("harvest", "--all", status=1)["runs"]}
    assert {source: run["state"] for source, run in runs.items()} == {
        "xa-first": "complete", "xa-keyed": "failed", "xa-last": "complete", "xa-blocked": "failed"
    }  # fmt: skip
    assert "CATALOGUE_KEY_XA_KEYED is no header" in runs["xa-keyed"]["sentence"]
    assert "spools/xa-blocked" in runs["xa-blocked"]["sentence"]
    assert len(catalogue.packages()) == 6
    done = mistaken.run("harvest", "xa-keyed", "xa-first", status=1)
    assert "Harvested" in done.stdout
    assert "xa-keyed: CATALOGUE_KEY_XA_KEYED is no header" in done.stdout
    assert done.stderr.count("Traceback") == 0
    assert (
        "did not fail at the portal" in catalogue.run("runs", "letter", str(runs["xa-keyed"]["run"]), status=1).stderr
    )
    assert {run["state"] for run in catalogue.json("runs", "list")} == {"complete", "failed"}


def test_a_crawl_that_is_stopped_says_how_many_records_it_had(site, catalogue):
    double = CkanDouble(site, [dataset(number) for number in range(6)])
    whole = site.routes["/api/3/action/package_search"]
    asked, go_on = threading.Event(), threading.Event()

    def slow(query):
        if query["start"] == "4":
            asked.set()
            go_on.wait(60)
        return whole(query)

    site.routes["/api/3/action/package_search"] = slow
    catalogue.register(f"xa-portal ckan {double.url}\noptions: {{page_size: 2}}")
    process = catalogue.start("harvest", "xa-portal", "--json")
    assert asked.wait(60)
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    (crawl,) = [
        int(child) for file in children for child in file.read_text().split()
        if b"harvesters.crawl" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]  # fmt: skip
    os.kill(crawl, signal.SIGTERM)
    go_on.set()
    (run,) = json.loads(process.communicate(timeout=60)[0])["runs"]
    assert (run["state"], run["records"]) == ("interrupted", run["new"])
    assert run["records"] >= 4
    assert catalogue.json("runs", "list")[0]["records"] == run["records"]


def test_private_addresses_are_refused(catalogue):
    guarded = Catalogue(catalogue.home, {"CATALOGUE_ALLOW_ADDRESSES": ""})
    guarded.register("xa-portal ckan http://127.0.0.1:9/")
    run = harvested(guarded, status=1)
    assert (run["state"], run["failure"]) == ("failed", "refused-address")


def test_what_cannot_be_harvested_is_said_in_one_sentence(catalogue):
    done = catalogue.run("harvest", "no-such-source", status=1)
    assert "catalogue sources list" in done.stderr
    assert "Traceback" not in done.stderr
    catalogue.register("xa-portal auto http://127.0.0.1:9/")
    assert "catalogue check" in harvested(catalogue, status=1)["sentence"]
