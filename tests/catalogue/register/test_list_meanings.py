"""Lists that people upload: what a person states of columns, what is assumed, and mistakes beside the row."""

import io
from pathlib import Path

import pytest
import xlsxwriter

from catalogue.errors import ListRefused
from tests.catalogue.register.listing import LINK, codes, fields, listed, table
from tests.harvesters.test_sheets import workbook

# -- what is stated and assumed


def test_what_a_person_states_outweighs_what_is_recognised(tmp_path: Path):
    content = table(("Aa", "Title", "Bb"), ("Budget", "no title", LINK))
    found = listed(tmp_path, content, stated={"Aa": "title", "Title": None, "Bb": "url"})
    assert fields(found) == {"Aa": "title", "Title": None, "Bb": "url"}
    assert found.rows[0].extra == {"Title": "no title"}
    assert fields(listed(tmp_path, content, stated={"Aa": "publisher", "Bb": "no such field"})) == {
        "Aa": "authority",
        "Title": "title",
        "Bb": None,
    }


def test_what_a_person_states_outweighs_a_header_of_the_template(tmp_path: Path):
    content = table(
        ("Web address", "Title", "Place of it"), (f"{LINK}/old", "A", LINK), (f"{LINK}/older", "B", f"{LINK}/b")
    )
    found = listed(tmp_path, content, stated={"Place of it": "url"})
    assert [row.values["url"] for row in found.rows] == [LINK, f"{LINK}/b"]
    assert found.rows[0].extra == {"Web address": f"{LINK}/old"}


def test_headers_that_are_the_same_are_told_apart(tmp_path: Path):
    content = table(("Title", "Link", "Link"), ("A", "https://first.example", LINK))
    assert fields(listed(tmp_path, content)) == {"Title": "title", "Link": "url", "Link (2)": None}
    found = listed(tmp_path, content, stated={"Link": None, "Link (2)": "url"})
    assert found.rows[0].values["url"] == LINK


def test_what_is_assumed_for_the_whole_list_is_told(tmp_path: Path):
    content = table(("Title", "Link", "Authority"), ("A", LINK, ""), ("B", "", "Court"))
    found = listed(tmp_path, content, authority="Treasury")
    assert found.assumed == {"kind": "source", "authority": "Treasury"}
    first, second = found.rows
    assert (first.values["kind"], first.values["authority"], set(first.assumed)) == (
        "source",
        "Treasury",
        {"kind", "authority"},
    )
    assert (second.values, second.assumed) == ({"title": "B", "authority": "Court"}, ())
    assert {("kind", "missing"), ("url", "missing")} <= codes(second)
    assert listed(tmp_path, content, kind="initiative").rows[0].values["kind"] == "initiative"


def test_a_column_of_kinds_is_not_filled_up(tmp_path: Path):
    found = listed(tmp_path, table(("Kind", "Title", "Link"), ("source", "A", LINK), ("", "B", f"{LINK}/b")))
    assert found.assumed == {}
    assert ("kind", "missing") in codes(found.rows[1])


@pytest.mark.parametrize("header", ["Type", "Tipo", "Kind", "النوع", "类型", "Вид"])
def test_a_type_of_another_kind_is_kept_beside_even_where_the_template_calls_the_kind_so(tmp_path: Path, header: str):
    content = table((header, "Title", "Link"), ("municipality", "A", LINK), ("Land", "B", f"{LINK}/b"))
    found = listed(tmp_path, content)
    assert (fields(found)[header], found.assumed) == (None, {"kind": "source"})
    assert found.rows[0].extra == {header: "municipality"}
    assert "none of the choices" in found.columns[0].evidence


def test_files_are_the_address_where_the_list_has_no_other(tmp_path: Path):
    found = listed(tmp_path, table(("Title", "Download"), ("A", f"{LINK}/a.csv")))
    assert found.rows[0].values["url"] == f"{LINK}/a.csv"
    content = table(("Title", "Link", "Download"), ("A", LINK, f"{LINK}/a.csv"), ("B", "", f"{LINK}/b.csv"))
    first, second = listed(tmp_path, content).rows
    assert (first.values["url"], first.values["endpoint"]) == (LINK, f"{LINK}/a.csv")
    assert (second.values["url"], second.values.get("endpoint")) == (f"{LINK}/b.csv", None)


