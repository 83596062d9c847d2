"""kill -9 at random instants of harvesting, assembling and publishing: the end is that of an undisturbed run, in the store and
in CKAN alike. `make kill` does it a hundred times (CATALOGUE_KILLS)."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from ckanapi import RemoteCKAN

from tests.conftest import Catalogue, CkanDouble, Site, dataset

KILLS = int(os.environ.get("CATALOGUE_KILLS", "3"))
"""Trials, of two kills each."""

SEED = int(os.environ.get("CATALOGUE_KILL_SEED", "4"))
DATASETS = 120
STEPS = (("harvest", "--all"), ("publish",))


def killed(catalogue: Catalogue, step: tuple[str, ...], after: float) -> bool:
    """Start a command and kill it with all its processes after so many seconds; False where it had ended before."""
    process = catalogue.start(*step)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def ckan_of(catalogue: Catalogue, source: str) -> dict[str, tuple[str, int]]:
    """What CKAN shows of a source: by id the title and how many resources."""
    ckan = RemoteCKAN(catalogue.environment["CKAN_URL"], apikey=catalogue.environment["CKAN_TOKEN"])
    found = ckan.action.package_search(fq=f'source:"{source}"', rows=1000)["results"]
    return {each["id"]: (each["title"], len(each["resources"])) for each in found}


def lasts(catalogue: Catalogue, step: tuple[str, ...]) -> float:
    started = time.monotonic()
    catalogue.run(*step)
    return time.monotonic() - started


@pytest.fixture
def portal(site: Site) -> CkanDouble:
    return CkanDouble(site, [dataset(number) for number in range(DATASETS)])


def test_the_end_is_that_of_an_undisturbed_run(portal: CkanDouble, address, tmp_path: Path):
    chance = random.Random(SEED)
    environment = {"CKAN_URL": address.url, "CKAN_TOKEN": address.token}
    entry = f"ckan {portal.url}\noptions: {{page_size: 10}}"
    calm = Catalogue(tmp_path / "calm" / "home", environment)
    calm.home.parent.mkdir()
    calm.register(f"xa-killed {entry}")
    seconds = {step: lasts(calm, step) for step in STEPS}
    wanted, in_ckan = calm.packages(), ckan_of(calm, "xa-killed")
    assert (len(wanted), len(in_ckan)) == (DATASETS, DATASETS)
    struck = 0
    for number in range(KILLS):
        # The datasets of every trial are the same ones, so that each begins with an empty CKAN.
        admin = RemoteCKAN(address.url, apikey=address.token)
        for identifier in in_ckan if number % 10 == 0 else list(in_ckan)[:20]:
            admin.action.dataset_purge(id=identifier)
        home = tmp_path / f"trial-{number}" / "home"
        home.parent.mkdir()
        trial = Catalogue(home, environment)
        trial.register(f"xa-killed {entry}")
        for step in STEPS:
            instant = chance.uniform(0.3, 1.0) * seconds[step]
            if killed(trial, step, instant):
                struck += 1
            done = trial.run(*step)
            assert "Traceback" not in done.stderr
        where = f"trial {number} of seed {SEED}"
        assert trial.packages() == wanted, where
        assert ckan_of(trial, "xa-killed") == in_ckan, where
        compared = trial.json("publish", "--reconcile")
        assert (compared["compared"]["same"], compared["written"]) == (DATASETS, 0), where
        assert trial.json("runs", "list")[0]["state"] == "complete", where
        assert not [run for run in trial.json("runs", "list") if run["state"] == "running"], where
    print(f"{struck} of {2 * KILLS} commands were killed on their way")
    assert struck > KILLS / 2
