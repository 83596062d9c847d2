"""Sources at the desk: accepted, not a State's own, withdrawn, restored, and how their runs ended."""

from datetime import UTC, datetime

import msgspec
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from catalogue.datasets import withdrawing
from catalogue.datasets.models import Dataset
from catalogue.datasets.withdrawing import RESTORE, WITHDRAW
from catalogue.desk import digests
from catalogue.harvests.models import Appointment, Run
from catalogue.people.models import Person, Role
from catalogue.register import drafts, review
from catalogue.register.life_cycle import COMMAND_LINE
from catalogue.register.models import Entry, Event, Source, Withdrawal
from harvesters.phrases import all_in_words, phrase
from tests.catalogue.desk.conftest import FOCAL, OFFICER
from tests.catalogue.register.submissions import submission

XA = {"code": "XA"}


@pytest.mark.django_db
def test_a_source_that_is_not_the_states_waits_and_the_secretariat_is_told(register, signed_in):
    answer = signed_in["state"].post(reverse("desk:not-ours", kwargs={**XA, "source": "xa-known"}))
    assert answer.status_code == 302
    assert Appointment.objects.get(source="xa-known").paused
    assert (Event.objects.last().action, Event.objects.last().source_id) == ("remove", "xa-known")
    (letter,) = mail.outbox
    assert letter.to == ["officer@secretariat.example"]
    assert "xa-known" in letter.subject


def datasets_of(source: Source, count: int) -> None:
    for number in range(count):
        Dataset.objects.create(
            id=f"00000000-0000-4000-8000-{number:012}", source=source, native_id=str(number), name=f"contracts-{number}",
            state="valid", record_hash="r", first_seen=timezone.now(), last_seen=timezone.now(), changed=timezone.now(), last_run=1,
        )  # fmt: skip


@pytest.mark.django_db
def test_withdrawing_takes_the_source_out_of_the_catalogue_and_accepting_it_again_brings_it_back(register, signed_in):
    version = register.versions["published"]
    source = Entry.objects.get(pk=version.entry_id).source
    datasets_of(source, 3)
    url = reverse("desk:withdraw", kwargs={**XA, "key": version.pk})
    page = signed_in["state"].get(url).content.decode()
    assert "Its source will be removed from the catalogue at the next publication. Datasets: 3" in page
    assert Withdrawal.objects.count() == 0, "a page that is looked at does nothing"
    answer = signed_in["state"].post(url, {"note": "Closed."})
    assert answer.status_code == 302
    assert Withdrawal.objects.get(source=source).note == "Closed."
    assert not Dataset.objects.filter(withdrawn=None).exists()
    event = Event.objects.get(action=WITHDRAW)
    assert (event.actor, event.role, event.note) == (str(register.people["state"].id), "focal-point", "Closed.")
    assert signed_in["state"].get(url).status_code == 302, "there is nothing to withdraw any more"
    assert "Report it again" in signed_in["state"].get(reverse("desk:register", kwargs=XA)).content.decode()
    again = drafts.revise(version)
    review.submit(submission(register.state), [again], FOCAL)
    assert Withdrawal.objects.exists(), "reporting it is not yet accepting it"
    signed_in["officer"].post(reverse("desk:review", kwargs={"key": again.pk}), {"action": "accept"})
    assert not Withdrawal.objects.exists()
    assert Dataset.objects.filter(source=source, withdrawn=None).count() == 3
    assert Event.objects.get(action=RESTORE).role == "officer"
    assert signed_in["nobody"].get(reverse("desk:entry", kwargs={"key": version.entry_id})).status_code == 410


@pytest.mark.django_db
def test_a_source_stays_while_another_version_stands_for_it(register, signed_in):
    version = register.versions["published"]
    second = drafts.revise(version)
    review.submit(submission(register.state), [second], FOCAL)
    signed_in["state"].post(reverse("desk:withdraw", kwargs={**XA, "key": second.pk}))
    assert not Withdrawal.objects.exists(), "what was never accepted fed nothing"
    third = drafts.revise(version)
    review.submit(submission(register.state), [third], FOCAL)
    review.accept(third, OFFICER)
    url = reverse("desk:withdraw", kwargs={**XA, "key": version.pk})
    assert "Another version of the entry stands" in signed_in["state"].get(url).content.decode()
    signed_in["state"].post(url)
    assert not Withdrawal.objects.exists()
    signed_in["state"].post(reverse("desk:withdraw", kwargs={**XA, "key": third.pk}))
    assert Withdrawal.objects.exists()


