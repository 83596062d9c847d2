"""Tables as rows: encodings, delimiters, workbooks, and what is sent to do harm."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from harvesters.errors import MalformedAnswer
from harvesters.sheets import delimited
from harvesters.sheets.delimited import decodings, delimiter_of, read_delimited, without_long_cells
from harvesters.sheets.workbook import is_workbook, read_workbook

ROWS = [["Title", "Link"], ["Бюджет", "https://x.example/a"], ["Déclarations; 2024", "https://x.example/b"]]


@pytest.mark.parametrize(
    ("encoding", "text", "name"),
    [
        ("utf-8", "Título,Été", "utf-8"),
        ("utf-8-sig", "Título,Été", "utf-8"),
        ("utf-16", "Título,Été", "utf-16-le"),
        ("utf-16-be", "Title,Link", "utf-16-be"),
        ("utf-16-le", "Title,Link", "utf-16-le"),
        ("windows-1252", "Título,Été", "windows-1252"),
    ],
)
def test_the_encoding_is_found(encoding: str, text: str, name: str):
    assert next(decodings(text.encode(encoding))) == (name, text)


def test_what_is_not_utf_8_may_be_one_of_several_and_the_declared_charset_comes_first():
    content = "Название;Ссылка".encode("windows-1251")
    assert ("windows-1251", "Название;Ссылка") in list(decodings(content))
    assert next(decodings(content, "windows-1251"))[0] == "windows-1251"
    assert next(decodings(content, "no-such-charset"))[0] == "windows-1252"


def test_one_wrong_byte_far_below_does_not_change_what_the_rest_is():
    content = "Título".encode() * 20_000 + b"\xff"
    assert ("utf-8", "Título" * 20_000 + "\ufffd") in list(decodings(content))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str):
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS)
    assert delimiter_of(text) == delimiter
    assert read_delimited(text, "x").rows == ROWS


def test_delimited_text_as_it_comes():
    assert read_delimited('sep=;\r\na;b\r\n"x\ny";"1,5"\r\n\r\n', "x").rows == [["a", "b"], ["x\ny", "1,5"], []]
    assert read_delimited("one column\nonly", "x").rows == [["one column"], ["only"]]
    assert read_delimited("a,b\x85c\n1,2\0", "x").rows == [["a", "b\x85c"], ["1", "2"]]
    assert read_delimited("", "x").rows == []


def test_too_many_cells_and_fields_without_end_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delimited, "MAX_CELLS", 10)
    with pytest.raises(MalformedAnswer, match="data rather than a list"):
        read_delimited("a,b,c\n" * 5, "x")
    with pytest.raises(MalformedAnswer, match="is not CSV"):
        read_delimited('"' + "a" * (2 << 20), "x")


@pytest.mark.parametrize("cell", ["{}", '"{}"', '"; {}"', '"{};\n,x"'])
def test_a_cell_too_long_costs_its_row_alone(cell: str):
    long = cell.format("a" * (2 << 20))
    others = ['"a ""quoted"" word";"two\nlines"', 'x;""', "", '"' + "b;\n" * 300_000 + '"', "x;y"]
    content = "\n".join(["h;i", *others[:3], f"{long};z", *others[4:]]).encode()
    sheet = read_delimited(without_long_cells(content).decode(), "x")
    assert (len(sheet.rows), sheet.rows[-1], sheet.too_long) == (5, ["x", "y"], 1)
    whole = "\n".join([*others, *["p;q"] * 400_000]).encode()
    assert without_long_cells(whole) == whole


# -- workbooks


def workbook(rows: list[list[Any]], name: str = "Datasets") -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def ods(cells: str) -> bytes:
    file = io.BytesIO()
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Liste">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return file.getvalue()


def cell(text: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


WIDE = cell("x", 'table:number-columns-repeated="16384"')


def read(folder: Path, content: bytes) -> list[list[list[Any]]]:
    path = folder / "body"
    path.write_bytes(content)
    return [sheet.rows for sheet in read_workbook(path, "https://x.example/list")]


def test_a_workbook_of_each_kind(tmp_path: Path):
    assert read(tmp_path, workbook(ROWS)) == [ROWS]
    row = f"<table:table-row>{cell('Titre')}{cell('Lien')}</table:table-row>"
    far = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    assert read(tmp_path, ods(row + far)) == [[["Titre", "Lien"]]]
    assert is_workbook(b"PK\x03\x04....")
    assert is_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert not is_workbook(b"Title;Link")


def test_cells_are_plain_values_and_formulas_what_was_saved(tmp_path: Path):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", 1.0, 1.5, True, None])
        sheet.write_datetime(1, 0, datetime(2024, 5, 31))
        sheet.write_datetime(1, 1, datetime(2024, 5, 31, 12, 30))
        sheet.write_formula(1, 2, '=HYPERLINK("https://evil.example")', value="the saved value")
        book.add_worksheet("Hidden").hide()
    assert read(tmp_path, file.getvalue()) == [
        [["a", 1, 1.5, True], ["2024-05-31", "2024-05-31T12:30:00", "the saved value", None]]
    ]


def far_cell() -> bytes:
    """A workbook of two cells at the ends of a sheet: 17,179,869,184 cells lie between."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")
    return file.getvalue()


def inflated(unpacked_bytes: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * unpacked_bytes)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (far_cell(), "cannot be opened|more than"),
        (inflated(300 << 20), "unpacks to more than"),
        (ods(f"<table:table-row>{WIDE * 2}</table:table-row>" * 200), "more than"),
        (
            ods(f'<table:table-row table:number-rows-repeated="1048576">{WIDE}</table:table-row>'),
            "cannot be opened|more than",
        ),
        (workbook(ROWS)[:2000], "damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be opened"),
        (b"Title;Link", "cannot be opened"),
    ],
    ids=["far-cell", "zip-bomb", "repeated-cells", "repeated-rows", "cut", "empty-zip", "empty-ole", "text"],
)  # fmt: skip
def test_what_is_sent_to_do_harm_is_refused_in_a_sentence(tmp_path: Path, content: bytes, said: str):
    with pytest.raises(MalformedAnswer, match=said) as raised:
        read(tmp_path, content)
    assert raised.value.sentence.endswith(".")


def test_a_zip_of_something_else_is_no_workbook(tmp_path: Path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.csv", "a,b")
    with pytest.raises(MalformedAnswer, match="zip archive and no workbook"):
        read(tmp_path, file.getvalue())
