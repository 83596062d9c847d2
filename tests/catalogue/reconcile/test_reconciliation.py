"""Withdrawal after a grace, holds, decisions and the way back, through the command, against a portal whose list changes."""

import pytest

from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset

AT_ONCE = {"CATALOGUE_GRACE_RUNS": "1", "CATALOGUE_GRACE_DAYS": "0"}


def run(catalogue: Catalogue, *arguments: str, status: int | None = 0) -> dict:
    (done,) = catalogue.json("harvest", *(arguments or ("xa-portal",)), status=status)["runs"]
    return done


def listed(catalogue: Catalogue) -> set[int]:
    """The numbers of the datasets that the catalogue lists."""
    return {int(package["title"].rpartition(" ")[2]) for package in catalogue.packages()}


@pytest.fixture
def portal(site: Site) -> CkanDouble:
    return CkanDouble(site, [dataset(number) for number in range(40)])


@pytest.fixture
def quick(catalogue: Catalogue, portal: CkanDouble) -> Catalogue:
    """A catalogue without a grace, that has read the portal."""
    quick = Catalogue(catalogue.home, AT_ONCE)
    quick.register(f"xa-portal ckan {portal.url}")
    run(quick)
    return quick


def test_only_the_last_whole_run_of_the_grace_withdraws(catalogue: Catalogue, portal: CkanDouble):
    patient = Catalogue(catalogue.home, {"CATALOGUE_GRACE_DAYS": "0"})
    patient.register(f"xa-portal ckan {portal.url}")
    run(patient)
    del portal.datasets[0]
    outcomes = [(done["missing"], done["withdrawn"]) for done in (run(patient) for _ in range(4))]
    assert outcomes == [(1, 0), (1, 0), (0, 1), (0, 0)]
    assert listed(patient) == set(range(1, 40))
    assert patient.json("status")["states"][0]["withdrawn"] == 1


def test_the_days_of_the_grace_count_too(catalogue: Catalogue, portal: CkanDouble):
    patient = Catalogue(catalogue.home, {"CATALOGUE_GRACE_RUNS": "1"})
    patient.register(f"xa-portal ckan {portal.url}")
    run(patient)
    del portal.datasets[0]
    assert [run(patient)["withdrawn"] for _ in range(3)] == [0, 0, 0]
    assert 0 in listed(patient)


def test_a_run_that_is_not_whole_says_nothing_about_what_it_did_not_list(
    quick: Catalogue, portal: CkanDouble, site: Site
):
    everything = portal.datasets
    portal.datasets = everything[:35]
    assert run(quick, "xa-portal", "--limit", "10")["missing"] == 0
    portal.datasets = [*everything[:30], {"title": "without an identifier"}]
    assert run(quick)["missing"] == 0, "the nameless record may be any of those that were not listed"
    whole = site.routes["/api/3/action/package_search"]
    site.routes["/api/3/action/package_search"] = lambda query: Reply(b"<html>Gateway</html>", 502)
    assert run(quick, status=1)["missing"] == 0
    site.routes["/api/3/action/package_search"] = lambda query: Reply(
        whole(query).body.replace(b'"count": 31', b'"count": 44')
    )
    assert (run(quick)["state"], listed(quick)) == ("partial", set(range(40)))


def test_what_comes_back_has_its_former_name(quick: Catalogue, portal: CkanDouble):
    before = {package["title"]: (package["id"], package["name"]) for package in quick.packages()}
    away = portal.datasets.pop(3)
    assert run(quick)["withdrawn"] == 1
    portal.datasets.append(away)
    done = run(quick)
    assert (done["new"], done["missing"], done["withdrawn"]) == (0, 0, 0)
    assert {package["title"]: (package["id"], package["name"]) for package in quick.packages()} == before


def test_too_many_missing_are_held_and_shown(quick: Catalogue, portal: CkanDouble):
    del portal.datasets[:11]
    done = run(quick)
    assert (done["state"], done["missing"], done["withdrawn"]) == ("complete", 11, 0)
    assert f"held show {done['hold']}" in done["sentence"]
    shown = quick.json("held", "show", str(done["hold"]), "--items", "0")
    assert (shown["kind"], shown["live"], shown["missing"], shown["new"], shown["pairs"]) == ("removal", 40, 11, 0, 0)
    assert {item["title"] for item in shown["items"]} == {f"Public contracts {number}" for number in range(11)}
    assert listed(quick) == set(range(40))
    assert quick.json("status")["states"][0]["held_runs"] == 1
    assert run(quick)["hold"] == done["hold"], "the same question is asked once"


def test_ten_missing_are_not_held(quick: Catalogue, portal: CkanDouble):
    del portal.datasets[:10]
    assert (run(quick)["withdrawn"], listed(quick)) == (10, set(range(10, 40)))


