"""Publishing to a real CKAN whose answers get lost, or come from something before it."""

import threading
from collections.abc import Iterator

import pytest
from ckanapi import RemoteCKAN

from tests.catalogue.publish.relay import Passing, Relay, honest
from tests.conftest import Catalogue, CkanDouble, Reply, Site, dataset

COLUMNS = ("created", "updated", "deleted", "unchanged", "refused", "failed")
WRITES = {"package_create", "package_update", "organization_create", "organization_patch"}


@pytest.fixture
def relay(address) -> Iterator[Relay]:
    made = Relay(address.url)
    yield made
    made.close()


@pytest.fixture
def publisher(catalogue: Catalogue, relay: Relay, address) -> Catalogue:
    return Catalogue(catalogue.home, {"CKAN_URL": relay.url, "CKAN_TOKEN": address.token})


@pytest.fixture
def portal(site: Site, publisher: Catalogue, request) -> CkanDouble:
    """Four datasets, harvested, of a source of its own for each test."""
    double = CkanDouble(site, [dataset(number) for number in range(4)])
    publisher.register(f"xa-{request.node.originalname.replace('_', '-')[:50]} ckan {double.url}")
    publisher.run("harvest", "--all")
    return double


def totals(published: dict) -> dict[str, int]:
    return {key: published["states"][0][key] for key in COLUMNS if published["states"][0][key]}


def test_a_create_whose_answer_was_lost(portal, publisher, relay, address):
    lost: set[bytes] = set()

    def lose(action: str, body: bytes, passing: Passing) -> Reply:
        if action not in {"package_create", "organization_create"} or body in lost:
            return passing()
        lost.add(body)
        passing()
        return Reply(b"<html>gateway</html>", 504, {"Retry-After": "0"})

    relay.spoil = lose
    assert totals(publisher.json("publish")) == {"updated": 4}
    assert totals(publisher.json("publish")) == {"unchanged": 4}
    source = publisher.json("sources", "list")[0]["id"]
    assert RemoteCKAN(address.url).action.package_search(fq=f"source:{source}", rows=0)["count"] == 4


def test_no_answer_for_one_dataset(portal, publisher, relay):
    def fail(action: str, body: bytes, passing: Passing) -> Reply:
        failing = action == "package_create" and b"Public contracts 2" in body
        return Reply(b"<html>Internal Server Error</html>", 500) if failing else passing()

    relay.spoil = fail
    published = publisher.json("publish", status=1)
    assert totals(published) == {"created": 3, "failed": 1}
    assert "500" in published["failure"]
    relay.spoil = lambda action, body, passing: passing()
    assert totals(publisher.json("publish")) == {"created": 1, "unchanged": 3}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"<html>Bad gateway</html>", 502, {"Retry-After": "0"}),
        Reply(b"<html>Please log in</html>", 200),
        Reply(b'{"success": ', 200),
        Reply(b"", 500),
    ],
)
def test_a_ckan_that_dies_in_the_middle(answer: Reply, site, publisher, relay, address, request):
    """Some datasets are taken, then nothing is answered as a CKAN does; the next run completes it, and nothing is double."""
    double = CkanDouble(site, [dataset(number) for number in range(40)])
    source = f"xa-dying-{request.node.callspec.id}"
    publisher.register(f"{source} ckan {double.url}")
    publisher.run("harvest", "--all")
    taken: list[bytes] = []

    def dying(action: str, body: bytes, passing: Passing) -> Reply:
        if action.startswith("package_"):
            if len(taken) >= 10:
                return answer
            taken.append(body)
        return passing()

    relay.spoil = dying
    # Whether it gives up or tries all depends on when the slow answers of those that were taken arrive.
    assert "publish again" in publisher.run("publish", status=1).stderr
    relay.spoil = honest
    done = totals(publisher.json("publish"))
    assert 30 <= done["created"] + done.get("updated", 0) <= 40
    assert sum(done.values()) == 40
    found = RemoteCKAN(address.url).action.package_search(fq=f"source:{source}", rows=100)
    assert found["count"] == 40
    assert len({each["title"] for each in found["results"]}) == 40
    assert totals(publisher.json("publish")) == {"unchanged": 40}


@pytest.fixture
def unlucky(site, publisher, address) -> Iterator[str]:
    """A source of 50 datasets that nothing answers for, and one of four that comes after it; gives the latter's id."""
    other = Site()
    first = CkanDouble(site, [dataset(number, title=f"Unlucky {number}") for number in range(50)])
    second = CkanDouble(other, [dataset(number) for number in range(4)])
    publisher.register(f"xa-unlucky-a ckan {first.url}", f"xa-unlucky-b ckan {second.url}")
    publisher.run("harvest", "--all")
    yield "xa-unlucky-b"
    other.close()


