"""JKAN: front matter and lists that are not as they should be; all of a portal is in test_interfaces."""

import json
from pathlib import Path

import pytest

from harvesters.base import Source
from harvesters.jkan import Jkan
from tests.conftest import Reply, Site
from tests.harvesters.harvesting import Harvest, harvest

FOLDER = "/repos/xa/portal/contents/_datasets"
MATTER = """---
title: 'Road works: all'
organization: City of X
notes: "Works, \\
by street."
category:
- Transport
license: License Not Specified
maintainer: 'Some Body'
maintainer_email: some.body@data.example
modified: R/P1D
created: '2024-03-01'
time_period: January 2014 - Present
area_of_interest: City of X
usage: null
own_key: Kept
resources:
- {name: Page, url: 'https://data.example.org/page', format: HTML, description: ''}
- {name: File, url: ' https://data.example.org/a.csv', format: CSV}
---
Text below.
"""


def read(site: Site, tmp_path: Path, **files: str) -> Harvest:
    listed = [{"name": f"{name}.md", "path": f"_datasets/{name}.md"} for name in files]
    site.routes[FOLDER] = lambda query: Reply(json.dumps([*listed, {"name": "images"}, 7]).encode())
    for name, content in files.items():
        site.routes[f"{FOLDER}/{name}.md"] = lambda query, b=content: Reply(b.encode())
    return harvest(tmp_path, f"{site.url}{FOLDER}", "jkan")


def test_a_file_says_what_its_front_matter_says(site: Site, tmp_path: Path):
    done = read(site, tmp_path, road=MATTER)
    (package,) = done.valid().values()
    said = package.catalogue
    assert (done.state, done.ids, said.protocol) == ("complete", ["road"], "jkan")
    assert (package.title, package.description) == ("Road works: all", "Works, by street.")
    assert (said.publisher.name, said.themes, said.licences) == ("City of X", ["Transport"], [])
    assert (said.frequency.period, said.issued.value, said.spatial[0].text) == ("P1D", "2024-03-01", "City of X")
    assert said.more["own_key"] == "Kept"
    assert [resource.path for resource in package.resources] == [
        "https://data.example.org/page", "https://data.example.org/a.csv",
    ]  # fmt: skip
    assert "ody" not in repr(package)


def test_a_file_that_is_broken_leaves_the_others(site: Site, tmp_path: Path):
    done = read(site, tmp_path, a=MATTER, b="no front matter", c="---\ntitle: [\n---\n", d="---\n- a list\n---\n")
    assert (done.state, done.ids, done.verdict.failure) == ("partial", ["a"], "malformed")
    assert len(done.verdict.missing) >= 3


def test_a_list_without_its_details_is_partial(site: Site, tmp_path: Path):
    rows = [{"title": "A", "organization": "X", "url": "/datasets/a/"}, {"title": "no address"}]
    site.routes["/datasets.json"] = lambda query: Reply(json.dumps(rows).encode())
    done = harvest(tmp_path, f"{site.url}/", "jkan")
    (package,) = done.valid().values()
    assert (done.state, package.homepage) == ("partial", f"{site.url}/datasets/a/")
    assert "record-malformed" in [finding.code for finding in done.noticed]


def test_a_link_that_is_no_address_leaves_the_file_to_its_name(site: Site, tmp_path: Path):
    listed = [{"name": "a.md", "download_url": "https://[x/a.md"}, {"name": "b.md"}]
    site.routes[FOLDER] = lambda query: Reply(json.dumps(listed).encode())
    for name in "ab":
        site.routes[f"{FOLDER}/{name}.md"] = lambda query: Reply(MATTER.encode())
    done = harvest(tmp_path, f"{site.url}{FOLDER}", "jkan")
    assert (done.state, sorted(done.ids)) == ("complete", ["a", "b"])


@pytest.mark.parametrize("body", [b"<html></html>", b"[]", b"{}", b"", b'[{"name": "readme.txt"}]'])
def test_what_is_no_folder_is_said_in_a_sentence(body: bytes, site: Site, tmp_path: Path):
    site.routes[FOLDER] = lambda query: Reply(body)
    done = harvest(tmp_path, f"{site.url}{FOLDER}", "jkan")
    assert (done.state, done.verdict.failure) == ("failed", "malformed")
    assert done.verdict.sentence.endswith(".")


@pytest.mark.parametrize("url", ["https://github.com/xa/portal", "https://github.com/xa/portal.git"])
def test_a_repository_is_asked_for_its_datasets(url: str):
    (ask,) = Jkan(Source("xa-source", url, "jkan")).start()
    assert ask.url == "https://api.github.com/repos/xa/portal/contents/_datasets"
