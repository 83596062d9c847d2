"""Sources that a file names as submitted, taken into the register as entries: a file and the desk fill the same register.

What came by a file was looked at by whoever wrote it: its entries stand as published at once, and their events say that the
command line did it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max

from catalogue.register.feeding import beginning
from catalogue.register.fields import Values
from catalogue.register.life_cycle import COMMAND_LINE, SYSTEM, Action, Status
from catalogue.register.models import Entry, Event, Source, Submission, Version
from catalogue.register.source_entry import AUTO

SUBMISSION = "submission"


def take_over(identifiers: Iterable[str]) -> list[Version]:
    """The versions made for these sources: where they are submitted, and the register does not say the same of them yet."""
    made: list[Version] = []
    with transaction.atomic():
        sources = Source.objects.filter(pk__in=list(identifiers), basis_kind=SUBMISSION).select_related(
            "reported__published"
        )
        by_document: dict[tuple[str, str, str], list[tuple[Source, Values]]] = defaultdict(list)
        for source in sources:
            said = _said(source)
            entry = getattr(source, "reported", None)
            if entry is None or not _says(entry, said):
                by_document[source.state_id, source.basis_document, source.basis_date].append((source, said))
        for (state, document, day), entries in by_document.items():
            submission = _submission(state, document, day, entries[0][0])
            made += [_publish(source, said, submission) for source, said in entries]
    return made


def _said(source: Source) -> Values:
    tag = next(iter(source.title), "und")
    said: Values = {"kind": "source", "title": source.title.get(tag, source.pk), "url": source.url}
    if tag != "und":
        said["language"] = tag
    if source.protocol != AUTO:
        said["protocol"] = source.protocol
    if source.entry.get("level"):
        said["level"] = source.entry["level"]
    if source.permission:
        said["authority"], said["harvesting"] = source.permission["by"], "yes"
    return said


def _says(entry: Entry, said: Values) -> bool:
    """Whether the register says what the file says. What the desk says beyond that stays, and a withdrawn entry stays so."""
    latest = entry.published or entry.versions.order_by("-number").first()
    if latest is None:
        return False
    if latest.status in (Status.WITHDRAWN, Status.OUT_OF_SCOPE):
        return True
    return latest.fields.get("title") == said["title"] and said["url"] in (
        latest.fields.get("url"),
        beginning(latest),
    )


def _submission(state: str, document: str, day: str, first: Source) -> Submission:
    tag = next(iter(first.title), "und")
    received = date.fromisoformat(day)
    found = Submission.objects.filter(state_id=state, document=document, received=received).first()
    return found or Submission.objects.create(
        state_id=state, document=document, received=received, language=tag, transmitted_by="", on_paper=True
    )


def _publish(source: Source, said: Values, submission: Submission) -> Version:
    entry = getattr(source, "reported", None) or Entry.objects.create(state_id=source.state_id, source=source)
    number = (entry.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    for before in entry.versions.filter(status=Status.PUBLISHED):
        Version.objects.filter(pk=before.pk).update(status=Status.SUPERSEDED)
        _event(before, Action.SUPERSEDE, Status.PUBLISHED, Status.SUPERSEDED, by_command=False)
    version = Version.objects.create(
        entry=entry,
        number=number,
        state_id=source.state_id,
        submission=submission,
        status=Status.PUBLISHED,
        fields=said,
    )
    _event(version, Action.PUBLISH, Status.DRAFT, Status.PUBLISHED, by_command=True)
    entry.published, entry.confirmed = version, submission.received
    entry.save(update_fields=["published", "confirmed"])
    return version


def _event(version: Version, action: Action, before: Status, after: Status, *, by_command: bool) -> None:
    actor = COMMAND_LINE if by_command else SYSTEM
    Event.objects.create(
        state_id=version.state_id, version=version, submission=version.submission, action=action, before=before, after=after,
        role=actor.role, note="from a file of sources" if by_command else "",
    )  # fmt: skip
