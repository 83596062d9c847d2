"""Open contracting publications, from packages and from lists; beneficial ownership statements."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.base import LastPage, Trouble
from harvesters.errors import MalformedAnswer
from harvesters.spool_lines import Ask
from sandbox.ocds import PublicationList, ReleasePackages
from sandbox.portal import Robots
from tests.conftest import Reply, Site
from tests.harvesters.filereading import WHERE, File, detected, recognised
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal

RELEASE = {
    "ocid": "ocds-xa-1",
    "id": "1",
    "date": "2024-03-01T10:00:00Z",
    "language": "en",
    "buyer": {"name": "A Person"},
}
PACKAGE = {
    "uri": "https://x.example/p/1", "version": "1.1", "publishedDate": "2024-05-31T00:00:00Z",
    "publisher": {"name": "Procurement Office", "scheme": "XA-GOV", "uid": "7", "uri": "https://p.xa.example"},
    "license": "https://creativecommons.org/licenses/by/4.0/", "publicationPolicy": "https://x.example/policy",
    "extensions": ["https://x.example/location/extension.json"],
    "releases": [RELEASE, {**RELEASE, "date": "2022-01-15T00:00:00Z"}],
}  # fmt: skip


def test_a_release_package_is_one_dataset(tmp_path: Path):
    file = File(tmp_path, "ocds", PACKAGE)
    package = file.package
    assert package.catalogue.native_id == WHERE
    assert package.title == "Open contracting data of Procurement Office (2022-01-15 to 2024-03-01)"
    assert [(r.path, r.format) for r in package.resources] == [(WHERE, "JSON")]
    said = package.catalogue
    assert said.publisher is not None
    assert (said.publisher.id, said.publisher.url) == ("XA-GOV-7", "https://p.xa.example")
    assert said.licences[0].spdx == "CC-BY-4.0"
    assert said.conforms_to == ["https://standard.open-contracting.org/1.1/"]
    assert [language.tag for language in said.languages] == ["en"]
    assert said.more["extensions"] == ["https://x.example/location/extension.json"]
    assert said.issued is not None
    assert said.issued.value == "2024-05-31T00:00:00Z"
    assert "Person" not in str(msgspec.to_builtins(package))
    assert file.events[-1] == LastPage()


@pytest.mark.parametrize(
    ("package", "title", "standard", "paths"),
    [
        ({"uri": "", "publisher": {"name": ""}, "publishedDate": "2024", "releases": []},
         "Open contracting data of data.xa.example", "1.0", [WHERE]),
        ({"version": "1.1", "packages": ["https://x.example/a.json", WHERE], "publisher": {"name": "P"},
          "records": [{"ocid": "o", "releases": [{"date": "2020-01-01"}, {"url": "https://x.example/r"}]}]},
         "Open contracting data of P (2020-01-01 to 2020-01-01)", "1.1", [WHERE, "https://x.example/a.json"]),
        ({"version": "1.1", "publisher": {"name": "P"}, "records": [{"ocid": "o", "compiledRelease": {"date": "2021-02-03T00:00Z"}}]},
         "Open contracting data of P (2021-02-03 to 2021-02-03)", "1.1", [WHERE]),
        ({"_id": {"$oid": "1"}, "releases": [{"ocid": "o", "date": 7}, "no release", {"ocid": "p", "date": "unknown"}]},
         "Open contracting data of data.xa.example", "1.0", [WHERE]),
    ],
    ids=["empty-names", "records-with-releases", "compiled", "odd-members"],
)  # fmt: skip
def test_packages_of_either_version(
    tmp_path: Path, package: dict[str, Any], title: str, standard: str, paths: list[str]
):
    found = File(tmp_path, "ocds", package).package
    assert (found.title, found.catalogue.conforms_to) == (title, [f"https://standard.open-contracting.org/{standard}/"])
    assert [resource.path for resource in found.resources] == paths
    assert "_id" not in found.catalogue.more


def test_a_publication_in_pages_is_one_dataset_with_the_period_of_all(tmp_path: Path):
    with portal(Robots(), ReleasePackages(), count=25) as served:
        address = f"{served.url}/api/releases.json"
        done = harvest(tmp_path, address, "ocds")
        short = harvest(tmp_path, address, "ocds", options={"pages": 2})
        days = sorted(dataset.issued for dataset in served.datasets)
    assert (done.state, len(done.asked)) == ("complete", 3), done.verdict
    assert done.ids == [address, address]
    package = done.valid()[address]
    assert (package.title or "").endswith(f"({days[0]} to {days[-1]})")
    assert package.catalogue.more["members_read"] == 25
    assert [resource.path for resource in package.resources] == [address]
    assert (short.state, len(short.asked)) == ("complete", 2)
    assert short.valid()[address].catalogue.temporal == [], "not all pages were read, so the period is not known"


def test_pages_that_go_in_a_circle_end_and_are_told(tmp_path: Path, site: Site):
    page = {**PACKAGE, "links": {"next": f"{site.url}/api?page=2"}}
    site.routes["/api"] = lambda query: Reply(msgspec.json.encode(page))
    done = harvest(tmp_path, f"{site.url}/api?page=1", "ocds")
    assert (done.state, len(done.asked)) == ("partial", 2)
    assert "page-loop" in [finding.code for finding in done.noticed]
    assert len(done.valid()) == 1


def test_a_next_page_that_is_no_address_is_said(tmp_path: Path):
    *_, last = File(tmp_path, "ocds", {**PACKAGE, "links": {"next": "javascript:void(0)"}}).events
    assert isinstance(last, Trouble)


def test_all_of_a_list_of_publications_and_then_what_changed(tmp_path: Path):
    with portal(Robots(), PublicationList(), count=12) as served:
        first = harvest(tmp_path, f"{served.url}/publications.json", "ocds")
        changed = served.datasets[3] = msgspec.structs.replace(served.datasets[3], titles={"en": "Another"})
        second = harvest(tmp_path, f"{served.url}/publications.json", "ocds")
        held = list(served.datasets)
    before, after = first.valid(), second.valid()
    assert first.state == second.state == "complete"
    assert [key for key in after if after[key] != before[key]] == [changed.id]
    for dataset in held:
        package = after[dataset.id or ""]
        assert package.title == dataset.titles["en"]
        assert package.catalogue.publisher is not None
        assert package.catalogue.publisher.name == dataset.publisher.names["en"]
        assert len(package.resources) == len(dataset.distributions)
        assert package.catalogue.frequency is not None
        assert package.catalogue.frequency.period == "P1M"
        assert bool(package.catalogue.temporal) == bool(dataset.period)


def test_a_list_of_packages_is_followed(tmp_path: Path):
    file = File(tmp_path, "ocds", ["a.json", "https://x.example/b.json", "a.json"])
    assert [event.url for event in file.events if isinstance(event, Ask)] == [
        "https://data.xa.example/lists/a.json", "https://x.example/b.json",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"<html>Sorry</html>", b'{"releases": [{"ocid": "o"}', b"", b"{}", b'{"data": 3}'])
def test_what_is_no_package_is_refused_in_a_sentence(tmp_path: Path, body: bytes):
    with pytest.raises(MalformedAnswer) as raised:
        File(tmp_path, "ocds", body)
    assert raised.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("document", "whole", "confidence"),
    [
        (PACKAGE, True, 95),
        ({"publishedDate": "2024-01-01", "records": []}, True, 95),
        ([{"id": 1, "title": "T", "ocid_prefix": "ocds-1", "last_retrieved": "2024-01-01"}], True, 88),
        (b'{"uri": "x", "releases": [{"ocid": "ocds-1", "date": "20', False, 92),
        ({"releases": [{"tag_name": "v1.0"}]}, True, None),
        ({"records": [{"id": 1}]}, True, None),
        ([{"id": 1, "title": "T"}], True, None),
        (b"<html>ocid releases</html>", True, None),
    ],
)
def test_what_is_recognised(document: Any, whole: bool, confidence: int | None):
    found = recognised("ocds", document, whole=whole)
    assert (found.confidence if found else None) == confidence


def test_detected_by_its_address_and_behind_a_link(site: Site):
    site.routes["/ocds/2024.json"] = lambda query: Reply(msgspec.json.encode(PACKAGE))
    site.routes["/"] = lambda query: Reply(b'<html><a href="/ocds/2024.json">contracts</a></html>')
    for address in (f"{site.url}/ocds/2024.json", f"{site.url}/"):
        best = detected(address).candidates[0]
        assert (best.protocol, best.url) == ("ocds", f"{site.url}/ocds/2024.json")
