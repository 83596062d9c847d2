"""Lists of IATI files, and a file itself."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.errors import MalformedAnswer
from harvesters.spool_lines import Noticed
from sandbox.iati import DatasetIndex
from sandbox.portal import Robots
from tests.conftest import Reply, Site
from tests.harvesters.filereading import WHERE, File, detected, recognised
from tests.harvesters.harvesting import harvest
from tests.sandbox.portals import portal

FILE = {
    "id": "0f4c", "short_name": "xa-aid-2024", "reporting_org_id": "9a", "reporting_org_short_name": "xa-aid", "licence_id": "cc-by",
    "source_url": "https://aid.xa.example/2024.xml", "last_update_check": "2026-01-01",
    "last_known_good_dataset": {
        "cached_dataset_xml_url": "https://bulk.example/2024.xml", "cached_dataset_url_xml": "https://bulk.example/2024.xml",
        "cached_dataset_zip_url": "https://bulk.example/2024.zip", "content_length": 99,
        "server_header_last_modified": "2024-06-01T00:00:00Z",
    },
}  # fmt: skip
ACTIVITIES = b"""<?xml version="1.0" encoding="UTF-8"?>
<iati-activities version="2.03" generated-datetime="2024-05-31T10:00:00Z">
 <iati-activity><iati-identifier>XA-1-2</iati-identifier>
  <reporting-org ref="XA-1" type="10"><narrative>Aid Agency of Xalandia</narrative></reporting-org>
  <contact-info><person-name><narrative>A Person</narrative></person-name></contact-info></iati-activity></iati-activities>"""


def test_a_file_of_an_index(tmp_path: Path):
    package = File(tmp_path, "iati", {"index_created_unix": 1, "datasets": [FILE]}).package
    said = package.catalogue
    assert (package.title, said.native_id, said.identifiers) == ("xa-aid-2024", "0f4c", ["xa-aid-2024"])
    assert [(r.path, r.format, r.bytes) for r in package.resources] == [
        ("https://aid.xa.example/2024.xml", "XML", 99), ("https://bulk.example/2024.xml", "XML", None),
        ("https://bulk.example/2024.zip", "ZIP", None),
    ]  # fmt: skip
    assert said.publisher is not None
    assert (said.publisher.name, said.publisher.id) == ("xa-aid", "9a")
    assert said.modified is not None
    assert said.modified.value == "2024-06-01T00:00:00Z"
    assert said.more == {}, "when the service last looked is nothing of the dataset"


def test_a_list_in_csv(tmp_path: Path):
    text = (
        "registry-publisher-id,registry-file-id,title,source-url,file-type,contact-email\n"
        "xa-aid,xa-aid-2024,Activities 2024,https://aid.xa.example/2024.xml,activity,a.person@x.example\n"
    )
    package = File(tmp_path, "iati", text).package
    assert (package.title, package.catalogue.native_id) == ("Activities 2024", "xa-aid-2024")
    assert package.resources[0].path == "https://aid.xa.example/2024.xml"
    assert package.catalogue.more == {"file-type": "activity"}


def test_a_file_itself(tmp_path: Path):
    package = File(tmp_path, "iati", ACTIVITIES).package
    assert package.title == "IATI activities of Aid Agency of Xalandia"
    assert package.catalogue.publisher is not None
    assert package.catalogue.publisher.id == "XA-1"
    assert package.catalogue.conforms_to == ["https://iatistandard.org/ 2.03"]
    assert [resource.path for resource in package.resources] == [WHERE]
    assert "Person" not in str(msgspec.to_builtins(package))


@pytest.mark.parametrize(
    ("members", "codes"),
    [(b'[{"source_url": 7}]', []), (b'["text"]', ["record-malformed"]), (b'[{"source_url": }]', ["record-malformed"])],
)
def test_a_member_that_is_no_file_is_said(tmp_path: Path, members: bytes, codes: list[str]):
    file = File(tmp_path, "iati", b'{"datasets": ' + members + b"}")
    assert [event.finding.code for event in file.events if isinstance(event, Noticed)] == codes


@pytest.mark.parametrize(
    "body", [b"<html>Sorry</html>", b"", b"{}", b"a,b\n1,2\n", b'{"datasets": [{"id": "1"}', b"<rss/>"]
)
def test_what_is_no_list_is_refused_in_a_sentence(tmp_path: Path, body: bytes):
    with pytest.raises(MalformedAnswer) as raised:
        File(tmp_path, "iati", body)
    assert raised.value.sentence.endswith(".")


def test_all_of_an_index_and_then_what_changed(tmp_path: Path):
    with portal(Robots(), DatasetIndex(), count=15) as served:
        url = f"{served.url}/indices/dataset-index-full.json"
        first = harvest(tmp_path, url, "iati")
        changed = served.datasets[3] = msgspec.structs.replace(served.datasets[3], modified="2026-10-01")
        second = harvest(tmp_path, url, "iati")
        best = detected(url).candidates[0]
        held = list(served.datasets)
    before, after = first.valid(), second.valid()
    assert first.state == second.state == "complete"
    assert (best.protocol, best.advertised) == ("iati", 15)
    assert [key for key in after if after[key] != before[key]] == [changed.id]
    for dataset in held:
        package = after[dataset.id or ""]
        assert (package.title, len(package.resources)) == (dataset.name, 3 if dataset.distributions else 0)


@pytest.mark.parametrize(
    ("document", "whole", "known"),
    [
        ({"datasets": [FILE]}, True, True),
        ([FILE], True, True),
        (msgspec.json.encode({"datasets": [FILE]})[:-5], False, True),
        ("registry-publisher-id,registry-file-id,title,source-url\na,b,c,d\n", True, True),
        (ACTIVITIES, True, True),
        ({"datasets": [{"id": 1, "title": "T"}]}, True, False),
        ({"datasets": []}, True, False),
        ("title,url\na,b\n", True, False),
        (b"<html>iati-activities</html>", True, False),
    ],
)
def test_what_is_recognised(document: Any, whole: bool, known: bool):
    assert (recognised("iati", document, whole=whole) is not None) == known


def test_detected_behind_a_link(site: Site):
    site.routes["/dataset-index-minimal.json"] = lambda query: Reply(msgspec.json.encode({"datasets": [FILE]}))
    site.routes["/"] = lambda query: Reply(b'<html><a href="dataset-index-minimal.json">all files</a></html>')
    best = detected(f"{site.url}/").candidates[0]
    assert (best.protocol, best.url) == ("iati", f"{site.url}/dataset-index-minimal.json")
