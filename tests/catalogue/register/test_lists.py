"""Lists that people upload: columns in many languages and orders, mistakes beside the row, files that are none, real lists."""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from catalogue.errors import ListRefused
from catalogue.register import list_files, lists
from catalogue.register.fields import BY_NAME, FIELDS
from catalogue.register.list_columns import chosen
from catalogue.register.lists import Listed, Row, read_list
from harvesters.columns.headers import CERTAIN
from tests.catalogue.real_lists import REAL
from tests.conftest import REALDATA, needs_realdata
from tests.harvesters.test_sheets import cell, far_cell, inflated, ods, workbook

LINK = "https://data.xa.example"


def listed(folder: Path, content: str | bytes, name: str = "list.csv", **more: Any) -> Listed:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_list(path, name, **more)


def fields(found: Listed) -> dict[str, str | None]:
    return {column.header: column.field for column in found.columns}


def codes(row: Row) -> set[tuple[str, str]]:
    return {(remark.field, remark.code) for remark in row.remarks if remark.code != "wished"}


def table(*rows: Sequence[str], delimiter: str = ";") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


# -- columns in the languages of those who upload

SPANISH = (
    ("Base legal", "Enlace", "Iniciativa", "Autoridad responsable", "Tipo", "Nivel de gobierno", "Estado", "Fecha de inicio",
     "Artículos de la Convención", "Idiomas disponibles", "Frecuencia de actualización", "Descripción"),
    ("Ley 12", f"{LINK}/compras", "Portal de compras", "Contraloría", "Fuente", "Nacional", "En curso", "2019-03", "9(1); 10",
     "es; en", "mensual", "Todas las compras"),
    {"legal_basis": "Ley 12", "url": f"{LINK}/compras", "title": "Portal de compras", "authority": "Contraloría", "kind": "source",
     "level": "national", "stage": "running", "start_date": "2019-03", "articles": "9(1); 10", "content_languages": "es; en",
     "frequency": "mensual", "description": "Todas las compras"},
)  # fmt: skip
PORTUGUESE = (
    ("Situação", "Título", "Endereço web", "Órgão responsável", "Esfera", "Licença", "Temas", "Artigos"),
    ("Encerrado", "Portal da transparência", f"{LINK}/t", "Controladoria", "municipal", "CC-BY-4.0", "orçamento; compras", "9"),
    {"stage": "discontinued", "title": "Portal da transparência", "url": f"{LINK}/t", "authority": "Controladoria",
     "level": "local", "licence": "CC-BY-4.0", "themes": "orçamento; compras", "articles": "9", "kind": "source"},
)  # fmt: skip
ITALIAN = (
    ("Ente responsabile", "Iniziativa", "Sito web", "Tipo", "Livello di governo", "Data di avvio", "Riferimenti normativi"),
    ("Ministero", "Piano dati aperti", f"{LINK}/piano", "Strategia", "Regionale", "2020", "Legge 7"),
    {"authority": "Ministero", "title": "Piano dati aperti", "url": f"{LINK}/piano", "kind": "initiative", "level": "subnational",
     "start_date": "2020", "legal_basis": "Legge 7"},
)  # fmt: skip
RUSSIAN = (
    ("Ссылка", "Ответственный орган", "Наименование", "Вид", "Уровень власти", "Статьи Конвенции", "Правовая основа", "Статус",
     "Сбор разрешён"),
    (f"{LINK}/ru", "Казначейство", "Портал бюджета", "источник", "региональный", "9(2)", "Закон 5", "планируется", "да"),
    {"url": f"{LINK}/ru", "authority": "Казначейство", "title": "Портал бюджета", "kind": "source", "level": "subnational",
     "articles": "9(2)", "legal_basis": "Закон 5", "stage": "planned", "harvesting": "yes"},
)  # fmt: skip
ARABIC = (
    ("الرابط", "المستوى", "اسم المبادرة", "الجهة المسؤولة", "النوع", "مواد الاتفاقية", "السند القانوني", "المرحلة"),
    (f"{LINK}/ar", "وطني", "بوابة البيانات المفتوحة", "وزارة المالية", "مصدر", "10", "القانون 3", "قيد التنفيذ"),
    {"url": f"{LINK}/ar", "level": "national", "title": "بوابة البيانات المفتوحة", "authority": "وزارة المالية", "kind": "source",
     "articles": "10", "legal_basis": "القانون 3", "stage": "running"},
)  # fmt: skip
CHINESE = (
    ("网址", "主管部门", "类型", "平台名称", "行政级别", "公约条款", "法律依据", "阶段", "接口地址"),
    (f"{LINK}/zh", "财政部", "来源", "开放数据平台", "地方", "13", "第5号法", "运行中", f"{LINK}/zh/api/3"),
    {"url": f"{LINK}/zh", "authority": "财政部", "kind": "source", "title": "开放数据平台", "level": "local", "articles": "13",
     "legal_basis": "第5号法", "stage": "running", "endpoint": f"{LINK}/zh/api/3"},
)  # fmt: skip
FRENCH = (
    ("Portail", "Autorité compétente", "Adresse web", "Type d’entrée", "Niveau", "Stade", "Normes", "Base juridique"),
    ("Marchés", "Trésor", f"{LINK}/fr", "Source de données", "Locale", "Prévu", "DCAT", "Loi 1"),
    {"title": "Marchés", "authority": "Trésor", "url": f"{LINK}/fr", "kind": "source", "level": "local", "stage": "planned",
     "standards": "DCAT", "legal_basis": "Loi 1"},
)  # fmt: skip
GERMAN = (
    ("Zuständige Behörde", "Plattform", "Internetadresse", "Verwaltungsebene", "Rechtsgrundlage", "Startdatum"),
    ("Schatzamt", "Haushalt offen", f"{LINK}/de", "Bund", "Gesetz 2", "2021-05-01"),
    {"authority": "Schatzamt", "title": "Haushalt offen", "url": f"{LINK}/de", "level": "national", "legal_basis": "Gesetz 2",
     "start_date": "2021-05-01", "kind": "source"},
)  # fmt: skip
OWN = {
    "es": SPANISH,
    "pt": PORTUGUESE,
    "it": ITALIAN,
    "ru": RUSSIAN,
    "ar": ARABIC,
    "zh": CHINESE,
    "fr": FRENCH,
    "de": GERMAN,
}


