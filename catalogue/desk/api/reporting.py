"""Operations of a State's own programs: its register as it stands, and submitting a list."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status as Answer

from catalogue.desk import telling
from catalogue.desk.api.errors import ApiError
from catalogue.desk.api.inputs import SubmissionIn, Submitting, VersionFilter
from catalogue.desk.api.judging import judge, judged
from catalogue.desk.api.keys import BearerKey, need
from catalogue.desk.api.paging import changed, part, register_changed
from catalogue.desk.api.schemas import KEYED, WRITTEN, Error, Judgement, Submitted, VersionOut, VersionPage
from catalogue.errors import CatalogueError
from catalogue.people import permissions
from catalogue.people.models import Person
from catalogue.register import drafts, remarks, review
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Event, Submission, Version
from catalogue.register.review import REASONS
from catalogue.states.models import State

router = Router(tags=["a State's own register"], auth=BearerKey())


@router.get(
    "/states/{code}/register", response={200: VersionPage, **KEYED, 403: Error}, operation_id="getRegister",
    summary="A State's own register", description="Every version of a State's entries, drafts too, and where each stands. "
    "The key must be the State's, and may `read`.",
)  # fmt: skip
def register(request: HttpRequest, response: HttpResponse, code: str, page: Query[VersionFilter]) -> VersionPage:
    """A State's versions. Raises Http404 where the State is not the key's."""
    need(request, "read", code)
    get_object_or_404(State, pk=code)
    rows = Version.objects.filter(state_id=code).select_related("submission", "entry").order_by("entry_id", "number")
    if page.status:
        rows = rows.filter(status=page.status)
    shown, about = part(rows, page)
    changed(response, max((row.edited for row in shown), default=register_changed(code)))
    why = _reasons(shown)
    return VersionPage(items=[_version(row, why.get(row.pk)) for row in shown], **about)


def _reasons(versions: list[Version]) -> dict[Any, Event]:
    """By version: the last time that it was returned, or found out of scope."""
    events = Event.objects.filter(version__in=versions, action__in=(Action.RETURN, Action.REJECT)).order_by("id")
    return {event.version_id: event for event in events}


def _version(row: Version, why: Event | None) -> VersionOut:
    return VersionOut(
        id=row.pk, entry=row.entry_id, number=row.number, status=Status(row.status),
        published=row.entry.published_id == row.pk, fields=row.fields, submission=row.submission_id,
        document=row.submission.document if row.submission else "", edited=row.edited, decided=row.decided,
        reasons=[str(REASONS.get(code, code)) for code in why.reasons] if why else [], note=why.note if why else "",
    )  # fmt: skip


@router.post(
    "/states/{code}/submissions", response={201: Submitted, 200: Judgement, **WRITTEN}, operation_id="submitList",
    summary="Submit a list", description="Hands in a list of entries with the document that transmits it: all of them, or "
    "none where one has a mistake that blocks. The State and the secretariat get the same e-mails as for a list that is "
    "submitted on the page. With `dry_run=true` the list is only judged. The key must be the State's, and may `submit`.",
)  # fmt: skip
def submit(request: HttpRequest, code: str, page: Query[Submitting], body: SubmissionIn) -> Answer[Any]:
    """Submit a list, all or none. Raises Http404 where the State is not the key's, ApiError where something blocks."""
    person = need(request, "submit", code).person
    state = get_object_or_404(State, pk=code)
    stated = [entry.model_dump(exclude_none=True) for entry in body.entries]
    read = judge(code, stated)
    blocked = any(each.blocked for each in read)
    entries = [judged(index, each) for index, each in enumerate(read)]
    if page.dry_run:
        return Answer(200, Judgement(acceptable=not blocked, entries=entries))
    if blocked:
        raise ApiError("entries", more={"entries": [each.model_dump(mode="json") for each in entries]})
    submission = Submission(
        state=state, on_paper=permissions.may_review(person), **body.model_dump(exclude={"entries"})
    )
    versions = _submit(submission, read, person)
    for entry, version in zip(entries, versions, strict=True):
        entry.entry, entry.version = version.entry_id, version.pk
    sent = telling.submitted(state, submission, versions)
    return Answer(201, Submitted(id=submission.pk, entries=entries, receipt_sent=sent))


def _submit(submission: Submission, read: list[remarks.Read], person: Person) -> list[Version]:
    """Drafts of all entries, submitted at once. Raises ApiError where the register refuses."""
    try:
        with transaction.atomic():
            versions = drafts.new_many(submission.state_id, [each.values for each in read])
            review.submit(submission, versions, permissions.actor(person))
    except CatalogueError as error:
        raise ApiError("not-submitted") from error
    return versions
