"""The API: whom a key opens something for, and how often anybody asks."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.desk.api import rates
from catalogue.people.models import Person, Token
from tests.catalogue.desk.api.calls import API, get, post

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [
        ("focal", ["read"], 200),
        ("officer", ["read"], 200),
        ("focal", ["submit"], 403),
        ("officer", ["submit"], 403),
        ("stranger", ["read"], 404),
        ("stranger", ["submit"], 404),
    ],
)
def test_the_own_register_is_the_states(register, who, scopes, status):
    answer = get("/states/XA/register", register.key(getattr(register, who), *scopes))
    assert answer.status_code == status
    assert "read" in answer.text or status != 403


def test_without_a_useful_key_nothing_opens(register):
    revoked = register.key(register.focal, "read", "submit", revoked=timezone.now())
    for path in ("/states/XA/register", "/checks/00000000-0000-4000-8000-000000000000"):
        assert get(path).json()["error"] == "no-key"
        assert get(path, revoked).json()["error"] == "key-refused"
        assert get(path)["WWW-Authenticate"] == "Bearer"
    # Where none is needed, one that is of no use is refused too, so that its owner learns of it.
    assert get("/entries", revoked).status_code == 401
    key = register.key(register.focal, "read")
    assert get("/states/XA/register", key).status_code == 200
    Person.objects.filter(pk=register.focal.pk).update(is_active=False)
    assert get("/states/XA/register", key).status_code == 401


def test_who_is_signed_in_is_nobody_here(register):
    client = Client()
    client.force_login(register.focal, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"{API}/states/XA/register").status_code == 401


def test_the_use_of_a_key_is_noted_once_a_minute(register):
    key = register.key(register.focal, "read")
    get("/entries", key)
    first = Token.objects.get().used
    assert first is not None
    get("/entries", key)
    assert Token.objects.get().used == first
    Token.objects.update(used=first - timedelta(seconds=61))
    get("/entries", key)
    assert Token.objects.get().used > first - timedelta(seconds=61)


def test_nobody_asks_more_than_sixty_times_a_minute(register, monkeypatch):
    assert {get("/entries").status_code for _ in range(60)} == {200}
    refused = get("/entries")
    assert (refused.status_code, refused.json()["error"]) == (429, "too-many")
    assert 0 < int(refused["Retry-After"]) <= 60
    # Others ask on, and so does who has a key; who tries keys does not.
    assert Client(REMOTE_ADDR="192.0.2.7").get(f"{API}/entries").status_code == 200
    assert get("/entries", register.key(register.focal, "read")).status_code == 200
    assert get("/entries", "guessed").status_code == 429
    assert get("/entries", **{"X-Forwarded-For": "192.0.2.9"}).status_code == 429
    monkeypatch.setattr(rates, "WINDOW_SECONDS", 0.0)
    assert get("/entries").status_code == 200


def test_addresses_of_one_network_count_together():
    rate = rates.OfAddress(1)

    def allowed(address: str) -> bool:
        return rate.allow_request(Client(REMOTE_ADDR=address).get(f"{API}/openapi.json").wsgi_request)

    assert allowed("2001:db8::1")
    assert not allowed("2001:db8::2")
    assert allowed("2001:db8:0:1::1")
    assert allowed("192.0.2.1")
    assert allowed("192.0.2.2")


def test_of_many_callers_those_that_asked_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(rates, "MAX_CALLERS", 1)
    monkeypatch.setattr(rates, "WINDOW_SECONDS", 0.0)
    rate = rates.OfAddress(1)
    for number in range(3):
        assert rate.allow_request(Client(REMOTE_ADDR=f"192.0.2.{number}").get(f"{API}/openapi.json").wsgi_request)
    assert len(rate._asked) <= 1


def test_a_key_asks_a_hundred_and_twenty_times_and_checks_ten_times_a_minute(register, asked):
    key = register.key(register.focal, "read", "submit")
    statuses = [post("/checks", {"url": "https://x.example"}, key).status_code for _ in range(11)]
    assert statuses == [202] * 10 + [429]
    assert [get("/changes", key).status_code for _ in range(110)][-2:] == [200, 429]
