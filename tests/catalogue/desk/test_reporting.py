"""What happens to a person at the desk who does not do everything in order, or not alone."""

import html
import smtplib
import time
from datetime import UTC, datetime

import msgspec
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from catalogue.datasets import withdrawing
from catalogue.datasets.models import Dataset
from catalogue.datasets.withdrawing import RESTORE, WITHDRAW
from catalogue.desk import digests
from catalogue.desk.models import Check, Upload
from catalogue.harvests.models import Appointment, Run
from catalogue.people import personal_data
from catalogue.people.models import Person, Role
from catalogue.register import drafts, review
from catalogue.register.life_cycle import COMMAND_LINE, Status
from catalogue.register.models import Entry, Event, Source, Version, Withdrawal
from harvesters.phrases import all_in_words, clauses, phrase
from tests.catalogue.desk import browsing
from tests.catalogue.desk.conftest import FOCAL, OFFICER, PASSWORD, entry
from tests.catalogue.real_lists import REAL
from tests.catalogue.register.submissions import submission
from tests.conftest import REALDATA, needs_realdata

XA = {"code": "XA"}


@pytest.mark.django_db
def test_of_two_who_edit_one_draft_the_second_sees_both_and_decides(register, signed_in):
    draft = register.versions["draft"]
    url = reverse("desk:edit", kwargs={**XA, "key": draft.pk})
    assert signed_in["colleague"].post(url, {**entry(0, title="Theirs"), "saves": 0}).status_code == 302
    answer = signed_in["state"].post(url, {**entry(0, title="Mine"), "saves": 0})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Theirs" in page
    assert "Mine" in page
    assert Version.objects.get(pk=draft.pk).title == "Theirs"
    assert signed_in["state"].post(url, {**entry(0, title="Mine"), "saves": 1}).status_code == 302
    assert Version.objects.get(pk=draft.pk).title == "Mine"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("htp:/bad", "“htp:/bad” is not a web address"),
        ("ftp://a.example", "is not a web address"),
        ("https://user:secret@a.example/", "remove what stands before the @"),
        ("two words", "is not a web address"),
        ("", ""),
    ],
)
def test_what_cannot_be_checked_is_said_as_when_the_draft_is_kept(url, said, register, signed_in):
    page = signed_in["state"].post(reverse("desk:check"), {"url": url}).content.decode()
    assert said in page
    assert "secret" not in page
    assert not Check.objects.exists()


@pytest.mark.django_db
def test_a_list_of_columns_alone_says_that_its_rows_are_missing(register, signed_in):
    file = SimpleUploadedFile("list.csv", b"Title;Web address\n")
    answer = signed_in["state"].post(reverse("desk:lists", kwargs=XA), {"file": file})
    assert answer.status_code == 422
    assert "write one initiative or source in each row" in answer.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_a_draft_is_kept_with_its_mistakes(register, signed_in):
    answer = signed_in["state"].post(reverse("desk:new", kwargs=XA), {"title": "Only a title", "url": "nonsense"})
    assert answer.status_code == 302
    kept = Version.objects.get(fields__title="Only a title")
    assert (kept.status, kept.fields["url"]) == (Status.DRAFT, "nonsense")


@pytest.mark.django_db
def test_publicly_known_sources_are_confirmed_corrected_or_removed(register, signed_in):
    known = reverse("desk:new", kwargs=XA) + "?source=xa-known"
    page = signed_in["state"].get(known).content.decode()
    assert "https://known.xa.example" in page
    assert signed_in["state"].post(known, entry(70, url="https://known.xa.example")).status_code == 302
    assert Entry.objects.get(source="xa-known").versions.get().title == "SECRET 70"
    # Spoken for, it is not asked about again.
    assert "It is not ours" not in signed_in["state"].get(reverse("desk:register", kwargs=XA)).content.decode()


