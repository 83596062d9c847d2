"""E-mails of the desk: decisions in the language of whom they are for, a server that fails, and the digest."""

import smtplib

import pytest
from django.core import mail
from django.urls import reverse

from catalogue.desk import digests
from catalogue.harvests.models import Appointment
from catalogue.people.models import Person
from catalogue.register.life_cycle import Status
from catalogue.register.models import Version

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
def test_the_digest_says_failing_in_its_subject_and_is_not_sent_for_nothing(register):
    assert digests.send() == 0
    assert mail.outbox == []
    Appointment.objects.create(source=register.source, failures=3)
    assert digests.send() == 1
    assert mail.outbox[0].subject == "Failing sources: 1"
