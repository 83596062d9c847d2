"""Lists of datasets in spreadsheets, CSV and JSON: what becomes of their rows."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from harvesters.base import LastPage
from harvesters.errors import MalformedAnswer
from harvesters.package import Package
from harvesters.phrases import in_words
from harvesters.spool_lines import Noticed
from sandbox.content import Country
from sandbox.portal import Robots
from sandbox.table import Spreadsheet
from tests.conftest import Reply, Site
from tests.harvesters.filereading import File, detected, recognised
from tests.harvesters.harvesting import harvest
from tests.harvesters.test_sheets import workbook
from tests.sandbox.portals import portal

LINK = "https://data.xa.example"
HEADER = "Title;Description;Publisher;Link;Download;Format;Licence;Modified;Room\n"
ROW = f"Budget;What was spent;Treasury;{LINK}/budget;{LINK}/budget.csv;CSV;CC-BY-4.0;2024-05-31;12b\n"


def ids(file: File) -> list[str | None]:
    return [record.id for record in file.records]


def test_a_row_becomes_a_package(tmp_path: Path):
    package = File(tmp_path, "table", HEADER + ROW).package
    assert (package.title, package.description) == ("Budget", "What was spent")
    assert (package.homepage, package.catalogue.native_id) == (f"{LINK}/budget", f"{LINK}/budget")
    (resource,) = package.resources
    assert (resource.path, resource.format) == (f"{LINK}/budget.csv", "CSV")
    assert package.catalogue.publisher is not None
    assert package.catalogue.publisher.name == "Treasury"
    assert package.catalogue.licences[0].spdx == "CC-BY-4.0"
    assert package.catalogue.modified is not None
    assert package.catalogue.modified.value == "2024-05-31"
    assert package.catalogue.more == {"Room": "12b"}


def test_what_was_recognised_is_told(tmp_path: Path):
    first, *_, last = File(tmp_path, "table", HEADER + ROW).events
    assert isinstance(first, Noticed)
    assert first.finding.code == "columns-recognised"
    assert "Title = title (95)" in str(first.finding.value)
    assert "kept as they are: Room" in str(first.finding.value)
    assert last == LastPage()


def test_the_option_corrects_what_was_recognised(tmp_path: Path):
    text = "Objeto;Title;Link\nBudget;Ms;https://x.example/a\n"
    package = File(tmp_path, "table", text, options={"columns": {"objeto": "title", "Title": None}}).package
    assert (package.title, package.catalogue.more) == ("Budget", {"Title": "Ms"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ID;Title;Link\n7;A;L1\n8;B;L1\n", ["7", "8"]),
        ("ID;Title;Link\n7;A;https://x.example/1\n7;B;https://x.example/2\n", ["https://x.example/1", "https://x.example/2"]),
        ("ID;Title;Link\n;A;https://x.example/1\n8;B;https://x.example/2\n", ["https://x.example/1", "8"]),
        ("Title;Publisher;Link\nA;P;https://x.example/\nB;P;https://x.example/\n", ["A | P", "B | P"]),
        ("Title;Publisher;Link\nA;P;https://x.example/\nA;Q;https://x.example/\n", ["A | P", "A | Q"]),
        ("Title;Link;Download\nA;https://x.example/;https://x.example/a.csv\nB;https://x.example/;https://x.example/b.csv\n",
         ["https://x.example/a.csv", "https://x.example/b.csv"]),
    ],
)  # fmt: skip
def test_the_identity_of_a_row(tmp_path: Path, text: str, expected: list[str]):
    assert ids(File(tmp_path, "table", text)) == expected


def test_rows_of_one_dataset_are_its_files(tmp_path: Path):
    text = (
        "ID;Title;Download;Format;Note\n"
        f"7;Budget;{LINK}/a.csv;CSV;first\n8;Other;{LINK}/c.csv;CSV;\n7;Budget;{LINK}/a.xlsx;XLSX;second\n"
    )
    budget, other = File(tmp_path, "table", text).packages
    assert [(r.path, r.format) for r in budget.resources] == [(f"{LINK}/a.csv", "CSV"), (f"{LINK}/a.xlsx", "XLSX")]
    assert budget.catalogue.more == {"Note": "first", "further_rows": [{"Note": "second"}]}
    assert other.title == "Other"


@pytest.mark.parametrize(
    ("header", "row", "paths", "homepage"),
    [
        ("Title;Link", f"A;{LINK}/a", [], f"{LINK}/a"),
        ("Title;Link", f"A;{LINK}/a.csv", [f"{LINK}/a.csv"], None),
        ("Title;Link;Format", f"A;{LINK}/api?q=1;JSON", [f"{LINK}/api?q=1"], f"{LINK}/api?q=1"),
        ("Title;Link;Format", f"A;{LINK}/a;HTML", [], f"{LINK}/a"),
        ("Title;Download", f"A;{LINK}/a.csv {LINK}/b.csv", [f"{LINK}/a.csv", f"{LINK}/b.csv"], None),
        ("Title;Download;Link", f"A;;{LINK}/a", [], f"{LINK}/a"),
        ("Title;Download;Link", f"A;no address;{LINK}/a", [], f"{LINK}/a"),
    ],
)
def test_the_addresses_of_a_row(tmp_path: Path, header: str, row: str, paths: list[str], homepage: str | None):
    more = f"B;{LINK}/b.csv;{LINK}/y\n" if header == "Title;Download;Link" else ""
    package = File(tmp_path, "table", f"{header}\n{row}\n{more}").packages[0]
    assert ([resource.path for resource in package.resources], package.homepage) == (paths, homepage)


def test_several_address_columns_are_several_files(tmp_path: Path):
    text = f"Title;Download (CSV);Download (XLSX)\nA;{LINK}/1;{LINK}/2.xlsx\nB;{LINK}/3;{LINK}/4.xlsx\n"
    first, _ = File(tmp_path, "table", text).packages
    assert [(r.title, r.path) for r in first.resources] == [
        ("Download (CSV)", f"{LINK}/1"), ("Download (XLSX)", f"{LINK}/2.xlsx"),
    ]  # fmt: skip


def test_persons_are_left_out_and_an_office_is_kept(tmp_path: Path):
    text = (
        "Title;Link;Contact person;E-mail;Remarks\n"
        f"A;{LINK}/a;A Person;a.person@x.example;ask b.person@x.example\n"
        f"B;{LINK}/b;;opendata@x.example;or info@x.example\n"
    )
    first, second = File(tmp_path, "table", text).packages
    assert "erson" not in str(msgspec.to_builtins(first))
    assert first.catalogue.more == {"Remarks": "ask"}
    assert second.catalogue.contact is not None
    assert second.catalogue.contact.url == "mailto:opendata@x.example"
    assert second.catalogue.more == {"Remarks": "or info@x.example"}


def test_titles_in_several_languages(tmp_path: Path):
    text = f"Title (en);Title (fr);Keywords (fr);Link;Language\nBudget;Le budget;argent, État;{LINK}/a;en\n"
    package = File(tmp_path, "table", text).package
    assert package.catalogue.titles == {"en": "Budget", "fr": "Le budget"}
    assert package.catalogue.keywords == {"fr": ["argent", "État"]}
    assert package.title == "Budget"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1251"])
def test_a_list_in_another_encoding(tmp_path: Path, encoding: str):
    text = f"Название;Ведомство;Ссылка\r\nБюджет;Казначейство;{LINK}/a\r\n"
    package = File(tmp_path, "table", text.encode(encoding)).package
    assert (package.title, package.homepage) == ("Бюджет", f"{LINK}/a")


def test_headings_blank_rows_and_sums_are_no_datasets(tmp_path: Path):
    text = f"Title;Publisher;Link\nFinance\n;;\nA;P;{LINK}/a\n;Total;1\n"
    file = File(tmp_path, "table", text)
    assert ids(file) == [f"{LINK}/a"]
    assert "rows without a dataset: 2" in str(file.events[0].finding.value)


def test_a_catalogue_over_several_sheets_is_joined(tmp_path: Path):
    import io

    import xlsxwriter

    sheets: dict[str, list[list[Any]]] = {
        "Catalog": [["catalog_title", "catalog_homepage"], ["Ours", LINK]],
        "Dataset": [
            ["dataset_identifier", "dataset_title", "dataset_contactPoint_fn", "dataset_license"],
            [1, "Budget", "A Person", "cc-by-4.0"], [2, "Empty", None, None],
        ],
        "Distribution": [
            ["dataset_identifier", "dataset_title", "distribution_identifier", "distribution_title", "distribution_downloadURL",
             "distribution_accessURL", "distribution_format"],
            [1, "Budget", "1.1", "2023", f"{LINK}/2023.csv", LINK, "csv"], [1, "Budget", "1.2", "2024", f"{LINK}/2024.csv", LINK, "csv"],
        ],
        "Field": [
            ["dataset_identifier", "dataset_title", "distribution_identifier", "field_title", "field_type"],
            [1, "Budget", "1.2", "amount", "number"], [1, "Budget", "1.2", "year", "integer"],
        ],
        "theme": [["theme_id", "theme_label"], ["econ", "Economy"]],
    }  # fmt: skip
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    budget, empty = File(tmp_path, "table", out.getvalue()).packages
    assert (budget.catalogue.native_id, budget.title) == ("1", "Budget")
    first, second = budget.resources
    assert (first.path, first.title, first.format, first.catalogue.access_url) == (
        f"{LINK}/2023.csv",
        "2023",
        "CSV",
        f"{LINK}",
    )
    assert second.catalogue.native_id == "1.2"
    assert second.catalogue.more["fields"] == [
        {"field_title": "amount", "field_type": "number"}, {"field_title": "year", "field_type": "integer"},
    ]  # fmt: skip
    assert "Person" not in str(msgspec.to_builtins(budget))
    assert (empty.title, empty.resources) == ("Empty", [])


def test_one_sheet_may_be_named(tmp_path: Path):
    assert File(
        tmp_path, "table", workbook([["Title", "Link"], ["A", LINK]], "2024"), options={"sheet": "2024"}
    ).records
    with pytest.raises(MalformedAnswer):
        File(tmp_path, "table", workbook([["Title", "Link"], ["A", LINK]], "2024"), options={"sheet": "2023"})


def test_a_plain_json_list(tmp_path: Path):
    document = {
        "datasets": [
            {
                "title": "Allowances", "owner": "Parliament", "pageURL": LINK, "dateUpdated": "2023-04-17T15:17:13.53",
                "tags": ["money", "members"], "organisation": {"name": "House", "email": "a.person@x.example"},
                "resources": [
                    {"fileName": "XML", "fileType": "XML", "assetUrl": f"{LINK}/a.xml", "fileSize": None},
                    {"fileName": "JSON", "fileType": "JSON", "assetUrl": f"{LINK}/a.json"},
                ],
            },
            {"title": "Members", "owner": "Parliament", "pageURL": LINK, "resources": []},
        ]
    }  # fmt: skip
    first, second = File(tmp_path, "table", document).packages
    assert first.catalogue.native_id == "Allowances | Parliament"
    assert [(r.title, r.path, r.format) for r in first.resources] == [
        ("XML", f"{LINK}/a.xml", "XML"), ("JSON", f"{LINK}/a.json", "JSON"),
    ]  # fmt: skip
    assert (first.keywords, first.homepage) == (["money", "members"], LINK)
    assert "a.person" not in str(msgspec.to_builtins(first))
    assert second.resources == []
    lines = b'{"title": "A", "url": "https://x.example/a"}\n{"title": "B", "url": "https://x.example/b"}\n'
    assert [package.title for package in File(tmp_path, "table", lines).packages] == ["A", "B"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Sorry</html>", "a web page"),
        (b"", "empty"),
        (b"a;b;c\n1;2;3\n", "Its columns are: a, b, c"),
        (b'[{"a": 1}]', "Its columns are: a"),
        (b'{"title": ', "JSON"),
        (b'"quoted', "no column"),
        (b"PK\x03\x04 cut", "damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_what_was_seen(tmp_path: Path, body: bytes, said: str):
    with pytest.raises(MalformedAnswer, match=said) as raised:
        File(tmp_path, "table", body)
    assert raised.value.sentence.endswith(".")


# -- whole harvests


@pytest.mark.parametrize(
    ("language", "path", "encoding"),
    [("en", "list.xlsx", "utf-8"), ("ar", "list.csv", "utf-16"), ("zh", "list.xlsx", "utf-8"), ("fr", "list.csv", "windows-1252"),
     ("ru", "list.csv", "windows-1251"), ("es", "list.csv", "utf-8-sig")],
)  # fmt: skip
def test_all_of_a_list_and_then_what_changed(tmp_path: Path, language: str, path: str, encoding: str):
    country = Country("XA", {language: "Xalandia"}, (language,))
    with portal(Robots(), Spreadsheet(encoding), count=20, country=country) as served:
        first = harvest(tmp_path, f"{served.url}/{path}", "table")
        changed = served.datasets[4] = msgspec.structs.replace(served.datasets[4], titles={language: "2024"})
        second = harvest(tmp_path, f"{served.url}/{path}", "table") if path == "list.xlsx" else first
        held = list(served.datasets)
    assert first.state == "complete", first.verdict
    before, after = first.valid(), second.valid()
    assert set(before) == {dataset.id for dataset in held}
    assert [key for key in after if after[key] != before[key]] == ([changed.id] if second is not first else [])
    for dataset in held:
        package: Package = after[dataset.id or ""]
        assert package.title == dataset.titles[language] or second is first
        assert package.catalogue.publisher is not None
        assert package.catalogue.publisher.name == dataset.publisher.names[language]
        assert package.catalogue.modified is not None
        assert package.catalogue.modified.value == dataset.modified
        assert len(package.resources) == len(dataset.distributions)
        assert package.catalogue.more == {"Room": "12b"}


# -- detection


@pytest.mark.parametrize(
    ("document", "url", "media", "count"),
    [
        (HEADER + ROW, f"{LINK}/list.csv", "", 1),
        (HEADER + ROW, f"{LINK}/export", "text/csv", 1),
        (HEADER + ROW, f"{LINK}/export", "text/plain", None),
        (workbook([["Title", "Link"], ["A", LINK], ["B", LINK]]), f"{LINK}/x", "", 2),
        ([{"title": "A", "url": LINK}], f"{LINK}/x", "application/json", 1),
        ("a;b\n1;2\n", f"{LINK}/data.csv", "text/csv", None),
        ("<html>Title;Link</html>", f"{LINK}/list.csv", "text/csv", None),
        ("", f"{LINK}/list.csv", "text/csv", None),
        ([{"a": 1}], f"{LINK}/x", "application/json", None),
        (b"PK\x03\x04xl/ cut", f"{LINK}/x.xlsx", "", None),
    ],
)  # fmt: skip
def test_what_is_recognised(document: Any, url: str, media: str, count: int | None):
    found = recognised("table", document, url, media)
    assert (found.advertised if found else None) == count
    if found is not None:
        assert found.confidence == 55
        assert '"title"' in in_words(found.evidence).casefold()


def test_a_long_list_is_recognised_by_its_beginning():
    found = recognised("table", HEADER + ROW + ROW[:20], f"{LINK}/list.csv", whole=False)
    assert found is not None
    assert found.advertised is None


def test_detected_by_its_address_and_behind_a_link_that_says_so(site: Site):
    site.routes["/f/17.csv"] = lambda query: Reply((HEADER + ROW).encode(), headers={"Content-Type": "text/csv"})
    site.routes["/"] = lambda query: Reply(
        b'<html><a href="/prices.csv">Prices</a><a href="/f/17.csv">Our data inventory</a></html>'
    )
    for address in (f"{site.url}/f/17.csv", f"{site.url}/"):
        best = detected(address).candidates[0]
        assert (best.protocol, best.url) == ("table", f"{site.url}/f/17.csv")
    assert not any(asked.startswith("/prices") for asked in site.asked)
