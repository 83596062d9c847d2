"""The life of an entry: every step from every status by everybody, and what each leaves behind."""

from itertools import product

import pytest

from catalogue.errors import EditedMeanwhile, EntryRefused, LifeCycleError
from catalogue.register import drafts, life_cycle, review
from catalogue.register.life_cycle import TRANSITIONS, Action, Actor, Status
from catalogue.register.models import Event, Source, Submission, Version
from catalogue.states.models import State
from tests.catalogue.register.submissions import submission

pytestmark = pytest.mark.django_db

FOCAL = Actor("focal", "focal-point")
OFFICER = Actor("officer", "officer")
ENTRY = {
    "kind": "source", "title": "Portail des marchés", "language": "fr", "authority": "Ministère des finances",
    "url": "https://marches.xa.example", "harvesting": "yes", "level": "national",
}  # fmt: skip


@pytest.fixture
def state() -> State:
    return State.objects.create(code="XA", kind="fictional", names={"en": "Xanadu"})


def submitted(state: State, **fields: object) -> Version:
    version = drafts.new("XA", ENTRY | fields)
    review.submit(submission(state), [version], FOCAL)
    return version


@pytest.mark.parametrize(
    ("action", "status", "party"), list(product(Action, Status, ["state", "secretariat", "system"]))
)
def test_a_step_is_possible_exactly_where_the_machine_says_so(action, status, party):
    rule = TRANSITIONS[action]
    if status in rule.before and party in rule.by:
        assert life_cycle.after(action, status, party, ["unclear"]) == (rule.after or status)
        assert action in life_cycle.possible(status, party)
    else:
        with pytest.raises(LifeCycleError):
            life_cycle.after(action, status, party, ["unclear"])
        assert action not in life_cycle.possible(status, party)


@pytest.mark.parametrize("action", [Action.RETURN, Action.REJECT])
@pytest.mark.parametrize("reasons", [[], [""], ["  "]])
def test_nothing_is_returned_without_a_reason(action, reasons):
    with pytest.raises(LifeCycleError, match="needs a reason"):
        life_cycle.after(action, Status.RECEIVED, "secretariat", reasons)


def test_the_whole_story_leaves_an_event_for_each_step(state):
    version = submitted(state)
    review.review(version, OFFICER)
    review.send_back(version, OFFICER, ["unclear"], "Which ministry?")
    second = drafts.revise(version)
    drafts.save(second, ENTRY | {"description": "Contracts of the ministry"}, seen=0)
    review.submit(submission(state, document="Note verbale 2/2026"), [second], FOCAL)
    review.accept(second, OFFICER)
    review.publish(second, OFFICER)
    version.refresh_from_db()
    assert (version.status, second.status, second.number) == (Status.SUPERSEDED, Status.PUBLISHED, 2)
    told = [(event.action, event.before, event.after, event.role, event.actor) for event in Event.objects.all()]
    assert told == [
        ("submit", "draft", "received", "focal-point", "focal"),
        ("review", "received", "under-review", "officer", "officer"),
        ("return", "under-review", "returned", "officer", "officer"),
        ("submit", "draft", "received", "focal-point", "focal"),
        ("accept", "received", "accepted", "officer", "officer"),
        ("publish", "accepted", "published", "officer", "officer"),
        ("supersede", "returned", "superseded", "system", ""),
    ]


def test_an_accepted_source_is_one_that_is_harvested_and_later_versions_keep_its_id(state):
    first = submitted(state)
    first.check_result = {"protocol": "ckan", "source_url": "https://marches.xa.example/"}
    first.save()
    review.accept(first, OFFICER)
    source = Source.objects.get()
    assert (source.id, source.protocol, source.url) == ("xa-marches-xa-example", "ckan", "https://marches.xa.example/")
    assert source.basis_document == "Note verbale 1/2026"
    assert source.title == {"fr": "Portail des marchés"}
    assert source.permission == {
        "by": "Ministère des finances",
        "date": "2026-02-03",
        "document": "Note verbale 1/2026",
    }
    review.publish(first, OFFICER)
    second = drafts.revise(first)
    drafts.save(second, ENTRY | {"title": "Les marchés"}, seen=0)
    review.submit(submission(state), [second], FOCAL)
    review.accept(second, OFFICER)
    assert Source.objects.get().title == {"fr": "Les marchés"}
    assert Source.objects.get().id == source.id


def test_an_initiative_is_accepted_without_a_source(state):
    review.accept(submitted(state, kind="initiative"), OFFICER)
    assert not Source.objects.exists()


