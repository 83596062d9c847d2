"""What somebody might try who is not a friend: each with its test."""

import io
import logging
import zipfile

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalogue.logs import WithoutSecrets
from catalogue.people.models import Person, Token
from catalogue.register import drafts
from catalogue.register.models import Submission, Version
from catalogue.register.sheet_export import defused
from tests.catalogue.desk.conftest import PASSWORD, entry

pytestmark = pytest.mark.django_db

XA = {"code": "XA"}


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


# -- forms and sessions


def test_a_form_from_elsewhere_changes_nothing(register):
    client = Client(enforce_csrf_checks=True)
    client.force_login(register.people["state"], backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(reverse("desk:new", kwargs=XA), entry(99))
    assert answer.status_code == 403
    assert "no longer valid" in answer.content.decode()
    assert not Version.objects.filter(fields__title="SECRET 99").exists()


def test_the_session_of_before_signing_in_is_not_that_of_after(register, client):
    client.get(reverse("desk:home"))
    client.cookies["sessionid"] = "a" * 32
    answer = sign_in(client, "focal@xa.example")
    assert answer.status_code == 302
    assert client.cookies["sessionid"].value != "a" * 32
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(next_page, register, client):
    answer = sign_in(client, "focal@xa.example", next=next_page)
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_whether_somebody_has_an_account_is_not_told(register):
    known, unknown = (
        sign_in(Client(), email, "wrong password indeed").content.decode().replace(email, "")
        for email in ("focal@xa.example", "nobody@xa.example")
    )
    assert _without_tokens(known) == _without_tokens(unknown)
    answers = [
        Client().post(reverse("account_reset_password"), {"email": e}) for e in ("focal@xa.example", "no@xa.example")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [message.to for message in mail.outbox] == [["focal@xa.example"], ["no@xa.example"]]


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line.lower())


def test_guessing_a_password_quickly_is_slowed_down(register):
    client = Client()
    for _ in range(6):
        answer = sign_in(client, "focal@xa.example", "wrong password indeed")
    assert "Too many" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_a_password_slowly_is_stopped(register, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    client = Client()
    for _ in range(11):
        answer = sign_in(client, "focal@xa.example", "wrong password indeed")
    assert answer.status_code in (403, 429)
    assert "locked" in answer.content.decode()
    # With the right one, too; and somebody else is not locked out by it.
    assert sign_in(client, "focal@xa.example").status_code in (403, 429)
    assert sign_in(Client(), "focal@xb.example").status_code == 302


def test_nobody_signs_up(client, db):
    for method in (client.get, client.post):
        answer = method("/en/accounts/signup/", {"email": "me@evil.example", "password1": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/en/accounts/login/")
    assert not Person.objects.exists()


def test_a_page_may_load_nothing_from_elsewhere_and_run_nothing_inline(register, client):
    answer = client.get(reverse("desk:home"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    page = answer.content.decode()
    assert "style=" not in page
    assert "onclick" not in page
    assert "<script>" not in page


def test_the_secret_of_an_invitation_reaches_no_log(register):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(WithoutSecrets())
    logging.getLogger().addHandler(handler)
    try:
        address = reverse("desk:invitation", kwargs={"secret": "s3cret-of-a-link"})
        assert Client(enforce_csrf_checks=True).post(address, {"name": "A"}).status_code == 403
        assert Client().get(address).status_code == 410
    finally:
        logging.getLogger().removeHandler(handler)
    assert written.getvalue().count("/invitation/…/") == 2
    assert "s3cret" not in written.getvalue()


# -- words from outside


EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)> \u202eevil {{ 7*7 }} {% load x %}'


def test_what_a_state_wrote_is_shown_as_text(register, signed_in):
    version = drafts.new("XA", entry(50, title=EVIL, authority=EVIL, description=EVIL, url="https://a.example/?a=<b>"))
    for page in (reverse("desk:edit", kwargs={**XA, "key": version.pk}), reverse("desk:register", kwargs=XA)):
        content = signed_in["state"].get(page).content.decode()
        assert "<script>alert" not in content
        assert "<img src=x" not in content
        assert "{{ 7*7 }}" in content or "7*7" not in content
        assert "\u202e" not in content


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://user:pass@a.example/", "ftp://a.example"]
)
def test_what_is_no_public_web_address_is_never_a_link(url, register, signed_in):
    answer = signed_in["state"].post(reverse("desk:new", kwargs=XA), entry(51, url=url, go_on="1"), follow=True)
    content = answer.content.decode()
    assert f'href="{url}"' not in content
    assert 'class="mistake"' in content


def test_an_address_for_programs_that_is_none_is_shown_as_text(register, signed_in, client):
    for version in (register.versions["published"], register.versions["received"]):
        fields = {**version.fields, "endpoint": "javascript:alert(document.domain)"}
        Version.objects.filter(pk=version.pk).update(fields=fields)
    public = client.get(reverse("desk:entry", kwargs={"key": register.versions["published"].entry_id}))
    inside = signed_in["officer"].get(reverse("desk:review", kwargs={"key": version.pk}))
    for page in (public.content.decode(), inside.content.decode()):
        assert "javascript:alert(document.domain)" in page
        assert 'href="javascript:' not in page
        assert f'href="{version.fields["url"][:20]}' in page


def test_a_persons_address_is_not_published(register, client):
    version = register.versions["published"]
    asks = {
        name: f"Ask jane.doe@xa.example ({name})"
        for name in ("title", "start_date", "level", "endpoint", "language", "licence", "articles")
    }
    Version.objects.filter(pk=version.pk).update(
        fields={
            **version.fields,
            **asks,
            "content_languages": ["jane.doe@xa.example"],
            "description": "Ask jane.doe@xa.example or opendata@xa.example",
            "authority": "J. Doe",
        }
    )
    Submission.objects.filter(pk=version.submission_id).update(document="NV by jane.doe@xa.example")
    page = client.get(reverse("desk:entry", kwargs={"key": version.entry_id})).content.decode()
    assert "jane.doe@xa.example" not in page
    assert "opendata@xa.example" in page
    for person in register.people.values():
        assert person.email not in page


# -- files


def _docx(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *names):
            archive.writestr(name, "<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("note.pdf", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", True),
        ("note.docx", _docx(), True),
        ("note.docm", _docx("word/vbaProject.bin"), False),
        ("note.docx", _docx("word/vbaProject.bin"), False),
        ("note.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), True),
        ("note.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "_VBA_PROJECT".encode("utf-16-le"), False),
        ("note.pdf", b"<html><script>alert(1)</script></html>", False),
        ("note.html", b"<html><script>alert(1)</script></html>", False),
        ("note.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', False),
        ("note.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', False),
        ("note.exe", b"MZ\x90\x00", False),
        ("note.pdf", b"MZ\x90\x00", False),
        ("note.pdf", b"", False),
        ("../../etc/passwd.pdf", b"%PDF-1.7\n", True),
    ],
)
def test_documents_are_known_by_what_is_in_them(name, content, taken, register, signed_in, tmp_path, monkeypatch):
    monkeypatch.setattr("catalogue.desk.attachments._folder", lambda: tmp_path)
    said = {
        "document": "Note 9", "received": "2026-02-03", "language": "en", "transmitted_by": "Mission", "consent": "publish",
        "entries": [str(register.versions["draft"].pk)], "attachment": SimpleUploadedFile(name, content, "application/pdf"),
    }  # fmt: skip
    answer = signed_in["state"].post(reverse("desk:submit", kwargs=XA), said)
    assert answer.status_code == (302 if taken else 422), answer.content.decode()[-3000:]
    assert Submission.objects.filter(document="Note 9").exists() == taken
    assert len(list(tmp_path.iterdir())) == taken
    if taken:
        kept = Submission.objects.get(document="Note 9").attachments.get()
        assert "/" not in kept.name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.html", b"<html><table><tr><td>title</td></tr></table></html>"),
        ("list.csv", b"<!doctype html><html><body>Sign in</body></html>"),
        ("list.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("list.pdf", b"%PDF-1.7\n"),
        ("list.csv", b""),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(name, content, register, signed_in):
    answer = signed_in["state"].post(reverse("desk:lists", kwargs=XA), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_formula_in_a_list_is_a_text_wherever_it_goes(register, signed_in):
    rows = "Kind,Title,Maintaining authority,Web address\nsource,=HYPERLINK(1),+Ministry,https://a.xa.example\n"
    answer = signed_in["state"].post(
        reverse("desk:lists", kwargs=XA), {"file": SimpleUploadedFile("list.csv", rows.encode())}, follow=True
    )
    assert "=HYPERLINK(1)" in answer.content.decode()
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"):
        assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_a_key_of_a_program_is_shown_once_and_not_kept(register, signed_in):
    answer = signed_in["state"].post(
        reverse("desk:tokens"), {"name": "our program", "scopes": ["read", "submit", "all"]}
    )
    key = answer.context["key"]
    token = Token.objects.get()
    assert key in answer.content.decode()
    assert key not in str(token.__dict__)
    assert (token.state_id, token.scopes) == ("XA", ["read", "submit"])
    assert key not in signed_in["state"].get(reverse("desk:me")).content.decode()