def test_what_fails_for_one_source_does_not_hold_up_the_next(unlucky: str, publisher, relay, address):
    relay.spoil = lambda action, body, passing: (
        Reply(b"<html>Forbidden</html>", 403) if b"Unlucky" in body else passing()
    )
    done = publisher.run("publish", status=1)
    assert "50 datasets could not be sent (" in done.stderr
    assert "publish again" in done.stderr
    assert shown(address, unlucky) == 4
    assert relay.actions.count("status_show") == 3, "once at the start, and once after each twenty in a row"
    relay.actions.clear()
    assert totals(publisher.json("publish", status=1)) == {"unchanged": 4, "failed": 50}
    relay.spoil = honest
    assert totals(publisher.json("publish")) == {"created": 50, "unchanged": 4}


def test_a_ckan_that_answers_nothing_any_more_is_not_asked_for_the_rest(unlucky: str, publisher, relay):
    started: list[str] = []

    def dies(action: str, body: bytes, passing: Passing) -> Reply:
        if action.startswith("package_"):
            started.append(action)
        return Reply(b"<html>Internal Server Error</html>", 500) if started else passing()

    publisher.json("publish", "--dry-run")
    relay.spoil = dies
    done = publisher.run("publish", "--again", status=1)
    assert "CKAN stopped answering after 2" in done.stderr
    assert len(started) < 50


def test_a_slow_ckan_is_waited_for(portal, publisher, relay):
    def slow(action: str, body: bytes, passing: Passing) -> Reply:
        reply = passing()
        if action == "package_create":
            threading.Event().wait(2)  # what a busy CKAN does; the client must not give up and ask again
        return reply

    relay.spoil = slow
    assert totals(publisher.json("publish")) == {"created": 4}
    assert relay.actions.count("package_create") == 4


def test_a_dataset_too_large_for_the_server_is_refused_and_not_sent_again(portal, publisher, relay):
    def refuse(action: str, body: bytes, passing: Passing) -> Reply:
        return Reply(b"<html>too large</html>", 413) if b"Public contracts 2" in body else passing()

    relay.spoil = refuse
    assert totals(publisher.json("publish")) == {"created": 3, "refused": 1}
    relay.actions.clear()
    assert totals(publisher.json("publish")) == {"unchanged": 3, "refused": 1}
    assert relay.actions == []
    relay.spoil = lambda action, body, passing: passing()
    assert totals(publisher.json("publish", "--again")) == {"created": 1, "updated": 3}


def shown(address, source: str) -> int:
    """How many datasets of a source CKAN shows."""
    return RemoteCKAN(address.url).action.package_search(fq=f"source:{source}", rows=0)["count"]


def test_what_is_withdrawn_leaves_ckan_though_its_update_was_refused(portal, publisher, relay, address):
    source = publisher.json("sources", "list")[0]["id"]
    publisher.run("publish")
    portal.datasets[2] = dataset(2, title="Renamed")
    portal.datasets.append(dataset(4, title="Renamed before it was ever taken"))
    publisher.run("harvest", "--all")
    relay.spoil = lambda action, body, passing: (
        Reply(b"<html>too large</html>", 413) if b"Renamed" in body else passing()
    )
    assert totals(publisher.json("publish")) == {"unchanged": 3, "refused": 2}
    relay.spoil = honest
    publisher.run("sources", "withdraw", source, "--note", "The State took it back.")
    assert publisher.json("publish", "--dry-run", "--reconcile")["compared"] == {
        "missing": 0, "differing": 0, "shown": 4, "unknown": 0, "same": 1,
    }  # fmt: skip
    assert totals(publisher.json("publish")) == {"deleted": 5}, "what CKAN never took counts as deleted too"
    assert shown(address, source) == 0
    relay.actions.clear()
    assert totals(publisher.json("publish")) == {}
    assert relay.actions == []


def test_a_delete_that_ckan_refuses_is_tried_once_each_publish_and_told(portal, publisher, relay, address):
    source = publisher.json("sources", "list")[0]["id"]
    publisher.run("publish")
    kept = publisher.packages()[2]["id"]
    refusal = b'{"success": false, "error": {"__type": "Validation Error", "message": "A plugin keeps it"}}'
    relay.spoil = lambda action, body, passing: (
        Reply(refusal, 409) if action == "package_delete" and kept.encode() in body else passing()
    )
    publisher.run("sources", "withdraw", source, "--note", "The State took it back.")
    for done in ({"deleted": 3, "failed": 1}, {"failed": 1}):
        relay.actions.clear()
        published = publisher.json("publish", status=1)
        assert (totals(published), relay.actions.count("package_delete")) == (done, sum(done.values()))
        assert "A plugin keeps it" in published["failure"]
    assert "1 datasets could not be sent (" in publisher.run("publish", status=1).stderr
    assert publisher.json("publish", "--dry-run", "--reconcile")["compared"]["shown"] == 1
    publisher.run("sources", "restore", source)
    assert totals(publisher.json("publish")) == {"updated": 4}, "it is taken to be refused no longer"
    publisher.run("sources", "withdraw", source, "--note", "The State took it back.")
    relay.spoil = honest
    assert totals(publisher.json("publish")) == {"deleted": 4}
    assert shown(address, source) == 0


