"""Who gets to what: every address of the desk as nobody, as another State, as the State, and as an officer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from catalogue.desk import urls
from catalogue.desk.models import Check, Upload
from catalogue.errors import InvitationError
from catalogue.harvests.models import Run
from catalogue.people.invitations import digest, hand_over, invite, take_up
from catalogue.people.models import Invitation, Token
from catalogue.reconcile.models import Hold, undecided
from catalogue.register import drafts, review
from catalogue.register.life_cycle import COMMAND_LINE
from catalogue.register.models import Attachment, Event, Version
from tests.catalogue.desk.conftest import OFFICER, PASSWORD, Register

pytestmark = pytest.mark.django_db

PUBLIC = {"home", "state", "download", "entry", "changes", "invitation"}
OWN = {pattern.name for pattern in urls.REPORTING}
SECRETARIAT = {pattern.name for pattern in urls.OFFICE}
PERSONAL = {pattern.name for pattern in urls.PUBLIC} - PUBLIC


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "desk" or pattern.namespace is None:
                yield from names(pattern.url_patterns)
        elif pattern.name and not pattern.name.startswith(("account_", "mfa_")):
            yield pattern.name


def address(name: str, register: Register) -> str:
    """The address of a page about something of XA's."""
    version = register.versions["draft" if name == "edit" else "received"]
    if name == "drop":
        version = drafts.new("XA", {"title": "SECRET"})
    submitted = register.versions["received"]
    keys: dict[str, dict[str, Any]] = {
        "state": {"code": "XA"},
        "download": {"code": "XA", "kind": "csv"},
        "entry": {"key": register.versions["published"].entry_id},
        "invitation": {"secret": "not-a-secret"},
        "revoke": {"key": Token.objects.get_or_create(digest="x", name="a", person=register.people["state"])[0].pk},
        "check-follow": {
            "key": Check.objects.create(person=register.people["state"], url="https://a.example", language="en").pk
        },
        "list": {
            "key": Upload.objects.create(person=register.people["state"], state=register.state, name="list.csv").pk
        },
        "submission": {"key": submitted.submission_id},
        "accept-all": {"key": submitted.submission_id},
        "attachment": {"key": submitted.submission_id, "number": 1},
        "not-ours": {"source": "xa-known"},
        "review": {"key": submitted.pk},
        "hand-over": {"key": register.people["colleague"].pk},
        "cancel-invitation": {
            "key": Invitation.objects.create(
                digest=uuid4().hex, email="new@xa.example", role="officer", expires=timezone.now() + timedelta(days=1)
            ).pk
        },
        "source": {"key": "xa-known"},
        "source-act": {"key": "xa-known", "action": "now"},
        "hold": {"number": 1, "decision": "release"},
    }
    kwargs = keys.get(name, {})
    if name in OWN:
        kwargs = {"code": "XA", **kwargs}
        if name in {"edit", "drop", "version", "revise", "confirm", "withdraw"}:
            kwargs["key"] = version.pk
    return reverse(f"desk:{name}", kwargs=kwargs)


ALL = sorted(set(names(get_resolver("catalogue.desk.urls").url_patterns)) & (PUBLIC | OWN | SECRETARIAT | PERSONAL))


def test_every_page_of_the_desk_is_in_one_of_the_rooms():
    found = {pattern.name for group in (urls.PUBLIC, urls.REPORTING, urls.OFFICE) for pattern in group}
    assert found == set(ALL)


