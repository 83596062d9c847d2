"""Peculiarities of any JSON that portals send, each in a small record or answer of the same shape."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import Answer, Event, Source
from harvesters.ckan_mapping import map_dataset
from harvesters.errors import MalformedAnswer
from harvesters.package import Package
from harvesters.registry import harvester_for
from harvesters.spool_lines import Ask, Record, raw_json
from tests.harvesters.filereading import File

PORTAL = "https://data.xa.example"
ONE = {"id": "d-1", "name": "roads", "title": "Roads"}
COMMENTS = b"// 20180618150213\n// https://data.xa.example/api\n\n"


def mapped(**said: Any) -> Package:
    """The package of one CKAN dataset."""
    raw = raw_json(json.dumps({**ONE, **said}).encode())
    found = map_dataset(Record("d-1", PORTAL, "2026-01-01T00:00:00Z", json=raw), Source("xa-portal", PORTAL, "ckan"))
    assert found.package is not None, found.findings
    return found.package


def read(folder: Path, purpose: str, body: bytes) -> list[Event]:
    """What the harvester of CKAN reads from one answer."""
    path = folder / "body"
    path.write_bytes(body)
    ask = Ask(f"{PORTAL}/api/3/action/x", purpose=purpose, note={"start": 0, "rows": 1000})
    harvester = harvester_for("ckan")(Source("xa-portal", PORTAL, "ckan"))
    return list(harvester.read(Answer(ask, ask.url, 200, {}, path, "2026-01-01T00:00:00Z")))


def answer(purpose: str) -> bytes:
    """A whole answer with one dataset, or with one name of a list."""
    result = {"page": {"count": 1, "results": [ONE]}, "record": ONE, "list": ["roads"]}[purpose]
    return json.dumps({"success": True, "result": result}).encode()


def test_a_data_json_of_eleven_megabytes_without_paging_is_read_whole(tmp_path: Path):
    listed = [{"identifier": str(n), "title": f"Roads {n}", "description": "x" * 16_000} for n in range(700)]
    assert len(File(tmp_path, "dcat-us", {"dataset": listed}).records) == 700


@pytest.mark.parametrize("purpose", ["page", "list"])
def test_comment_lines_of_a_browsers_viewer_before_the_json_are_named_as_the_cause(purpose: str, tmp_path: Path):
    with pytest.raises(MalformedAnswer, match="comment"):
        read(tmp_path, purpose, COMMENTS + answer(purpose))


@pytest.mark.parametrize("purpose", ["page", "list", "record"])
def test_a_byte_order_mark_before_the_json_changes_nothing(purpose: str, tmp_path: Path):
    plain = read(tmp_path, purpose, answer(purpose))
    assert read(tmp_path, purpose, codecs.BOM_UTF8 + answer(purpose)) == plain


def test_marks_that_do_not_show_go_and_what_the_source_spoilt_stays():
    package = mapped(title="\u200bRoads\u202e", notes="\ufeffCafÃ© â€œ \ufffd")
    assert (package.title, package.description) == ("Roads", "CafÃ© â€œ \ufffd")


def test_blanks_around_titles_notes_and_the_names_of_resources_go():
    resources = [{"id": "r", "name": "  All roads\t", "description": "\r\nAll ", "url": f" {PORTAL}/a.csv "}]
    package = mapped(title=" Roads\u00a0", notes="\r\n All roads. \n", resources=resources)
    (resource,) = package.resources
    assert (package.title, package.description) == ("Roads", "All roads.")
    assert (resource.title, resource.description, resource.path) == ("All roads", "All", f"{PORTAL}/a.csv")


def test_html_and_markdown_in_the_descriptions_of_dataset_and_resource():
    resources = [{"id": "r", "url": f"{PORTAL}/a.csv", "description": "<font>Tom &amp; Ann</font>"}]
    package = mapped(notes="Plain &amp;lt;b&amp;gt; and [a link](https://xa.example)", resources=resources)
    assert package.description == "Plain &amp;lt;b&amp;gt; and [a link](https://xa.example)"
    assert package.resources[0].description == "Tom & Ann"


@pytest.mark.parametrize("nothing", [None, "", " ", "null", "None", "N/A"])
@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("notes", {}),
        ("version", {}),
        ("license_id", {"license_title": "CC-BY-4.0"}),
        ("title_translated", {}),
        ("modified", {"dct_modified": "2020-01-02"}),
        ("frequency", {"accrual_periodicity": "Monthly"}),
        ("frequency", {"extras": [{"key": "Periodicidade", "value": "Mensal"}]}),
    ],
)
def test_null_empty_and_words_for_nothing_are_as_if_absent(nothing: str | None, key: str, other: dict[str, Any]):
    assert mapped(**{key: nothing}, **other) == mapped(**other)


@pytest.mark.parametrize("nothing", [None, "", "N/A"])
def test_a_field_that_says_nothing_does_not_hide_the_extra_of_the_same_name(nothing: str | None):
    extras = [{"key": "frequency", "value": "Monthly"}]
    assert mapped(frequency=nothing, extras=extras) == mapped(extras=extras)