@pytest.mark.django_db
def test_a_source_that_is_not_the_states_waits_and_the_secretariat_is_told(register, signed_in):
    answer = signed_in["state"].post(reverse("desk:not-ours", kwargs={**XA, "source": "xa-known"}))
    assert answer.status_code == 302
    assert Appointment.objects.get(source="xa-known").paused
    assert (Event.objects.last().action, Event.objects.last().source_id) == ("remove", "xa-known")
    (letter,) = mail.outbox
    assert letter.to == ["officer@secretariat.example"]
    assert "xa-known" in letter.subject


def datasets_of(source: Source, count: int) -> None:
    for number in range(count):
        Dataset.objects.create(
            id=f"00000000-0000-4000-8000-{number:012}", source=source, native_id=str(number), name=f"contracts-{number}",
            state="valid", record_hash="r", first_seen=timezone.now(), last_seen=timezone.now(), changed=timezone.now(), last_run=1,
        )  # fmt: skip


@pytest.mark.django_db
def test_withdrawing_takes_the_source_out_of_the_catalogue_and_accepting_it_again_brings_it_back(register, signed_in):
    version = register.versions["published"]
    source = Entry.objects.get(pk=version.entry_id).source
    datasets_of(source, 3)
    url = reverse("desk:withdraw", kwargs={**XA, "key": version.pk})
    page = signed_in["state"].get(url).content.decode()
    assert "Its source will be removed from the catalogue at the next publication. Datasets: 3" in page
    assert Withdrawal.objects.count() == 0, "a page that is looked at does nothing"
    answer = signed_in["state"].post(url, {"note": "Closed."})
    assert answer.status_code == 302
    assert Withdrawal.objects.get(source=source).note == "Closed."
    assert not Dataset.objects.filter(withdrawn=None).exists()
    event = Event.objects.get(action=WITHDRAW)
    assert (event.actor, event.role, event.note) == (str(register.people["state"].id), "focal-point", "Closed.")
    assert signed_in["state"].get(url).status_code == 302, "there is nothing to withdraw any more"
    assert "Report it again" in signed_in["state"].get(reverse("desk:register", kwargs=XA)).content.decode()
    again = drafts.revise(version)
    review.submit(submission(register.state), [again], FOCAL)
    assert Withdrawal.objects.exists(), "reporting it is not yet accepting it"
    signed_in["officer"].post(reverse("desk:review", kwargs={"key": again.pk}), {"action": "accept"})
    assert not Withdrawal.objects.exists()
    assert Dataset.objects.filter(source=source, withdrawn=None).count() == 3
    assert Event.objects.get(action=RESTORE).role == "officer"
    assert signed_in["nobody"].get(reverse("desk:entry", kwargs={"key": version.entry_id})).status_code == 410


@pytest.mark.django_db
def test_a_source_stays_while_another_version_stands_for_it(register, signed_in):
    version = register.versions["published"]
    second = drafts.revise(version)
    review.submit(submission(register.state), [second], FOCAL)
    signed_in["state"].post(reverse("desk:withdraw", kwargs={**XA, "key": second.pk}))
    assert not Withdrawal.objects.exists(), "what was never accepted fed nothing"
    third = drafts.revise(version)
    review.submit(submission(register.state), [third], FOCAL)
    review.accept(third, OFFICER)
    url = reverse("desk:withdraw", kwargs={**XA, "key": version.pk})
    assert "Another version of the entry stands" in signed_in["state"].get(url).content.decode()
    signed_in["state"].post(url)
    assert not Withdrawal.objects.exists()
    signed_in["state"].post(reverse("desk:withdraw", kwargs={**XA, "key": third.pk}))
    assert Withdrawal.objects.exists()