def to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and "/accounts/login/" in response["Location"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ALL)
def test_a_page_opens_for_whom_it_is_and_for_nobody_else(name: str, method: str, register: Register, signed_in):
    answers = {}
    before = (Event.objects.count(), Version.objects.count())
    for who in ("nobody", "other", "colleague", "state", "officer"):
        url = address(name, register)
        answers[who] = getattr(signed_in[who], method)(url)
        if who in ("nobody", "other") and name not in {"drop"}:
            assert (Event.objects.count(), Version.objects.count()) == before
    open_to = {who for who, answer in answers.items() if answer.status_code not in (404,) and not to_sign_in(answer)}
    everybody = set(answers)
    if name in PUBLIC:
        assert open_to == everybody
    elif name in OWN:
        # Of another State even the existence is not told; a list that is being mended is of one person alone.
        expected = {"state"} if name == "list" else {"state", "colleague", "officer"}
        is_missing = name == "attachment" and method == "get"  # there is none of that number
        assert open_to == (set() if is_missing else expected)
    elif name in SECRETARIAT:
        assert open_to == (set() if name == "hold" and method == "post" else {"officer"}), answers
    else:
        own = {"state"} if name in {"check-follow", "revoke"} else everybody - {"nobody"}
        assert {who for who in open_to if answers[who].status_code != 405} <= own
        assert "nobody" not in open_to
    if name not in PUBLIC:
        assert to_sign_in(answers["nobody"])
    for who in ("nobody", "other"):
        assert b"SECRET" not in answers[who].content.replace(b"SECRET 5", b""), "only what is published is shown"


def test_an_attachment_is_its_states_and_comes_as_a_download(register, signed_in, settings, tmp_path, monkeypatch):
    submitted = register.versions["received"].submission
    monkeypatch.setattr("catalogue.desk.attachments._folder", lambda: tmp_path)
    (tmp_path / "abc").write_bytes(b"<script>alert(1)</script>")
    kept = Attachment.objects.create(
        submission=submitted, name="note.html", media_type="text/html", bytes=25, sha256="abc"
    )
    url = reverse("desk:attachment", kwargs={"code": "XA", "key": submitted.pk, "number": kept.pk})
    answer = signed_in["state"].get(url)
    assert answer["Content-Disposition"] == 'attachment; filename="note.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()
    assert signed_in["other"].get(url).status_code == 404
    # Not through the State of another, either.
    assert signed_in["other"].get(url.replace("/XA/", "/XB/")).status_code == 404


@pytest.mark.parametrize("name", ["edit", "version", "revise", "withdraw", "drop"])
def test_a_version_of_another_state_is_not_reached_through_ones_own(name, register, signed_in):
    url = address(name, register).replace("/XA/", "/XB/")
    assert signed_in["other"].get(url).status_code in (404, 405)
    assert signed_in["other"].post(url).status_code in (404, 405)
    assert Version.objects.filter(pk=register.versions["draft"].pk).exists()


def test_who_handed_over_gets_nowhere_and_the_events_stay(register, signed_in):
    person = register.people["state"]
    before = list(Event.objects.values_list("pk", flat=True))
    hand_over(person, OFFICER)
    answer = signed_in["state"].get(reverse("desk:register", kwargs={"code": "XA"}))
    assert to_sign_in(answer)
    fresh = Client()
    fresh.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert to_sign_in(fresh.get(reverse("desk:start")))
    assert set(before) < set(Event.objects.values_list("pk", flat=True))
    assert Event.objects.last().action == "hand-over"


def test_an_invitation_works_once_and_only_by_the_button(register, client):
    made, secret = invite("new@xa.example", "focal-point", register.state, COMMAND_LINE)
    url = reverse("desk:invitation", kwargs={"secret": secret})
    for _ in range(2):  # a mail scanner follows links
        assert client.get(url).status_code == 200
    assert secret not in made.digest
    assert made.digest == digest(secret)
    answer = client.post(url, {"name": "New", "password": "a long enough password"})
    assert answer.status_code == 302
    assert client.get(reverse("desk:register", kwargs={"code": "XA"})).status_code == 200
    assert Client().get(url).status_code == 410
    assert Client().post(url, {"name": "Mallory", "password": "another long password"}).status_code == 410