def test_what_no_field_takes_is_kept_beside_and_contacts_are_not(tmp_path: Path):
    content = table(
        ("Title", "Link", "Keywords", "Room", "Contact person"), ("A", LINK, "x, y", "12b", "J. Doe", "more")
    )
    found = listed(tmp_path, content)
    assert found.rows[0].extra == {"Keywords": "x, y", "Room": "12b", "column 6": "more"}
    assert "not imported" in found.columns[4].evidence


def test_a_title_in_several_languages(tmp_path: Path):
    content = table(("Title (fr)", "Title (en)", "Link"), ("Budget ouvert", "Open budget", LINK), ("", "Courts", LINK))
    first, second = listed(tmp_path, content).rows
    assert (first.values["title"], first.values["language"], first.extra) == (
        "Budget ouvert",
        "fr",
        {"Title (en)": "Open budget"},
    )
    assert (second.values["title"], second.values["language"]) == ("Courts", "en")


def test_a_list_without_a_header_or_with_unknown_ones_is_shown_for_a_person_to_tell(tmp_path: Path):
    bare = table(("Budget", LINK), ("Courts", f"{LINK}/c"))
    found = listed(tmp_path, bare)
    assert (fields(found), len(found.rows)) == ({"column 1": None, "column 2": "url"}, 2)
    assert [row.values["title"] for row in listed(tmp_path, bare, stated={"column 1": "title"}).rows] == [
        "Budget",
        "Courts",
    ]
    unknown = table(("Foo", "Bar"), ("a", "b"), ("c", "d"))
    found = listed(tmp_path, unknown)
    assert (fields(found), found.rows, found.left_out_rows) == ({"Foo": None, "Bar": None}, [], [2, 3])