@pytest.mark.django_db
def test_an_officer_decides_about_a_source_that_is_not_the_states(register, signed_in):
    datasets_of(register.source, 2)
    signed_in["state"].post(reverse("desk:not-ours", kwargs={**XA, "source": "xa-known"}))
    page = reverse("desk:source", kwargs={"key": "xa-known"})
    told = signed_in["officer"].get(page).content.decode()
    assert "The State says that this is not its source" in told
    assert "will be removed from the catalogue at the next publication. Datasets: 2" in told
    act = {
        name: reverse("desk:source-act", kwargs={"key": "xa-known", "action": name})
        for name in ("withdraw", "restore", "now")
    }
    for who in ("state", "other", "nobody"):
        assert signed_in[who].post(act["withdraw"], {"note": "x"}).status_code in (302, 404)
    signed_in["officer"].post(act["withdraw"], {"note": " "})
    assert not Withdrawal.objects.exists(), "only an officer does, and says why"
    signed_in["officer"].post(act["withdraw"], {"note": "The State disowns it."})
    assert Dataset.objects.filter(withdrawn=None).count() == 0
    told = signed_in["officer"].get(page).content.decode()
    assert "Withdrawn from the catalogue since" in told
    assert "The State disowns it." in told
    assert "Withdraw it, or resume it" not in told, "it is decided"
    assert "xa-known" in signed_in["officer"].get(reverse("desk:sources") + "?only=withdrawn").content.decode()
    answer = signed_in["officer"].post(act["now"], follow=True).content.decode()
    assert "This source is withdrawn; restore it first." in answer
    for public in (reverse("desk:state", kwargs=XA), "/api/v1/sources"):
        assert "known.xa.example" not in signed_in["nobody"].get(public).content.decode()
    assert "withdrawn since" in signed_in["state"].get(reverse("desk:register", kwargs=XA)).content.decode()
    signed_in["officer"].post(act["restore"], {"note": "It is after all."})
    assert Dataset.objects.filter(withdrawn=None).count() == 2
    assert not Appointment.objects.get(source="xa-known").paused
    assert "known.xa.example" in signed_in["nobody"].get("/api/v1/sources").content.decode()


# -- letters


@pytest.mark.django_db
def test_a_state_is_told_that_its_source_was_withdrawn_or_restored_each_in_their_language(register, signed_in):
    Person.objects.filter(email="focal@xa.example").update(language="fr")
    datasets_of(register.source, 2)
    act = {
        name: reverse("desk:source-act", kwargs={"key": "xa-known", "action": name}) for name in ("withdraw", "restore")
    }
    answer = signed_in["officer"].post(act["withdraw"], {"note": "The portal <closed>."}, follow=True).content.decode()
    assert "and the State is told" in answer
    assert "Withdrawn by the secretariat" in answer
    assert register.people["officer"].email not in answer
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert set(told) == {"focal@xa.example", "colleague@xa.example"}
    assert told["colleague@xa.example"].subject == "The secretariat withdrew a source of Xanadu from the catalogue"
    assert told["focal@xa.example"].subject == "Le secrétariat a retiré du catalogue une source (Xanadou)"
    body = told["colleague@xa.example"].body
    assert "https://known.xa.example" in body
    assert "at the next publication. Datasets: 2. Nothing is lost" in body
    assert "Note of the secretariat: The portal <closed>." in body
    assert "/en/desk/XA/" in body
    mail.outbox.clear()
    signed_in["officer"].post(act["withdraw"], {"note": "Again."})
    assert mail.outbox == [], "it was so already"
    signed_in["officer"].post(act["restore"], {"note": ""})
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert "restored a source of Xanadu" in told["colleague@xa.example"].subject
    assert "will return at the next publication: 2" in told["colleague@xa.example"].body
    assert "Note of" not in told["colleague@xa.example"].body


