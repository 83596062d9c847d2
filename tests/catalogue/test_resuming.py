"""An interrupted harvest goes on only where what it read is still what is wanted, and nothing newer was read since; one whose
process died goes on, and nobody at the portal is blamed for it."""

import json
import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset

SEARCH = "/api/3/action/package_search"
PAGES_OF_TWO = "\noptions: {page_size: 2}"
NINE = signal.SIGKILL


class Holding:
    """A portal of six datasets that, until it is let go, does not answer for its third page of two."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.double = CkanDouble(site, [dataset(number) for number in range(6)])
        self.url = site.url
        self.asked = threading.Event()
        self._go_on = threading.Event()
        self._whole = site.routes[SEARCH]
        site.routes[SEARCH] = self._slow

    def _slow(self, query: dict[str, str]) -> Reply:
        if query["start"] == "4" and not self._go_on.is_set():
            self.asked.set()
            self._go_on.wait(120)
        return self._whole(query)

    def let_go(self) -> None:
        self._go_on.set()

    def hold(self) -> None:
        self.asked.clear()
        self._go_on.clear()

    def searched(self, before: int) -> list[str]:
        return [target for target in self.site.asked[before:] if SEARCH in target]


@pytest.fixture
def holding(site: Site) -> Iterator[Holding]:
    made = Holding(site)
    yield made
    made.let_go()


def crawl_of(process: "subprocess.Popen[str]") -> int:
    """The number of the harvest's own process, among the descendants of a command (proc(5), task/[tid]/children)."""
    waiting = [process.pid]
    while waiting:
        number = waiting.pop()
        if b"harvesters.crawl" in Path(f"/proc/{number}/cmdline").read_bytes():
            return number
        for children in Path(f"/proc/{number}/task").glob("*/children"):
            waiting += [int(child) for child in children.read_text().split()]
    raise AssertionError("no harvest is running")


def interrupted(catalogue: Catalogue, holding: Holding, *arguments: str) -> None:
    """Two pages of three are read, and then the command is stopped as Ctrl-C stops it."""
    process = catalogue.start("harvest", "xa-portal", *arguments)
    assert holding.asked.wait(60)
    os.kill(crawl_of(process), signal.SIGTERM)  # as a terminal's Ctrl-C, which reaches both
    process.send_signal(signal.SIGINT)
    threading.Timer(0.5, holding.let_go).start()
    process.communicate(timeout=60)
    assert states(catalogue)[0] == ("interrupted", "")


def killed(catalogue: Catalogue, holding: Holding) -> dict:
    """Two pages of three are read, and then the harvest's own process is killed, as where memory runs out."""
    holding.hold()
    process = catalogue.start("harvest", "xa-portal", "--json")
    assert holding.asked.wait(60)
    os.kill(crawl_of(process), NINE)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1, "so that the clock harvests it again soon"
    holding.let_go()
    return json.loads(out)["runs"][0]


def harvest(catalogue: Catalogue, *arguments: str, status: int = 0) -> dict:
    return catalogue.json("harvest", "xa-portal", *arguments, status=status)["runs"][0]


