"""Real lists: every row becomes an entry or has a remark, and no cell is lost."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from catalogue.errors import ListRefused
from catalogue.register.fields import BY_NAME
from catalogue.register.lists import read_list
from tests.catalogue.real_lists import REAL
from tests.conftest import REALDATA, needs_realdata

# -- real lists


def counted(path: Path, sheet: str) -> int:
    """The rows, objects or resources of a file, counted by another reader."""
    if path.suffix == ".jsonl":
        return sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())
    if path.suffix == ".json":
        return len(json.loads(path.read_bytes()))
    if path.suffix == ".ttl":
        return len(re.findall(r"^<[^>]+> a <http://www.w3.org/ns/dcat#Catalog>", path.read_text("utf-8"), re.MULTILINE))
    if path.suffix == ".csv":
        content = path.read_bytes().decode("utf-8-sig")
        delimiter = ";" if content.partition("\n")[0].count(";") > 5 else ","
        rows: Any = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    else:
        rows = python_calamine.load_workbook(path).get_sheet_by_name(sheet).to_python()
    return sum(any(str(cell).strip() for cell in row) for row in rows) - 1


@needs_realdata
def test_every_real_list_is_looked_at():
    assert {
        f"{folder}/{path.name}" for folder in ("portals", "spreadsheet") for path in (REALDATA / folder).iterdir()
    } == set(REAL)


@needs_realdata
@pytest.mark.parametrize("name", REAL)
def test_every_row_of_a_real_list_becomes_an_entry_or_has_a_remark(name: str):
    path, expected = REALDATA / name, REAL[name]
    if isinstance(expected, str):
        with pytest.raises(ListRefused, match=expected):
            read_list(path, path.name)
        return
    found = read_list(path, path.name)
    assert len(found.rows) + found.left_out == counted(path, found.sheet)
    assert (len(found.rows), sum(not row.blocked for row in found.rows), found.left_out) == expected
    assert len({row.number for row in found.rows} | set(found.left_out_rows)) == len(found.rows) + found.left_out
    for row in found.rows:
        assert row.values
        assert row.remarks or not row.blocked
        assert all(name in BY_NAME for name in row.values)


@needs_realdata
def test_repositories_without_names_become_entries_once_a_person_says_what_names_them():
    path = REALDATA / "portals/re3data_repositories.json"
    found = read_list(path, path.name, stated={"institutions": "authority", "re3data_id": "title"})
    assert (len(found.rows), found.left_out) == (385, 0)
    first = next(iter(json.loads(path.read_bytes()).values()))
    assert found.rows[0].values["title"] == first["re3data_id"]
    assert first["institutions"][0]["name"] in found.rows[0].values["authority"]


@needs_realdata
@pytest.mark.parametrize(
    ("name", "count"),
    [("opendataguru_portals_de.csv", 185), ("opendataguru_portals_eu.csv", 33), ("ckan-ecosystem_sites.csv", 1)],
)
def test_one_authority_for_the_whole_list_makes_its_rows_entries(name: str, count: int):
    path = REALDATA / "portals" / name
    found = read_list(path, path.name, authority="Ministry of the Interior")
    with path.open(encoding="utf-8-sig", newline="") as file:
        complete = [row for row in csv.DictReader(file) if row["title"].strip() and row["url"].strip()]
    assert [row.values["title"] for row in found.rows if not row.blocked] == [row["title"].strip() for row in complete]
    assert len(complete) == count


@needs_realdata
def test_no_cell_of_a_real_list_is_lost():
    path = REALDATA / "portals" / "dataportals-org_portals.csv"
    found = read_list(path, path.name)
    contacts = {column.header for column in found.columns if column.meaning == "contact"}
    assert contacts == {"author"}
    with path.open(encoding="utf-8-sig", newline="") as file:
        originals = list(csv.DictReader(file))
    by_field = {column.field: column.header for column in found.columns if column.field}
    for original, row in zip(originals, found.rows, strict=True):
        for field, header in by_field.items():
            assert bool(row.values.get(field)) >= bool(original[header].strip(" -")), (row.number, field)
        kept = {header for header, text in original.items() if text.strip()} - contacts - set(by_field.values())
        assert kept - set(row.extra) <= {h for h in kept if original[h].strip().lower() in {"-", "n/a", "none", "null"}}