@pytest.mark.parametrize("turned", [0, 3, -1], ids=["as-it-is", "turned", "from-the-end"])
@pytest.mark.parametrize("language", OWN)
def test_a_list_in_its_own_words_and_any_order(tmp_path: Path, language: str, turned: int):
    header, row, expected = OWN[language]
    if turned < 0:
        header, row = header[::-1], row[::-1]
    header, row = (*header[turned:], *header[:turned]), (*row[turned:], *row[:turned])
    found = listed(tmp_path, table(header, row))
    (only,) = found.rows
    assert only.values == expected
    assert not only.blocked
    assert (only.extra, found.left_out) == ({}, 0)
    assert all(column.field and column.evidence and column.confidence >= 60 for column in found.columns)


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("ru", "windows-1251"), ("ar", "windows-1256"), ("zh", "gb18030"), ("es", "windows-1252"), ("pt", "utf-16"),
     ("fr", "utf-8-sig"), ("zh", "utf-16-le")],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_delimiter(tmp_path: Path, language: str, encoding: str, delimiter: str):
    header, row, expected = OWN[language]
    row = tuple(text.replace("’", "'") for text in row)
    content = table(("kept", *header), ("x", *row), delimiter=delimiter).encode(encoding)
    (only,) = listed(tmp_path, content).rows
    assert (only.values, only.extra) == (expected, {"kept": "x"})


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv", "list.pdf", "list"])
def test_the_content_decides_what_a_file_is(tmp_path: Path, name: str):
    header, row, expected = ARABIC
    for content in (workbook([list(header), list(row)]), table(header, row).encode()):
        assert listed(tmp_path, content, name).rows[0].values == expected
    cells = "".join(map(cell, row))
    content = ods(
        f"<table:table-row>{''.join(map(cell, header))}</table:table-row><table:table-row>{cells}</table:table-row>"
    )
    assert listed(tmp_path, content, name).rows[0].values == expected


def test_the_headers_of_the_template_are_certain_in_any_order(tmp_path: Path):
    labels = [str(field.label) for field in reversed(FIELDS)]
    found = listed(tmp_path, workbook([labels, ["x"] * len(labels)]))
    assert [column.field for column in found.columns] == [field.name for field in reversed(FIELDS)]
    assert {column.confidence for column in found.columns} == {CERTAIN}
    names = listed(tmp_path, table([field.name for field in FIELDS], ["x"] * len(FIELDS)))
    assert [column.field for column in names.columns] == list(BY_NAME)


@pytest.mark.parametrize("field", [field for field in FIELDS if field.choices], ids=lambda field: field.name)
def test_a_choice_is_known_by_its_value_and_its_name(field):
    for value, label in field.choices:
        assert chosen(field.name, value) == chosen(field.name, str(label).upper()) == value
    assert chosen(field.name, "none of them") is None


