"""E-mails of the desk: decisions in the language of whom they are for, a server that fails, and the digest."""

import smtplib

import pytest
from django.core import mail
from django.urls import reverse

from catalogue.desk import digests
from catalogue.harvests.models import Appointment
from catalogue.people.models import Person
from catalogue.register import drafts, review
from catalogue.register.life_cycle import Status
from catalogue.register.models import Version
from tests.catalogue.desk.conftest import FOCAL, OFFICER, entry
from tests.catalogue.register.submissions import submission

XA = {"code": "XA"}


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
def test_publishing_together_is_told_once_a_list(register, signed_in):
    versions = [drafts.new("XA", entry(number)) for number in (90, 91)]
    review.submit(submission(register.state, document="Note 90"), versions, FOCAL)
    for version in versions:
        review.accept(version, OFFICER)
    mail.outbox.clear()
    said = signed_in["officer"].post(reverse("desk:publish-all"), follow=True).content.decode()
    assert "Published: 3." in said
    told = sorted((letter.to[0], letter.subject) for letter in mail.outbox)
    lists = ("Note 90", "Note verbale 1/2026")
    assert told == sorted(
        (to, f"Entries of your list were published: {document}")
        for to in ("colleague@xa.example", "focal@xa.example")
        for document in lists
    )
    (body,) = {letter.body for letter in mail.outbox if "Note 90" in letter.subject}
    assert "SECRET 90" in body
    assert "SECRET 91" in body


@pytest.mark.django_db
def test_that_the_secretariat_could_not_be_told_is_said(register, signed_in, monkeypatch):
    def fail(*_args: object, **_more: object) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    version = register.versions["published"]
    for address in (
        reverse("desk:not-ours", kwargs={**XA, "source": "xa-known"}),
        reverse("desk:withdraw", kwargs={**XA, "key": version.pk}),
    ):
        page = signed_in["state"].post(address, {"note": "Closed."}, follow=True).content.decode()
        assert "The e-mail to the secretariat could not be sent; please tell it yourself." in page
    version.refresh_from_db()
    assert version.status == Status.WITHDRAWN


@pytest.mark.django_db
def test_the_digest_says_failing_in_its_subject_and_is_not_sent_for_nothing(register):
    assert digests.send() == 0
    assert mail.outbox == []
    Appointment.objects.create(source=register.source, failures=3)
    assert digests.send() == 1
    assert mail.outbox[0].subject == "Failing sources: 1"