def test_an_empty_list_of_a_small_portal_is_held(catalogue: Catalogue, site: Site):
    """Its few datasets are below the ceiling; that it has none at all is more likely a bad night than the truth."""
    small = Catalogue(catalogue.home, AT_ONCE)
    portal = CkanDouble(site, [dataset(number) for number in range(3)])
    small.register(f"xa-portal ckan {portal.url}")
    run(small)
    portal.datasets = []
    done = run(small)
    assert (done["withdrawn"], listed(small)) == (0, {0, 1, 2})
    assert "3 of its 3 datasets are missing at once" in done["sentence"]
    small.run("held", "release", str(done["hold"]), "--by", "Data officer")
    assert listed(small) == set()


def test_a_hold_ends_by_itself_when_the_portal_is_whole_again(quick: Catalogue, portal: CkanDouble):
    everything = portal.datasets
    portal.datasets = everything[:20]
    number = run(quick)["hold"]
    portal.datasets = everything
    done = run(quick)
    assert (done["hold"], done["missing"]) == (None, 0)
    assert quick.json("held", "show", str(number))["state"] == "overtaken"
    assert quick.json("held", "list") == []


def test_released_means_withdrawn_at_once(catalogue: Catalogue, portal: CkanDouble):
    catalogue.register(f"xa-portal ckan {portal.url}")
    run(catalogue)
    del portal.datasets[:20]
    number = str(run(catalogue)["hold"])
    decided = catalogue.json("held", "release", number, "--by", "Data officer", "--note", "The portal was cleaned up.")
    assert decided["withdrawn"] == 20
    assert listed(catalogue) == set(range(20, 40))
    shown = catalogue.json("held", "show", number)
    assert (shown["state"], shown["decided_by"]) == ("released", "Data officer")
    assert run(catalogue)["hold"] is None
    again = catalogue.run("held", "release", number, "--by", "Data officer", status=1)
    assert "released already" in again.stderr


def test_refused_means_that_all_stays_until_it_is_listed_again(quick: Catalogue, portal: CkanDouble):
    everything = portal.datasets
    portal.datasets = everything[20:]
    number = str(run(quick)["hold"])
    quick.run("held", "refuse", number, "--by", "Data officer")
    for _ in range(2):
        done = run(quick)
        assert (done["hold"], done["withdrawn"], listed(quick)) == (None, 0, set(range(40)))
    portal.datasets = everything[1:]
    done = run(quick)
    assert (done["missing"], done["withdrawn"]) == (1, 0), "what did not come back is still protected"
    portal.datasets = everything[2:]
    assert run(quick)["withdrawn"] == 1, "dataset 1 came back, so that its next absence counts as any other"
    assert quick.json("held", "release", number, "--by", "Data officer")["withdrawn"] == 1
    assert listed(quick) == set(range(2, 40))


def renumbered(portal: CkanDouble) -> None:
    portal.datasets = [{**each, "id": f"new-{each['id']}", "name": f"new-{each['name']}"} for each in portal.datasets]


def test_a_renumbered_portal_is_recognised_and_goes_on_under_the_former_names(quick: Catalogue, portal: CkanDouble):
    before = {package["title"]: (package["id"], package["name"]) for package in quick.packages()}
    renumbered(portal)
    done = run(quick)
    assert (done["new"], done["missing"]) == (40, 40)
    assert "other identifiers" in done["sentence"]
    number = str(done["hold"])
    shown = quick.json("held", "show", number)
    assert (shown["kind"], shown["pairs"]) == ("renumbering", 40)
    assert "--adopt" in quick.run("held", "release", number, "--by", "Data officer", status=1).stderr
    decided = quick.json("held", "release", number, "--by", "Data officer", "--adopt")
    assert (decided["adopted"], decided["withdrawn"]) == (40, 0)
    after = quick.packages()
    assert {package["title"]: (package["id"], package["name"]) for package in after} == before
    assert all(package["catalogue"]["native_id"].startswith("new-") for package in after)
    portal.datasets[5]["title"] = "Public contracts 555"
    done = run(quick)
    assert (done["new"], done["changed"], done["unchanged"], done["missing"]) == (0, 1, 39, 0)
    changed = next(package for package in quick.packages() if package["title"].endswith(" 555"))
    assert (changed["id"], changed["name"]) == before["Public contracts 5"]


def names(catalogue: Catalogue) -> dict[str, tuple[object, object]]:
    """Identifier and name of each listed dataset, by its native identifier."""
    return {package["catalogue"]["native_id"]: (package["id"], package["name"]) for package in catalogue.packages()}


def test_a_former_identifier_that_is_listed_again_is_another_dataset(quick: Catalogue, portal: CkanDouble):
    former = list(portal.datasets)
    renumbered(portal)
    quick.run("held", "release", str(run(quick)["hold"]), "--by", "Data officer", "--adopt")
    adopted = names(quick)
    portal.datasets += former[:15]
    done = run(quick)
    assert (done["state"], done["new"], done["unchanged"], done["hold"]) == ("complete", 15, 40, None)
    both = names(quick)
    assert both.items() > adopted.items(), "who has the identifier and the name keeps them"
    assert len({identifier for identifier, _ in both.values()}) == len({name for _, name in both.values()}) == 55
    done = run(quick, "xa-portal", "--full")
    assert (done["new"], done["unchanged"], names(quick)) == (0, 55, both)


