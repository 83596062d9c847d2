"""Operations for everybody: States, entries, changes."""

from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from catalogue.desk import reading
from catalogue.desk.api.errors import ApiError
from catalogue.desk.api.inputs import EntryFilter, PagingInLanguage, Since
from catalogue.desk.api.paging import Paging, changed, part, register_changed
from catalogue.desk.api.plain import plain, plain_fields
from catalogue.desk.api.schemas import (
    KEYED,
    ChangeOut,
    ChangePage,
    EntryOut,
    EntryPage,
    StateOut,
    StatePage,
    SubmissionRef,
    Tombstone,
)
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Entry, Event, Submission, Version
from catalogue.register.searching import folded
from catalogue.states.models import State

router = Router(tags=["register"])


@router.get(
    "/states", response={200: StatePage, **KEYED}, operation_id="listStates", summary="States parties",
    description="Every State party with its names, how many entries of it are published, and when they were last confirmed.",
)  # fmt: skip
def states(request: HttpRequest, response: HttpResponse, page: Query[PagingInLanguage]) -> StatePage:
    """Every party, by its code."""
    reported = Q(entries__published__isnull=False)
    rows = State.objects.annotate(
        entry_count=Count("entries", filter=reported),
        last_day=Max("entries__confirmed", filter=reported),
        is_silent=~Exists(Submission.objects.filter(state=OuterRef("pk"))),
    ).order_by("code")
    shown, about = part(rows, page)
    # A State that has submitted nothing is said to have, as at today: this changes each day.
    today = datetime.combine(timezone.now().date(), time_of_day(), UTC)
    changed(response, max(register_changed() or today, today))
    return StatePage(items=[_state(row, today.date().isoformat()) for row in shown], **about)


def _state(row: Any, today: str) -> StateOut:
    silent = _("no submission received as at %(date)s") % {"date": today}
    return StateOut(
        code=row.code, names=row.names, entries=row.entry_count, last_confirmed=row.last_day,
        submission=silent if row.is_silent else None,
    )  # fmt: skip


@router.get(
    "/states/{code}/entries", response={200: EntryPage, **KEYED}, operation_id="listEntriesOfState",
    summary="Entries of a State", description="What one State reported and is published.",
)  # fmt: skip
def entries_of_state(request: HttpRequest, response: HttpResponse, code: str, page: Query[Paging]) -> EntryPage:
    """The published entries of a State. Raises Http404 for a State that there is not."""
    get_object_or_404(State, pk=code)
    return _entries(response, reading.published(code), page, code)


@router.get(
    "/entries", response={200: EntryPage, **KEYED}, operation_id="listEntries", summary="Entries",
    description="Published entries of all States, or those that the filters leave.",
)  # fmt: skip
def entries(request: HttpRequest, response: HttpResponse, page: Query[EntryFilter]) -> EntryPage:
    """The published entries that filters leave."""
    rows = reading.published(page.state or None)
    if page.kind:
        rows = rows.filter(published__fields__kind=page.kind)
    if page.q and (text := folded(page.q)):
        rows = rows.filter(published__searched__contains=text)
    return _entries(response, rows, page, None)


def _entries(response: HttpResponse, rows: QuerySet[Entry], page: Paging, state: str | None) -> EntryPage:
    shown, about = part(rows, page)
    changed(response, register_changed(state))
    return EntryPage(items=[_entry(row, row.published) for row in shown], **about)


def _entry(row: Entry, version: Version | None) -> EntryOut:
    if version is None or version.submission is None:
        raise Http404
    fields = plain_fields(version.fields)
    submission = version.submission
    return EntryOut(
        id=row.pk, state=row.state_id, kind=str(fields.get("kind", "")), title=str(fields.get("title", "")),
        language=version.language, fields=fields, version=version.number, last_confirmed=row.confirmed,
        source=row.source_id,
        submission=SubmissionRef(
            document=plain(submission.document), received=submission.received, language=submission.language,
            covers=plain(submission.covers),
        ),
    )  # fmt: skip


@router.get(
    "/entries/{entry_id}", response={200: EntryOut, **KEYED, 410: Tombstone}, operation_id="getEntry", summary="One entry",
    description="One published entry. 410 with what remains of it where its State withdrew it.",
)  # fmt: skip
def entry(request: HttpRequest, response: HttpResponse, entry_id: UUID) -> EntryOut:
    """A published entry. Raises Http404 where none was ever published, ApiError with a tombstone for one that is withdrawn."""
    found = get_object_or_404(Entry.objects.select_related("published__submission", "state"), pk=entry_id)
    events = [event for event in reading.history(found) if event.action in reading.PUBLIC_ACTIONS]
    if not any(event.action == Action.PUBLISH for event in events):
        raise Http404
    if found.published is None:
        raise ApiError("withdrawn", more=_tombstone(found, events))
    changed(response, max(event.at for event in events))
    return _entry(found, found.published)


def _tombstone(found: Entry, events: list[Event]) -> dict[str, Any]:
    published = next(event.at for event in events if event.action == Action.PUBLISH)
    withdrawn = [event.at for event in events if event.action == Action.WITHDRAW and event.before == Status.PUBLISHED]
    return {
        "id": str(found.pk), "state": found.state_id, "published": published.date().isoformat(),
        "withdrawn": withdrawn[-1].date().isoformat() if withdrawn else None,
    }  # fmt: skip


@router.get(
    "/changes", response={200: ChangePage, **KEYED}, operation_id="listChanges", summary="Changes",
    description="What was published, confirmed, superseded or withdrawn, the latest first.",
)  # fmt: skip
def changes(request: HttpRequest, response: HttpResponse, page: Query[Since]) -> ChangePage:
    """Changes of the published register since a day."""
    shown, about = part(reading.changes(page.since), page)
    changed(response, register_changed())
    return ChangePage(items=[_change(event) for event in shown], **about)


def _change(event: Any) -> ChangeOut:
    version = event.version
    published = version.entry.published_id == version.pk
    return ChangeOut(
        at=event.at, action=event.action, state=event.state_id, entry=version.entry_id, version=version.number,
        title=plain(version.title) if published else "",
    )  # fmt: skip
