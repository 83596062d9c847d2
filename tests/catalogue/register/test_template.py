"""The template and the downloads: in six languages, read back as they were written, and nothing that is computed."""

import csv
import io
import zipfile
from pathlib import Path

import lxml.etree
import polib
import pytest
from django.utils import translation

from catalogue.register import list_columns
from catalogue.register.fields import BY_NAME, FIELDS, LEVELS, texts
from catalogue.register.lists import MAX_ROWS, Listed, read_list
from catalogue.register.sheet_export import FORMULA_BEGINNINGS, Line, defused, write_csv, write_xlsx
from catalogue.register.template import write_template
from catalogue.states.languages import DJANGO_LANGUAGES
from harvesters.columns.headers import CERTAIN
from harvesters.sheets.workbook import read_workbook

LANGUAGES = sorted(DJANGO_LANGUAGES)
ENTRY = {
    "kind": "source", "title": "=1+1 Données ouvertes", "language": "fr", "description": "- a\n- b", "authority": "@Trésor",
    "level": "subnational", "url": "https://data.xa.example", "endpoint": "https://data.xa.example/api/3", "protocol": "ckan",
    "content_languages": ["fr", "en"], "licence": "CC-BY-4.0", "frequency": "monthly", "themes": ["budget", "procurement"],
    "articles": ["9(1)", "10"], "stage": "running", "start_date": "2019-03", "standards": ["DCAT-AP 3"], "legal_basis": "Loi 1",
    "coverage": "Xanadu", "period": "2010/2020", "good_practice": "+ savings", "harvesting": "yes", "crawl_conditions": "at night",
}  # fmt: skip


def read(folder: Path, content: bytes) -> Listed:
    path = folder / "list"
    path.write_bytes(content)
    return read_list(path, "list")


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_reads_back_as_an_empty_list_with_every_column(tmp_path: Path, language: str):
    found = read(tmp_path, write_template(language))
    assert [(column.field, column.confidence) for column in found.columns] == [(name, CERTAIN) for name in BY_NAME]
    assert (found.rows, found.left_out, found.other_sheets) == ([], 0, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_of_the_template_reads_back_as_it_was(tmp_path: Path, language: str):
    found = read(tmp_path, write_template(language, [ENTRY, {"title": "B"}]))
    first, second = found.rows
    assert first.values == texts(ENTRY)
    assert (first.number, first.extra, first.remarks, first.assumed) == (2, {}, [], ())
    assert (second.values, second.blocked) == ({"title": "B"}, True)


@pytest.fixture
def translated(tmp_path: Path, settings):
    """Every label in every language with a mark of the language, as translations will be."""
    for code in set(DJANGO_LANGUAGES.values()) - {"en"}:
        file = polib.POFile()
        file.metadata = {"Content-Type": "text/plain; charset=utf-8"}
        names = {"field": ["Stage"], "stage": ["Planned", "Running", "Discontinued"],
                 "level": [str(label) for _value, label in LEVELS]}  # fmt: skip
        with translation.override("en"):
            plain = {str(field.label) for field in FIELDS} | {
                "Source",
                "Initiative",
                "Yes",
                "No",
                "Entries",
                "Explanations",
            }
        for context, ids in [(None, sorted(plain)), *names.items()]:
            file.extend(polib.POEntry(msgid=name, msgctxt=context, msgstr=f"{name[::-1]} ü") for name in ids)
        target = tmp_path / "messages" / code.replace("zh-hans", "zh_Hans") / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True)
        file.save_as_mofile(str(target))
    settings.LOCALE_PATHS = [tmp_path / "messages"]
    list_columns.forget()
    yield
    list_columns.forget()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("translated")
def test_a_template_in_other_words_reads_back_too(tmp_path: Path, language: str):
    with translation.override(DJANGO_LANGUAGES[language]):
        assert (str(BY_NAME["stage"].label) == "Stage") is (language == "en")
    content = write_template(language, [ENTRY])
    found = read(tmp_path, content)
    assert [(column.field, column.confidence) for column in found.columns] == [(name, CERTAIN) for name in BY_NAME]
    assert [row.values for row in found.rows] == [texts(ENTRY)]
    assert found.other_sheets == []
    header = read_workbook(tmp_path / "list", "x")[0].rows[0]
    assert (header[0] == "Kind *") is (language == "en")
    for written in (write_csv([Line(ENTRY)], language), write_xlsx([Line(ENTRY)], language)):
        assert [row.values for row in read(tmp_path, written).rows] == [texts(ENTRY)]