def test_where_the_header_stands_and_how_rows_are_counted(tmp_path: Path):
    rows = [["List of Xanadu"], [], ["Title", "Link", "Authority"], ["A", LINK, "T"], [], ["Title", "Link", "Authority"],
            [None, None, None, "a note"], ["B", f"{LINK}/b", "T"]]  # fmt: skip
    found = listed(tmp_path, table(*rows))
    assert [row.number for row in found.rows] == [4, 8]
    assert (found.left_out, found.left_out_rows) == (3, [1, 6, 7])
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Liste")
        sheet.write_row(4, 2, ["Title", "Link"])
        sheet.write_row(6, 2, ["A", LINK])
    found = listed(tmp_path, file.getvalue())
    assert ([row.number for row in found.rows], found.sheet) == ([7], "Liste")


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
    assert "not taken over" in found.columns[4].evidence


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


# -- what is no list


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return file.getvalue()


def with_part(content: bytes, name: str) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"\xd0\xcf\x11\xe0")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
GOOD = workbook([["Title", "Link"], ["A", LINK]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (";;\n;;\n", "is empty|has no columns"),
        (workbook([]), "is empty"),
        ("<html><table><tr><td>Title</td></tr></table></html>", "web page or XML"),
        ("\ufeff  <!DOCTYPE html>", "web page or XML"),
        ('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "web page or XML"),
        ("<svg/>".encode("utf-16"), "web page or XML"),
        ("MIME-Version: 1.0\nX-Document-Type: Workbook", "web page or XML"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a document"),
        (b"junk\n%PDF-1.7\n", "is a document"),
        ("{\\rtf1\\ansi Title}", "is a document"),
        (zipped(word__document_DOT_xml=b"<w/>"), "is a document"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_DOT_xml=b"<x/>"), "is a document"),
        (OLE + "WordDocument".encode("utf-16-le"), "is a document"),
        (with_part(GOOD, "xl/vbaProject.bin"), "holds macros"),
        (with_part(GOOD, "xl/macrosheets/sheet1.xml"), "holds macros"),
        (with_part(ods(""), "Basic/Standard/Module1.xml"), "holds macros"),
        (OLE + "_VBA_PROJECT_CUR".encode("utf-16-le"), "holds macros"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (OLE, "cannot be opened"),
        (GOOD[:2000], "cannot be opened"),
        (b"PK\x03\x04" + b"\0" * 50, "cannot be opened"),
        (inflated(300 << 20), "cannot be opened"),
        (far_cell(), "cannot be opened"),
        (zipped(data_DOT_csv=b"a,b"), "is a compressed file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no spreadsheet"),
        (gzip.compress(b"Title,Link\nA,https://data.xa.example\n", mtime=0), "is a compressed file"),
        (b"\x28\xb5\x2f\xfd" + bytes(range(256)), "is a compressed file"),
        (bz2.compress(b"Title,Link"), "is a compressed file"),
        (lzma.compress(b"Title,Link"), "is a compressed file"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a compressed file"),
        (";".join(f"C{n}" for n in range(501)) + "\n" + ";".join("x" * 501), "more columns or cells"),
        (bytes(range(256)) * 10, "no spreadsheet"),
        ("Dear colleagues,\nplease find our list\nattached to this letter.\n", "has no columns"),
        ('Title,Link\n"' + "a" * (3 << 20), "cell of more|cannot be opened"),
        ("Title,Link\nA," + "a" * (3 << 20) + "\nB,x\n", "cell of more"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_a_sentence_with_what_to_do(tmp_path: Path, content: str | bytes, said: str):
    with pytest.raises(ListRefused, match=said) as raised:
        listed(tmp_path, content, "my list.xlsx")
    sentence = str(raised.value)
    assert sentence.startswith("“my list.xlsx” ")
    assert sentence.endswith(".")
    assert ";" in sentence


def test_limits_of_size_and_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = table(("Title", "Link"), *((f"A{n}", f"{LINK}/{n}") for n in range(20)))
    monkeypatch.setattr(lists, "MAX_ROWS", 20)
    assert len(listed(tmp_path, content).rows) == 20
    monkeypatch.setattr(lists, "MAX_ROWS", 19)
    with pytest.raises(ListRefused, match="more than 19 rows"):
        listed(tmp_path, content)
    monkeypatch.setattr(list_files, "MAX_BYTES", 100)
    with pytest.raises(ListRefused, match="is larger than"):
        listed(tmp_path, content)


def test_the_name_of_a_file_is_shown_harmlessly_and_short(tmp_path: Path):
    with pytest.raises(ListRefused) as raised:
        listed(tmp_path, b"", "a\n\u202eb" + "x" * 300)
    assert str(raised.value).startswith("“a bxxx")
    assert len(str(raised.value)) < 160


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
