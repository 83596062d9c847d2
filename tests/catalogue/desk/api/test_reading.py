"""The API: what everybody reads, what is harvested, and a State's own register."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalogue.harvests.models import Run, RunFinding
from catalogue.people.models import Token
from catalogue.register import drafts, review
from catalogue.register.models import Entry
from harvesters.phrases import in_words, phrase
from tests.catalogue.desk.api.calls import ENTRY, FOCAL, OFFICER, get, make_run, make_source

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]


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