@pytest.mark.django_db
def test_a_sources_page_says_which_party_withdrew_it(register, signed_in):
    page = reverse("desk:source", kwargs={"key": "xa-known"})
    for actor, said in (
        (FOCAL, "Withdrawn by the State"),
        (COMMAND_LINE, "Withdrawn by an operator of the catalogue"),
    ):
        withdrawing.withdraw(register.source, actor, "", timezone.now())
        assert said in signed_in["officer"].get(page).content.decode()
        withdrawing.restore(register.source, actor)
        assert said not in signed_in["officer"].get(page).content.decode()


@pytest.mark.django_db
def test_a_decision_is_told_in_the_language_of_whom_it_is_for(register, signed_in):
    Person.objects.filter(email="focal@xa.example").update(language="ru")
    Person.objects.filter(email="colleague@xa.example").update(language="ar")
    url = reverse("desk:review", kwargs={"key": register.versions["received"].pk})
    signed_in["officer"].post(url, {"action": "return", "reasons": ["unclear"], "note": "Which ministry?"})
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert set(told) == {"focal@xa.example", "colleague@xa.example"}
    assert "Возвращено" in told["focal@xa.example"].subject
    assert "Which ministry?" in told["focal@xa.example"].body
    assert "معاد" in told["colleague@xa.example"].subject or "أُعيد" in told["colleague@xa.example"].subject
    assert "/en/" not in told["focal@xa.example"].body


@pytest.mark.django_db
def test_where_the_mail_server_fails_the_decision_stands_and_the_page_says_so(register, signed_in, monkeypatch):
    def fail(*_args: object, **_more: object) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    url = reverse("desk:review", kwargs={"key": register.versions["received"].pk})
    answer = signed_in["officer"].post(url, {"action": "accept"}, follow=True)
    assert "could not be sent" in answer.content.decode()
    assert Version.objects.get(pk=register.versions["received"].pk).status == Status.ACCEPTED


@pytest.mark.django_db
def test_the_digest_says_failing_in_its_subject_and_is_not_sent_for_nothing(register):
    assert digests.send() == 0
    assert mail.outbox == []
    Appointment.objects.create(source=register.source, failures=3)
    assert digests.send() == 1
    assert mail.outbox[0].subject == "Failing sources: 1"


REFUSED = (phrase("refuses-us", host="known.xa.example", status="403"), phrase("do-ask-to-admit"))


@pytest.mark.django_db
def test_how_a_run_ended_is_read_in_the_readers_language(register, signed_in):
    now = datetime.now(UTC)
    ended = {"source": register.source, "state": "failed", "failure": "blocked", "started": now, "ended": now}
    Run.objects.create(**ended, sentence="An older refusal.")
    Run.objects.create(**ended, sentence="In another version.", said=[{"code": "of-another-version"}])
    Run.objects.create(**ended, sentence=all_in_words(REFUSED), said=msgspec.to_builtins(REFUSED))
    with translation.override("ru"):
        page = signed_in["officer"].get(reverse("desk:source", args=[register.source.pk])).content.decode()
    assert f'<span lang="ru" dir="ltr">{all_in_words(REFUSED, "ru")}</span>' in page
    assert '<span lang="en" dir="ltr">An older refusal.</span>' in page
    assert '<span lang="en" dir="ltr">In another version.</span>' in page
    Appointment.objects.create(source=register.source, failures=3)
    Person.objects.filter(role=Role.OFFICER).update(language="fr")
    digests.send()
    assert all_in_words(REFUSED, "fr") in mail.outbox[0].body


@pytest.mark.django_db
def test_what_shows_a_protocol_is_marked_with_its_language(register, signed_in):
    evidence = {"title": "Feed", "evidence": "лента; записей: 5"}
    found = {"candidates": [evidence], "verdict": {"state": "recognised"}, "datasets": [], "findings": []}
    for language, marked in (("ru", 'lang="ru" dir="ltr"'), (None, 'lang="en" dir="ltr"')):
        result = found | ({"language": language} if language else {})
        check = Check.objects.create(
            person=register.people["state"], url="https://x.example", stage=Check.Stage.DONE, result=result
        )
        page = signed_in["state"].get(reverse("desk:check-follow", args=[check.pk])).content.decode()
        assert f"<bdi {marked}>лента; записей: 5</bdi>" in page


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


