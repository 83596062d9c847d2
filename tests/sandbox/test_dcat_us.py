"""The data.json of the sandbox, its pages for people, and its files."""

import io
import json
import zipfile

import pytest
from lxml import etree

from sandbox.content import Country
from sandbox.dcat_us import DataJson
from sandbox.files import render
from sandbox.flaws import flawed, no_identifier, no_title
from sandbox.pages import Pages
from sandbox.vocabulary import FORMATS
from tests.sandbox.portals import ask, portal

PRESCRIBED = {"title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel"}
"""What every dataset has according to DCAT-US 1.1 ("required: yes, always")."""


def test_every_dataset_has_what_the_standard_prescribes():
    with portal(DataJson()) as running:
        document = ask(f"{running.url}/data.json").json()
    assert document["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    assert len(document["dataset"]) == 30
    for dataset in document["dataset"]:
        assert set(dataset) >= PRESCRIBED
        assert all({"accessURL", "downloadURL"} & set(each) for each in dataset.get("distribution", []))
    assert any("distribution" not in dataset for dataset in document["dataset"])


def test_flawed_records_lack_what_they_should():
    with portal(DataJson()) as running:
        running.datasets[:] = flawed(running.datasets, [no_identifier, no_title])
        datasets = ask(f"{running.url}/data.json").json()["dataset"]
    assert sum("identifier" not in dataset for dataset in datasets) == 1
    assert sum("title" not in dataset for dataset in datasets) == 1


def test_the_file_is_revalidated():
    with portal(DataJson()) as running:
        tag = ask(f"{running.url}/data.json").headers["etag"]
        again = ask(f"{running.url}/data.json", If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("label", FORMATS)
def test_the_same_file_every_time_and_of_its_format(label):
    content = render(label, "budget-xa-00002")
    assert content == render(label, "budget-xa-00002") != render(label, "budget-xa-00003")
    match FORMATS[label].extension:
        case "json":
            assert len(json.loads(content)) == 12
        case "xml":
            assert len(etree.fromstring(content)) == 12
        case "zip" | "xlsx":
            archive = zipfile.ZipFile(io.BytesIO(content))
            assert archive.testzip() is None
            for name in archive.namelist():
                assert not name.endswith((".xml", ".rels")) or etree.fromstring(archive.read(name)) is not None
        case "pdf":
            place = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
            assert content[place:].startswith(b"xref")
        case "csv":
            assert content.count(b"\r\n") == 13
        case "html":
            assert content.count(b"<tr>") == 13


def test_every_link_to_a_file_leads_to_one():
    with portal(DataJson(), Pages(), count=13) as running:
        listed = ask(f"{running.url}/data.json").json()["dataset"]
        assert ask(running.url + "/").body.count(b"<li>") == 13
        for dataset in listed:
            assert ask(dataset["landingPage"]).status == 200
            for each in dataset.get("distribution", []):
                assert ask(each.get("downloadURL") or each["accessURL"]).status == 200
        assert ask(f"{running.url}/files/{listed[0]['landingPage'].rpartition('/')[2]}/99.csv").status == 404
        assert ask(f"{running.url}/dataset/nothing").status == 404


def test_a_page_in_arabic_reads_from_right_to_left():
    with portal(Pages(), country=Country("XB", {"ar": "زيمارا"}, ("ar",))) as running:
        assert b'dir="rtl"' in ask(running.url + "/").body
