"""How a harvest is stopped: at once, whoever is told, with a checkpoint, and with nobody left who still reads or writes."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.catalogue.long_portal import FEW, PAGES, PROMPT_SECONDS, LongPortal, written_no_more
from tests.conftest import Catalogue, Site


@pytest.fixture
def portal(site: Site, catalogue: Catalogue) -> LongPortal:
    made = LongPortal(site)
    made.register(catalogue, "xa-portal", "xa-waiting")
    return made


@pytest.fixture
def harvest(catalogue: Catalogue, portal: LongPortal) -> Iterator["subprocess.Popen[str]"]:
    """A harvest that has two pages. A second source of the same host waits for its turn."""
    process = catalogue.start("harvest", "xa-portal", "xa-waiting")
    assert portal.third.wait(60)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def states(catalogue: Catalogue) -> dict[str, str]:
    return {run["source_id"]: run["state"] for run in catalogue.json("runs", "list")}


def goes_on(catalogue: Catalogue, portal: LongPortal) -> None:
    """The next harvest completes what was begun, and asks for nothing again that was whole."""
    portal.register(catalogue, "xa-portal", delay_seconds=0)
    before = len(portal.pages)
    (run,) = catalogue.json("harvest", "xa-portal")["runs"]
    assert (run["state"], run["records"]) == ("complete", 2 * PAGES)
    assert portal.came_from_a_checkpoint(before)


ALONE: Callable[[int, int], None] = os.kill
GROUP: Callable[[int, int], None] = os.killpg


@pytest.mark.parametrize(
    ("to", "number"),
    [(ALONE, signal.SIGINT), (ALONE, signal.SIGTERM), (GROUP, signal.SIGINT), (GROUP, signal.SIGTERM)],
    ids=["interrupted", "terminated", "ctrl-c", "group-terminated"],
)
def test_a_harvest_that_is_stopped_reads_no_further(catalogue: Catalogue, portal: LongPortal, harvest, to, number):
    to(harvest.pid, number)
    _, err = harvest.communicate(timeout=PROMPT_SECONDS)
    assert (harvest.returncode, "Traceback" in err) == (130, False), err
    assert len(portal.pages) < FEW
    assert states(catalogue) == {"xa-portal": "interrupted", "xa-waiting": "interrupted"}
    folder = catalogue.home / "spools"
    assert not list(folder.glob("*/bodies-*")), "the crawl ended in order"
    if to is ALONE:  # of a group the crawl may end first, and what waited for its turn begins, to be ended at once
        assert not list(folder.glob("xa-waiting/*")), "what waited for its turn did not begin"
    goes_on(catalogue, portal)


def test_a_crawl_whose_harvest_was_killed_ends_by_itself(catalogue: Catalogue, portal: LongPortal, harvest):
    harvest.kill()
    harvest.wait()
    limit = threading.Timer(PROMPT_SECONDS, os.killpg, (harvest.pid, signal.SIGKILL))
    limit.start()
    written_no_more(catalogue, "xa-portal")
    assert limit.is_alive(), "by itself"
    limit.cancel()
    assert len(portal.pages) < FEW
    goes_on(catalogue, portal)


def test_while_a_crawl_still_writes_no_other_process_does(catalogue: Catalogue, portal: LongPortal, site: Site):
    portal.go_on.clear()
    first = catalogue.start("harvest", "xa-portal")
    assert portal.third.wait(60)
    first.kill()  # and the crawl waits for the answer that is under way
    first.wait()
    (spool,) = catalogue.home.glob("spools/xa-portal/*.zst")
    before, asked = spool.read_bytes(), len(portal.pages)
    (run,) = catalogue.json("harvest", "xa-portal", status=1)["runs"]
    assert "Another process still writes the spool" in run["sentence"]
    assert "Wait until it has ended" in run["sentence"]
    assert (spool.read_bytes(), len(portal.pages)) == (before, asked)
    assert states(catalogue) == {"xa-portal": "interrupted"}
    portal.go_on.set()
    written_no_more(catalogue, "xa-portal")
    goes_on(catalogue, portal)
    first.communicate(timeout=PROMPT_SECONDS)