# -- persons


@pytest.mark.django_db
def test_a_person_gets_what_is_held_and_is_forgotten(register, signed_in):
    version = drafts.new("XA", entry(80))
    person = register.people["state"]
    said = {
        "document": "Note 80",
        "received": "2026-02-03",
        "language": "en",
        "transmitted_by": "M",
        "consent": "publish",
    }
    signed_in["state"].post(reverse("desk:submit", kwargs=XA), {**said, "entries": [str(version.pk)]})
    held = signed_in["state"].get(reverse("desk:my-data"))
    assert held["Content-Disposition"].startswith("attachment")
    assert [event["action"] for event in held.json()["events"]] == ["submit"]
    events = list(Event.objects.values_list("pk", "actor"))
    personal_data.erase(person)
    assert list(Event.objects.values_list("pk", "actor")) == events
    assert not Person.objects.filter(email="focal@xa.example").exists()
    page = signed_in["officer"].get(reverse("desk:review", kwargs={"key": version.pk})).content.decode()
    assert "focal@xa.example" not in page
    assert "Ada Focal" not in page


@pytest.mark.django_db
def test_a_code_from_a_telephone_is_asked_for_where_it_is_switched_on(register):
    client = Client()
    sign_in = {"login": "focal@xa.example", "password": PASSWORD}
    client.post(reverse("account_login"), sign_in)
    assert client.get(reverse("mfa_activate_totp")).status_code == 302  # first the password once more
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.content.decode().replace(" ", "")
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    fresh = Client()
    answer = fresh.post(reverse("account_login"), sign_in)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert fresh.get(reverse("desk:register", kwargs=XA)).status_code == 302  # the password alone is not enough
    assert "_auth_user_id" not in fresh.session


def code(secret: str) -> str:
    """What a telephone would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    assert abs(counter * 30 - time.time()) < 90
    return format_hotp_value(hotp_value(secret, counter))


# -- real lists, as they are


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


# -- in a browser


@pytest.mark.skipif(browsing.CHROMIUM is None, reason="Chromium is absent")
def test_what_was_written_stands_there_again_when_the_sign_in_expired_in_between(tmp_path):
    with (
        browsing.desk(tmp_path / "home", {"CATALOGUE_PASSWORD": PASSWORD}) as (catalogue, url),
        browsing.browser() as browser,
    ):
        catalogue.run("people", "add", "focal@xa.example", "--state", "XA")
        context = browser.new_context()
        page = context.new_page()
        browsing.sign_in(page, url, "focal@xa.example", PASSWORD)
        page.goto(f"{url}/en/desk/XA/new/")
        page.fill("[name=title]", "Written for an hour")
        page.fill("[name=authority]", "Ministry")
        page.select_option("[name=kind]", "initiative")
        context.clear_cookies(name="sessionid")
        page.click("[name=keep]")
        page.wait_for_selector("[name=login]")
        page.fill("[name=login]", "focal@xa.example")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_selector("[name=title]")
        assert page.input_value("[name=title]") == "Written for an hour"
        assert page.input_value("[name=kind]") == "initiative"
        page.click("[name=keep]")
        page.wait_for_selector("text=Written for an hour")
        # Taken over, it does not come back into the next new entry.
        page.goto(f"{url}/en/desk/XA/new/")
        assert page.input_value("[name=title]") == ""


@pytest.mark.django_db
def test_an_accepted_source_is_asked_for_at_once(register, signed_in):
    version = register.versions["received"]
    signed_in["officer"].post(reverse("desk:review", kwargs={"key": version.pk}), {"action": "accept"})
    source = Entry.objects.get(pk=version.entry_id).source
    assert Appointment.objects.get(source=source).wanted