def test_a_token_that_is_withdrawn_on_the_way_marks_nothing_as_refused(portal, publisher, relay):
    def withdraw(action: str, body: bytes, passing: Passing) -> Reply:
        body = b'{"success": false, "error": {"__type": "Authorization Error", "message": "Access denied"}}'
        return Reply(body, 403) if action == "package_create" else passing()

    relay.spoil = withdraw
    done = publisher.run("publish", status=1)
    assert "CKAN_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr
    relay.spoil = lambda action, body, passing: passing()
    assert totals(publisher.json("publish")) == {"created": 4}


def test_a_dry_run_tells_create_from_update_and_writes_nothing(portal, publisher, relay):
    publisher.run("publish")
    portal.datasets[1] = dataset(1, title="Renamed")
    portal.datasets.append(dataset(9))
    publisher.run("harvest", "--all")
    relay.actions.clear()
    assert totals(publisher.json("publish", "--dry-run")) == {"created": 1, "updated": 1, "unchanged": 3}
    assert relay.actions == []
    assert totals(publisher.json("publish")) == {"created": 1, "updated": 1, "unchanged": 3}


def test_nothing_to_tell_means_no_call(portal, publisher, relay):
    publisher.run("publish")
    assert set(relay.actions) & WRITES
    relay.actions.clear()
    assert totals(publisher.json("publish")) == {"unchanged": 4}
    assert relay.actions == []


def test_an_organization_edited_by_hand_is_put_right_and_keeps_what_is_not_ours(portal, publisher, address):
    publisher.run("publish")
    ckan = RemoteCKAN(address.url, apikey=address.token)
    organization = ckan.action.organization_show(id="state-xa")
    extras = [{"key": "name_en", "value": "Elsewhere"}, {"key": "desk", "value": "4"}]
    ckan.action.organization_patch(id=organization["id"], title="Elsewhere", description="By hand", extras=extras)
    publisher.run("publish", "--again")
    after = ckan.action.organization_show(id="state-xa")
    assert (after["title"], after["description"]) == (organization["title"], "By hand")
    kept = {extra["key"]: extra["value"] for extra in after["extras"]}
    assert kept == {extra["key"]: extra["value"] for extra in organization["extras"]} | {"desk": "4"}


def test_a_ckan_that_fails_at_the_organization(portal, publisher, relay):
    relay.spoil = lambda action, body, passing: (
        Reply(b"<html>error</html>", 500) if action == "organization_show" else passing()
    )
    done = publisher.run("publish", status=1)
    assert "organization" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("version", "word"), [("2.9.5", "2.10"), ("new", "CKAN_URL")])
def test_a_ckan_that_is_too_old_or_none(portal, publisher, relay, version, word):
    body = f'{{"success": true, "result": {{"ckan_version": "{version}"}}}}'.encode()
    relay.spoil = lambda action, sent, passing: Reply(body) if action == "status_show" else passing()
    assert word in publisher.run("publish", status=1).stderr


def test_the_token_of_someone_who_is_no_sysadmin(portal, publisher, address):
    ckan = RemoteCKAN(address.url, apikey=address.token)
    ckan.action.user_create(name="a-reader", email="reader@example.org", password="a long password")
    token = ckan.action.api_token_create(user="a-reader", name="test")["token"]
    done = Catalogue(publisher.home, {**publisher.environment, "CKAN_TOKEN": token}).run("publish", status=1)
    assert "sysadmin" in done.stderr
    assert token not in done.stderr


def test_long_and_many_languages_are_taken(portal, publisher, address):
    portal.datasets[0] = dataset(
        0,
        title="t" * 40_000,
        notes="n" * 100_000,
        title_translated={"en": "Contracts", "ar": "العقود", "fr": "Marchés"},
        tags=[{"name": "العقود"}, {"name": "budget/2024"}],
        resources=[
            {
                "id": "r", "url": "https://data.example.org/x.csv", "name": "x", "size": 2**63,
                "created": "2024-05-06T10:00:00.5", "last_modified": "2024",
            }
        ],
    )  # fmt: skip
    publisher.run("harvest", "--all")
    assert totals(publisher.json("publish")) == {"created": 4}
    identifier = next(p["id"] for p in publisher.packages() if p["catalogue"]["native_id"].endswith("-000000000000"))
    shown = RemoteCKAN(address.url).action.package_show(id=identifier)
    assert sorted(tag["name"] for tag in shown["tags"]) == ["budget 2024", "العقود"]
    assert shown["resources"][0]["created"].startswith("2024-05-06T10:00:00")
    assert shown["resources"][0]["last_modified"] is None
    assert "Marchés" in {extra["key"]: extra["value"] for extra in shown["extras"]}["title_translated"]