def test_of_several_invitations_to_one_address_the_last_works_and_nothing_reopens_a_role(register):
    lost, first = invite("new@xa.example", "focal-point", register.state, COMMAND_LINE)
    _made, last = invite("New@xa.example", "focal-point", register.state, COMMAND_LINE)
    with pytest.raises(InvitationError):
        take_up(first, name="New", password=PASSWORD)
    Invitation.objects.filter(pk=lost.pk).update(expires=timezone.now() + timedelta(days=1))  # as if made at one moment
    person = take_up(last, name="New", password=PASSWORD)
    hand_over(person, OFFICER)
    for secret in (first, last):
        with pytest.raises(InvitationError):
            take_up(secret, name="Mallory", password=PASSWORD)
    person.refresh_from_db()
    assert not person.is_active


def test_an_officer_cancels_an_invitation(register, signed_in):
    made, secret = invite("mistyped@xa.example", "officer", None, COMMAND_LINE)
    cancel = reverse("desk:cancel-invitation", kwargs={"key": made.pk})
    assert cancel in signed_in["officer"].get(reverse("desk:people")).content.decode()
    said = signed_in["officer"].post(cancel, follow=True).content.decode()
    assert "The invitation is cancelled" in said
    assert cancel not in said
    with pytest.raises(InvitationError):
        take_up(secret, name="Mallory", password=PASSWORD)
    assert "nothing is changed" in signed_in["officer"].post(cancel, follow=True).content.decode()


def test_a_hold_is_decided_by_a_word_that_is_known(register, signed_in):
    for word in ("refused", "released", "now"):
        address = reverse("desk:hold", kwargs={"number": 1, "decision": word})
        assert signed_in["officer"].post(address).status_code == 404
    run = Run.objects.create(source=register.source, state="complete", started=timezone.now())
    hold = Hold.objects.create(
        source=register.source, run=run, kind="removal", opened=timezone.now(), live=9, missing=8, new=0, pairs=0
    )
    assert signed_in["officer"].post(f"/en/office/holds/{hold.pk}/refused/").status_code == 404
    hold.refresh_from_db()
    assert undecided().filter(pk=hold.pk).exists()


def test_the_queue_shows_no_drafts(register, signed_in):
    page = signed_in["officer"].get(reverse("desk:queue"), {"status": "draft"})
    assert page.status_code == 200
    assert register.versions["draft"].title not in page.content.decode()


def test_a_weak_password_does_not_use_the_invitation_up(register, client):
    _made, secret = invite("new@xa.example", "focal-point", register.state, COMMAND_LINE)
    url = reverse("desk:invitation", kwargs={"secret": secret})
    for weak in ("short", "123456789012345", "new@xa.example"):
        assert client.post(url, {"name": "New", "password": weak}).status_code == 200
    assert take_up(secret, name="New", password=PASSWORD).state_id == "XA"


def test_an_unknown_key_is_a_page_that_is_not_there(register, signed_in):
    for name in ("version", "edit"):
        url = reverse(f"desk:{name}", kwargs={"code": "XA", "key": uuid4()})
        assert signed_in["state"].get(url).status_code == 404


def test_a_state_whose_list_is_being_looked_at_is_not_called_silent(register, client):
    """What is said of silence must be true; and of what is not published, nothing more than that."""
    silent, waiting = (
        client.get(reverse("desk:state", kwargs={"code": code})).content.decode() for code in ("XB", "XA")
    )
    assert "No submission received as at" in silent
    assert "No submission received" not in waiting
    review.withdraw(register.versions["published"], OFFICER)
    for page in (client.get(reverse("desk:state", kwargs={"code": "XA"})), client.get(reverse("desk:home"))):
        assert "Nothing is published yet" in page.content.decode()
        assert "SECRET" not in page.content.decode()
    told = {each["code"]: each["submission"] for each in client.get("/api/v1/states").json()["items"]}
    assert told["XA"] is None
    assert "no submission received as at" in told["XB"]
