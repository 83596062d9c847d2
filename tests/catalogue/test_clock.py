"""The clock, as a process: what is due, what was missed, what fails, what is paused, and how it stops."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from catalogue.harvests.appointments import next_due
from tests.catalogue.long_portal import FEW, PROMPT_SECONDS, SEARCH, LongPortal, children, written_no_more
from tests.conftest import REPOSITORY, Catalogue, CkanDouble, Reply, Site, dataset


@pytest.fixture
def portal(site: Site, catalogue: Catalogue) -> CkanDouble:
    double = CkanDouble(site, [dataset(number) for number in range(4)])
    catalogue.register(f"xa-portal ckan {double.url}")
    return double


def tick(catalogue: Catalogue) -> None:
    """What a clock does that is started and stopped again."""
    catalogue.run("run", "--once", "--no-publish")


def runs(catalogue: Catalogue) -> list[str]:
    return [run["state"] for run in catalogue.json("runs", "list")]


def source(catalogue: Catalogue) -> dict:
    return catalogue.json("sources", "list")[0]


def set_due(catalogue: Catalogue, moment: datetime) -> None:
    with sqlite3.connect(catalogue.home / "catalogue.sqlite3") as database:
        database.execute("UPDATE harvests_appointment SET due = ?", (moment.strftime("%Y-%m-%d %H:%M:%S"),))
    database.close()


def wanted(catalogue: Catalogue) -> bool:
    with sqlite3.connect(catalogue.home / "catalogue.sqlite3") as database:
        ((asked,),) = database.execute("SELECT wanted FROM harvests_appointment")
    database.close()
    return bool(asked)


def test_nothing_is_due_at_first_and_what_a_person_asks_for_is_done_at_once(portal, catalogue):
    tick(catalogue)
    assert runs(catalogue) == []
    due = datetime.fromisoformat(source(catalogue)["due"])
    assert due > datetime.now(UTC)
    catalogue.run("sources", "now", "xa-portal")
    tick(catalogue)
    assert runs(catalogue) == ["complete"]
    tick(catalogue)
    assert runs(catalogue) == ["complete"], "once asked for is once done"


def test_what_was_missed_is_made_up_once(portal, catalogue):
    tick(catalogue)
    set_due(catalogue, datetime.now(UTC) - timedelta(days=60))
    tick(catalogue)
    tick(catalogue)
    assert runs(catalogue) == ["complete"]
    assert datetime.fromisoformat(source(catalogue)["due"]) > datetime.now(UTC)


def test_an_appointment_made_by_a_clock_that_was_ahead_is_made_anew(portal, catalogue):
    tick(catalogue)
    usual = datetime.fromisoformat(source(catalogue)["due"])
    set_due(catalogue, datetime.now(UTC) + timedelta(days=400))
    tick(catalogue)
    assert runs(catalogue) == []
    assert abs(datetime.fromisoformat(source(catalogue)["due"]) - usual) < timedelta(days=1)


def test_two_clocks_on_one_database_harvest_no_source_twice(site: Site, tmp_path):
    """Two machines: each has a home of its own, and both have the database."""
    double = CkanDouble(site, [dataset(number) for number in range(4)])
    database = {"CATALOGUE_DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}"}
    clocks = [Catalogue(tmp_path / name / "home", database) for name in ("one", "two")]
    for clock in clocks:
        clock.home.parent.mkdir()
    clocks[0].register(*(f"xa-{number} ckan {double.url}/" for number in range(6)))
    for rounds in (1, 2):
        clocks[0].run("sources", "now", *(f"xa-{number}" for number in range(6)))
        running = [clock.start("run", "--once", "--no-publish") for clock in clocks]
        for process in running:
            out, err = process.communicate(timeout=300)
            assert process.returncode == 0, out + err
        done = clocks[0].json("runs", "list", "--limit", "100")
        assert sorted(run["source_id"] for run in done) == sorted([f"xa-{number}" for number in range(6)] * rounds)
        assert {run["state"] for run in done} == {"complete"}


def test_more_are_due_than_may_be_harvested_at_a_time(site: Site, tmp_path):
    double = CkanDouble(site, [dataset(1)])
    catalogue = Catalogue(tmp_path / "home", {"CATALOGUE_PARALLEL_HARVESTS": "2"})
    sources = [f"xa-{number}" for number in range(5)]
    catalogue.register(*(f"{each} ckan {double.url}/" for each in sources))
    catalogue.run("sources", "now", *sources)
    tick(catalogue)
    assert sorted(run["source_id"] for run in catalogue.json("runs", "list")) == sources


def test_a_source_that_fails_is_tried_again_later_and_later(site: Site, catalogue: Catalogue):
    site.routes[SEARCH] = lambda query: Reply(b"<html>Welcome</html>")
    catalogue.register(f"xa-portal ckan {site.url}")
    waits = []
    for _ in range(3):
        catalogue.run("sources", "now", "xa-portal")
        tick(catalogue)
        waits.append(datetime.fromisoformat(source(catalogue)["due"]) - datetime.now(UTC))
    assert [round(wait / timedelta(minutes=15)) for wait in waits] == [1, 2, 4]
    assert source(catalogue)["failures"] == 3
    CkanDouble(site, [dataset(1)])
    catalogue.run("sources", "now", "xa-portal")
    tick(catalogue)
    assert source(catalogue)["failures"] == 0


def test_a_paused_source_waits_and_says_why(portal, catalogue):
    catalogue.run("sources", "pause", "xa-portal", "--reason", "The portal is being moved.")
    catalogue.run("sources", "now", "xa-portal")
    tick(catalogue)
    assert runs(catalogue) == []
    assert source(catalogue)["paused"] == "The portal is being moved."
    catalogue.run("sources", "resume", "xa-portal")
    tick(catalogue)
    assert runs(catalogue) == ["complete"]
    assert "with --reason" in catalogue.run("sources", "pause", "xa-portal", "--reason", " ", status=1).stderr


@pytest.fixture
def long(site: Site, catalogue: Catalogue) -> LongPortal:
    """A portal that takes long, and whose harvest a person asked for."""
    made = LongPortal(site)
    made.register(catalogue, "xa-portal")
    catalogue.run("sources", "now", "xa-portal")
    return made


def goes_on(catalogue: Catalogue, long: LongPortal) -> None:
    """What was broken off is due again without anybody's asking, and goes on from its checkpoint."""
    long.register(catalogue, "xa-portal", delay_seconds=0)
    before = len(long.pages)
    tick(catalogue)
    assert runs(catalogue) == ["complete"]
    assert long.came_from_a_checkpoint(before)
    assert datetime.fromisoformat(source(catalogue)["due"]) > datetime.now(UTC), "made up for once"


