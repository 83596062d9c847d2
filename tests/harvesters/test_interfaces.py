"""Every JSON interface against the sandbox's portal of its kind: all of it, what changed, pages in a circle, what is no answer,
and detection from the portal's front page and from the interface's own address."""

from pathlib import Path

import msgspec
import pytest

from harvesters.detect import Detection
from harvesters.evidence import Seen
from harvesters.registry import harvester_for
from sandbox.dataverse import PREFIX
from sandbox.pages import Pages
from sandbox.portal import Robots
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import harvest
from tests.harvesters.kinds import KINDS, Kind
from tests.sandbox.portals import ask, portal

PAGE_INSTEAD = {"socrata", "arcgis-hub", "invenio"}
"""Where a dataset without files is led to by its page."""

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.protocol}-{type(kind.service).__name__}")


@each_kind
def test_all_of_a_portal_becomes_packages_that_say_what_it_says(kind: Kind, tmp_path: Path):
    with kind.portal as served:
        done = harvest(tmp_path, f"{served.url}{kind.home}", kind.protocol, options=kind.options)
        valid = done.valid()
        held = served.datasets
    assert done.state == "complete", done.verdict
    assert done.verdict.advertised == ((27, 27) if kind.counts else None)
    assert len(valid) == 27, [mapped.findings for mapped in done.mapped() if mapped.package is None]
    assert {package.title for package in valid.values()} == {dataset.titles["en"] for dataset in held}
    by_name = {dataset.name: dataset for dataset in held}
    for name, package in valid.items():
        dataset, said = by_name[name.removeprefix(PREFIX)], package.catalogue
        assert said.publisher is not None
        assert said.publisher.name == dataset.publisher.names["en"]
        assert said.modified is not None
        assert (said.modified.value or "")[:10] == dataset.modified[:10]
        assert bool(package.resources) == bool(dataset.distributions) or kind.protocol in PAGE_INSTEAD
        assert "somebody@" not in repr(package), "no person's mailbox is taken over"
        assert "first.last@" not in repr(package)


@each_kind
def test_a_second_harvest_finds_what_changed(kind: Kind, tmp_path: Path):
    with kind.portal as served:
        first = harvest(tmp_path, f"{served.url}{kind.home}", kind.protocol, options=kind.options).valid()
        changed = msgspec.structs.replace(served.datasets[3], titles={"en": "Another title"}, modified="2026-11-01")
        served.datasets[3] = changed
        since = "2026-10-01T00:00:00Z" if harvester_for(kind.protocol).incremental else None
        done = harvest(tmp_path, f"{served.url}{kind.home}", kind.protocol, options=kind.options, since=since)
    second = done.valid()
    assert done.state == "complete", done.verdict
    differing = [name.removeprefix(PREFIX) for name, package in second.items() if package != first[name]]
    assert differing == [changed.name]
    assert len(second) == (1 if since else 27)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.options], ids=lambda kind: kind.protocol)
def test_pages_that_go_in_a_circle_end_and_are_told(kind: Kind, tmp_path: Path):
    class Circle:
        """Of each path the first answer again, whatever page is asked for."""

        def __init__(self) -> None:
            self._first: dict[str, object] = {}

        def answer(self, request, catalogue):
            reply = kind.service.answer(request, catalogue)
            return self._first.setdefault(request.path, reply) if reply is not None else None

    with portal(Robots(), Circle(), *kind.more, Pages(), count=27) as served:
        done = harvest(tmp_path, f"{served.url}{kind.home}", kind.protocol, options=kind.options)
    assert done.state == "partial"
    assert "page-loop" in [finding.code for finding in done.noticed]
    assert len(set(done.ids)) == 10


@each_kind
@pytest.mark.parametrize(
    "body", [b"<html><body>Service unavailable</body></html>", b'{"results": [{"id": "1"', b"", b"[]", b"{}"]
)
def test_what_is_no_answer_is_said_in_a_sentence(kind: Kind, body: bytes, site: Site, tmp_path: Path):
    class Everything(dict):
        def get(self, key, default=None):
            return (lambda query: Reply(b"", 404)) if key == "/robots.txt" else (lambda query: Reply(body))

    if kind.protocol == "dkan" and body == b"[]":
        pytest.skip("an empty list is all that an empty metastore says")
    site.routes = Everything()
    done = harvest(tmp_path, site.url, kind.protocol, options=kind.options)
    assert done.state in {"failed", "partial"}
    assert done.verdict.failure == "malformed"
    assert done.verdict.sentence.endswith(".")


@each_kind
def test_it_is_detected_from_the_front_page_and_from_its_own_address(kind: Kind):
    with kind.portal as served:
        for reported in (f"{served.url}{kind.path}", *(() if kind.unmarked else (f"{served.url}/",))):
            detection = Detection(reported)
            asked = 0
            while (lead := detection.next()) is not None and asked < 25:
                answer = ask(lead.url)
                seen = Seen(lead.url, lead.url, answer.status, answer.headers, answer.body, reported=asked == 0)
                detection.take(lead, seen)
                asked += 1
            best = detection.candidates[0]
            assert best.protocol == kind.protocol, (reported, detection.steps)
            assert best.advertised in (
                {27, None} if kind.protocol == "ogcapi-records" else {27} if kind.counts else {27, None}
            )
            next(iter(harvester_for(kind.protocol)(_source(kind, best.url)).start()))


def _source(kind: Kind, url: str):
    from harvesters.base import Source

    return Source("xa-source", url, kind.protocol, options=dict(kind.options))
