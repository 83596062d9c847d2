"""Files of beneficial ownership statements: one dataset each, and nothing of whom they are about."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.errors import MalformedAnswer
from tests.conftest import Reply, Site
from tests.harvesters.filereading import WHERE, File, detected, recognised
from tests.harvesters.harvesting import harvest

STATEMENTS: list[dict[str, Any]] = [
    {
        "statementId": str(number), "recordType": kind, "recordDetails": {"names": [{"fullName": "A Person"}]},
        "publicationDetails": {
            "publicationDate": f"2024-0{number}-01", "bodsVersion": "0.4", "license": "https://creativecommons.org/publicdomain/zero/1.0/",
            "publisher": {"name": "Register of Xalandia", "url": "https://register.xa.example"},
        },
    }
    for number, kind in enumerate(("entity", "person", "relationship"), 1)
]  # fmt: skip
OLDER = [{"statementID": "1", "statementType": "entityStatement", "publicationDetails": {"bodsVersion": "0.2"}}]


@pytest.mark.parametrize("lines", [False, True])
def test_a_file_of_statements_is_one_dataset(tmp_path: Path, lines: bool):
    document = b"\n".join(map(msgspec.json.encode, STATEMENTS)) if lines else STATEMENTS
    package = File(tmp_path, "bods", document).package
    assert package.title == "Beneficial ownership statements of Register of Xalandia"
    assert [resource.path for resource in package.resources] == [WHERE]
    assert package.catalogue.licences[0].spdx == "CC0-1.0"
    assert package.catalogue.conforms_to == ["https://standard.openownership.org/en/0.4/"]
    assert package.catalogue.issued is not None
    assert package.catalogue.modified is not None
    assert (package.catalogue.issued.value, package.catalogue.modified.value) == ("2024-01-01", "2024-03-01")
    assert package.catalogue.more == {"statements": {"entity": 1, "person": 1, "relationship": 1}}
    assert "Person" not in str(msgspec.to_builtins(package))


def test_older_statements_and_several_publishers(tmp_path: Path):
    assert File(tmp_path, "bods", OLDER).package.catalogue.more == {"statements": {"entity": 1}}
    other = {**STATEMENTS[0], "publicationDetails": {"publisher": {"name": "Another"}}}
    package = File(tmp_path, "bods", [*STATEMENTS, other]).package
    assert package.title == "Beneficial ownership statements"
    assert package.catalogue.publisher is None
    assert package.catalogue.more["publishers"] == ["Register of Xalandia", "Another"]


@pytest.mark.parametrize("body", [b"<html>Sorry</html>", b"[", b"[]", b"", b'[{"title": "T"}]', b'{"statementId": '])
def test_what_has_no_statements_is_refused_in_a_sentence(tmp_path: Path, body: bytes):
    with pytest.raises(MalformedAnswer) as raised:
        File(tmp_path, "bods", body)
    assert raised.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("document", "known"),
    [
        (STATEMENTS, True),
        (OLDER, True),
        ([{"statementId": "1", "amount": 3}], False),
        (b"<html>statementId</html>", False),
    ],
)
def test_what_is_recognised(document: Any, known: bool):
    assert (recognised("bods", document) is not None) == known


def test_harvested_and_detected(tmp_path: Path, site: Site):
    site.routes["/bods.json"] = lambda query: Reply(msgspec.json.encode(STATEMENTS))
    best = detected(f"{site.url}/bods.json").candidates[0]
    done = harvest(tmp_path, best.url, best.protocol)
    site.routes["/bods.json"] = lambda query: Reply(msgspec.json.encode(STATEMENTS[:2]))
    again = harvest(tmp_path, best.url, best.protocol)
    assert (best.protocol, done.state, again.state) == ("bods", "complete", "complete")
    (before,), (after,) = done.valid().values(), again.valid().values()
    assert before.catalogue.more["statements"]["relationship"] == 1
    assert after.catalogue.more == {"statements": {"entity": 1, "person": 1}}
