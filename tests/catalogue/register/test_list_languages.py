"""Lists that people upload: columns in the languages of those who do, in any order and encoding."""

import io
from pathlib import Path

import pytest
import xlsxwriter

from catalogue.register.fields import BY_NAME, FIELDS
from catalogue.register.list_columns import chosen
from harvesters.columns.headers import CERTAIN
from tests.catalogue.register.listing import LINK, listed, table
from tests.harvesters.test_sheets import cell, ods, workbook

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
