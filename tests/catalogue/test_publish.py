"""Publishing to a real CKAN, through the command as a person runs it."""

import pytest
import requests
from ckanapi import NotAuthorized, RemoteCKAN

from portal import local
from tests.conftest import CKAN_ENVIRONMENT, Catalogue, CkanDouble, Reply, Site, dataset


@pytest.fixture
def publisher(catalogue: Catalogue, address) -> Catalogue:
    return Catalogue(catalogue.home, {"CKAN_URL": address.url, "CKAN_TOKEN": address.token})


@pytest.fixture
def portal(site: Site, publisher: Catalogue, request) -> CkanDouble:
    double = CkanDouble(site, [dataset(number) for number in range(4)])
    # A source of its own each, so that the tests share one CKAN and not its datasets.
    publisher.register(f"xa-{request.node.originalname.replace('_', '-')[:50]} ckan {double.url}")
    publisher.run("harvest", "--all")
    return double


def totals(published: dict) -> dict[str, int]:
    return {key: published["states"][0][key] for key in ("created", "updated", "unchanged", "refused", "failed")}


def test_create_then_nothing_then_only_what_changed(portal, publisher, address):
    assert totals(publisher.json("publish", "--dry-run"))["created"] == 4
    assert totals(publisher.json("publish"))["created"] == 4
    assert publisher.json("status")["states"][0]["published"] == 4
    again = publisher.json("publish")
    assert (totals(again)["unchanged"], again["written"]) == (4, 0)
    portal.datasets[1] = dataset(1, title="Renamed")
    publisher.run("harvest", "--all")
    assert totals(publisher.json("publish")) == {"created": 0, "updated": 1, "unchanged": 3, "refused": 0, "failed": 0}

    package = next(p for p in publisher.packages() if p["title"] == "Renamed")
    shown = RemoteCKAN(address.url).action.package_show(id=package["id"])
    extras = {extra["key"]: extra["value"] for extra in shown["extras"]}
    assert shown["title"] == "Renamed"
    assert shown["organization"]["title"] == "Xalandia"
    assert shown["name"].startswith("public-contracts-1-"), "the address stays the one first published"
    assert extras["native_identifier"] == package["catalogue"]["native_id"]
    assert extras["basis_document"] == "Note verbale 1/2026"
    assert shown["resources"][0]["url"] == "https://data.example.org/1.csv"


def test_what_ckan_already_has_is_not_made_twice(portal, publisher, address):
    """As after a time-out that had in fact committed, or with a new outbox."""
    publisher.run("publish")
    count = RemoteCKAN(address.url).action.package_search(rows=0)["count"]
    assert totals(publisher.json("publish", "--again"))["updated"] == 4
    other = Catalogue(
        publisher.home.parent / "other",
        publisher.environment | {"CATALOGUE_HOME": str(publisher.home.parent / "other")},
    )
    source = publisher.json("sources", "list")[0]
    other.register(f"{source['id']} ckan {source['url']}")
    other.run("harvest", "--all")
    assert totals(other.json("publish"))["updated"] == 4
    assert RemoteCKAN(address.url).action.package_search(rows=0)["count"] == count


def test_a_deleted_organization_and_dataset_come_back(portal, publisher, address):
    publisher.run("publish")
    ckan = RemoteCKAN(address.url, apikey=address.token)
    package = publisher.packages()[0]
    organization = ckan.action.package_show(id=package["id"])["organization"]["id"]
    ckan.action.package_delete(id=package["id"])
    ckan.action.organization_patch(id=organization, state="deleted")
    publisher.run("publish", "--again")
    assert ckan.action.package_show(id=package["id"])["state"] == "active"
    assert ckan.action.organization_show(id=organization)["state"] == "active"


def test_what_is_withdrawn_is_deleted_in_ckan_and_comes_back_under_the_same_name(portal, publisher, address):
    hasty = Catalogue(
        publisher.home, publisher.environment | {"CATALOGUE_GRACE_RUNS": "1", "CATALOGUE_GRACE_DAYS": "0"}
    )
    hasty.run("publish")
    ckan = RemoteCKAN(address.url)
    package = next(p for p in hasty.packages() if p["title"] == "Public contracts 2")
    name = ckan.action.package_show(id=package["id"])["name"]
    away = portal.datasets.pop(2)
    hasty.run("harvest", "--all")
    assert hasty.json("publish", "--dry-run")["states"][0]["deleted"] == 1
    published = hasty.json("publish")
    assert (published["states"][0]["deleted"], totals(published)["unchanged"]) == (1, 3)
    assert name not in ckan.action.package_list()
    assert hasty.json("publish")["written"] == 0
    portal.datasets.append(away)
    hasty.run("harvest", "--all")
    assert totals(hasty.json("publish"))["updated"] == 1
    assert ckan.action.package_show(id=package["id"])["name"] == name
    assert name in ckan.action.package_list()


