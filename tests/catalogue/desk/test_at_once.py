"""Two people do the same at the same moment: exactly one does it, and the other is told. On whichever database is set."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache as remembered
from django.db import connections
from django.test import Client
from django.utils import timezone

from catalogue.datasets import withdrawing
from catalogue.desk.api import rates
from catalogue.errors import EditedMeanwhile, InvitationError, LifeCycleError
from catalogue.people import invitations
from catalogue.people.models import Invitation, Person, Role, Token
from catalogue.register import drafts, review, sources
from catalogue.register.life_cycle import COMMAND_LINE
from catalogue.register.models import Entry, Event, Source, Submission, Version
from catalogue.register.source_entry import Basis, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.states.models import State
from tests.catalogue.desk.conftest import FOCAL, OFFICER, PASSWORD, entry
from tests.catalogue.register.submissions import submission
from tests.catalogue.register.test_filing import FILE

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),  # static files are collected when the desk starts
]
ROUNDS = 5


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of the acts gives, or raises, all begun at the same moment, each in a thread with a connection of its own."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def act(number: int) -> None:
        barrier.wait()
        try:
            results[number] = acts[number]()
        except Exception as error:  # noqa: BLE001 (for the test to look at)
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture(autouse=True)
def _fresh_rates():
    remembered.clear()
    for rate in (rates.ANONYMOUS, rates.TOKENS, rates.CHECKS):
        rate.clear()


def received(state: State, number: int) -> Version:
    version = drafts.new(state.code, entry(number))
    review.submit(submission(state), [version], FOCAL)
    return version


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_of_two_officers_one_decides(states, people):
    second = Person.objects.create_user("second@secretariat.example", PASSWORD, role=Role.OFFICER)
    officers = [client_of(people["officer"]), client_of(second)]
    for number in range(ROUNDS):
        version = received(states[0], number)
        address = f"/en/office/queue/{version.pk}/"
        answers = at_once(
            lambda address=address: officers[0].post(address, {"action": "accept"}),
            lambda address=address: officers[1].post(address, {"action": "return", "reasons": ["unclear"]}),
        )
        assert sorted(each.status_code for each in answers) == [302, 422]
        loser = next(each for each in answers if each.status_code == 422)
        assert 'role="alert"' in loser.text
        decided = Event.objects.filter(version=version, action__in=("accept", "return"))
        assert len(decided) == 1
        assert Version.objects.get(pk=version.pk).status == decided[0].after
        assert (Source.objects.filter(reported=version.entry_id).count() == 1) is (decided[0].action == "accept")


def test_what_two_read_before_either_wrote_is_decided_once(states):
    for number in range(ROUNDS):
        key = received(states[0], number).pk
        first, second = Version.objects.get(pk=key), Version.objects.get(pk=key)
        results = at_once(
            lambda first=first: review.accept(first, OFFICER),
            lambda second=second: review.send_back(second, OFFICER, ["unclear"]),
        )
        assert [type(each) for each in results if each is not None] == [LifeCycleError]


def test_of_two_who_publish_one_does(states):
    version = received(states[0], 1)
    review.accept(version, OFFICER)
    both = [Version.objects.select_related("submission").get(pk=version.pk) for _ in range(2)]
    results = at_once(*(lambda each=each: review.publish(each, OFFICER) for each in both))
    assert [type(each) for each in results if each is not None] == [LifeCycleError]
    assert Event.objects.filter(version=version, action="publish").count() == 1


def test_withdrawing_what_is_being_superseded_waits_and_neither_fails(states):
    for number in range(ROUNDS):
        old = received(states[0], number)
        review.accept(old, OFFICER)
        review.publish(old, OFFICER)
        new = drafts.revise(old)
        review.submit(submission(states[0]), [new], FOCAL)
        review.accept(new, OFFICER)
        results = at_once(
            lambda new=new: review.publish(new, OFFICER),
            lambda old=old: review.withdraw(old, FOCAL),
        )
        assert results[0] is None
        assert results[1] is None or type(results[1]) is LifeCycleError
        assert Entry.objects.get(pk=old.entry_id).published_id == new.pk


def test_of_two_who_take_on_a_known_source_one_has_it_and_both_have_a_draft(states):
    source = row_of(
        SourceEntry(
            id="xa-known", state="XA", title={"en": "A"}, url="https://a.example", basis=Basis("public-knowledge")
        )
    )
    source.save()
    made = at_once(*(lambda n=n: drafts.new("XA", entry(n), source=source) for n in range(2)))
    assert [type(each) for each in made] == [Version, Version]
    assert sorted(each.entry.source_id or "" for each in made) == ["", "xa-known"]


def test_two_invitations_to_one_address_make_one_person(states):
    secrets = [invitations.invite("new@xa.example", Role.FOCAL_POINT, states[0], COMMAND_LINE)[1] for _ in range(2)]
    # Two officers who invite at the same moment may leave two that are open.
    Invitation.objects.update(expires=timezone.now() + invitations.VALID)
    results = at_once(*(lambda s=s: invitations.take_up(s, name="New", password=PASSWORD) for s in secrets))
    assert {type(each) for each in results} == {Person, InvitationError}
    assert Person.objects.count() == 1


def test_of_two_focal_points_one_saves_a_draft_and_the_other_sees_both(states, people):
    writers = [client_of(people["state"]), client_of(people["colleague"])]
    version = drafts.new("XA", entry(1))
    address = f"/en/desk/XA/drafts/{version.pk}/"
    answers = at_once(
        *(
            lambda writer=writer, title=title: writer.post(address, {**entry(1), "title": title, "saves": 0})
            for writer, title in zip(writers, ("First", "Second"), strict=True)
        )
    )
    assert sorted(each.status_code for each in answers) == [302, 409]
    other = next(each for each in answers if each.status_code == 409)
    assert "First" in other.text
    assert "Second" in other.text
    kept = Version.objects.get(pk=version.pk)
    assert kept.saves == 1
    assert kept.searched.startswith(kept.title.lower())
    both = [Version.objects.get(pk=version.pk) for _ in range(2)]
    results = at_once(*(lambda each=each: drafts.save(each, entry(2), seen=1) for each in both))
    assert [type(each) for each in results if isinstance(each, Exception)] == [EditedMeanwhile]


def test_two_lists_at_once_are_two_and_one_list_twice_is_one(states):
    lists = [drafts.new_many("XA", [entry(10 * n + m) for m in range(3)]) for n in range(2)]
    made = [submission(states[0], document=f"Note {n}") for n in range(2)]
    results = at_once(
        *(lambda n=n: review.submit(made[n], lists[n], FOCAL) for n in range(2)),
    )
    assert results == lists
    assert {each.document: each.versions.count() for each in Submission.objects.all()} == {"Note 0": 3, "Note 1": 3}
    keys = [each.pk for each in drafts.new_many("XA", [entry(n) for n in range(3)])]
    results = at_once(
        *(
            lambda n=n: review.submit(submission(states[0], document=f"Twice {n}"), list(Version.objects.filter(pk__in=keys)), FOCAL)
            for n in range(2)
        )
    )  # fmt: skip
    assert sorted(type(each).__name__ for each in results) == ["LifeCycleError", "list"]
    assert Submission.objects.filter(document__startswith="Twice").count() == 1


def test_two_sources_of_one_host_get_two_ids(states):
    for number in range(ROUNDS):
        url = f"https://data{number}.xa.example"
        versions = [received(states[0], n) for n in range(2)]
        Version.objects.filter(pk__in=[each.pk for each in versions]).update(fields=entry(1, url=url))
        both = [Version.objects.select_related("entry", "submission").get(pk=each.pk) for each in versions]
        results = at_once(*(lambda each=each: review.accept(each, OFFICER) for each in both))
        assert results == [None, None]
        assert sorted(Source.objects.filter(url=url).values_list("id", flat=True)) == [
            f"xa-data{number}-xa-example", f"xa-data{number}-xa-example-2",
        ]  # fmt: skip


def test_one_file_of_sources_loaded_twice_at_once_is_in_the_register_once(states):
    results = at_once(*(lambda: sources.load(FILE.encode(), ["ckan"], withdraw=withdrawing.follow) for _ in range(2)))
    assert not [each for each in results if isinstance(each, Exception)]
    assert (Source.objects.count(), Entry.objects.count(), Version.objects.count()) == (3, 2, 2)
    assert Submission.objects.count() == 1


def test_an_invitation_is_taken_up_once(states):
    _made, secret = invitations.invite("new@xa.example", Role.FOCAL_POINT, states[0], COMMAND_LINE)
    results = at_once(*(lambda: invitations.take_up(secret, name="New", password=PASSWORD) for _ in range(2)))
    assert {type(each) for each in results} == {Person, InvitationError}
    assert Person.objects.filter(email="new@xa.example").count() == 1
    assert Event.objects.filter(action="join").count() == 1


def test_a_list_sent_several_times_at_once_with_one_key_is_submitted_once(people):
    key = "secret"
    Token.objects.create(
        digest=invitations.digest(key), name="program", person=people["state"], state_id="XA", scopes=["submit"]
    )
    body = {
        "document": "Note 1", "received": date(2026, 3, 4).isoformat(), "language": "en", "transmitted_by": "Mission",
        "consent": "publish", "entries": [entry(n) for n in range(5)],
    }  # fmt: skip

    def send():
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": '"one"'}
        return Client().post("/api/v1/states/XA/submissions", body, content_type="application/json", headers=headers)

    answers = at_once(*[send] * 4)
    statuses = {each.status_code for each in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert Submission.objects.count() == 1
    done = [each.json() for each in (*answers, send()) if each.status_code == 201]
    assert all(each == done[0] for each in done)
    assert {each.actor for each in Event.objects.all()} == {str(people["state"].pk)}
