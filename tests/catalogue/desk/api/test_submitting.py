"""The API: submitting a list, and checking an address."""

import json
from datetime import date

import pytest
from django.core import mail

from catalogue.desk.models import Check
from catalogue.register import review
from catalogue.register.fields import FIELDS
from catalogue.register.models import Entry, Event, Submission, Version
from tests.catalogue.desk.api.calls import ENTRY, LIST, get, post

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]


# -- submitting


def test_a_list_is_submitted_with_the_e_mails_of_the_page(register):
    register.focal.language = "fr"
    register.focal.save()
    entries = [{**ENTRY, "url": f"https://{number}.xa.example", "articles": ["9(1)", "10"]} for number in range(2)]
    answer = post("/states/XA/submissions", LIST | {"entries": entries}, register.key(register.focal, "submit"))
    assert answer.status_code == 201
    body = answer.json()
    made = Submission.objects.get(pk=body["id"])
    assert (made.document, made.received, made.on_paper) == ("Note verbale 7/2026", date(2026, 3, 4), False)
    assert {str(each.pk) for each in made.versions.all()} == {each["version"] for each in body["entries"]}
    assert {each.status for each in made.versions.all()} == {"received"}
    assert made.versions.first().fields["articles"] == ["9(1)", "10"]
    assert {remark["code"] for remark in body["entries"][0]["remarks"]} == {"wished"}
    assert body["receipt_sent"]
    assert sorted(each.to[0] for each in mail.outbox) == ["focal@xa.example", "officer@un.example"]
    assert Event.objects.filter(submission=made, actor=str(register.focal.pk), role="focal-point").count() == 2


def test_of_a_list_with_a_mistake_nothing_is_submitted(register):
    before = (Version.objects.count(), Entry.objects.count(), Submission.objects.count())
    entries = [ENTRY, {"title": "No address", "kind": "nonsense"}]
    answer = post(
        "/states/XA/submissions?language=fr", LIST | {"entries": entries}, register.key(register.focal, "submit")
    )
    assert answer.status_code == 422
    body = answer.json()
    assert body["error"] == "entries"
    assert [each["blocked"] for each in body["entries"]] == [False, True]
    codes = {remark["field"]: remark["code"] for remark in body["entries"][1]["remarks"] if remark["blocks"]}
    assert codes == {"kind": "no-such-choice", "authority": "missing", "url": "missing"}
    assert "twice" in {remark["code"] for remark in body["entries"][0]["remarks"]}
    assert (Version.objects.count(), Entry.objects.count(), Submission.objects.count()) == before
    assert not mail.outbox


def test_a_failure_in_the_midst_leaves_nothing(register, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(review, "submit", broken)
    before = (Version.objects.count(), Entry.objects.count())
    answer = post("/states/XA/submissions", LIST | {"entries": [ENTRY]}, register.key(register.focal, "submit"))
    assert answer.status_code == 500
    assert answer.json()["error"] == "broken"
    assert "disk" not in answer.text
    assert (Version.objects.count(), Entry.objects.count()) == before


def test_a_dry_run_only_judges(register):
    key = register.key(register.focal, "submit")
    for entries, acceptable in (([ENTRY], True), ([ENTRY, {}], False)):
        answer = post("/states/XA/submissions?dry_run=true", LIST | {"entries": entries}, key)
        assert answer.status_code == 200
        assert answer.json()["acceptable"] is acceptable
    assert Version.objects.count() == 1
    assert not mail.outbox


def test_every_field_of_an_entry_is_taken(register):
    entry = {field.name: ENTRY.get(field.name, "2026" if field.shape == "date" else "yes") for field in FIELDS}
    answer = post("/states/XA/submissions", LIST | {"entries": [entry]}, register.key(register.focal, "submit"))
    assert answer.status_code in {201, 422}
    assert answer.json()["entries"], answer.text


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [
        ("focal", ["read"], 403),
        ("stranger", ["submit"], 404),
        ("officer", ["submit"], 201),
        ("officer", ["read"], 403),
    ],
)
def test_a_list_is_submitted_by_whom_it_is_for(register, who, scopes, status):
    key = register.key(getattr(register, who), *scopes)
    answer = post("/states/XA/submissions", LIST | {"entries": [ENTRY]}, key)
    assert answer.status_code == status
    if status == 201:
        assert Submission.objects.get(pk=answer.json()["id"]).on_paper


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"documnet": "x"}, "documnet"),
        ({"document": "  "}, "document"),
        ({"received": 1_700_000_000}, "received"),
        ({"language": "tlh"}, "language"),
        ({"consent": "perhaps"}, "consent"),
        ({"entries": []}, "entries"),
        ({"entries": [ENTRY] * 501}, "entries"),
        ({"entries": [{**ENTRY, "titel": "x"}]}, "entries.0.titel"),
        ({"entries": [{**ENTRY, "title": 3}]}, "entries.0.title"),
    ],
)
def test_what_is_no_list_is_told_by_its_place(register, change, field):
    body = json.dumps(LIST | {"entries": [ENTRY]} | change)
    answer = post("/states/XA/submissions", body, register.key(register.focal, "submit"))
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["details"]] == [field]


def test_other_bodies_are_refused(register, settings):
    key = register.key(register.focal, "submit")
    assert post("/states/XA/submissions", "{", key).json()["error"] == "not-json"
    assert post("/states/XA/submissions", r'"\ud800"', key).json()["error"] == "unreadable"
    assert post("/states/XA/submissions", "[" * 100_000, key).json()["error"] == "not-json"
    assert post("/states/XA/submissions", b'"\xff"', key).json()["error"] == "unreadable"
    assert post("/states/XA/submissions", "document=x", key, "application/x-www-form-urlencoded").status_code == 415
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = post("/states/XA/submissions", LIST | {"entries": [ENTRY]}, key)
    assert (answer.status_code, answer.json()["error"]) == (413, "too-large")


# -- checks


def test_a_check_is_asked_for_and_followed(register, asked):
    key = register.key(register.focal, "submit")
    answer = post("/checks?language=fr", {"url": "contracts.xa.example"}, key)
    assert answer.status_code == 202
    made = Check.objects.get(pk=answer.json()["id"])
    assert asked == [made.pk]
    assert (made.person, made.language) == (register.focal, "fr")
    Check.objects.update(stage="done", result={"protocol": "ckan"})
    assert get(f"/checks/{made.pk}", key).json()["result"] == {"protocol": "ckan"}
    assert get(f"/checks/{made.pk}", register.key(register.stranger, "submit")).status_code == 404
    assert get(f"/checks/{made.pk}", register.key(register.focal, "read")).status_code == 403


def test_what_is_no_address_is_not_checked(register, asked):
    key = register.key(register.focal, "submit")
    for url in ("not one", "ftp://x.example", "https://a@x.example"):
        assert post("/checks", {"url": url}, key).json()["error"] == "not-an-address"
    assert post("/checks", {"url": "https://x.example"}, register.key(register.focal, "read")).status_code == 403
    assert post("/checks", {"url": "https://x.example"}).status_code == 401
    assert not asked


def test_who_has_checks_that_wait_waits(register, asked):
    key = register.key(register.focal, "submit")
    answers = [post("/checks", {"url": f"https://{number}.example"}, key) for number in range(5)]
    assert [each.status_code for each in answers] == [202, 202, 202, 429, 429]
    assert answers[-1].json()["error"] == "checks-waiting"
    assert answers[-1]["Retry-After"] == "20"
