"""A State with thousands of drafts: its pages stay short and quick, and all of them are submitted and accepted at once."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.errors import LifeCycleError
from catalogue.harvests.models import Appointment
from catalogue.register import drafts, review
from catalogue.register.life_cycle import Status
from catalogue.register.models import Entry, Event, Rank, Source, Submission, Version
from tests.catalogue.desk.conftest import FOCAL, OFFICER, entry
from tests.catalogue.desk.test_size import MAX_SECONDS, measured
from tests.catalogue.register.submissions import submission

pytestmark = pytest.mark.django_db

XA = {"code": "XA"}
MANY = 12_000
SAID = {
    "document": "Note 80", "received": "2026-02-03", "language": "en", "transmitted_by": "M", "consent": "publish",
}  # fmt: skip
SUBMIT = "/en/desk/XA/submit/"


def stated(number: int, **more: object) -> dict[str, object]:
    own = {"url": f"https://data{number % 40}.xa.example/{number}", "title": f"Contracts {number:05}"}
    return entry(number, **own | more)


def statements(client: Client, url: str, **posted: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(url, posted)
    assert answer.status_code == 302, re.findall(r'role="alert">.*?</', answer.content.decode(), re.DOTALL)
    return len(captured)


def test_pages_of_twelve_thousand_drafts_are_quick_and_one_step_submits_and_one_accepts_them(
    states, people, signed_in, capsys
):
    pages = [reverse("desk:register", kwargs=XA), SUBMIT]
    drafts.new_many("XA", [stated(number) for number in range(3)])
    few = {url: measured(signed_in["officer"], url)[0] for url in pages}
    drafts.new_many("XA", [stated(number) for number in range(3, MANY)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    many = {url: measured(signed_in["officer"], url) for url in pages}
    assert {url: queries for url, (queries, _) in many.items()} == few
    for url in pages:
        assert len(signed_in["state"].get(url).content) < 40_000
    taken = {"submit": statements(signed_in["state"], SUBMIT, **SAID, which="all", seen=str(MANY))}
    assert Event.objects.filter(action="submit", actor=str(people["state"].id)).count() == MANY
    assert set(Version.objects.values_list("status", flat=True)) == {Status.RECEIVED}
    made = Submission.objects.get()
    receipt = next(letter for letter in mail.outbox if letter.to == ["focal@xa.example"])
    assert "Entries: 12,000" in receipt.body
    assert "and further entries: 11,900" in receipt.body
    assert receipt.body.count("Contracts") == 100
    pages = [reverse("desk:submission", kwargs={**XA, "key": made.pk}), reverse("desk:queue"), *pages]
    many |= {url: measured(signed_in["state" if "desk" in url else "officer"], url) for url in pages}
    accept = reverse("desk:accept-all", kwargs={"key": made.pk})
    taken["accept"] = statements(signed_in["officer"], accept)
    assert Event.objects.filter(action="accept", actor=str(people["officer"].id)).count() == MANY
    assert set(Version.objects.values_list("status", flat=True)) == {Status.ACCEPTED}
    assert Source.objects.count() == Appointment.objects.filter(wanted=True).count() == MANY
    assert not Entry.objects.filter(source=None).exists()
    with capsys.disabled():
        print(
            "", taken, {url: f"{queries} queries, {1000 * seconds:.0f} ms" for url, (queries, seconds) in many.items()}
        )
    # A statement takes up to a thousand rows; SQLite's INSERT, of 999 parameters, some tens.
    assert taken["submit"] < 250
    assert taken["accept"] < 700
    assert {url: seconds for url, (_, seconds) in many.items() if seconds > MAX_SECONDS} == {}


def ticked(page: str) -> list[str]:
    return re.findall(r'value="([0-9a-f-]{36})" checked', page)


def hidden(page: str, name: str) -> str:
    return re.findall(f'name="{name}" value="([^"]*)"', page)[0]


def test_single_drafts_are_chosen_across_pages_with_what_was_written(states, people, signed_in):
    made = drafts.new_many("XA", [stated(number) for number in range(205)])
    drafts.new_many("XA", [{"title": "No address"}])
    client = signed_in["state"]
    page = client.get(SUBMIT).content.decode()
    assert "Drafts: 206; without a mistake: 205; ticked: 0" in page
    assert page.index("No address") < page.index("Contracts 00000"), "what must be mended comes first"
    first, last = str(made[0].pk), str(made[204].pk)
    page = client.post(SUBMIT, {**SAID, "entries": [first], "page": "3", "at": "1"}).content.decode()
    assert "ticked: 1" in page
    assert hidden(page, "elsewhere") == first
    assert 'value="Note 80"' in page, "what was written stays"
    assert "Contracts 00204" in page
    # Back to the first page: what was ticked there is still, and may be unticked.
    posted = {**SAID, "entries": [last], "elsewhere": first, "page": "1", "at": "3"}
    page = client.post(SUBMIT, posted).content.decode()
    assert ticked(page) == [first]
    posted = {
        **SAID,
        "entries": [str(made[1].pk)],
        "elsewhere": hidden(page, "elsewhere"),
        "at": "1",
        "which": "ticked",
    }
    assert client.post(SUBMIT, posted).status_code == 302
    assert {version.pk for version in Submission.objects.get().versions.all()} == {made[1].pk, made[204].pk}


def test_all_are_those_whose_number_was_read_on_the_page(states, people, signed_in):
    drafts.new_many("XA", [stated(number) for number in range(101)])
    drafts.new_many("XA", [stated(101)])  # meanwhile, by a colleague
    answer = signed_in["state"].post(SUBMIT, {**SAID, "which": "all", "seen": "101"})
    assert answer.status_code == 422
    assert "without a mistake there are now: 102" in answer.content.decode()
    assert not Submission.objects.exists()
    assert signed_in["state"].post(SUBMIT, {**SAID, "which": "all", "seen": "102"}).status_code == 302


def test_a_rank_follows_what_is_written(states):
    version = drafts.new("XA", {"title": "Only a title"})
    assert version.rank == Rank.BLOCKED
    drafts.save(version, stated(1), seen=0)
    assert Version.objects.get().rank == Rank.FINE
    drafts.save(version, stated(1, description="Write to ada.focal@ministry.xa.example"), seen=1)
    assert Version.objects.get().rank == Rank.DOUBTED
    assert drafts.new_many("XA", [stated(2), {"title": "x"}])[1].rank == Rank.BLOCKED


def test_all_or_none_where_one_is_no_draft_any_more(states):
    made = drafts.new_many("XA", [stated(number) for number in range(3)])
    review.submit(submission(states[0]), [made[1]], FOCAL)
    before = (Event.objects.count(), Submission.objects.count())
    with pytest.raises(LifeCycleError):
        review.submit(submission(states[0]), drafts.new_many("XA", [stated(9)]) + made[:2], FOCAL)
    assert (Event.objects.count(), Submission.objects.count()) == before
    drafts.drop(made[2])
    with pytest.raises(LifeCycleError, match="Somebody else"):
        review.submit(submission(states[0]), [made[0], made[2]], FOCAL)
    assert (Event.objects.count(), Submission.objects.count()) == before


def test_what_anything_is_said_against_waits_for_a_decision_of_its_own(states, people, signed_in):
    published = drafts.new("XA", stated(50))
    review.submit(submission(states[0]), [published], FOCAL)
    review.accept(published, OFFICER)
    review.publish(published, OFFICER)
    saw = {state: {"verdict": {"state": state}} for state in ("readable", "unanswered", "nothing-found")}
    made = {
        "fine": drafts.new("XA", stated(1)),
        "readable": drafts.new("XA", stated(2), check=saw["readable"]),
        "initiative": drafts.new("XA", stated(3, kind="initiative"), check=saw["nothing-found"]),
        "unanswered": drafts.new("XA", stated(4), check=saw["unanswered"]),
        "nothing": drafts.new("XA", stated(5), check=saw["nothing-found"]),
        "remark": drafts.new("XA", stated(6, licence="our own terms")),
        "published already": drafts.new("XA", stated(50, title="Again")),
        "twice": drafts.new("XA", stated(7)),
        "twice again": drafts.new("XA", stated(7)),
        "under review": drafts.new("XA", stated(8)),
        "returned": drafts.new("XA", stated(9)),
    }
    list_ = submission(states[0])
    review.submit(list_, list(made.values()), FOCAL)
    review.review(made["under review"], OFFICER)
    review.send_back(made["returned"], OFFICER, ["unclear"])
    page = reverse("desk:submission", kwargs={**XA, "key": list_.pk})
    assert "Accept all of these" not in signed_in["state"].get(page).content.decode()
    shown = signed_in["officer"].get(page).content.decode()
    assert "Accept all of these: 4" in shown
    assert "was never checked: 2" in shown
    mail.outbox.clear()
    answer = signed_in["officer"].post(reverse("desk:accept-all", kwargs={"key": list_.pk}), follow=True)
    assert "Accepted: 4. The State is told." in answer.content.decode()
    accepted = {name for name, each in made.items() if Version.objects.get(pk=each.pk).status == Status.ACCEPTED}
    assert accepted == {"fine", "readable", "initiative", "under review"}
    assert Event.objects.filter(action="accept", version__submission=list_).count() == 4
    assert Source.objects.count() == 4, "that of before, and one for each that is a source"
    assert {letter.to[0] for letter in mail.outbox} == {"focal@xa.example", "colleague@xa.example"}
    assert "The secretariat accepted these entries of your list: 4" in mail.outbox[0].body
    again = signed_in["officer"].post(reverse("desk:accept-all", kwargs={"key": list_.pk}), follow=True)
    assert "nothing is changed" in again.content.decode()


def test_sources_that_are_fed_at_once_have_ids_of_their_own(states):
    urls = [
        "https://data.xa.example/1",
        "https://www.data.xa.example/2",
        "https://192.0.2.1/3",
        "https://b.xa.example/4",
    ]
    made = [drafts.new("XA", stated(number, url=url)) for number, url in enumerate(urls)]
    review.submit(submission(states[0]), made, FOCAL)
    review.accept(made[0], OFFICER)
    accepted = review.accept_unopposed(made[0].submission, OFFICER)
    assert [version.entry.source_id for version in accepted] == [
        "xa-data-xa-example-2", "xa-contracts-00002", "xa-b-xa-example",
    ]  # fmt: skip