def test_the_likeliest_sheet_is_read_and_the_others_are_named(tmp_path: Path):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_urls": False}) as book:
        book.add_worksheet("Cover").write_row(0, 0, ["Title", "of the report"])
        book.add_worksheet("Empty")
        for name, title in (("Portals", "A"), ("More", "B")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Title", "Link", "Authority"])
            sheet.write_row(1, 0, [title, LINK, "T"])
    found = listed(tmp_path, file.getvalue())
    assert (found.sheet, found.other_sheets) == ("Portals", ["Cover", "More"])
    assert listed(tmp_path, file.getvalue(), sheet="More").rows[0].values["title"] == "B"
    with pytest.raises(ListRefused, match="no sheet called"):
        listed(tmp_path, file.getvalue(), sheet="Empty")


def test_the_address_behind_a_text_is_used_where_the_row_has_no_other(tmp_path: Path):
    def book(*columns: str) -> bytes:
        file = io.BytesIO()
        with xlsxwriter.Workbook(file) as made:
            sheet = made.add_worksheet()
            sheet.write(0, 0, "Our portals")
            sheet.write_row(2, 0, columns)
            for number, title in enumerate(("Budget", "Courts"), 3):
                cells = {"Portal": title, "Link": "click here", "Web": f"{LINK}/own/{title}", "Authority": "T"}
                for place, column in enumerate(columns):
                    sheet.write(number, place, cells[column])
                sheet.write_url(
                    number,
                    1 if "Link" in columns else 0,
                    f"{LINK}/{title}",
                    string=cells[columns[1 if "Link" in columns else 0]],
                )
        return file.getvalue()

    behind = [f"{LINK}/Budget", f"{LINK}/Courts"]
    for columns in (("Portal", "Authority"), ("Portal", "Link", "Authority")):
        found = listed(tmp_path, book(*columns))
        assert [row.values["url"] for row in found.rows] == behind, columns
        assert [row.values["title"] for row in found.rows] == ["Budget", "Courts"]
        assert [row.number for row in found.rows] == [4, 5]
    # An address of its own counts more; that behind the text is kept beside it.
    found = listed(tmp_path, book("Portal", "Web", "Authority"))
    assert [row.values["url"] for row in found.rows] == [f"{LINK}/own/Budget", f"{LINK}/own/Courts"]
    assert [row.extra for row in found.rows] == [{"Portal (link)": address} for address in behind]


# -- mistakes beside the row


def test_mistakes_are_said_beside_the_row(tmp_path: Path):
    content = table(
        ("Kind", "Title", "Authority", "Web address", "Licence", "Start date", "Articles of the Convention", "Update frequency"),
        ("portal site", "", "Treasury", "see our page", "whatever", "soon", "99", "when we like"),
        ("Source", "Right", "Treasury", "data.xa.example/right", "CC-BY-4.0", "2020", "9(1)", "monthly"),
        ("source", "Secret", "Treasury", "https://me:word@xa.example", "", "", "", ""),
        ("source", "Mail jane.doe@xa.example", "Treasury", LINK, "", "", "", ""),
    )  # fmt: skip
    wrong, right, secret, mail = listed(tmp_path, content).rows
    assert codes(wrong) == {
        ("kind", "no-such-choice"), ("title", "missing"), ("url", "not-an-address"), ("licence", "licence-unknown"),
        ("start_date", "date-unread"), ("articles", "article-unknown"), ("frequency", "frequency-unknown"),
    }  # fmt: skip
    assert wrong.blocked
    assert wrong.values["url"] == "see our page"
    assert (codes(right), right.values["url"], right.values["kind"]) == (
        set(),
        "https://data.xa.example/right",
        "source",
    )
    assert (secret.blocked, codes(secret)) == (True, {("url", "address-with-password")})
    assert (mail.blocked, codes(mail)) == (False, {("title", "personal-mail")})


def test_a_column_of_addresses_without_any_stays_one(tmp_path: Path):
    found = listed(tmp_path, table(("Portal", "Authority", "Link"), ("A", "T", "not yet")))
    assert codes(found.rows[0]) == {("url", "not-an-address")}
    assert "none of its values is an address" in found.columns[2].evidence


def test_an_address_that_comes_twice_names_the_first(tmp_path: Path):
    rows = [("A", f"{LINK}/a"), ("B", f"{LINK}/b"), ("C", "http://DATA.xa.example/a/"), ("D", f"{LINK}/A")]
    found = listed(tmp_path, table(("Title", "Link"), *rows))
    said = {row.values["title"]: [r.value for r in row.remarks if r.code == "twice"] for row in found.rows}
    assert said == {"A": [], "B": [], "C": ["A"], "D": []}


def test_truth_values_and_numbers_of_a_workbook(tmp_path: Path):
    header = ["Title", "Link", "May be harvested", "Start date", "Articles of the Convention"]
    found = listed(tmp_path, workbook([header, ["A", LINK, True, 2019, 9], ["B", f"{LINK}/b", False, 2020.0, 10]]))
    first, second = found.rows
    assert (first.values["harvesting"], first.values["start_date"], first.values["articles"]) == ("yes", "2019", "9")
    assert second.values["harvesting"] == "no"


def test_formulas_in_csv_stay_texts_and_nothing_is_computed(tmp_path: Path):
    formula = '=HYPERLINK("https://evil.example";"click")'
    found = listed(
        tmp_path, table(("Title", "Link", "Note"), (formula, "=cmd|' /C calc'!A0", "@SUM(1+1)"), delimiter=",")
    )
    (row,) = found.rows
    assert row.values["title"] == formula
    assert codes(row) >= {("url", "not-an-address")}
    assert row.extra == {"Note": "@SUM(1+1)"}
    (kept,) = listed(tmp_path, table(("Title", "Link"), ("'=1+1", LINK))).rows
    assert kept.values["title"] == "=1+1"
