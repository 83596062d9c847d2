"""A list that is sent again with its Idempotency-Key, and mistakes told in the reader's language."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from catalogue.desk.api import idempotency
from catalogue.desk.api.mistakes import TEXTS
from catalogue.desk.models import KeptAnswer
from catalogue.people.invitations import digest
from catalogue.people.models import Token
from catalogue.register import review
from catalogue.register.models import Submission, Version
from catalogue.states.languages import DJANGO_LANGUAGES
from tests.catalogue.desk.api.calls import API, ENTRY, LIST, Register

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]
BODY = LIST | {"entries": [{**ENTRY, "url": "https://new.xa.example"}]}
PATH = f"{API}/states/XA/submissions"


@pytest.fixture
def key(register: Register) -> str:
    return register.key(register.focal, "read", "submit")


@pytest.fixture
def send(client, key):
    def sent(body=BODY, idempotency_key='"one"', path=PATH, **headers):
        given = {"Authorization": f"Bearer {key}", **headers}
        if idempotency_key is not None:
            given["Idempotency-Key"] = idempotency_key
        return client.post(path, body, content_type="application/json", headers=given)

    return sent


# -- sent again


def test_the_same_list_with_the_same_key_is_answered_as_the_first_time(send):
    before = Submission.objects.count()
    first = send(**{"Accept-Language": "fr"})
    letters = len(mail.outbox)
    again = send(dict(reversed(BODY.items())), **{"Accept-Language": "ru"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["receipt_sent"]
    assert again["Content-Language"] == "fr"
    assert Submission.objects.count() == before + 1
    assert len(mail.outbox) == letters
    assert send(idempotency_key='"two"').json()["id"] != first.json()["id"]
    assert send(idempotency_key=None).status_code == 201
    assert Submission.objects.count() == before + 3


def test_a_key_may_stand_without_quotation_marks(send):
    assert send(idempotency_key="one").json() == send(idempotency_key='"one"').json()


def test_another_list_with_the_same_key_is_refused(send):
    send()
    answer = send(BODY | {"document": "Another"}, **{"Accept-Language": "es"})
    assert (answer.status_code, answer.json()["error"]) == (422, "key-reused")
    assert "Idempotency-Key" in answer.json()["message"]
    assert answer["Content-Language"] == "es"


@pytest.mark.parametrize("text", ["", '""', '"a', "a b", "é", '"' + "x" * 256 + '"', '"\\n"'])
def test_what_is_no_key_is_refused(send, text):
    answer = send(idempotency_key=text)
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["details"]] == [("Idempotency-Key", "no-idempotency-key")]  # fmt: skip
    assert Submission.objects.filter(document=BODY["document"]).count() == 0


def test_while_the_first_is_carried_out_the_second_is_told_to_wait(send, key, monkeypatch):
    inner = []
    submit = review.submit

    def slowly(*arguments):
        inner.append(send())
        submit(*arguments)

    monkeypatch.setattr(review, "submit", slowly)
    assert send().status_code == 201
    (second,) = inner
    assert (second.status_code, second.json()["error"]) == (409, "in-progress")
    assert second["Retry-After"] == "5"


def test_where_nothing_was_submitted_the_key_is_free_again(send, monkeypatch):
    blocked = BODY | {"entries": [{"title": "No address"}]}
    assert [send(blocked).json()["error"] for _ in range(2)] == ["entries", "entries"]
    with monkeypatch.context() as patch:
        patch.setattr(review, "submit", lambda *_: 1 / 0)
        assert send().status_code == 500
    assert KeptAnswer.objects.count() == 0
    assert send().status_code == 201


def test_a_process_that_ended_before_or_after_it_submitted(send):
    """What a process leaves that is killed: a row that is not finished, with the answer where the list was submitted."""
    first = send().json()
    KeptAnswer.objects.update(finished=None)
    assert send().status_code == 409
    KeptAnswer.objects.update(begun=timezone.now() - idempotency.AT_MOST)
    assert [send().json() for _ in range(2)] == [first, first]
    long_ago = timezone.now() - idempotency.AT_MOST
    KeptAnswer.objects.update(finished=None, answer=None, begun=long_ago)
    assert send().json()["id"] != first["id"]


def test_a_failure_after_submitting_leaves_the_answer(send, monkeypatch):
    from catalogue.desk import telling

    with monkeypatch.context() as patch:
        patch.setattr(telling, "submitted", lambda *_: 1 / 0)
        assert send().status_code == 500
    answer = send()
    assert answer.status_code == 201
    assert not answer.json()["receipt_sent"]
    assert Version.objects.filter(submission_id=answer.json()["id"]).count() == 1
    assert Submission.objects.filter(document=BODY["document"]).count() == 1


def test_keys_are_deleted_after_their_time(send):
    first = send().json()
    KeptAnswer.objects.update(begun=timezone.now() - idempotency.KEPT + timedelta(minutes=1))
    assert send().json() == first
    KeptAnswer.objects.update(begun=timezone.now() - idempotency.KEPT - timedelta(seconds=1))
    idempotency.forget_old()
    assert KeptAnswer.objects.count() == 0
    assert send().json()["id"] != first["id"]


def test_a_key_is_of_one_token_and_goes_with_its_owner(send, client, register):
    first = send().json()
    Token.objects.create(
        digest=digest("other"), name="other", person=register.officer, scopes=["submit"], state_id=None
    )
    headers = {"Authorization": "Bearer other", "Idempotency-Key": '"one"'}
    other = client.post(PATH, BODY, content_type="application/json", headers=headers)
    assert other.status_code == 201
    assert other.json()["id"] != first["id"]
    Token.objects.all().delete()
    assert KeptAnswer.objects.count() == 0


def test_a_list_that_is_only_judged_takes_no_key(send):
    assert send(path=f"{PATH}?dry_run=true").json()["acceptable"]
    assert KeptAnswer.objects.count() == 0


# -- mistakes

SCRIPTS = {"ar": r"[\u0600-\u06ff]", "zh": r"[\u4e00-\u9fff]", "ru": r"[\u0400-\u04ff]"}
WRONG = [
    ({"documnet": "x"}, "documnet", "no-such-field"),
    ({"document": "  "}, "document", "too-short"),
    ({"document": "x" * 201}, "document", "too-long"),
    ({"document": 3}, "document", "no-text"),
    ({"received": "2026-02-30"}, "received", "no-day"),
    ({"received": 5}, "received", "no-day"),
    ({"language": "tlh"}, "language", "no-such-choice"),
    ({"entries": []}, "entries", "too-few"),
    ({"entries": {}}, "entries", "no-list"),
    ({"entries": [ENTRY] * 501}, "entries", "too-many"),
    ({"entries": ["x"]}, "entries.0", "no-object"),
    ({"entries": [{**ENTRY, "title": 3}]}, "entries.0.title", "no-text"),
    ({"entries": [{**ENTRY, "str": "x"}]}, "entries.0.str", "no-such-field"),
    ({"entries": [{**ENTRY, "articles": 3}]}, "entries.0.articles", "no-text-and-no-list"),
]


@pytest.mark.parametrize("language", DJANGO_LANGUAGES)
def test_mistakes_are_told_in_the_language_that_is_asked_for(send, language):
    said = {}
    for change, field, code in WRONG:
        answer = send(BODY | change, **{"Accept-Language": f"tlh, {DJANGO_LANGUAGES[language]};q=0.8, de;q=0.5"})
        assert (answer.status_code, answer["Content-Language"]) == (422, language)
        (told,) = answer.json()["details"]
        assert (told["field"], told["code"]) == (field, code)
        said[code] = told["message"]
        assert re.search(r"[.。]$", told["message"])
        assert re.search(SCRIPTS.get(language, r"[a-z]"), told["message"])
    assert "200" in said["too-long"]
    assert "consent" not in said["no-such-choice"]
    assert "ar, zh, en, fr, ru, es" in said["no-such-choice"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "too-small"), ("limit=201", "limit", "too-large"), ("limit=x", "limit", "no-number"),
        ("kind=x", "kind", "no-such-choice"), ("state=XAA", "state", "too-long"), ("knd=x", "knd", "no-such-parameter"),
    ],
)  # fmt: skip
def test_mistakes_of_the_query_too(client, query, field, code):
    english, chinese = (client.get(f"{API}/entries?{query}", headers={"Accept-Language": each}).json() for each in ("en-GB", "zh-CN"))  # fmt: skip
    for answer in (english, chinese):
        assert [(each["field"], each["code"]) for each in answer["details"]] == [(field, code)]
    assert re.search(SCRIPTS["zh"], chinese["details"][0]["message"])
    assert english["details"][0]["message"] != chinese["details"][0]["message"]
    assert english["message"] != chinese["message"]


def test_the_address_says_the_language_before_the_header_does(client, key):
    headers = {"Accept-Language": "ru", "Authorization": f"Bearer {key}"}
    asked = client.get(f"{API}/states/XA/register?language=fr&limit=0", headers=headers)
    assert asked["Content-Language"] == "fr"
    assert client.get(f"{API}/states/XA/register?limit=0", headers=headers)["Content-Language"] == "ru"
    assert client.get(f"{API}/entries", headers={"Accept-Language": "tlh"})["Content-Language"] == "en"
    assert "accept-language" in asked["Vary"].lower()


def test_every_code_has_a_sentence_that_ends():
    assert all(str(text).endswith(".") for text in TEXTS.values())
