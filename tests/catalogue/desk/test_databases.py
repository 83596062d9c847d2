"""The essential story on whichever database is set: from an invitation to the published register, and a person forgotten."""

import os
import re

import pytest
from django.core import mail
from django.core.cache import cache as remembered
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalogue.people import personal_data
from catalogue.people.models import Invitation, Person, Role
from catalogue.register.models import Entry, Event, Source, Submission, Version
from tests.catalogue.desk.conftest import PASSWORD, entry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]


def test_the_database_is_the_one_that_is_set():
    url = os.environ.get("CATALOGUE_DATABASE_URL", "sqlite:")
    assert connection.vendor == url.partition(":")[0]


def test_from_an_invitation_to_the_register_and_a_person_forgotten(states, people):
    remembered.clear()
    officer, focal, nobody = Client(), Client(), Client()
    signed_in = officer.post("/en/accounts/login/", {"login": "OFFICER@secretariat.example", "password": PASSWORD})
    assert signed_in.status_code == 302
    invited = {"email": "Neu@xa.example", "role": Role.FOCAL_POINT, "state": "XA", "language": "fr"}
    assert officer.post("/en/office/people/", invited).status_code == 302
    link = re.findall(r"http://[^/]+(/\S+/invitation/\S+)", mail.outbox[-1].body)[0]
    assert focal.post(link, {"name": "Нина", "password": PASSWORD}).status_code == 302
    person = Person.objects.get(email="neu@xa.example")
    actor = str(person.pk)

    # A list in a sheet is taken over and submitted.
    rows = "kind;title;authority;url\n" + "".join(
        f"source;ЗАКУПКИ {n};Ministère;https://p{n}.xa.example\n" for n in range(3)
    )
    upload = SimpleUploadedFile("list.csv", rows.encode(), content_type="text/csv")
    answer = focal.post("/en/desk/XA/lists/", {"file": upload})
    assert answer.status_code == 302, answer.text
    assert focal.post(answer["Location"], {"take": ""})["Location"] == "/en/desk/XA/"
    drafts = [str(each.pk) for each in Version.objects.filter(status="draft")]
    stated = {
        "document": "Note verbale 1/2026", "received": "2026-02-03", "language": "ru", "transmitted_by": "Mission",
        "consent": "publish", "entries": drafts,
    }  # fmt: skip
    assert focal.post("/en/desk/XA/submit/", stated).status_code == 302

    for key in drafts:
        for action in ("review", "accept", "publish"):
            assert officer.post(f"/en/office/queue/{key}/", {"action": action}).status_code == 302
    assert Source.objects.filter(state="XA").count() == 3
    assert "ЗАКУПКИ 2" in nobody.get("/en/states/XA/").text
    found = nobody.get("/api/v1/entries", {"q": "закупки 2"}).json()
    assert [each["title"] for each in found["items"]] == ["ЗАКУПКИ 2"]

    # Forgotten: the events stay, and lead to nobody.
    events = Event.objects.filter(actor=actor).count()
    assert events == 4
    assert len(personal_data.export(person)["events"]) == events
    personal_data.erase(person)
    assert not Person.objects.filter(email__iexact="neu@xa.example").exists()
    assert not Invitation.objects.filter(email__iexact="neu@xa.example").exists()
    assert Event.objects.filter(actor=actor).count() == events
    assert (Entry.objects.count(), Submission.objects.count()) == (3, 1)
    assert focal.get("/en/desk/XA/").status_code == 302


@pytest.mark.parametrize(
    ("who", "address", "most"),
    [
        ("nobody", "/en/", 1), ("nobody", "/en/states/XA/", 8), ("nobody", "/en/changes/", 2),
        ("officer", "/en/office/queue/", 5), ("officer", "/en/office/", 8), ("state", "/en/desk/XA/", 21),
    ],
)  # fmt: skip
def test_a_page_takes_few_queries(register, signed_in, who, address, most):
    signed_in[who].get(address)
    with CaptureQueriesContext(connection) as queries:
        assert signed_in[who].get(address).status_code == 200
    assert len(queries) <= most, [each["sql"] for each in queries]


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("nobody", "/en/states/%00/"), ("nobody", "/en/states/X%00/entries.csv"), ("nobody", "/en/invitation/%00/"),
        ("nobody", "/en/changes/?since=%00"), ("nobody", "/en/changes/?page=%00"),
        ("officer", "/en/office/queue/?state=%00"), ("officer", "/en/office/queue/?status=%00"),
        ("officer", "/en/office/sources/?only=%00"), ("state", "/en/desk/XA/new/?source=%00"), ("state", "/en/desk/X%00/"),
        ("state", "/en/desk/XA/submissions/00000000-0000-4000-8000-000000000000/attachments/99999999999999999999/"),
        ("officer", "/en/office/holds/99999999999999999999/release/"),
    ],
)  # fmt: skip
def test_what_no_database_can_hold_is_not_asked_of_it(register, signed_in, who, address):
    assert signed_in[who].get(address).status_code in {302, 400, 404, 405}


@pytest.mark.parametrize(
    ("who", "address", "form"),
    [
        ("nobody", "/en/accounts/login/", {"login": "a\0@b.example", "password": "x"}),
        ("state", "/en/desk/XA/new/", {**entry(1), "title": "a\0b"}), ("state", "/en/check/", {"url": "https://x.example/\0"}),
        ("state", "/en/desk/XA/submit/", {"document": "\0"}), ("state", "/en/desk/XA/lists/", {"authority": "\0"}),
        ("state", "/en/desk/XA/versions/{published}/withdraw/", {"note": "why\0not"}),
        ("officer", "/en/office/people/", {"email\0": "x"}),
    ],
)  # fmt: skip
def test_nor_is_what_a_form_may_not_hold(register, signed_in, who, address, form):
    before = Event.objects.count()
    address = address.format(published=register.versions["published"].pk)
    assert signed_in[who].post(address, form).status_code == 400
    assert Event.objects.count() == before
