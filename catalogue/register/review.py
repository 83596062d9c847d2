"""Submitting, deciding, publishing, withdrawing: each a step of the life cycle, each leaving an event."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.errors import EntryRefused, LifeCycleError
from catalogue.register import acceptable, feeding, many, remarks
from catalogue.register.life_cycle import SYSTEM, Action, Actor, Status
from catalogue.register.models import Consent, Entry, Event, Source, Submission, Version

REASONS: dict[str, Promise] = {
    "not-reachable": _("The address could not be reached."),
    "wrong-address": _("The address leads to something other than what is described."),
    "not-public": _("The authority is not a public body of the State party."),
    "duplicate": _("The entry is in the State's register already."),
    "unclear": _("The description does not say what the initiative or source is."),
    "personal-data": _("The entry contains personal data that would be published."),
    "document-missing": _("The document that transmits the list is missing or cannot be read."),
    "not-open-data": _("The entry is not about open data."),
}
"""For returning an entry, or for finding it out of scope; a free text may stand beside or instead."""


TITLES_TOLD = 10
"""Of entries with mistakes, in one sentence."""

FEEDING = (Status.ACCEPTED, Status.PUBLISHED)
"""While a version of an entry stands there its source is harvested and published, where the State consented."""


def submit(submission: Submission, versions: Sequence[Version], actor: Actor) -> list[Version]:
    """A State's list reaches the secretariat: all of these drafts, or none. Gives them as they stand then.

    Raises EntryRefused where one of them lacks what it must have, LifeCycleError where one is no draft.
    """
    if not versions:
        raise EntryRefused(gettext("A submission needs at least one entry; choose the drafts to submit."))
    with transaction.atomic():
        held = many.held([version.pk for version in versions])
        refused = [each.title or str(each.number) for each in held if remarks.read(each.fields).blocked]
        if refused:
            titles = "; ".join(refused[:TITLES_TOLD]) + ("; …" if len(refused) > TITLES_TOLD else "")
            raise EntryRefused(
                gettext("These entries have mistakes; correct them first: %(titles)s.") % {"titles": titles}
            )
        many.check(held, Action.SUBMIT, actor)
        submission.save()
        for version in held:
            version.submission = submission
        many.step(held, Action.SUBMIT, actor, submission.document)
    for version in versions:
        version.submission, version.status = submission, Status.RECEIVED
    return held


def review(version: Version, actor: Actor) -> None:
    """The secretariat begins to look at an entry."""
    _step(version, Action.REVIEW, actor)


def accept(version: Version, actor: Actor, note: str = "") -> None:
    """Accept an entry. A source that may be published begins to be harvested (`feeding`)."""
    with transaction.atomic():
        _step(version, Action.ACCEPT, actor, note=note)
        if _feeds(version):
            feeding.feed(version)


def accept_unopposed(submission: Submission, actor: Actor) -> list[Version]:
    """Accept every entry of a list that nothing is said against (`acceptable`), all of them or none, each with its event;
    their sources begin to be harvested, where they may be published. Gives them, with their entries. Raises LifeCycleError
    where somebody else takes one on at this moment."""
    with transaction.atomic():
        keys = acceptable.unopposed(submission).keys
        accepted = many.held(keys, "entry__source", "submission")
        many.step(accepted, Action.ACCEPT, actor)
        feeding.feed_many([version for version in accepted if _feeds(version)])
    return accepted


def send_back(version: Version, actor: Actor, reasons: Collection[str], note: str = "") -> None:
    """Return an entry to the State. reasons: codes of `REASONS`; they or the note must say why."""
    _step(version, Action.RETURN, actor, reasons, note)


def reject(version: Version, actor: Actor, reasons: Collection[str], note: str = "") -> None:
    """Find an entry out of scope."""
    _step(version, Action.REJECT, actor, reasons, note)


def publish(version: Version, actor: Actor) -> None:
    """Show an accepted version to everybody; it supersedes the one before. Raises LifeCycleError where the State gave it to
    the secretariat only."""
    submission = version.submission
    if submission is None or submission.consent != Consent.PUBLISH:
        raise LifeCycleError(
            gettext("The State gave this list to the secretariat only; ask it for consent before publishing.")
        )
    with transaction.atomic():
        entry = _locked(version)
        _step(version, Action.PUBLISH, actor)
        for other in entry.versions.filter(status__in=(Status.PUBLISHED, Status.RETURNED)).exclude(pk=version.pk):
            _step(other, Action.SUPERSEDE, SYSTEM)
        entry.published, entry.confirmed = version, submission.received
        entry.save(update_fields=["published", "confirmed"])


def confirm(version: Version, actor: Actor, day: date, note: str = "") -> None:
    """The State says that nothing changed."""
    with transaction.atomic():
        _locked(version)
        _step(version, Action.CONFIRM, actor, note=note)
        Entry.objects.filter(pk=version.entry_id).update(confirmed=day)


def withdraw(version: Version, actor: Actor, note: str = "") -> Source | None:
    """Take an entry back. A tombstone stays: the entry, its party and the dates. Gives the source that no version of the entry
    stands for any more: whoever calls this withdraws it too (`datasets.withdrawing`), in the same transaction."""
    with transaction.atomic():
        entry = _locked(version)
        fed = version.status in FEEDING
        _step(version, Action.WITHDRAW, actor, note=note)
        if entry.published_id == version.pk:
            entry.published = None
            entry.save(update_fields=["published"])
        return _without_version(entry, version) if fed else None


def goes_with(version: Version) -> Source | None:
    """The source that withdrawing this version would leave without one; None where there is none, or another stands for it."""
    return _without_version(version.entry, version) if version.status in FEEDING else None


def _without_version(entry: Entry, version: Version) -> Source | None:
    return None if _feeding(entry).exclude(pk=version.pk).exists() else entry.source


def _feeding(entry: Entry) -> QuerySet[Version]:
    """The versions of an entry that stand for its source."""
    return entry.versions.filter(status__in=FEEDING, submission__consent=Consent.PUBLISH)


def record(
    state: str,
    action: str,
    actor: Actor,
    note: str = "",
    submission: Submission | None = None,
    source: Source | None = None,
) -> Event:
    """An event that belongs to no version: an invitation, a hand-over to the next focal point, what was done with a source."""
    return Event.objects.create(
        state_id=state,
        action=action,
        actor=actor.person,
        role=actor.role,
        note=note,
        submission=submission,
        source=source,
    )


def _feeds(version: Version) -> bool:
    """Whether a version is to be harvested. What is harvested is published; so what the State gave to the secretariat only is
    not, and a source that was public before stays as it was."""
    submission = version.submission
    return version.fields.get("kind") == "source" and submission is not None and submission.consent == Consent.PUBLISH


def _locked(version: Version) -> Entry:
    """The entry of a version, whose other steps wait meanwhile. It is taken before any of its versions: two steps that
    took them in different orders would wait for each other."""
    return Entry.objects.select_for_update().get(pk=version.entry_id)


def _step(version: Version, action: Action, actor: Actor, reasons: Collection[str] = (), note: str = "") -> None:
    """Take one version through one action, exactly once, whoever else tries at the same moment."""
    if set(reasons) - set(REASONS):
        raise LifeCycleError(gettext("This reason is not on the list; choose another, or write your own."))
    with transaction.atomic():
        many.step([version], action, actor, note, reasons)