def test_a_portal_that_renumbers_there_and_back_again(quick: Catalogue, portal: CkanDouble):
    former, before = list(portal.datasets), set(names(quick).values())
    renumbered(portal)
    new = list(portal.datasets)
    for listed_now in (new, former, new):
        portal.datasets = listed_now
        done = run(quick)
        assert (done["state"], done["new"]) == ("complete", 40)
        decided = quick.json("held", "release", str(done["hold"]), "--by", "Data officer", "--adopt")
        assert decided["adopted"] == 40
        assert set(names(quick).values()) == before


def test_an_identifier_may_come_back_more_than_once(quick: Catalogue, portal: CkanDouble):
    """Each time what had it has gone on under another, and is still there."""
    former, renamed = list(portal.datasets), []
    for turn in range(2):
        renamed += [{**each, "id": f"turn-{turn}-{each['id']}"} for each in former]
        portal.datasets = renamed
        decided = quick.json("held", "release", str(run(quick)["hold"]), "--by", "Data officer", "--adopt")
        assert decided["adopted"] == 40
        portal.datasets = [*renamed, *former]
        assert run(quick)["new"] == 40
    assert len(set(names(quick).values())) == len(names(quick)) == 40 * 3


def test_a_small_portal_that_renumbers_is_held_too(catalogue: Catalogue, site: Site):
    portal = CkanDouble(site, [dataset(number) for number in range(4)])
    catalogue.register(f"xa-portal ckan {portal.url}")
    run(catalogue)
    renumbered(portal)
    assert run(catalogue)["hold"] is not None


def test_a_renumbered_portal_that_breaks_off_does_not_double(quick: Catalogue, portal: CkanDouble, site: Site):
    renumbered(portal)
    whole = site.routes["/api/3/action/package_search"]
    site.routes["/api/3/action/package_search"] = lambda query: Reply(
        whole(query).body.replace(b'"count": 40', b'"count": 90')
    )
    done = run(quick)
    assert (done["state"], done["missing"]) == ("partial", 0)
    assert quick.json("held", "show", str(done["hold"]))["kind"] == "renumbering"


def test_a_dataset_that_replaces_another_is_no_renumbering(quick: Catalogue, portal: CkanDouble):
    portal.datasets[:5] = [dataset(number) for number in range(100, 105)]
    done = run(quick)
    assert (done["hold"], done["new"], done["withdrawn"]) == (None, 5, 5)


def test_what_the_register_expects_is_believed_before_the_portal(quick: Catalogue, portal: CkanDouble):
    quick.register(f"xa-portal ckan {portal.url}\nexpect: {{datasets: {{min: 38}}}}")
    del portal.datasets[:5]
    done = run(quick)
    assert (done["state"], done["missing"]) == ("partial", 0)
    assert "expects at least 38" in done["sentence"]


def test_a_hold_that_is_not_there_is_said(catalogue: Catalogue):
    for words in (("show", "7"), ("release", "7", "--by", "Data officer"), ("refuse", "7", "--by", "Data officer")):
        assert "catalogue held list" in catalogue.run("held", *words, status=1).stderr


def flows(*grown: int, count: int = 12) -> bytes:
    """A list of dataflows, of which some have grown beyond what is read."""
    schemas = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
    listed = "".join(
        f'<s:Dataflow id="F{n}" agencyID="XA1" version="1.0"><c:Name>Flow {n}{"x" * 4000 * (n in grown)}</c:Name></s:Dataflow>'
        for n in range(count)
    )
    return (
        f'<m:Structure xmlns:m="{schemas}/message" xmlns:s="{schemas}/structure" xmlns:c="{schemas}/common"><m:Structures>'
        f"<s:Dataflows>{listed}</s:Dataflows></m:Structures></m:Structure>"
    ).encode()


def test_a_dataset_that_is_listed_and_cannot_be_read_is_not_missing(catalogue: Catalogue, site: Site):
    """Its record grew too large: the portal has it all the same, and its last valid package stays."""
    strict = Catalogue(catalogue.home, AT_ONCE | {"CATALOGUE_MAX_RECORD_BYTES": "2048"})
    strict.register(f"xa-portal sdmx {site.url}/dataflow")
    site.routes["/dataflow"] = lambda query: Reply(flows())
    run(strict)
    site.routes["/dataflow"] = lambda query: Reply(flows(3))
    done = run(strict)
    assert (done["state"], done["missing"], done["withdrawn"]) == ("complete", 0, 0)
    assert listed(strict) == set(range(12))
    site.routes["/dataflow"] = lambda query: Reply(flows(count=11))
    assert run(strict)["withdrawn"] == 1, "what is listed no more is missing as before"