def test_a_withdrawn_source_leaves_ckan_and_comes_back_under_the_same_names(portal, publisher, address):
    publisher.run("publish")
    ckan = RemoteCKAN(address.url)
    source = publisher.json("sources", "list")[0]["id"]
    before = {package["id"]: ckan.action.package_show(id=package["id"])["name"] for package in publisher.packages()}

    def found() -> set[str]:
        return {each["id"] for each in ckan.action.package_search(fq=f"source:{source}", rows=10)["results"]}

    assert found() == set(before)
    # A run that is held holds back nothing of what a person decides.
    portal.datasets = [{**each, "id": f"new-{each['id']}", "title": f"{each['title']} a"} for each in portal.datasets]
    assert publisher.json("harvest", source)["runs"][0]["hold"]
    publisher.run("sources", "withdraw", source, "--note", "The State took it back.")
    publisher.run("run", "--once")  # the clock harvests nothing of it, and tells CKAN
    assert found() == set()
    for key in before:
        with pytest.raises(NotAuthorized):  # as CKAN tells whoever may not see what is deleted
            ckan.action.package_show(id=key)
    published = publisher.json("publish", "--reconcile")
    assert (published["written"], published["compared"]["shown"], published["compared"]["missing"]) == (0, 0, 0)
    deleted = RemoteCKAN(address.url, apikey=address.token).action.package_show(id=next(iter(before)))
    assert (deleted["state"], deleted["name"]) == ("deleted", before[deleted["id"]]), "its identifier and name are kept"

    publisher.run("sources", "restore", source)
    held = publisher.json("publish")
    assert (held["written"], held["states"][0]["held"]) == (0, 8), "and then the run is held as before"
    (hold,) = publisher.json("held", "list")
    publisher.run("held", "refuse", str(hold["id"]), "--by", "Data officer")
    assert totals(publisher.json("publish"))["updated"] == 4
    assert {key: ckan.action.package_show(id=key)["name"] for key in found()} == before
    assert publisher.json("publish")["written"] == 0


def test_nothing_of_a_held_run_reaches_ckan_before_a_person_decides(portal, publisher, address):
    publisher.run("publish")
    ckan = RemoteCKAN(address.url)
    ids = {package["id"] for package in publisher.packages()}
    shown = {key: ckan.action.package_show(id=key) for key in ids}
    portal.datasets = [{**each, "id": f"new-{each['id']}", "title": f"{each['title']} a"} for each in portal.datasets]
    (run,) = publisher.json("harvest", "--all")["runs"]
    published = publisher.json("publish")
    assert (published["states"][0]["held"], published["written"]) == (4, 0)
    assert {key: ckan.action.package_show(id=key) for key in ids} == shown
    publisher.run("held", "release", str(run["hold"]), "--by", "Data officer", "--adopt")
    assert totals(publisher.json("publish"))["updated"] == 4
    after = [ckan.action.package_show(id=key) for key in ids]
    assert all(package["title"].endswith(" a") and package["name"] == shown[package["id"]]["name"] for package in after)


def test_a_former_identifier_that_is_listed_again_has_an_address_of_its_own_in_ckan(portal, publisher, address):
    publisher.run("publish")
    former = list(portal.datasets)
    portal.datasets = [{**each, "id": f"new-{each['id']}"} for each in former]
    (run,) = publisher.json("harvest", "--all")["runs"]
    publisher.run("held", "release", str(run["hold"]), "--by", "Data officer", "--adopt")
    portal.datasets += former
    publisher.run("harvest", "--all")
    assert totals(publisher.json("publish")) == {"created": 4, "updated": 4, "unchanged": 0, "refused": 0, "failed": 0}
    shown = [RemoteCKAN(address.url).action.package_show(id=package["id"]) for package in publisher.packages()]
    assert len({each["name"] for each in shown}) == 8


