"""The register's file and the desk fill the same register, and each leaves alone what the other wrote."""

from datetime import date

import pytest

from catalogue.datasets import withdrawing
from catalogue.register import drafts, review, sources
from catalogue.register.life_cycle import Actor, Status
from catalogue.register.models import Entry, Event, Source, Submission, Version
from catalogue.states.models import State

pytestmark = pytest.mark.django_db

FILE = """sources:
- id: xa-portal
  state: XA
  title: {fr: Portail des marchés}
  url: https://marches.xa.example
  protocol: ckan
  basis: {kind: submission, document: Note verbale 1/2026, date: 2026-01-15}
  harvest_permission: {by: Ministry of Finance, date: 2026-01-15, document: Note verbale 1/2026}
- id: xa-second
  state: XA
  title: {en: Spending}
  url: https://spending.xa.example
  basis: {kind: submission, document: Note verbale 1/2026, date: 2026-01-15}
- id: xa-known
  state: XA
  title: {en: A portal}
  url: https://known.xa.example
  basis: {kind: public-knowledge}
"""
OFFICER, FOCAL = Actor("officer", "officer"), Actor("focal", "focal-point")


@pytest.fixture(autouse=True)
def state() -> State:
    return State.objects.create(code="XA", kind="fictional", names={"en": "Xanadu"})


def load(text: str) -> None:
    sources.load(text.encode(), ["ckan"], withdrawing.follow)


def test_what_a_file_says_was_submitted_stands_in_the_register():
    load(FILE)
    (submission,) = Submission.objects.all()
    assert (submission.document, submission.received) == ("Note verbale 1/2026", date(2026, 1, 15))
    told = {entry.source_id: entry.published.fields for entry in Entry.objects.select_related("published")}
    assert set(told) == {"xa-portal", "xa-second"}
    assert told["xa-portal"] == {
        "kind": "source", "title": "Portail des marchés", "language": "fr", "url": "https://marches.xa.example",
        "protocol": "ckan", "authority": "Ministry of Finance", "harvesting": "yes",
    }  # fmt: skip
    assert {(event.role, event.action) for event in Event.objects.all()} == {("command-line", "publish")}


def test_loading_again_changes_nothing_and_a_change_is_a_version():
    load(FILE)
    load(FILE)
    assert (Version.objects.count(), Event.objects.count()) == (2, 2)
    load(FILE.replace("Portail des marchés", "Les marchés publics"))
    entry = Entry.objects.get(source="xa-portal")
    assert [(each.number, each.status) for each in entry.versions.all()] == [
        (1, Status.SUPERSEDED),
        (2, Status.PUBLISHED),
    ]
    assert entry.published.title == "Les marchés publics"


def test_what_a_state_withdrew_stays_withdrawn_whatever_the_file_says():
    load(FILE)
    review.withdraw(Entry.objects.get(source="xa-portal").published, FOCAL)
    load(FILE)
    assert Entry.objects.get(source="xa-portal").published is None


def test_what_the_desk_accepted_is_exported_and_loads_back_to_the_same_register():
    version = drafts.new("XA", {
        "kind": "source", "title": "بوابة", "language": "ar", "authority": "وزارة", "url": "https://new.xa.example",
        "description": "Kept",
    })  # fmt: skip
    submission = Submission(
        state_id="XA", document="Note 7/2026", received=date(2026, 3, 1), language="ar", transmitted_by="Mission"
    )
    review.submit(submission, [version], FOCAL)
    review.accept(version, OFFICER)
    review.publish(version, OFFICER)
    written = sources.export()
    before = list(Source.objects.values())
    load(written)
    assert sources.export() == written
    assert list(Source.objects.values()) == before
    assert [each.pk for each in Version.objects.all()] == [version.pk]
    assert Version.objects.get().fields["description"] == "Kept"