@pytest.mark.parametrize("field", ["kind", "title", "authority", "url"])
def test_only_what_is_needed_blocks(state, field):
    version = drafts.new("XA", {key: value for key, value in ENTRY.items() if key != field})
    with pytest.raises(EntryRefused):
        review.submit(submission(state), [version], FOCAL)
    assert not Submission.objects.exists()
    assert not Event.objects.exists()


def test_of_two_who_edit_one_draft_the_second_is_told_and_the_first_is_not_overwritten(state):
    draft = drafts.new("XA", ENTRY)
    mine, theirs = (Version.objects.get(pk=draft.pk) for _ in range(2))
    drafts.save(mine, ENTRY | {"title": "Mine"}, seen=mine.saves)
    with pytest.raises(EditedMeanwhile):
        drafts.save(theirs, ENTRY | {"title": "Theirs"}, seen=0)
    assert Version.objects.get().title == "Mine"


def test_what_was_given_to_the_secretariat_only_is_not_published(state):
    version = drafts.new("XA", ENTRY)
    review.submit(submission(state, consent="secretariat"), [version], FOCAL)
    review.accept(version, OFFICER)
    with pytest.raises(LifeCycleError, match="secretariat only"):
        review.publish(version, OFFICER)


def test_a_source_given_to_the_secretariat_only_is_not_harvested(state):
    version = drafts.new("XA", ENTRY)
    review.submit(submission(state, consent="secretariat"), [version], FOCAL)
    review.accept(version, OFFICER)
    several = [drafts.new("XA", ENTRY | {"url": f"https://{n}.xa.example"}) for n in range(3)]
    listed = submission(state, document="Note 2", consent="secretariat")
    review.submit(listed, several, FOCAL)
    assert len(review.accept_unopposed(listed, OFFICER)) == 3
    assert not Source.objects.exists()


def test_a_later_version_for_the_secretariat_only_leaves_what_is_public_as_it_was(state):
    public = submitted(state)
    review.accept(public, OFFICER)
    review.publish(public, OFFICER)
    later = drafts.revise(public)
    drafts.save(later, ENTRY | {"title": "Confidential", "url": "https://confidential.xa.example"}, seen=0)
    review.submit(submission(state, consent="secretariat"), [later], FOCAL)
    review.accept(later, OFFICER)
    source = Source.objects.get()
    assert (source.title, source.url) == ({"fr": "Portail des marchés"}, ENTRY["url"])
    review.withdraw(later, FOCAL)
    assert review.goes_with(public) == source


def test_a_state_takes_back_that_its_source_may_be_harvested(state):
    first = submitted(state)
    review.accept(first, OFFICER)
    review.publish(first, OFFICER)
    assert Source.objects.get().permission
    for stated, kept in (("", True), ("no", False)):
        later = drafts.revise(first)
        drafts.save(later, ENTRY | {"harvesting": stated}, seen=0)
        review.submit(submission(state), [later], FOCAL)
        review.accept(later, OFFICER)
        assert bool(Source.objects.get().permission) == kept
        review.publish(later, OFFICER)
        first = later


@pytest.mark.parametrize("endpoint", ["javascript:alert(1)", "see the documentation", "https://user:secret@xa.example"])
def test_a_harvest_begins_at_no_address_that_is_none(state, endpoint):
    version = submitted(state, endpoint=endpoint)
    review.accept(version, OFFICER)
    assert Source.objects.get().url == ENTRY["url"]


def test_events_are_never_edited(state):
    submitted(state)
    event = Event.objects.get()
    event.note = "other"
    with pytest.raises(TypeError, match="never edited"):
        event.save()
    for change in (event.delete, Event.objects.all().delete, lambda: Event.objects.update(note="other")):
        with pytest.raises(TypeError, match="never"):
            change()


def test_two_officers_decide_once(state):
    version = submitted(state)
    stale = Version.objects.get(pk=version.pk)
    review.accept(version, OFFICER)
    with pytest.raises(LifeCycleError, match=r"Somebody else|cannot be taken"):
        review.send_back(stale, OFFICER, ["unclear"])
    assert Version.objects.get().status == Status.ACCEPTED


def test_withdrawn_entries_leave_a_tombstone(state):
    version = submitted(state)
    review.accept(version, OFFICER)
    review.publish(version, OFFICER)
    review.withdraw(version, FOCAL, "The portal is closed.")
    entry = Version.objects.get().entry
    assert (entry.published, entry.versions.get().status) == (None, Status.WITHDRAWN)
    assert Event.objects.last().note == "The portal is closed."
