"""The CKAN of the sandbox answers as CKAN does, in what harvesting relies on."""

from urllib.parse import quote, urlencode
from urllib.robotparser import RobotFileParser

import pytest
from msgspec.structs import replace

from sandbox.ckan import CkanApi, Refusal, robots
from sandbox.ckan_dataset import OLD
from sandbox.portal import Robots
from tests.sandbox.portals import ask, portal


def call(running, action, **query):
    return ask(f"{running.url}/api/3/action/{action}" + (f"?{urlencode(query)}" if query else ""))


@pytest.fixture(scope="module")
def ckan():
    with portal() as running:
        yield running


@pytest.mark.parametrize("rows", [1, 7, 30, 1000])
def test_pages_hold_every_dataset_once(ckan, rows):
    seen, start = [], 0
    while True:
        result = call(ckan, "package_search", rows=rows, start=start, sort="metadata_created asc, id asc").json()[
            "result"
        ]
        assert result["count"] == 30
        assert len(result["results"]) <= rows
        if not result["results"]:
            break
        seen += [dataset["id"] for dataset in result["results"]]
        start += rows
    assert sorted(seen) == sorted(dataset.id for dataset in ckan.datasets)


def test_ten_rows_without_a_number_and_none_for_zero(ckan):
    assert len(call(ckan, "package_search").json()["result"]["results"]) == 10
    assert call(ckan, "package_search", rows=0).json()["result"]["results"] == []


def test_rows_are_cut_to_the_ceiling():
    with portal(CkanApi(rows_max=5)) as running:
        result = call(running, "package_search", rows=1000).json()["result"]
        assert (len(result["results"]), result["count"]) == (5, 30)


def test_a_dataset_has_ckans_shape_and_language_maps(ckan):
    shown = call(ckan, "package_show", id=ckan.datasets[1].name).json()["result"]
    assert shown == call(ckan, "package_show", id=ckan.datasets[1].id).json()["result"]
    assert set(shown["title_translated"]) == {"en", "fr"}
    assert shown["organization"]["id"] == shown["owner_org"]
    assert shown["num_resources"] == len(shown["resources"]) > 0
    assert all(resource["url"].startswith(ckan.url) for resource in shown["resources"])


def test_the_old_shape_has_extras_as_a_mapping():
    with portal(CkanApi(OLD)) as running:
        shown = call(running, "package_show", id=running.datasets[0].id).json()["result"]
    assert isinstance(shown["extras"], dict)
    assert all(isinstance(tag, str) for tag in shown["tags"])


@pytest.mark.parametrize(
    ("action", "query", "status", "kind"),
    [
        ("package_search", {"rows": "many"}, 409, "Validation Error"),
        ("package_search", {"start": "-1"}, 409, "Validation Error"),
        ("package_search", {"sort": "sideways"}, 400, "Search Query Error"),
        ("package_search", {"colour": "red"}, 400, "Search Query Error"),
        ("package_search", {"fq": "colour:red"}, 409, "Search Error"),
        ("package_search", {"fq": "metadata_modified:[yesterday TO *]"}, 409, "Search Error"),
        ("package_search", {"fq": "((("}, 409, "Search Error"),
        ("package_show", {"id": "nothing"}, 404, "Not Found Error"),
        ("package_show", {}, 409, "Validation Error"),
        ("organization_show", {"id": "nobody"}, 404, "Not Found Error"),
    ],
)
def test_refusals_are_json_in_ckans_envelope(ckan, action, query, status, kind):
    answer = call(ckan, action, **query)
    assert answer.status == status
    body = answer.json()
    assert body["success"] is False
    assert body["error"]["__type"] == kind
    assert body["help"].endswith(f"help_show?name={action}")


@pytest.mark.parametrize("body", [b"{", b"[1]"])
def test_a_body_that_is_no_object_is_a_bad_request(ckan, body):
    answer = ask(f"{ckan.url}/api/3/action/package_search", body)
    assert answer.status == 400
    assert answer.json().startswith("Bad request - JSON Error")


def test_an_unknown_action_and_an_unknown_page(ckan):
    assert call(ckan, "make_coffee").json() == "Bad request - Action name not known: make_coffee"
    assert ask(f"{ckan.url}/nowhere").status == 404


def test_a_search_may_be_posted(ckan):
    assert len(ask(f"{ckan.url}/api/3/action/package_search", {"rows": 3}).json()["result"]["results"]) == 3


def test_names_are_listed_in_parts(ckan):
    names = call(ckan, "package_list").json()["result"]
    assert names == sorted(dataset.name for dataset in ckan.datasets)
    assert call(ckan, "package_list", limit=4, offset=2).json()["result"] == names[2:6]


def test_filters_keep_what_they_name(ckan):
    body = ckan.datasets[0].publisher.key
    count = sum(dataset.publisher.key == body for dataset in ckan.datasets)
    assert call(ckan, "package_search", fq=f'organization:"{body}"').json()["result"]["count"] == count
    assert call(ckan, "package_search", fq=f"-organization:{body}").json()["result"]["count"] == 30 - count
    dates = sorted(dataset.changed_at for dataset in ckan.datasets)
    fq = f"+metadata_modified:[{dates[20]}Z TO *] AND state:active"
    assert call(ckan, "package_search", fq=fq).json()["result"]["count"] == 10
    assert call(ckan, "package_search", q="tenders").json()["result"]["count"] < 30


def test_sorting_goes_both_ways(ckan):
    def names(sort):
        return [d["name"] for d in call(ckan, "package_search", rows=100, sort=sort).json()["result"]["results"]]

    assert names("name asc") == sorted(names("name desc"))
    assert names("name desc") == names("name asc")[::-1]


def test_organizations_count_their_datasets(ckan):
    bodies = call(ckan, "organization_list", all_fields="true").json()["result"]
    assert [body["name"] for body in bodies] == call(ckan, "organization_list").json()["result"]
    assert sum(body["package_count"] for body in bodies) == 30
    assert call(ckan, "organization_show", id=bodies[0]["id"]).json()["result"] == bodies[0]


@pytest.mark.parametrize("status", [400, 404, 409])
def test_a_portal_that_refuses_to_search_still_lists(status):
    with portal(CkanApi(OLD, Refusal(status))) as running:
        answer = call(running, "package_search", rows=1)
        assert (answer.status, answer.json()["success"]) == (status, False)
        assert len(call(running, "package_list").json()["result"]) == 30


def test_a_portal_may_refuse_large_pages_only():
    with portal(CkanApi(refusal=Refusal(500, above_rows=100))) as running:
        assert call(running, "package_search", rows=1000).status == 500
        assert call(running, "package_search", rows=100).status == 200


def test_robots_forbid_the_api_with_a_pause():
    with portal(Robots(robots()), CkanApi()) as running:
        rules = RobotFileParser()
        rules.parse(ask(f"{running.url}/robots.txt").body.decode().splitlines())
    assert not rules.can_fetch("anybody", "/api/3/action/package_search")
    assert rules.can_fetch("anybody", "/data.json")
    assert rules.crawl_delay("anybody") == 10


def test_what_changes_between_two_requests_shows():
    with portal(count=3) as running:
        running.datasets.pop()
        running.datasets[0] = replace(running.datasets[0], titles={"en": "Renamed"})
        found = call(running, "package_search", q=quote("Renamed")).json()["result"]
        assert [dataset["title"] for dataset in found["results"]] == ["Renamed"]
        assert call(running, "package_search").json()["result"]["count"] == 2
        assert [request.path for request in running.requests] == ["/api/3/action/package_search"] * 2