@pytest.mark.usefixtures("translated")
def test_the_labels_of_two_languages_may_stand_in_one_list(tmp_path: Path):
    found = read(tmp_path, "Title;sserdda beW ü;ytirohtua gniniatniaM ü\nA;https://xa.example;T\n".encode())
    assert [(column.field, column.confidence) for column in found.columns] == [
        ("title", CERTAIN),
        ("url", CERTAIN),
        ("authority", CERTAIN),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_template_holds(language: str):
    content = write_template(language, [ENTRY])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert not any("vba" in name.lower() or "external" in name.lower() for name in names)
    assert "xl/comments1.xml" in names
    sheets = [part(content, f"xl/worksheets/sheet{number}.xml") for number in (1, 2)]
    for sheet in sheets:
        assert "<f>" not in sheet
        assert ('rightToLeft="1"' in sheet) is (language == "ar")
    assert 'state="frozen"' in sheets[0]
    root = lxml.etree.fromstring(sheets[0].encode())
    validations = root.findall(".//{*}dataValidation")
    assert len(validations) == sum(bool(field.choices) for field in FIELDS)
    assert {
        validation.get("sqref").rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for validation in validations
    } == {str(MAX_ROWS + 1)}
    assert part(content, "xl/comments1.xml").count("<comment ") == len(
        [field for field in FIELDS if field.help or field.needed or field.shape in {"list", "date"}]
    )
    assert write_template(language, [ENTRY]) == content


def test_needed_fields_are_marked_and_explained(tmp_path: Path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(write_template("en"))
    listing, explanations = read_workbook(path, "x")
    marked = [cell.removesuffix(" *") for cell in listing.rows[0] if cell.endswith(" *")]
    assert marked == [str(field.label) for field in FIELDS if field.needed]
    said = [row[0] for row in explanations.rows if row[0]]
    assert {cell.removesuffix(" *") for cell in listing.rows[0]} <= {cell.removesuffix(" *") for cell in said}


# -- downloads


@pytest.mark.parametrize("beginning", FORMULA_BEGINNINGS)
def test_no_cell_of_a_download_is_a_formula(beginning: str):
    text = f"{beginning}cmd|' /C calc'!A0"
    entry = {field.name: [text] if field.shape == "list" else text for field in FIELDS}
    lines = [Line(entry, {"Party": text, "Status": "published"})]
    rows = list(csv.reader(io.StringIO(write_csv(lines, "en").decode("utf-8-sig"), newline="")))
    assert [len(row) for row in rows] == [len(FIELDS) + 2] * 2
    assert rows[0][:2] == ["Party", "Status"]
    assert all(cell.startswith("'") for cell in rows[1] if cell != "published")
    assert "<f>" not in part(write_xlsx(lines, "en"), "xl/worksheets/sheet1.xml")
    assert defused("plain") == "plain"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_download_reads_back(tmp_path: Path, language: str):
    lines = [Line(ENTRY, {"Party": "XA"}), Line({"title": "B", "url": "https://b.xa.example"}, {"Party": "XB"})]
    for content in (write_csv(lines, language), write_xlsx(lines, language)):
        first, second = read(tmp_path, content).rows
        assert first.values == texts(ENTRY)
        assert first.extra == {"Party": "XA"}
        assert second.values == {"title": "B", "url": "https://b.xa.example"}
    assert ('rightToLeft="1"' in part(write_xlsx(lines, language), "xl/worksheets/sheet1.xml")) is (language == "ar")


def test_a_download_of_nothing_and_of_a_long_text(tmp_path: Path):
    assert len(write_csv([], "en").splitlines()) == 1
    path = tmp_path / "x"
    path.write_bytes(write_xlsx([Line({"title": "T", "description": "a" * 40_000})], "en"))
    ((_header, row),) = [sheet.rows for sheet in read_workbook(path, "x")]
    assert len(row[3]) == 32_767
    assert row[3].endswith("…")
    assert write_xlsx([], "zh") == write_xlsx([], "zh")
