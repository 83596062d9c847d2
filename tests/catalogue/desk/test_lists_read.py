"""Lists at the desk as they are read: real ones, one without rows, and why a column was taken for what it was."""

import html

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from catalogue.desk.models import Upload
from catalogue.register.life_cycle import Status
from catalogue.register.models import Version
from harvesters.phrases import clauses, phrase
from tests.catalogue.real_lists import REAL
from tests.conftest import REALDATA, needs_realdata

XA = {"code": "XA"}


@pytest.mark.django_db
def test_a_list_of_columns_alone_says_that_its_rows_are_missing(register, signed_in):
    file = SimpleUploadedFile("list.csv", b"Title;Web address\n")
    answer = signed_in["state"].post(reverse("desk:lists", kwargs=XA), {"file": file})
    assert answer.status_code == 422
    assert "write one initiative or source in each row" in answer.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_why_a_column_was_taken_for_what_it_was_is_read_in_the_readers_language(register, signed_in):
    said = (phrase("column-word", words="titre", languages="fr"), phrase("column-no-choices"))
    columns = [
        {"header": "Titre", "field": "title", "evidence": clauses(said), "said": msgspec.to_builtins(said)},
        {"header": "Notes", "field": None, "evidence": "of old"},
        {"header": "Lien", "field": "url"},
    ]
    upload = Upload.objects.create(
        person=register.people["state"], state_id="XA", name="l.csv", columns=columns, sheets={}
    )
    with translation.override("es"):
        url = reverse("desk:list", kwargs={**XA, "key": upload.pk})
        page = html.unescape(signed_in["state"].get(url).content.decode())
    assert f'<span lang="es" dir="ltr">{clauses(said, "es")}</span>' in page
    assert '<span lang="en" dir="ltr">of old</span>' in page


@needs_realdata
@pytest.mark.django_db
@pytest.mark.parametrize("name", REAL)
def test_a_real_list_is_uploaded_as_it_is_and_every_row_is_there(name, register, signed_in):
    path, expected = REALDATA / name, REAL[name]
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = signed_in["state"].post(reverse("desk:lists", kwargs=XA), {"file": file, "authority": "Ministry"})
    if isinstance(expected, str):
        assert answer.status_code == 422
        assert expected in answer.content.decode()
        assert not Upload.objects.exists()
        return
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    upload = Upload.objects.get()
    assert (upload.rows.count(), len(upload.sheets["left_out"])) == (expected[0], expected[2])
    page = signed_in["state"].get(answer["Location"])
    assert page.status_code == 200
    assert page.context["total"] == expected[0]
    assert all(row["mistakes"] or row["remarks"] or row["title"] for row in page.context["rows"])
    # Where no row is wrong they become drafts, all of them; where one is, none does.
    taken = signed_in["state"].post(answer["Location"], {"take": "1"})
    possible = expected[0] and not page.context["blocked"]
    assert Version.objects.filter(status=Status.DRAFT).count() == 1 + (expected[0] if possible else 0)
    assert taken.status_code == (302 if possible else 422 if page.context["blocked"] else 200)
