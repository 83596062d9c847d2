"""Uploaded lists at the desk: what the columns are is corrected by a person, thousands of rows are mended and taken over
quickly, and nothing is kept for longer than it is needed."""

import csv
import io
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.desk import uploads
from catalogue.desk.models import Upload, UploadedFile, UploadedRow
from catalogue.people import personal_data
from catalogue.register.life_cycle import Status
from catalogue.register.models import Entry, Rank, Version

XA = {"code": "XA"}
LINK = "https://data.xa.example"


def table(*rows: Sequence[str]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=";").writerows(rows)
    return file.getvalue().encode()


def uploaded(client: Client, content: bytes, name: str = "list.csv", **more: str) -> str:
    file = SimpleUploadedFile(name, content)
    answer = client.post(reverse("desk:lists", kwargs=XA), {"file": file, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def form(**fields: str | None) -> dict[str, str]:
    """The form of the columns as the page has it, with some of them changed."""
    upload = Upload.objects.get()
    stated = {column["header"]: column["field"] or "" for column in upload.columns}
    stated |= {header: field or "" for header, field in fields.items()}
    named = {f"column-{place}": stated[column["header"]] for place, column in enumerate(upload.columns)}
    return {"read": "1", "authority": upload.authority, "sheet": upload.sheets["read"], **named}


def values() -> list[dict[str, str]]:
    return [row.values for row in Upload.objects.get().rows.filter(struck=False)]


# -- what the columns are


@pytest.mark.django_db
def test_a_person_corrects_what_a_column_was_taken_for(register, signed_in):
    content = table(
        ("Portal", "Alias", "Web"), ("Compras", "Contratos públicos", LINK), ("Jueces", "Tribunales", f"{LINK}/j")
    )
    client = signed_in["state"]
    url = uploaded(client, content, authority="Ministerio")
    assert [row["title"] for row in values()] == ["Compras", "Jueces"]
    page = client.get(url).content.decode()
    assert '<option value="title" selected>' in page
    assert client.post(url, form(Portal=None, Alias="title")).status_code == 302
    assert [row["title"] for row in values()] == ["Contratos públicos", "Tribunales"]
    assert [row.extra for row in Upload.objects.get().rows.all()] == [{"Portal": "Compras"}, {"Portal": "Jueces"}]
    # And again: what was said the first time stands where it is left as it is.
    client.post(url, form(Portal="description"))
    assert [(row["title"], row["description"]) for row in values()] == [
        ("Contratos públicos", "Compras"),
        ("Tribunales", "Jueces"),
    ]
    assert client.post(url, {"take": "1"}).status_code == 302
    assert Version.objects.filter(fields__title="Tribunales", status=Status.DRAFT).count() == 1
    assert not Upload.objects.exists()
    assert not UploadedFile.objects.exists()
    assert not UploadedRow.objects.exists()


@pytest.mark.django_db
def test_corrections_stay_where_the_columns_of_their_field_stay(register, signed_in):
    client = signed_in["state"]
    content = table(
        ("Portal", "Alias", "Sitio web", "Autoridad"),
        ("Compras", "C", "no hay", ""), ("Jueces", "J", f"{LINK}/j", "Corte"), ("Otro", "O", f"{LINK}/o", "Corte"),
    )  # fmt: skip
    url = uploaded(client, content)
    client.post(url, {"mend": "1", "cell-2-url": LINK, "cell-2-authority": "Tesoro", "strike": "4"})
    assert not UploadedRow.objects.filter(struck=False, rank=Rank.BLOCKED).exists()
    # Another title changes neither the address nor the authority.
    answer = client.post(url, form(Portal=None, Alias="title"), follow=True)
    assert "Corrections preserved: 2" in answer.content.decode()
    assert [(row["title"], row["url"], row["authority"]) for row in values()] == [
        ("C", LINK, "Tesoro"),
        ("J", f"{LINK}/j", "Corte"),
    ]
    # Where the authority has no column any more, what was written for that column is dropped; the address stays.
    answer = client.post(url, form(Autoridad=None), follow=True)
    assert (
        "Corrections preserved: 1; dropped because their field now comes from another column: 1."
        in answer.content.decode()
    )
    assert [(row["url"], row.get("authority")) for row in values()] == [(LINK, None), (f"{LINK}/j", None)]


@pytest.mark.django_db
def test_a_list_of_which_nothing_is_recognised_is_told_by_a_person(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Foo", "Bar"), ("Budget", "x"), ("Courts", "y")))
    page = client.get(url)
    assert page.context["total"] == 0
    assert "say what each column means" in page.content.decode()
    assert "2–3" in page.content.decode()
    assert client.post(url, {"take": "1"}).status_code == 200
    refused = client.post(url, form())
    assert refused.status_code == 422
    assert "choose a field for at least one of them" in refused.content.decode()
    assert client.post(url, form(Foo="title")).status_code == 302
    assert [row["title"] for row in values()] == ["Budget", "Courts"]


@pytest.mark.django_db
def test_of_two_columns_for_one_field_the_page_says_which_is_not_taken(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Portal", "Web", "Otra web"), ("A", LINK, f"{LINK}/2")))
    answer = client.post(url, form(**{"Otra web": "url"}), follow=True)
    assert "“Otra web” is not imported: another column is already “Web address”." in answer.content.decode().replace(
        "&quot;", '"'
    )
    assert values()[0]["url"] == LINK


@pytest.mark.django_db
def test_columns_on_persons_stay_left_out(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Portal", "Web", "Contact person", "Sala"), ("A", LINK, "J. Doe", "12")))
    client.post(url, form(Sala="description"))
    (row,) = Upload.objects.get().rows.all()
    assert row.values["description"] == "12"
    assert "Doe" not in str((row.values, row.extra))


@pytest.mark.django_db
def test_another_sheet_of_the_workbook_is_read(register, signed_in):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, titles in (("Portals", ["A", "B"]), ("More", ["C"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Title", "Link", "Authority"])
            for number, title in enumerate(titles, 1):
                sheet.write_row(number, 0, [title, f"{LINK}/{title}", ""])
    client = signed_in["state"]
    url = uploaded(client, file.getvalue(), "list.xlsx")
    client.post(url, {"mend": "1", "cell-2-authority": "T"})
    assert "<option>More</option>" in client.get(url).content.decode()
    answer = client.post(url, {**form(), "sheet": "More"}, follow=True)
    assert "dropped because their field now comes from another column: 1" in answer.content.decode()
    assert [row["title"] for row in values()] == ["C"]
    assert Upload.objects.get().sheets["others"] == ["Portals"]
    assert client.post(url, {**form(), "sheet": "None such"}).status_code == 422
    assert [row["title"] for row in values()] == ["C"]


@pytest.mark.django_db
def test_one_authority_is_said_afterwards_for_the_whole_list(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Portal", "Web"), ("A", LINK), ("B", f"{LINK}/b")))
    assert client.get(url).context["blocked"] == 2
    client.post(url, {**form(), "authority": "Ministerio"})
    assert client.get(url).context["blocked"] == 0
    assert [row["authority"] for row in values()] == ["Ministerio", "Ministerio"]


@pytest.mark.django_db
def test_an_address_written_beside_a_row_that_another_row_has_is_remarked_upon(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Portal", "Web"), ("A", f"{LINK}/a/"), ("B", "none")), authority="M")
    client.post(url, {"mend": "1", "cell-3-url": f"{LINK}/a"})
    said = [remark for row in client.get(url).context["rows"] for remark in row["remarks"] if remark.code == "twice"]
    assert [remark.value for remark in said] == ["A"]


# -- what becomes of lists that nobody takes over


@pytest.mark.django_db
def test_a_list_that_nobody_went_on_with_is_gone_with_its_file(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Portal", "Web"), ("A", LINK)))
    lists = reverse("desk:lists", kwargs=XA)
    assert url in client.get(lists).content.decode()
    Upload.objects.update(changed=timezone.now() - uploads.KEPT + timedelta(minutes=5))
    assert uploads.expire() == 0
    client.post(url, {"mend": "1"})  # whoever goes on with it has it for longer
    assert Upload.objects.get().changed > timezone.now() - timedelta(minutes=1)
    Upload.objects.update(changed=timezone.now() - uploads.KEPT - timedelta(minutes=5))
    assert client.get(url).status_code == 404
    assert client.post(url, {"take": "1"}).status_code == 404
    assert url not in client.get(lists).content.decode()
    assert (Upload.objects.count(), UploadedFile.objects.count(), UploadedRow.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_a_persons_waiting_lists_are_named_in_what_is_held_about_the_person(register, signed_in):
    uploaded(signed_in["state"], table(("Portal", "Web"), ("A", LINK)))
    found = Upload.objects.get()
    (told,) = personal_data.export(register.people["state"])["uploads"]
    assert told == {
        "file": found.name, "state": "XA", "created": found.created.isoformat(), "changed": found.changed.isoformat(),
    }  # fmt: skip
    assert personal_data.export(register.people["colleague"])["uploads"] == []
    assert signed_in["state"].get(reverse("desk:my-data")).json()["uploads"] == [told]


@pytest.mark.django_db
def test_the_lists_of_a_person_are_forgotten_with_the_person(register, signed_in):
    uploaded(signed_in["state"], table(("Portal", "Web"), ("A", LINK)))
    personal_data.erase(register.people["state"])
    assert (Upload.objects.count(), UploadedFile.objects.count(), UploadedRow.objects.count()) == (0, 0, 0)


# -- thousands of rows


def rows(count: int) -> bytes:
    listed = ((f"Portal {n}", f"{LINK}/{n}", "Ministry" if n % 3 else "", "en", "es; en") for n in range(count))
    return table(("Title", "Web address", "Maintaining authority", "Language", "Themes"), *listed)


def asked(client: Client, url: str, data: dict[str, Any] | None = None) -> tuple[Any, int, float]:
    """The answer, the number of queries, and the shortest of three times."""
    shortest, answer, queries = 1e9, None, 0
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            begun = time.perf_counter()
            answer = client.get(url) if data is None else client.post(url, data)
            shortest = min(shortest, time.perf_counter() - begun)
        queries = len(captured)
    return answer, queries, shortest


@pytest.mark.django_db
def test_a_page_costs_what_it_shows_however_long_the_list_is(register, signed_in):
    client = signed_in["state"]
    measured = {}
    for count in (300, 12_000):
        Upload.objects.all().delete()
        url = uploaded(client, rows(count))
        page, queries, seconds = asked(client, url)
        assert (page.context["total"], page.context["blocked"]) == (count, count // 3)
        mended, mend_queries, mend_seconds = asked(client, url, {"mend": "1", "cell-2-authority": "Ministry"})
        assert mended.context["blocked"] == count // 3 - 1
        measured[count] = (queries, mend_queries, seconds, mend_seconds)
    small, large = measured[300], measured[12_000]
    assert small[:2] == large[:2]
    assert large[0] <= 12
    assert large[1] <= 24
    # Forty times the rows: counting them tells a little, judging each would tell twentyfold.
    assert large[2] < 4 * small[2]
    assert large[3] < 4 * small[3]


@pytest.mark.django_db
def test_thousands_of_rows_are_taken_over_in_few_statements(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, rows(3_000).replace(b";;en", b";Ministry;en"))
    before = Entry.objects.count(), Version.objects.count()
    with CaptureQueriesContext(connection) as captured:
        assert client.post(url, {"take": "1"}).status_code == 302
    assert (Entry.objects.count(), Version.objects.count()) == (before[0] + 3_000, before[1] + 3_000)
    assert len(captured) < 100
    version = Version.objects.get(fields__title="Portal 7")
    assert (version.status, version.number, version.entry.state_id) == (Status.DRAFT, 1, "XA")
    assert version.fields["themes"] == ["es", "en"]


@pytest.mark.django_db
def test_what_another_tab_took_over_is_not_taken_twice(register, signed_in):
    client = signed_in["state"]
    url = uploaded(client, table(("Portal", "Web"), ("A", LINK)), authority="M")
    upload = Upload.objects.get()
    assert client.post(url, {"take": "1"}).status_code == 302
    assert client.post(url, {"take": "1"}).status_code == 404
    with pytest.raises(Exception, match="No Upload matches"):
        uploads.take(upload)
    assert Version.objects.filter(fields__title="A").count() == 1


@pytest.mark.django_db(transaction=True)
def test_lists_that_were_being_mended_before_this_version_are_gone_on_with(register, signed_in):
    before = [("desk", "0001_initial")]
    rows = [
        {"number": 2, "values": {"title": "A", "url": "none"}, "extra": {"Room": "1"}, "twice": []},
        {"number": 3, "values": {"title": "B", "url": LINK, "kind": "source", "authority": "M"}, "extra": {}},
    ]
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(before)
        old = executor.loader.project_state(before).apps.get_model("desk", "Upload")
        key = old.objects.create(
            person_id=register.people["state"].pk, state_id="XA", name="old.csv", rows=rows, columns=[], sheets=[]
        ).pk
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    url = reverse("desk:list", kwargs={**XA, "key": key})
    page = signed_in["state"].get(url)
    assert (page.context["total"], page.context["blocked"]) == (2, 1)
    assert 'name="read"' not in page.content.decode()  # there is no file to read anew
    assert signed_in["state"].post(url, {"mend": "1", "strike": "2"}).context["blocked"] == 0
    assert signed_in["state"].post(url, {"take": "1"}).status_code == 302
    assert Version.objects.get(fields__title="B").status == Status.DRAFT
