"""Addresses behind the cells of workbooks: told with the cells, whatever stands above and beside them."""

import io
from pathlib import Path

import pytest
import xlsxwriter

from harvesters.sheets.workbook import read_workbook
from tests.harvesters.test_sheets import ods

LINK = "https://data.xa.example"


def read(folder: Path, content: bytes) -> list[list[tuple[int, int, str]]]:
    path = folder / "book"
    path.write_bytes(content)
    return [sorted(sheet.links) for sheet in read_workbook(path, "book")]


def test_links_of_xlsx_are_told_with_the_places_of_their_cells(tmp_path: Path):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        first, second = book.add_worksheet("First"), book.add_worksheet("Second & last")
        first.write_row(2, 1, ["Title", "Authority"])
        first.write_url(3, 1, f"{LINK}/a?x=1&y=2", string="Budget")
        first.write_url(3, 2, "mailto:jane.doe@xa.example", string="Treasury")
        first.write_url(4, 1, "internal:'Second & last'!A1", string="Courts")
        second.write_url(0, 27, f"{LINK}/far", string="Far")
    assert read(tmp_path, file.getvalue()) == [[(1, 0, f"{LINK}/a?x=1&y=2")], [(0, 0, f"{LINK}/far")]]


def test_links_of_ods_are_told_with_the_places_of_their_cells(tmp_path: Path):
    def cell(text: str, address: str = "", more: str = "") -> str:
        linked = (
            f'<text:a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{address}">{text}</text:a>'
            if address
            else text
        )
        return f'<table:table-cell office:value-type="string" {more}><text:p>{linked}</text:p></table:table-cell>'

    table = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"<table:table-row><table:table-cell table:number-columns-repeated='2'/>{cell('Title')}{cell('Note')}</table:table-row>"
        f"<table:table-row><table:table-cell table:number-columns-repeated='2'/>{cell('Budget', LINK)}{cell('x')}</table:table-row>"
        f"<table:table-row><table:table-cell table:number-columns-repeated='2'/>{cell('Mail', 'mailto:a@xa.example')}"
        f"{cell('y', LINK + '/y')}</table:table-row>"
    )
    assert read(tmp_path, ods(table)) == [[(1, 0, LINK), (2, 1, f"{LINK}/y")]]


def test_links_that_formulas_make_are_told_in_xlsx(tmp_path: Path):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("First")
        sheet.write_row(0, 0, ["Title", "Authority"])
        sheet.write_formula(1, 0, f'=HYPERLINK("{LINK}/a?x=1&y=2","Budget")', value="Budget")
        sheet.write_formula(2, 0, f'=hyperlink("{LINK}/b")', value=f"{LINK}/b")
        sheet.write_formula(3, 0, '=HYPERLINK("mailto:office@xa.example","Mail")', value="Mail")
        sheet.write_formula(4, 0, "=HYPERLINK(B2,B3)", value="Elsewhere")
        sheet.write(5, 0, f'HYPERLINK("{LINK}/text")')
        sheet.write_url(6, 0, f"{LINK}/linked", string="Linked")
        for row in range(7, 20_000):  # the sheet is read in many pieces
            sheet.write_formula(row, 0, f'=HYPERLINK("{LINK}/{row}","Row {row}")', value=f"Row {row}")
    links = read(tmp_path, file.getvalue())[0]
    assert links[:3] == [(1, 0, f"{LINK}/a?x=1&y=2"), (2, 0, f"{LINK}/b"), (6, 0, f"{LINK}/linked")]
    assert links[3:] == [(row, 0, f"{LINK}/{row}") for row in range(7, 20_000)]


def test_links_that_formulas_make_are_told_in_ods(tmp_path: Path):
    table = (
        "<table:table-row><table:table-cell office:value-type='string'><text:p>Title</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell office:value-type='string' "
        f"table:formula='of:=HYPERLINK(&quot;{LINK}&quot;;&quot;Budget&quot;)'><text:p>Budget</text:p></table:table-cell>"
        "</table:table-row>"
    )
    assert read(tmp_path, ods(table)) == [[(1, 0, LINK)]]


@pytest.mark.parametrize("content", [ods(""), None])
def test_a_workbook_without_links_has_none(tmp_path: Path, content: bytes | None):
    if content is None:
        file = io.BytesIO()
        with xlsxwriter.Workbook(file) as book:
            book.add_worksheet().write(0, 0, "<hyperlinks>")
        content = file.getvalue()
    assert all(links == [] for links in read(tmp_path, content))