def test_stopped_in_the_middle_it_leaves_a_checkpoint_and_goes_on(catalogue: Catalogue, long: LongPortal):
    clock = catalogue.start("run", "--no-publish")
    assert long.third.wait(60)
    other = catalogue.run("run", "--once", status=1)
    assert "Another clock is running" in other.stderr
    asked = len(long.pages)
    clock.send_signal(signal.SIGTERM)
    clock.communicate(timeout=PROMPT_SECONDS)
    assert clock.returncode == 0
    assert len(long.pages) < asked + FEW, "it did not wait for the last page"
    assert runs(catalogue) == ["interrupted"]
    assert datetime.fromisoformat(source(catalogue)["due"]) <= datetime.now(UTC)
    assert wanted(catalogue), "a person had asked for it"
    assert source(catalogue)["failures"] == 0
    goes_on(catalogue, long)


def test_killed_in_the_middle_the_next_clock_makes_up_for_it(catalogue: Catalogue, long: LongPortal):
    clock = catalogue.start("run", "--no-publish")
    assert long.third.wait(60)
    (harvest,) = children(clock.pid)
    for process in (clock.pid, harvest):
        os.kill(process, signal.SIGKILL)
    clock.communicate()
    written_no_more(catalogue, "xa-portal")
    assert datetime.fromisoformat(source(catalogue)["due"]) > datetime.now(UTC)
    goes_on(catalogue, long)


SOONER = """
from catalogue import cli, database
database.setup(cli.SETTINGS)
from catalogue import clock

clock.PUBLISH_RETRY_SECONDS = clock.PUBLISH_WAIT_SECONDS = 1.0
cli.main()
"""
"""The clock whose patience is less than a quarter of an hour."""


def test_publishing_waits_for_harvests_for_a_time_only_and_is_tried_again_where_it_failed(site: Site, tmp_path):
    """The harvest that is under way does not end, and CKAN answers as none does."""
    asked_again = threading.Event()
    ckan, portal = Site(), LongPortal(site)
    asked: list[dict[str, str]] = []

    def down(query: dict[str, str]) -> Reply:
        asked.append(query)
        if len(asked) == 3:
            asked_again.set()
        return Reply(b"not here", 404)

    ckan.routes["/api/action/status_show"] = down
    catalogue = Catalogue(tmp_path / "home", {"CKAN_URL": ckan.url, "CKAN_TOKEN": "token"})
    portal.register(catalogue, "xa-held", "xa-portal")
    catalogue.run("harvest", "xa-held", "--limit", "2")
    portal.go_on.clear()
    catalogue.run("sources", "now", "xa-portal")
    clock = subprocess.Popen(
        [sys.executable, "-c", SOONER, "run"], cwd=REPOSITORY, env=catalogue.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert portal.third.wait(90)
        assert asked_again.wait(90)
        assert clock.poll() is None
        assert catalogue.json("runs", "list")[0]["state"] == "running"
    finally:
        portal.go_on.set()
        clock.terminate()
        clock.communicate(timeout=PROMPT_SECONDS)
        ckan.close()
    assert clock.returncode == 0


@pytest.mark.parametrize("schedule", ["hourly", "daily", "weekly", "monthly", "30 4 * * mon-fri"])
def test_the_next_moment_is_never_now(schedule: str):
    now = datetime(2026, 11, 29, 2, 17, tzinfo=UTC)  # a Sunday at the very moment of "weekly" and "daily"
    first = next_due(schedule, now, jitter=timedelta(0))
    assert first > now
    assert next_due(schedule, first, jitter=timedelta(0)) > first
