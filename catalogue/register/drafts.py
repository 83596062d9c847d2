"""Drafts: a State's words while they are being written. Kept at every step, and nobody overwrites another's unseen."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.errors import EditedMeanwhile, LifeCycleError
from catalogue.register import remarks
from catalogue.register.fields import Values
from catalogue.register.life_cycle import Status
from catalogue.register.many import AT_ONCE
from catalogue.register.models import Entry, Source, Version
from catalogue.register.searching import searched
from catalogue.register.submission_models import ranked

OPEN = (Status.DRAFT, Status.RECEIVED, Status.UNDER_REVIEW, Status.ACCEPTED)
"""A version that stands there is on its way; an entry has one such version at most."""


def new(state: str, stated: Mapping[str, Any], *, source: Source | None = None, check: Any = None) -> Version:
    """The draft of a new entry. source: one that is publicly known, which the State corrects or confirms; where somebody else
    began that a moment ago, the draft is kept without it."""
    with transaction.atomic():
        if source is not None:
            Source.objects.select_for_update(no_key=True).get(pk=source.pk)
            if Entry.objects.filter(source=source).exists():
                source = None
        entry = Entry.objects.create(state_id=state, source=source)
        values = remarks.read(stated).values
        return Version.objects.create(entry=entry, state_id=state, fields=values, check_result=check)


def new_many(state: str, entries: Iterable[Mapping[str, Any]]) -> list[Version]:
    """Drafts of a whole list, all or none; thousands of them in few statements."""
    read = (remarks.read(stated) for stated in entries)
    made = [
        Version(
            entry=Entry(state_id=state), state_id=state, fields=each.values, searched=searched(each.values), rank=ranked(each)
        )
        for each in read
    ]  # fmt: skip
    with transaction.atomic():
        Entry.objects.bulk_create([version.entry for version in made], AT_ONCE)
        return Version.objects.bulk_create(made, AT_ONCE)


def revise(version: Version) -> Version:
    """The draft of an entry's next version, with the words of this one. Raises LifeCycleError where one is on its way."""
    with transaction.atomic():
        entry = Entry.objects.select_for_update().get(pk=version.entry_id)
        if entry.versions.filter(status__in=OPEN).exists():
            raise LifeCycleError(_("Another version of this entry is on its way already; go on with that one."))
        number = entry.versions.aggregate(last=Max("number"))["last"] or 0
        return Version.objects.create(
            entry=entry, number=number + 1, state_id=version.state_id, fields=version.fields, check_result=None
        )


def save(version: Version, stated: Mapping[str, Any], *, seen: int, check: Any = None) -> Version:
    """Keep what was written, mistakes too. seen: `saves` of the draft when it was opened.

    Raises EditedMeanwhile where somebody saved it since, and LifeCycleError where it is no draft any more.
    """
    read = remarks.read(stated)
    values: Values = read.values
    changes: dict[str, Any] = {
        "fields": values, "searched": searched(values), "rank": ranked(read), "saves": F("saves") + 1,
        "edited": timezone.now(),
    }  # fmt: skip
    if check is not None or values.get("url") != version.fields.get("url"):
        changes["check_result"] = check
    saved = Version.objects.filter(pk=version.pk, status=Status.DRAFT, saves=seen).update(**changes)
    version.refresh_from_db()
    if not saved and version.status != Status.DRAFT:
        raise LifeCycleError(_("This entry is submitted and no longer a draft; begin a new version of it."))
    if not saved:
        raise EditedMeanwhile(
            _("Somebody else saved this draft since you opened it; compare the two, then save again.")
        )
    return version


def drop(version: Version) -> None:
    """Throw a draft away; with its entry where it had no other version."""
    with transaction.atomic():
        if not Version.objects.filter(pk=version.pk, status=Status.DRAFT).delete()[0]:
            raise LifeCycleError(_("Only a draft can be deleted; withdraw the entry instead."))
        Entry.objects.filter(pk=version.entry_id, versions=None).delete()