def test_a_ckan_that_lost_and_changed_some_is_mended(portal, publisher, address):
    """As after a restore from a backup, and edits by hand."""
    portal.datasets[0] |= {
        "tags": [{"name": "b"}, {"name": "a"}],
        "title_translated": {"en": "One", "ar": "واحد"},
        "version": "2",
    }
    portal.datasets[1]["resources"].append(
        {
            "id": "r",
            "url": "https://data.example.org/x y",
            "name": " x ",
            "size": "12",
            "created": "2024-05-06T10:00:00.5",
        }
    )
    publisher.run("harvest", "--all")
    publisher.run("publish")
    assert publisher.json("publish", "--reconcile")["compared"] == {
        "missing": 0, "differing": 0, "shown": 0, "unknown": 0, "same": 4,
    }  # fmt: skip
    ckan = RemoteCKAN(address.url, apikey=address.token)
    packages = publisher.packages()
    lost, edited, deleted, kept = (package["id"] for package in packages)
    ckan.action.dataset_purge(id=lost)
    ckan.action.package_patch(id=edited, title="Edited by hand")
    ckan.action.package_delete(id=deleted)
    assert publisher.json("publish")["written"] == 0, "the outbox alone does not know"
    rehearsed = publisher.json("publish", "--reconcile", "--dry-run")
    assert rehearsed["compared"] == {"missing": 2, "differing": 1, "shown": 0, "unknown": 0, "same": 1}
    assert (totals(rehearsed)["updated"], rehearsed["written"]) == (3, 0)
    assert publisher.json("publish")["written"] == 0, "a dry run marked nothing"
    said = publisher.run("publish", "--reconcile", "--dry-run").stdout
    assert "CKAN lacks 2 datasets that it confirmed, has 1 otherwise, and shows 0 that are withdrawn." in said
    assert "not ours" not in said
    published = publisher.json("publish", "--reconcile")
    assert published["compared"] == {"missing": 2, "differing": 1, "shown": 0, "unknown": 0, "same": 1}
    assert published["written"] == 3
    shown = {key: ckan.action.package_show(id=key) for key in (lost, edited, deleted, kept)}
    assert {each["state"] for each in shown.values()} == {"active"}
    assert shown[edited]["title"] == packages[1]["title"]
    assert publisher.json("publish", "--reconcile")["compared"]["same"] == 4


def test_what_ckan_refuses_is_noted_and_the_rest_goes_on(portal, publisher, address):
    digest = publisher.packages()[0]["name"].rpartition("-")[2]
    # Somebody made a dataset by hand under the address that ours would get.
    ckan = RemoteCKAN(address.url, apikey=address.token)
    organization = ckan.action.organization_create(name=f"by-hand-{digest}")
    ckan.action.package_create(name=f"public-contracts-0-{digest}", owner_org=organization["id"], title="By hand")
    result = totals(publisher.json("publish"))
    assert (result["created"], result["refused"]) == (3, 1)


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"CKAN_TOKEN": "wrong"}, "token"),
        ({"CKAN_TOKEN": ""}, "CKAN_TOKEN"),
        ({"CKAN_URL": "http://127.0.0.1:9"}, "CKAN_URL"),
    ],
)
def test_a_ckan_that_cannot_be_written_to(portal, publisher, environment, word):
    done = Catalogue(publisher.home, {**publisher.environment, **environment}).run("publish", status=1)
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert publisher.environment["CKAN_TOKEN"] not in done.stderr + done.stdout


def test_one_ckan_as_the_source_of_another(portal, publisher, address, tmp_path_factory, tmp_path):
    publisher.run("publish")
    folder = tmp_path_factory.mktemp("another")
    folder.chmod(0o755)
    try:
        another = local.up(folder, environment=CKAN_ENVIRONMENT)
        reader = Catalogue(tmp_path / "reader", {"CKAN_URL": another.url, "CKAN_TOKEN": another.token})
        permission = "harvest_permission: {by: Ministry, date: 2026-01-15, document: NV 1/2026}"
        reader.register(f"xa-mirror ckan {address.url}\n{permission}")
        reader.run("harvest", "xa-mirror")
        reader.run("publish")
        assert listed(another.url) == listed(address.url)
        assert len(listed(another.url)) >= 4
    finally:
        local.down(folder)


def listed(url: str) -> list[tuple[str, int]]:
    """Every dataset of a CKAN: its title and how many resources it has."""
    found = RemoteCKAN(url).action.package_search(rows=1000)
    assert found["count"] == len(found["results"])
    return sorted((package["title"], len(package["resources"])) for package in found["results"])


def test_an_html_answer_is_no_ckan(site, portal, publisher):
    site.routes["/api/action/status_show"] = lambda query: Reply(b"<html>hello</html>")
    done = Catalogue(publisher.home, {**publisher.environment, "CKAN_URL": site.url}).run("publish", status=1)
    assert "check CKAN_URL" in done.stderr


def test_the_pages_answer(address):
    assert "Catalogue" in requests.get(f"{address.url}/dataset/", timeout=60).text
