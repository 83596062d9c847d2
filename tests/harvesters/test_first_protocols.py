"""CKAN, DCAT and DCAT-US 1.1 against the sandbox's portals: all of one, what changed, and pages that go in a circle."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from harvesters.registry import harvester_for
from sandbox.ckan import CkanApi, Refusal
from sandbox.ckan_dataset import OLD
from sandbox.dcat import DcatFeed, former_terms
from sandbox.dcat_us import DataJson
from sandbox.portal import Robots, Service
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal


@dataclass
class Kind:
    """A protocol, the service that speaks it, and where its source begins."""

    protocol: str
    service: Service
    path: str = ""
    paged: bool = True
    bodies: bool = True
    """Whether a dataset names its publisher; a CKAN of before version 2 does not."""


KINDS = {
    "ckan": Kind("ckan", CkanApi()),
    "ckan-old": Kind("ckan", CkanApi(OLD), bodies=False),
    "ckan-without-a-search": Kind("ckan", CkanApi(OLD, Refusal(409)), paged=False, bodies=False),
    "dcat-turtle": Kind("dcat", DcatFeed(), "/catalog.ttl"),
    "dcat-rdf-xml-former-terms": Kind("dcat", DcatFeed(paging=former_terms), "/catalog.xml"),
    "dcat-json-ld": Kind("dcat", DcatFeed(), "/catalog.jsonld"),
    "dcat-us": Kind("dcat-us", DataJson(), "/data.json", paged=False),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def options(kind: Kind) -> dict[str, object]:
    return {"page_size": 10} if kind.protocol == "ckan" else {}


@each_kind
def test_all_of_a_portal_becomes_packages_that_say_what_it_says(kind: Kind, tmp_path: Path):
    with portal(Robots(), kind.service, count=45) as served:
        done = harvest(tmp_path, f"{served.url}{kind.path}", kind.protocol, options=options(kind))
        held = {dataset.titles["en"]: dataset for dataset in served.datasets}
    valid = done.valid()
    assert done.state == "complete", done.verdict
    assert len(valid) == 45
    for package in valid.values():
        dataset, said = held[package.title or ""], package.catalogue
        assert (said.publisher is not None) == kind.bodies
        assert said.publisher is None or said.publisher.name in dataset.publisher.names.values()
        assert said.modified is not None
        assert (said.modified.value or "")[:10] in (dataset.modified[:10], dataset.changed_at[:10])
        assert len(package.resources) == len(dataset.distributions)


@each_kind
def test_a_second_harvest_finds_what_changed(kind: Kind, tmp_path: Path):
    with portal(Robots(), kind.service, count=27) as served:
        address = f"{served.url}{kind.path}"
        first = harvest(tmp_path, address, kind.protocol, options=options(kind)).valid()
        served.datasets[3] = msgspec.structs.replace(
            served.datasets[3],
            titles={"en": "Another title"},
            modified="2026-11-01",
            changed_at="2026-11-01T00:00:00.000000",
        )
        searches = harvester_for(kind.protocol).incremental and kind.paged
        since = "2026-10-01T00:00:00Z" if searches else None
        done = harvest(tmp_path, address, kind.protocol, options=options(kind), since=since)
    second = done.valid()
    assert done.state == "complete", done.verdict
    assert [second[name].title for name in second if second[name] != first[name]] == ["Another title"]
    assert len(second) == (1 if since else 27)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.paged], ids=lambda kind: kind.path or kind.protocol
)
def test_pages_that_go_in_a_circle_end_and_are_told(kind: Kind, tmp_path: Path):
    class Circle:
        """The first page again, whatever page is asked for."""

        def __init__(self) -> None:
            self._first: dict[str, object] = {}

        def answer(self, request, catalogue):
            reply = kind.service.answer(request, catalogue)
            return self._first.setdefault(request.path, reply) if reply is not None else None

    with portal(Robots(), Circle(), count=45) as served:
        done = harvest(tmp_path, f"{served.url}{kind.path}", kind.protocol, options=options(kind))
    assert done.state == "partial"
    told = [finding.code for finding in done.noticed]
    assert "page-loop" in told or "correct its paging" in done.verdict.sentence
    assert 0 < len(set(done.ids)) < 45
    assert len(done.asked) < 6
