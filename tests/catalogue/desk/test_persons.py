"""Persons of the desk: what is held about one, forgetting it, and a code from a telephone."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt, AccessLog
from django.test import Client
from django.urls import reverse

from catalogue.people import personal_data
from catalogue.people.models import Person
from catalogue.register import drafts
from catalogue.register.models import Event
from tests.catalogue.desk.conftest import PASSWORD, entry

XA = {"code": "XA"}


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
    Client().post(reverse("account_login"), {"login": person.email, "password": "a wrong one"})
    assert AccessAttempt.objects.filter(username=person.email).exists()
    events = list(Event.objects.values_list("pk", "actor"))
    personal_data.erase(person)
    assert list(Event.objects.values_list("pk", "actor")) == events
    assert not Person.objects.filter(email="focal@xa.example").exists()
    assert not AccessAttempt.objects.exists()
    assert not AccessLog.objects.exists()
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
