"""The API: each operation as nobody, as another State, as the State, as an officer; and calls that nobody thought of."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta

import pytest
import schemathesis
from django.core import mail
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from catalogue.desk import checking
from catalogue.desk.api import rates
from catalogue.desk.api.urls import document
from catalogue.desk.models import Check
from catalogue.harvests.models import Run, RunFinding
from catalogue.people.invitations import digest
from catalogue.people.models import Person, Role, Token
from catalogue.register import drafts, review
from catalogue.register.fields import FIELDS
from catalogue.register.models import Entry, Event, Source, Submission, Version
from catalogue.register.review import Actor
from catalogue.states.models import State
from harvesters.phrases import in_words, phrase

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]

API = "/api/v1"
FOCAL = Actor("focal", "focal-point")
OFFICER = Actor("officer", "officer")
ENTRY = {
    "kind": "source", "title": "Public contracts", "language": "en", "authority": "Ministry of Finance",
    "url": "https://contracts.xa.example", "level": "national",
}  # fmt: skip
LIST = {
    "document": "Note verbale 7/2026", "received": "2026-03-04", "language": "en", "transmitted_by": "Permanent Mission",
    "covers": "Tenth meeting", "consent": "publish",
}  # fmt: skip


class Register:
    """Two fictional States, their people and keys, and what they have reported."""

    def __init__(self) -> None:
        names = {"en": "Xanadu", "fr": "Xanadou"}
        self.state = State.objects.create(code="XA", kind="fictional", names=names)
        self.other = State.objects.create(code="XB", kind="fictional", names={"en": "Yonder"})
        self.focal = self.person("focal@xa.example", "XA")
        self.stranger = self.person("focal@xb.example", "XB")
        self.officer = self.person("officer@un.example", None)
        self.entry = self.published({**ENTRY, "kind": "initiative"})  # an accepted source would be fed to the harvester

    @staticmethod
    def person(email: str, state: str | None) -> Person:
        role = Role.FOCAL_POINT if state else Role.OFFICER
        return Person.objects.create_user(email, role=role, state_id=state, name="Kubla Khan")

    @staticmethod
    def key(person: Person, *scopes: str, **more: object) -> str:
        key = f"key-{person.email}-{'-'.join(scopes)}-{len(more)}"
        Token.objects.create(
            digest=digest(key), name="program", person=person, state_id=person.state_id, scopes=list(scopes), **more
        )
        return key

    def submitted(self, fields: dict[str, object], state: str = "XA", **more: object) -> Version:
        version = drafts.new(state, fields)
        stated = {"document": "Note verbale 1/2026", "received": date(2026, 2, 3), "language": "en"}
        made = Submission(**{"state_id": state, "transmitted_by": "Mission", **stated, **more})
        review.submit(made, [version], FOCAL)
        return version

    def published(self, fields: dict[str, object], state: str = "XA") -> Entry:
        version = self.submitted(fields, state)
        review.accept(version, OFFICER)
        review.publish(version, OFFICER)
        return Entry.objects.get(pk=version.entry_id)


@pytest.fixture(autouse=True)
def _fresh_rates():
    for rate in (rates.ANONYMOUS, rates.TOKENS, rates.CHECKS):
        rate.clear()


@pytest.fixture
def register() -> Register:
    return Register()


def get(path: str, key: str | None = None, **headers: str):
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return Client().get(f"{API}{path}", headers=headers)


def post(path: str, body: object, key: str | None = None, content_type: str = "application/json"):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # Cookies are never looked at, so that there is no form to forge: CSRF checks are on here, and nothing is refused by them.
    client = Client(enforce_csrf_checks=True)
    return client.post(f"{API}{path}", body, content_type=content_type, headers=headers)


# -- what everybody reads


def test_states_are_told_with_their_names_and_of_silence_only_that_it_is_silence(register):
    answer = get("/states?language=en").json()
    assert answer["count"] == 2
    xanadu, yonder = answer["items"]
    assert xanadu == {
        "code": "XA", "names": {"en": "Xanadu", "fr": "Xanadou"}, "entries": 1, "last_confirmed": "2026-02-03", "submission": None,
    }  # fmt: skip
    assert yonder["submission"] == f"no submission received as at {timezone.now().date().isoformat()}"
    assert yonder["last_confirmed"] is None


def test_entries_of_a_state_and_of_all_are_those_that_are_published(register):
    register.published({**ENTRY, "title": "Budget", "url": "https://b.xb.example"}, "XB")
    register.submitted({**ENTRY, "title": "Not yet"})
    titles = [each["title"] for each in get("/entries").json()["items"]]
    assert titles == ["Public contracts", "Budget"]
    assert [each["title"] for each in get("/states/XB/entries").json()["items"]] == ["Budget"]
    assert get("/states/ZZ/entries").status_code == 404


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("kind=source", ["Бюджет страны"]),
        ("state=XA", ["Public contracts"]),
        ("q=contracts", ["Public contracts"]),
        ("q=FINANCE", ["Public contracts", "Бюджет страны"]),
        ("q=бюджет", ["Бюджет страны"]),
        ("q=%25", []),
        ("q=nothing", []),
    ],
)
def test_entries_are_filtered_in_the_database(register, query, titles):
    register.published({**ENTRY, "title": "Бюджет страны", "url": "https://b.xb.example"}, "XB")
    assert [each["title"] for each in get(f"/entries?{query}").json()["items"]] == titles


def test_an_entry_is_shown_without_addresses_of_persons(register):
    entry = register.published(
        {**ENTRY, "url": "https://two.xa.example", "description": "Ask jane.doe@xa.example or opendata@xa.example."}
    )
    answer = get(f"/entries/{entry.pk}")
    assert answer.status_code == 200
    body = answer.json()
    assert body["fields"]["description"] == "Ask  or opendata@xa.example."
    assert body["submission"]["document"] == "Note verbale 1/2026"
    assert "jane" not in answer.text
    assert "Khan" not in answer.text
    assert "focal" not in answer.text


def test_of_a_withdrawn_entry_a_tombstone_remains(register):
    review.withdraw(register.entry.published, FOCAL, "no longer ours")
    answer = get(f"/entries/{register.entry.pk}")
    assert answer.status_code == 410
    today = timezone.now().date().isoformat()
    assert answer.json() == {
        "error": "withdrawn", "message": "The State withdrew this entry; only its dates remain.", "id": str(register.entry.pk),
        "state": "XA", "published": today, "withdrawn": today,
    }  # fmt: skip
    assert get("/entries").json()["count"] == 0


def test_of_an_entry_that_was_never_published_nobody_learns(register):
    version = register.submitted({**ENTRY, "title": "Not yet"})
    key = register.key(register.stranger, "read")
    assert get(f"/entries/{version.entry_id}").status_code == 404
    assert get(f"/entries/{version.entry_id}", key).status_code == 404
    assert get("/entries/00000000-0000-4000-8000-000000000000").status_code == 404
    assert get("/entries/no-id").json()["error"] == "not-found"


def test_changes_are_those_that_everybody_may_know(register):
    register.submitted({**ENTRY, "title": "Not yet"})
    review.withdraw(register.entry.published, FOCAL)
    changes = get("/changes").json()
    assert [each["action"] for each in changes["items"]] == ["withdraw", "publish"]
    assert {each["title"] for each in changes["items"]} == {""}
    assert get(f"/changes?since={timezone.now().date().isoformat()}").json()["count"] == 2
    tomorrow = (timezone.now().date() + timedelta(days=1)).isoformat()
    assert get(f"/changes?since={tomorrow}").json()["count"] == 0


@pytest.mark.parametrize("since", ["yesterday", "0", "2026-02-30", "2026"])
def test_a_day_is_written_as_a_day(register, since):
    answer = get(f"/changes?since={since}")
    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "since"


# -- what is harvested


def make_source(key: str, basis: str = "submission", state: str = "XA") -> Source:
    return Source.objects.create(
        id=key, state_id=state, title={"en": "Portal of jane.doe@xa.example"}, url=f"https://{key}.example", protocol="ckan",
        basis_kind=basis, schedule="weekly", options={"secret": "unseen"}, entry={},
    )  # fmt: skip


def make_run(source: Source, **more: object) -> Run:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    return Run.objects.create(
        **{"source": source, "state": "complete", "started": now, "ended": now, "sentence": "Everything was read.", "records": 3,
           "findings_by_code": {"no-distribution": 2}, **more}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (None, ["xa-known"]),
        ("stranger", ["xa-known"]),
        ("focal", ["xa-hidden", "xa-known"]),
        ("officer", ["xa-hidden", "xa-known"]),
    ],
)
def test_sources_are_seen_by_whom_they_are_for(register, who, seen):
    for source in (make_source("xa-known", "public-knowledge"), make_source("xa-hidden")):
        finding = {"code": "no-distribution", "severity": "warns", "value": "x"}
        RunFinding.objects.create(run=make_run(source), finding=finding, url="https://x.example")
    key = register.key(getattr(register, who), "read") if who else None
    answer = get("/sources", key)
    assert [each["id"] for each in answer.json()["items"]] == seen
    assert "unseen" not in answer.text
    assert "jane" not in answer.text
    run = Run.objects.get(source="xa-hidden")
    expected = 200 if "xa-hidden" in seen else 404
    assert get("/sources/xa-hidden/runs", key).status_code == expected
    assert get(f"/runs/{run.pk}/findings", key).status_code == expected


def test_a_key_that_may_not_read_sees_what_everybody_sees(register):
    make_source("xa-hidden")
    assert get("/sources", register.key(register.focal, "submit")).json()["count"] == 0
    assert get("/sources", register.key(register.officer, "submit")).json()["count"] == 0


def test_an_officers_key_for_one_state_is_for_that_state(register):
    for state in ("XA", "XB"):
        make_source(f"{state.lower()}-hidden", state=state)
    key = register.key(register.officer, "read")
    assert get("/sources", key).json()["count"] == 2
    Token.objects.update(state="XB")
    assert [each["id"] for each in get("/sources", key).json()["items"]] == ["xb-hidden"]
    assert get("/states/XB/register", key).status_code == 200
    assert get("/states/XA/register", key).status_code == 404


def test_the_source_of_a_published_entry_is_for_everybody(register):
    source = make_source("xa-reported")
    Entry.objects.filter(pk=register.entry.pk).update(source=source)
    make_run(source)
    shown = get("/sources?state=XA").json()["items"][0]
    assert shown["entry"] == str(register.entry.pk)
    assert shown["last_run"]["records"] == 3
    runs = get("/sources/xa-reported/runs").json()
    assert runs["items"][0]["findings"] == {"no-distribution": 2}
    Run.objects.update(sentence="Stopped.", said=[{"code": "run-stopped"}])
    french = in_words(phrase("run-stopped"), "fr")
    assert get("/sources/xa-reported/runs?language=fr").json()["items"][0]["sentence"] == french
    assert get("/sources?state=XA&language=fr").json()["items"][0]["last_run"]["sentence"] == french
    review.withdraw(register.entry.published, FOCAL)
    assert get("/sources/xa-reported/runs").status_code == 404


def test_findings_are_told_in_the_language_that_is_asked_for(register):
    run = make_run(make_source("xa-known", "public-knowledge"))
    RunFinding.objects.create(run=run, finding={"code": "no-distribution", "severity": "warns"})
    RunFinding.objects.create(run=run, finding={"code": "of-old", "severity": "warns"})
    english, french = (get(f"/runs/{run.pk}/findings?language={tag}") for tag in ("en", "fr"))
    assert english.json()["items"][0]["message"] != french.json()["items"][0]["message"]
    assert french["Content-Language"] == "fr"
    assert english.json()["items"][1]["message"] == "of-old"
    assert get(f"/runs/{run.pk}/findings?language=tlh").status_code == 422
    assert get(f"/runs/{10**30}/findings").status_code == 404


# -- a State's own register


def test_the_own_register_has_drafts_and_reasons(register):
    drafts.new("XA", {**ENTRY, "title": "Being written"})
    drafts.new("XB", {**ENTRY, "title": "Of another State"})
    returned = register.submitted({**ENTRY, "title": "Unclear"})
    review.send_back(returned, OFFICER, ["unclear"], "Which ministry?")
    answer = get("/states/XA/register", register.key(register.focal, "read"))
    by_title = {each["fields"]["title"]: each for each in answer.json()["items"]}
    assert {title: each["status"] for title, each in by_title.items()} == {
        "Public contracts": "published", "Being written": "draft", "Unclear": "returned",
    }  # fmt: skip
    assert by_title["Unclear"]["note"] == "Which ministry?"
    assert by_title["Unclear"]["reasons"] == ["The description does not say what the initiative or source is."]
    assert answer["Cache-Control"] == "private, no-cache"
    drafts_only = get("/states/XA/register?status=draft", register.key(register.focal, "read", "submit")).json()
    assert drafts_only["count"] == 1


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


@pytest.fixture
def asked(monkeypatch) -> list[object]:
    """The checks that would run."""
    kept: list[object] = []
    monkeypatch.setattr(checking._EXECUTOR, "submit", lambda run, key: kept.append(key))
    return kept


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


# -- what holds for all


def test_lists_are_paged(register):
    for number in range(4):
        register.published({**ENTRY, "title": str(number), "url": f"https://{number}.xa.example"})
    whole = get("/entries").json()["items"]
    parts = [get(f"/entries?limit=2&offset={offset}").json() for offset in (0, 2, 4)]
    assert [each["id"] for each in whole] == [each["id"] for part in parts for each in part["items"]]
    assert {(part["count"], part["limit"]) for part in parts} == {(5, 2)}
    assert get("/entries?offset=50").json()["items"] == []
    for wrong in ("limit=0", "limit=201", "limit=x", "offset=-1", f"offset={10**30}"):
        assert get(f"/entries?{wrong}").status_code == 422


def test_what_a_page_costs_does_not_grow(register):
    key = register.key(register.focal, "read")
    paths = ("/states", "/entries", "/changes", "/sources", "/states/XA/register")
    make_run(make_source("xa-known-0", "public-knowledge"))

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert get(path, key).status_code == 200
        return len(queries)

    get("/entries", key)  # the use of the key is noted
    few = [cost(path) for path in paths]
    for number in range(1, 8):
        register.published({**ENTRY, "title": str(number), "url": f"https://{number}.xa.example"})
        make_run(make_source(f"xa-known-{number}", "public-knowledge"))
    assert [cost(path) for path in paths] == few
    assert max(few) <= 7


@pytest.mark.parametrize("path", ["/states", "/entries", "/changes", "/sources", "/openapi.json"])
def test_what_is_known_already_is_not_sent_again(register, path):
    first = get(path)
    assert first.status_code == 200
    assert first["Cache-Control"] == "public, max-age=60"
    again = get(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert get(path, **{"If-None-Match": f"W/{first['ETag']}"}).status_code == 304
    assert get(path, **{"If-None-Match": '"another"'}).status_code == 200


def test_an_answer_says_when_it_changed_last_and_has_another_tag_then(register):
    first = get("/entries")
    assert first["Last-Modified"].endswith("GMT")
    register.published({**ENTRY, "url": "https://two.xa.example"})
    assert get("/entries", **{"If-None-Match": first["ETag"]}).status_code == 200
    assert get(f"/entries/{register.entry.pk}")["Last-Modified"]


def test_a_head_is_a_get_without_its_body(register):
    whole = get("/entries")
    head = Client().head(f"{API}/entries")
    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == whole["ETag"]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/nothing", "not-found"),
        ("/", "not-found"),
        ("/docs", "not-found"),
        ("/entries/", "not-found"),
        ("/entries?knd=source", "invalid"),
        ("/entries?q=%00", "unreadable"),
        (f"/entries?{'limit=1&' * 5001}", "unreadable"),
    ],
)
def test_mistakes_are_told_in_a_sentence(register, path, error):
    answer = get(path)
    assert answer.json()["error"] == error
    assert answer.json()["message"].endswith(".")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"].startswith("application/json")


def test_other_methods_are_refused(register):
    answer = Client().delete(f"{API}/entries")
    assert (answer.status_code, answer.json()["error"], answer["Allow"]) == (405, "method", "GET")
    assert Client().delete(f"{API}/openapi.json").status_code == 405


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


# -- calls that nobody thought of

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.mark.parametrize(
    ("who", "mode", "operations"),
    [
        ("nobody", GenerationMode.POSITIVE, 8),
        ("focal", GenerationMode.POSITIVE, 12),
        ("officer", GenerationMode.POSITIVE, 12),
        ("focal", GenerationMode.NEGATIVE, 0),
    ],
)
def test_whatever_is_asked_the_answer_is_as_the_document_says(register, asked, monkeypatch, who, mode, operations):
    for rate in (rates.ANONYMOUS, rates.TOKENS, rates.CHECKS):
        monkeypatch.setattr(rate, "a_minute", 1_000_000)
    run = make_run(make_source("xa-known", "public-knowledge"))
    check = Check.objects.create(person=getattr(register, who, register.focal), url="https://x.example", language="en")
    known = {
        "code": "XA", "entry_id": str(register.entry.pk), "source_id": "xa-known", "run_id": run.pk, "check_id": str(check.pk),
    }  # fmt: skip
    turns = itertools.count()
    headers = {}
    if who != "nobody":
        headers["Authorization"] = f"Bearer {register.key(getattr(register, who), 'read', 'submit')}"
    described = json.loads(json.dumps(document()))
    schema = schemathesis.openapi.from_dict(described)
    schema.app = get_wsgi_application()
    answered: set[tuple[str, int]] = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=15, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            turn = next(turns) % 3
            if turn:  # mostly of what there is, so that more than 404 is answered
                case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
                if isinstance(case.body, dict) and "url" in case.body:
                    case.body["url"] = "https://x.example"
                if mode is GenerationMode.POSITIVE and turn == 2 and "/submissions" in case.path:
                    case.body = LIST | {"entries": [ENTRY]}
            answer = case.call_and_validate(headers=headers, checks=list(CHECKS))
            answered.add((case.operation.label, answer.status_code))

        ask()
    fine = {label for label, status in answered if status < 300}
    assert len(fine) >= operations, sorted(answered)
