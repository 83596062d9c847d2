"""A portal that says that an answer is still what it was: the next harvest is as whole as if all had been sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from harvesters.spool import SpoolWriter, frame_at, frames, read_spool
from harvesters.spool_lines import Ask, Checkpoint, Header, Record, Verdict
from sandbox.dcat import DcatFeed
from sandbox.dcat_us import DataJson
from sandbox.portal import Catalogue as Content
from sandbox.portal import Portal, Robots, Service
from sandbox.table import Spreadsheet
from sandbox.web import Reply, Request
from tests.conftest import Catalogue
from tests.sandbox.portals import portal

CHANGED = "Wed, 21 Oct 2026 07:28:00 GMT"


class Watched:
    """A service whose answers are counted. dated: it knows moments of change and no ETags."""

    def __init__(self, inner: Service, *, dated: bool = False) -> None:
        self.inner = inner
        self.dated = dated
        self.conditions: list[str] = []
        self.lies = False

    def answer(self, request: Request, catalogue: Content) -> Reply | None:
        reply = self.inner.answer(request, catalogue)
        if reply is None:
            return None
        self.conditions.append(request.headers.get("if-none-match") or request.headers.get("if-modified-since") or "")
        if self.lies:
            return Reply(b"", status=304)
        if not self.dated:
            return reply
        if self.conditions[-1] == CHANGED:
            return Reply(b"", status=304)
        return replace(reply, revalidates=False, headers={**reply.headers, "Last-Modified": CHANGED})

    @property
    def asked_on_condition(self) -> int:
        return sum(bool(condition) for condition in self.conditions)


def served(service: Watched) -> Portal:
    return portal(Robots(), service, count=27)


@pytest.fixture
def pages() -> Iterator[tuple[Watched, Portal]]:
    watched = Watched(DcatFeed(page_size=10))
    with served(watched) as site:
        yield watched, site


def harvest(catalogue: Catalogue, *arguments: str) -> dict:
    return catalogue.json("harvest", "xa-portal", *arguments, status=None)["runs"][0]


def test_pages_that_did_not_change_are_not_sent_and_the_run_is_whole(pages, catalogue: Catalogue):
    watched, site = pages
    catalogue.register(f"xa-portal dcat {site.url}/catalog.ttl")
    first, before = harvest(catalogue), catalogue.packages()
    asked = len(watched.conditions)
    assert watched.asked_on_condition == 0
    second = harvest(catalogue)
    assert len(watched.conditions) == 2 * asked
    assert watched.asked_on_condition == asked
    assert (first["new"], second["unchanged"], second["missing"]) == (27, 27, 0)
    assert (second["state"], second["sentence"]) == ("complete", first["sentence"])
    assert catalogue.packages() == before
    third = harvest(catalogue)
    assert (third["state"], third["unchanged"]) == ("complete", 27), "what was taken over can be taken over again"


def test_of_a_page_that_changed_the_new_content_is_read(pages, catalogue: Catalogue):
    _, site = pages
    catalogue.register(f"xa-portal dcat {site.url}/catalog.ttl")
    harvest(catalogue)
    datasets = site.catalogue.datasets
    datasets[25] = replace(datasets[25], titles={tag: f"{title} (new)" for tag, title in datasets[25].titles.items()})
    done = harvest(catalogue)
    assert (done["state"], done["changed"], done["unchanged"]) == ("complete", 1, 26)
    assert sum("(new)" in str(package["title"]) for package in catalogue.packages()) == 1
    del datasets[3]
    assert (harvest(catalogue)["state"], harvest(catalogue)["missing"]) == ("complete", 1)


def test_a_moment_of_change_will_do(catalogue: Catalogue):
    watched = Watched(DataJson(), dated=True)
    with served(watched) as site:
        catalogue.register(f"xa-portal dcat-us {site.url}/data.json")
        assert [harvest(catalogue)["state"] for _ in range(2)] == ["complete", "complete"]
    assert watched.conditions == ["", CHANGED]


def test_a_full_harvest_asks_without_condition_and_another_address_too(pages, catalogue: Catalogue):
    watched, site = pages
    catalogue.register(f"xa-portal dcat {site.url}/catalog.ttl")
    harvest(catalogue)
    harvest(catalogue, "--full")
    catalogue.register(f"xa-portal dcat {site.url}/catalog.ttl?other=1")
    harvest(catalogue)
    assert watched.asked_on_condition == 0


def test_other_options_make_the_portal_be_asked_for_everything(catalogue: Catalogue):
    watched = Watched(Spreadsheet(), dated=True)
    with served(watched) as site:
        catalogue.register(f"xa-portal table {site.url}/list.csv")
        harvest(catalogue)
        assert all(package["keywords"] for package in catalogue.packages())
        catalogue.register(f"xa-portal table {site.url}/list.csv\noptions: {{columns: {{Keywords: null}}}}")
        assert harvest(catalogue)["changed"] == 27
        assert not any(package.get("keywords") for package in catalogue.packages())
        assert harvest(catalogue)["unchanged"] == 27
    assert watched.conditions == ["", "", CHANGED], "with the same options it is asked on condition"


def test_a_larger_limit_of_records_lets_in_what_was_too_large(pages, catalogue: Catalogue):
    watched, site = pages
    narrow = Catalogue(catalogue.home, {"CATALOGUE_MAX_RECORD_BYTES": "1024"})
    narrow.register(f"xa-portal dcat {site.url}/catalog.ttl")
    assert harvest(narrow)["invalid"] > 0
    done = harvest(catalogue)
    assert (done["state"], done["invalid"], len(catalogue.packages())) == ("complete", 0, 27)
    assert watched.asked_on_condition == 0


def test_a_spool_of_before_options_were_noted_is_not_taken_over(pages, catalogue: Catalogue):
    watched, site = pages
    catalogue.register(f"xa-portal dcat {site.url}/catalog.ttl")
    harvest(catalogue)
    (path,) = catalogue.home.glob("spools/*/*.zst")
    lines = list(read_spool(path))
    path.unlink()
    header = lines[0]
    assert isinstance(header, Header)
    writer = SpoolWriter.create(path, replace(header, reading=""))
    for line in lines[1:]:
        if isinstance(line, Checkpoint):
            writer.checkpoint(line)
        elif isinstance(line, Verdict):
            writer.close(line)
        else:
            writer.write([line])
    assert harvest(catalogue)["unchanged"] == 27
    assert watched.asked_on_condition == 0


def test_not_modified_without_having_been_asked_is_a_failure(pages, catalogue: Catalogue):
    watched, site = pages
    catalogue.register(f"xa-portal dcat {site.url}/catalog.ttl")
    watched.lies = True
    done = harvest(catalogue)
    assert (done["state"], done["failure"]) == ("failed", "malformed")
    assert done["sentence"].endswith(".")


def test_frames_are_found_by_their_offsets(tmp_path: Path):
    path = tmp_path / "a.zst"
    writer = SpoolWriter.create(path, Header("s", "1", "https://x.example/", "dcat", "2026-01-01T00:00:00Z", "1"))
    texts = ["a" * size for size in (1, 100, 1 << 18, (1 << 18) + 1, 3 << 20, 7)]
    for number, text in enumerate(texts):
        writer.write([Record(id=str(number), url="u", at="t", text=text)])
        writer.checkpoint(Checkpoint(answered=f"GET {number}", asked=[Ask("https://x.example/")], etag=f'"{number}"'))
    writer.close()
    found = list(frames(path))
    assert len(found) == len(texts) + 1
    for number, (offset, last) in enumerate(found[1:]):
        lines = list(frame_at(path, offset))
        assert lines[-1] == last
        assert f'"GET {number}"'.encode() in last
        assert len(lines[0]) > len(texts[number])
        assert len(lines) == 2
    assert len(list(read_spool(path))) == 2 * len(texts) + 1