def states(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Of all runs, the newest first, their states and the classes of failures."""
    return [(run["state"], run["failure"]) for run in catalogue.json("runs", "list")]


def titles(catalogue: Catalogue) -> list[object]:
    return sorted(str(package["title"]) for package in catalogue.packages())


def test_after_the_address_was_corrected_the_new_one_is_read(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    interrupted(catalogue, holding)
    other = Site()
    try:
        CkanDouble(other, [dataset(number, title=f"Right {number}") for number in range(3)])
        catalogue.register(f"xa-portal ckan {other.url}{PAGES_OF_TWO}")
        before = len(holding.site.asked)
        done = harvest(catalogue)
    finally:
        other.close()
    assert (done["state"], done["records"]) == ("complete", 3)
    assert holding.site.asked[before:] == []
    assert titles(catalogue) == ["Right 0", "Right 1", "Right 2"]
    assert states(catalogue) == [("complete", ""), ("failed", "superseded")]


def test_after_the_protocol_was_corrected_nothing_is_read_by_the_wrong_mapper(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    interrupted(catalogue, holding)
    holding.site.routes["/"] = lambda query: Reply(
        b'{"@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld", '
        b'"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [{"identifier": "a", "title": "A", '
        b'"distribution": [{"downloadURL": "https://data.example/a.csv", "mediaType": "text/csv"}]}]}',
        headers={"Content-Type": "application/json"},
    )
    catalogue.register(f"xa-portal dcat-us {holding.url}/")
    done = harvest(catalogue)
    assert (done["state"], done["records"]) == ("complete", 1)
    assert titles(catalogue) == ["A"]


def test_with_other_options_it_begins_anew(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    interrupted(catalogue, holding)
    catalogue.register(f"xa-portal ckan {holding.url}\noptions: {{page_size: 3}}")
    before = len(holding.site.asked)
    assert harvest(catalogue)["records"] == 6
    assert len(holding.searched(before)) == 2
    assert states(catalogue) == [("complete", ""), ("failed", "superseded")]


def test_what_a_newer_run_read_is_not_overwritten(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    interrupted(catalogue, holding)
    holding.double.datasets[0] = dataset(0, title="Newer")
    holding.double.datasets.insert(0, dataset(7, title="Added"))
    assert harvest(catalogue, "--full")["records"] == 7
    assert states(catalogue) == [("complete", ""), ("failed", "superseded")]
    with sqlite3.connect(catalogue.home / "catalogue.sqlite3") as database:  # as a home of before has it
        database.execute("UPDATE harvests_run SET state = 'interrupted', failure = '' WHERE failure = 'superseded'")
    database.close()
    done = harvest(catalogue)
    assert (done["state"], done["records"], done["changed"], done["missing"]) == ("complete", 7, 0, 0)
    assert {"Newer", "Added"} <= set(titles(catalogue))
    assert states(catalogue) == [("complete", ""), ("complete", ""), ("failed", "superseded")]


def test_a_run_with_a_limit_ends_the_one_without_and_its_spool_is_kept_no_longer(
    catalogue: Catalogue, holding: Holding
):
    few = Catalogue(catalogue.home, {"CATALOGUE_KEEP_SPOOLS": "1"})
    few.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    interrupted(few, holding)
    assert harvest(few, "--limit", "2")["state"] == "partial"
    (newest, passed_over) = few.json("runs", "list")
    assert passed_over["failure"] == "superseded"
    assert passed_over["sentence"].startswith("It was interrupted, and a later harvest began anew")
    assert [path.name for path in few.home.glob("spools/xa-portal/*.zst")] == [f"{newest['id']}.jsonl.zst"]
    assert harvest(few)["records"] == 6


def test_a_harvest_whose_process_was_killed_goes_on_and_the_portal_is_not_blamed(
    catalogue: Catalogue, holding: Holding
):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    run = killed(catalogue, holding)
    assert (run["state"], run["failure"]) == ("interrupted", "killed")
    assert "signal 9" in run["sentence"]
    assert "did not fail at the portal" in catalogue.run("runs", "letter", str(run["run"]), status=1).stderr
    before = len(holding.site.asked)
    done = harvest(catalogue)
    assert (done["run"], done["state"], done["records"]) == (run["run"], "complete", 6)
    assert len(holding.searched(before)) == 1, "only the page that was not whole is asked again"
    assert states(catalogue) == [("complete", "")]


def test_killed_twice_at_the_same_place_it_begins_anew(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    numbers = {killed(catalogue, holding)["run"] for _ in range(2)}
    assert len(numbers) == 1
    before = len(holding.site.asked)
    done = harvest(catalogue)
    assert done["run"] not in numbers
    assert len(holding.searched(before)) == 3
    assert states(catalogue) == [("complete", ""), ("failed", "killed")]
    assert "twice at the same place" in catalogue.json("runs", "list")[1]["sentence"]


def test_the_clock_tries_a_killed_harvest_again_soon(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}{PAGES_OF_TWO}")
    catalogue.run("sources", "now", "xa-portal")
    clock = catalogue.start("run", "--once", "--no-publish")
    assert holding.asked.wait(60)
    os.kill(crawl_of(clock), NINE)
    clock.communicate(timeout=60)
    assert states(catalogue) == [("interrupted", "killed")]
    assert catalogue.json("sources", "list")[0]["failures"] == 1


def test_what_could_not_work_for_our_own_reasons_is_no_failure_of_the_portal(catalogue: Catalogue, holding: Holding):
    catalogue.register(f"xa-portal ckan {holding.url}\nca_bundle: /nowhere/authority.pem")
    run = harvest(catalogue, status=1)
    assert (run["state"], run["failure"]) == ("failed", "ours"), run
    assert "did not fail at the portal" in catalogue.run("runs", "letter", str(run["run"]), status=1).stderr
