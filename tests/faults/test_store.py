"""The catalogue before and after a portal's bad night: nothing is withdrawn unless the harvest was complete, nothing is listed
that was not served, and once the portal is well all is as it was, identifiers and names alike."""

from dataclasses import dataclass

import pytest

from sandbox.faults.catalogue import FAULTS
from sandbox.faults.fault import Fault
from sandbox.faults.portal import FaultyPortal
from sandbox.faults.sizes import LargeRecord
from tests.conftest import Catalogue
from tests.faults.expected import FAILURES
from tests.faults.running import SLOW
from tests.faults.subjects import DATASETS, SUBJECTS

AT_ONCE = {
    "CATALOGUE_GRACE_RUNS": "1", "CATALOGUE_GRACE_DAYS": "0", "CATALOGUE_ATTEMPTS": "2",
    "CATALOGUE_CEILING_PERCENT": "100",
}  # fmt: skip
"""No grace, and no ceiling but the one that holds the loss of everything: what may be withdrawn at all is, at once."""

NIGHTS = [name for name in FAULTS if name not in SLOW and not name.startswith("tls")]
"""Faults of a night; those that only take longer, or are met before anything is read, fail as `down` does."""


@dataclass
class Held:
    """A portal and the catalogue that holds it."""

    portal: FaultyPortal
    catalogue: Catalogue
    address: str = ""

    def harvest(self, fault: Fault) -> dict:
        with self.portal.suffering(fault) as address:
            if address != self.address:
                self.address = address
                self.catalogue.register(f"xa-portal ckan {address}\noptions: {{page_size: 10}}")
            (run,) = self.catalogue.json("harvest", "xa-portal", "--full", status=None)["runs"]
        return run

    def listed(self) -> dict[str, tuple[object, object]]:
        """Identifier and name of each listed dataset, by its number."""
        packages = self.catalogue.packages()
        return {"".join(self.portal.numbers(str(each).encode())): (each["id"], each["name"]) for each in packages}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory):
    with SUBJECTS["ckan"].portal() as portal:
        held = Held(portal, Catalogue(tmp_path_factory.mktemp("store") / "home", AT_ONCE))
        assert held.harvest(Fault())["state"] == "complete"
        yield held


@pytest.fixture(scope="module")
def well(held: Held) -> dict[str, tuple[object, object]]:
    """What is listed of the portal when it is well."""
    well = held.listed()
    assert len(well) == DATASETS
    return well


@pytest.mark.parametrize("fault", NIGHTS)
def test_a_bad_night(fault: str, held: Held, well: dict[str, tuple[object, object]]):
    run = held.harvest(FAULTS[fault])
    served = set(held.portal.served)
    assert run["state"] == "failed" or fault not in FAILURES, run["sentence"]
    if run["state"] == "failed":
        assert (run["withdrawn"], run["missing"], run["new"]) == (0, 0, 0)
        return
    listed = held.listed()
    skipped = {LargeRecord.number} if fault == LargeRecord.name else set()
    assert listed.keys() <= served | well.keys()
    assert listed.keys() >= served - skipped
    assert {number: listed[number] for number in listed.keys() & well.keys()}.items() <= well.items()
    withdrawn = well.keys() - listed.keys()
    assert run["withdrawn"] == len(withdrawn)
    assert not withdrawn or (run["state"] == "complete" and not withdrawn & (served | skipped))
    again = held.harvest(Fault())
    assert again["state"] == "complete", again["sentence"]
    after = held.listed()
    assert {number: after[number] for number in well} == well


def test_the_catalogue_is_whole_after_all_of_it(held: Held, well: dict[str, tuple[object, object]]):
    assert held.harvest(Fault())["state"] == "complete"
    assert held.listed() == well