@pytest.mark.django_db
def test_an_officer_decides_about_a_source_that_is_not_the_states(register, signed_in):
    datasets_of(register.source, 2)
    signed_in["state"].post(reverse("desk:not-ours", kwargs={**XA, "source": "xa-known"}))
    page = reverse("desk:source", kwargs={"key": "xa-known"})
    told = signed_in["officer"].get(page).content.decode()
    assert "The State says that this is not its source" in told
    assert "will be removed from the catalogue at the next publication. Datasets: 2" in told
    act = {
        name: reverse("desk:source-act", kwargs={"key": "xa-known", "action": name})
        for name in ("withdraw", "restore", "now")
    }
    for who in ("state", "other", "nobody"):
        assert signed_in[who].post(act["withdraw"], {"note": "x"}).status_code in (302, 404)
    signed_in["officer"].post(act["withdraw"], {"note": " "})
    assert not Withdrawal.objects.exists(), "only an officer does, and says why"
    signed_in["officer"].post(act["withdraw"], {"note": "The State disowns it."})
    assert Dataset.objects.filter(withdrawn=None).count() == 0
    told = signed_in["officer"].get(page).content.decode()
    assert "Withdrawn from the catalogue since" in told
    assert "The State disowns it." in told
    assert "Withdraw it, or resume it" not in told, "it is decided"
    assert "xa-known" in signed_in["officer"].get(reverse("desk:sources") + "?only=withdrawn").content.decode()
    answer = signed_in["officer"].post(act["now"], follow=True).content.decode()
    assert "This source is withdrawn; restore it first." in answer
    for public in (reverse("desk:state", kwargs=XA), "/api/v1/sources"):
        assert "known.xa.example" not in signed_in["nobody"].get(public).content.decode()
    assert "withdrawn since" in signed_in["state"].get(reverse("desk:register", kwargs=XA)).content.decode()
    signed_in["officer"].post(act["restore"], {"note": "It is after all."})
    assert Dataset.objects.filter(withdrawn=None).count() == 2
    assert not Appointment.objects.get(source="xa-known").paused
    assert "known.xa.example" in signed_in["nobody"].get("/api/v1/sources").content.decode()


@pytest.mark.django_db
def test_a_state_is_told_that_its_source_was_withdrawn_or_restored_each_in_their_language(register, signed_in):
    Person.objects.filter(email="focal@xa.example").update(language="fr")
    datasets_of(register.source, 2)
    act = {
        name: reverse("desk:source-act", kwargs={"key": "xa-known", "action": name}) for name in ("withdraw", "restore")
    }
    answer = signed_in["officer"].post(act["withdraw"], {"note": "The portal <closed>."}, follow=True).content.decode()
    assert "and the State is told" in answer
    assert "Withdrawn by the secretariat" in answer
    assert register.people["officer"].email not in answer
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert set(told) == {"focal@xa.example", "colleague@xa.example"}
    assert told["colleague@xa.example"].subject == "The secretariat withdrew a source of Xanadu from the catalogue"
    assert told["focal@xa.example"].subject == "Le secrétariat a retiré du catalogue une source (Xanadou)"
    body = told["colleague@xa.example"].body
    assert "https://known.xa.example" in body
    assert "at the next publication. Datasets: 2. Nothing is lost" in body
    assert "Note of the secretariat: The portal <closed>." in body
    assert "/en/desk/XA/" in body
    mail.outbox.clear()
    signed_in["officer"].post(act["withdraw"], {"note": "Again."})
    assert mail.outbox == [], "it was so already"
    signed_in["officer"].post(act["restore"], {"note": ""})
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert "restored a source of Xanadu" in told["colleague@xa.example"].subject
    assert "will return at the next publication: 2" in told["colleague@xa.example"].body
    assert "Note of" not in told["colleague@xa.example"].body


@pytest.mark.django_db
def test_a_sources_page_says_which_party_withdrew_it(register, signed_in):
    page = reverse("desk:source", kwargs={"key": "xa-known"})
    for actor, said in (
        (FOCAL, "Withdrawn by the State"),
        (COMMAND_LINE, "Withdrawn by an operator of the catalogue"),
    ):
        withdrawing.withdraw(register.source, actor, "", timezone.now())
        assert said in signed_in["officer"].get(page).content.decode()
        withdrawing.restore(register.source, actor)
        assert said not in signed_in["officer"].get(page).content.decode()


REFUSED = (phrase("refuses-us", host="known.xa.example", status="403"), phrase("do-ask-to-admit"))


@pytest.mark.django_db
def test_how_a_run_ended_is_read_in_the_readers_language(register, signed_in):
    now = datetime.now(UTC)
    ended = {"source": register.source, "state": "failed", "failure": "blocked", "started": now, "ended": now}
    Run.objects.create(**ended, sentence="An older refusal.")
    Run.objects.create(**ended, sentence="In another version.", said=[{"code": "of-another-version"}])
    Run.objects.create(**ended, sentence=all_in_words(REFUSED), said=msgspec.to_builtins(REFUSED))
    with translation.override("ru"):
        page = signed_in["officer"].get(reverse("desk:source", args=[register.source.pk])).content.decode()
    assert f'<span lang="ru" dir="ltr">{all_in_words(REFUSED, "ru")}</span>' in page
    assert '<span lang="en" dir="ltr">An older refusal.</span>' in page
    assert '<span lang="en" dir="ltr">In another version.</span>' in page
    Appointment.objects.create(source=register.source, failures=3)
    Person.objects.filter(role=Role.OFFICER).update(language="fr")
    digests.send()
    assert all_in_words(REFUSED, "fr") in mail.outbox[0].body


@pytest.mark.django_db
def test_an_accepted_source_is_asked_for_at_once(register, signed_in):
    version = register.versions["received"]
    signed_in["officer"].post(reverse("desk:review", kwargs={"key": version.pk}), {"action": "accept"})
    source = Entry.objects.get(pk=version.entry_id).source
    assert Appointment.objects.get(source=source).wanted
