"""What the columns of a list mean: headers in many languages and spellings, and what the values say."""

from typing import Any

import pytest

from harvesters.columns import MEANINGS, Columns, recognise, recognise_keys
from harvesters.columns.headers import match_header
from sandbox.table import HEADERS

MEANT = (
    "identifier", "title", "description", "publisher", "page", "download", "licence", "frequency", "issued", "modified",
    "keywords", "contact",
)  # fmt: skip
LINK = "https://data.xa.example/a"


def meanings(headers: list[Any], *rows: list[Any], **stated: str | None) -> dict[str, str | None]:
    found = recognise([headers, *(rows or [["x"] * len(headers)])], stated)
    assert found is not None
    return {column.header: column.meaning for column in found.columns}


@pytest.mark.parametrize("language", sorted(HEADERS))
def test_the_six_languages_of_the_united_nations(language: str):
    row = ["7", "T", "D", "P", LINK, f"{LINK}.csv", "cc-by", "R/P1M", "2024-01-01", "2024-01-02", "a, b", "x@y.example"]
    found = recognise([list(HEADERS[language]), row])
    assert found is not None
    assert [column.meaning for column in found.columns] == list(MEANT)
    assert found.is_list
    assert all(column.confidence >= 80 and column.evidence for column in found.columns)


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("TITLE", "title"), ("dataset_title", "title"), ("datasetTitle", "title"), ("  Título del conjunto de datos ", "title"),
        ("Nome da base de dados", "title"), ("Titel des Datensatzes", "title"), ("titolo", "title"), ("NAME", "title"),
        ("Title / Titre", "title"), ("Title (required)", "title"), ("标题", "title"), ("資料集名稱", "title"),
        ("Наименование набора данных", "title"), ("عنوان مجموعة البيانات", "title"), ("اسم البيانات", "title"),
        ("Órgão responsável", "publisher"), ("Veröffentlichende Stelle", "publisher"), ("主管部门", "publisher"),
        ("Organisation / Organización", "publisher"), ("downloadURL", "download"), ("Lien de téléchargement", "download"),
        ("distribution_accessURL", "download"), ("Häufigkeit", "frequency"), ("accrualPeriodicity", "frequency"),
        ("Última atualização", "modified"), ("Дата последнего внесения изменений", "modified"), ("最后更新", "modified"),
        ("Licença", "licence"), ("ライセンス", None), ("VALOR_HOMOLOGADO", None), ("num_groups", None), ("", None),
        ("Data", None), ("Date", None), ("x" * 500, None), ("42", None),
    ],
)  # fmt: skip
def test_headers_in_whatever_spelling(header: str, meaning: str | None):
    found = match_header(header)
    assert (found.meaning if found else None) == meaning


@pytest.mark.parametrize(
    ("header", "tag"),
    [("Title (fr)", "fr"), ("titulo_es", "es"), ("Titre [français]", "fr"), ("Title (English)", "en"), ("Description-ar", "ar"),
     ("Title", None), ("Title (required)", None)],
)  # fmt: skip
def test_a_header_may_name_the_language_of_its_texts(header: str, tag: str | None):
    found = match_header(header)
    assert found is not None
    assert found.tag == tag


def test_titles_in_several_languages_are_all_titles():
    assert meanings(["Title (en)", "Title (fr)", "URL"], ["A", "B", LINK]) == {
        "Title (en)": "title", "Title (fr)": "title", "URL": "page",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "header_row"),
    [
        ([["Ministry of Finance"], [], ["Title", "Link"], ["A", LINK]], 2),
        ([["Our title", None, None], ["Titel", "Beschreibung", "Link"], ["A", "B", LINK]], 1),
        ([["Title", "Link"], ["Title", "Link"], ["A", LINK]], 0),
        ([["a", "b"], ["1", "2"]], None),
        ([], None),
        ([[]], None),
        ([["Title"], ["A"]], None),
        ([[None, 3, LINK]], None),
    ],
)
def test_the_header_is_found_below_what_stands_above_it(rows: list[list[Any]], header_row: int | None):
    found = recognise(rows)
    assert (found.header_row if found else None) == header_row


@pytest.mark.parametrize(
    ("headers", "values", "expected"),
    [
        (["Title", "Where"], ["A", LINK], "page"),
        (["Title", "Where"], ["A", f"{LINK}.xlsx"], "download"),
        (["Title", "Link"], ["A", f"{LINK}.csv"], "download"),
        (["Title", "Link"], ["A", "room 4"], None),
        (["Title", "Source"], ["A", LINK], "page"),
        (["Title", "Publisher"], ["A", LINK], "page"),
        (["Title", "Publisher"], ["A", "Ministry"], "publisher"),
        (["Title", "Where"], ["A", None], None),
    ],
)
def test_what_the_values_say(headers: list[str], values: list[Any], expected: str | None):
    rows = [[*values], [*values]]
    found = recognise([[*headers, "Description"], *rows])
    assert found is not None
    assert found.columns[1].meaning == expected
    assert expected is None or found.columns[1].evidence


def test_a_meaning_is_given_once_and_the_rest_is_kept():
    found = recognise([["Name", "Title", "Title", "", "Link"], ["a", "b", "c", "d", LINK]])
    assert found is not None
    assert [(column.header, column.meaning) for column in found.columns] == [
        ("Name", None), ("Title", "title"), ("Title (2)", None), ("column 4", None), ("Link", "page"),
    ]  # fmt: skip
    assert found.columns[0].evidence == '"Title" stands for the same more plainly'


def test_what_a_person_states_outweighs_everything():
    assert meanings(["Objeto", "Title", "Link"], ["a", "b", LINK], Objeto="title", Title=None) == {
        "Objeto": "title", "Title": None, "Link": "page",
    }  # fmt: skip
    found = recognise([["foo", "bar"], ["x", "y"]], {"FOO": "title"})
    assert found is not None
    assert (found.columns[0].meaning, found.columns[0].confidence) == ("title", 100)
    assert meanings(["foo"], ["x"], foo="nonsense") == {"foo": None}


@pytest.mark.parametrize(
    ("headers", "values"),
    [
        (["NUMERO_PROCESSO", "URL_PORTAL", "OBJETO", "ORGAO", "VALOR"], ["1", LINK, "o", "p", "3"]),
        (["country", "1995", "1996"], ["XA", "1", "2"]),
        (["Name", "Country", "Amount"], ["A", "XA", "3"]),
        (["Title", "Description"], ["A", "B"]),
    ],
)
def test_data_are_no_list_of_datasets(headers: list[str], values: list[str]):
    found = recognise([headers, values])
    assert found is None or not found.is_list


def test_keys_are_headers_without_a_row():
    found = recognise_keys(["title", "pageURL"], [["A", LINK]])
    assert isinstance(found, Columns)
    assert (found.header_row, found.is_list) == (-1, True)


def test_every_meaning_has_words_in_the_six_languages():
    for meaning in MEANINGS:
        assert meaning in {match.meaning for match in map(match_header, _all_words()) if match is not None}


def _all_words() -> list[str]:
    import json
    from importlib import resources

    table = json.loads(resources.files("harvesters.columns").joinpath("words.json").read_text(encoding="utf-8"))
    for by_language in table.values():
        assert set(by_language) >= {"ar", "zh", "en", "fr", "ru", "es"}
    return [word for by_language in table.values() for words in by_language.values() for word in words]
