"""Operations of a State's own programs: its register as it stands, and submitting a list."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.params.functions import Header
from ninja.responses import Status as Answer

from catalogue.desk import telling
from catalogue.desk.api import idempotency
from catalogue.desk.api.errors import ApiError
from catalogue.desk.api.idempotency import Answered
from catalogue.desk.api.inputs import SubmissionIn, Submitting, VersionFilter
from catalogue.desk.api.judging import judge, judged
from catalogue.desk.api.keys import BearerKey, need
from catalogue.desk.api.paging import changed, part, register_changed
from catalogue.desk.api.schemas import (
    IN_PROGRESS,
    KEYED,
    WRITTEN,
    Error,
    Judged,
    Judgement,
    Submitted,
    VersionOut,
    VersionPage,
)
from catalogue.errors import CatalogueError
from catalogue.people import permissions
from catalogue.people.models import Person
from catalogue.register import drafts, remarks, review
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Event, Submission, Version
from catalogue.register.review import REASONS
from catalogue.states.languages import current
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
    "/states/{code}/submissions", response={201: Submitted, 200: Judgement, **WRITTEN, **IN_PROGRESS},
    operation_id="submitList", summary="Submit a list",
    description="Hands in a list of entries with the document that transmits it: all of them, or "
    "none where one has a mistake that blocks. The State and the secretariat get the same e-mails as for a list that is "
    "submitted on the page. With `dry_run=true` the list is only judged. The key must be the State's, and may `submit`. "
    "With an `Idempotency-Key` a list that is sent again is not submitted again.",
)  # fmt: skip
def submit(
    request: HttpRequest,
    response: HttpResponse,
    code: str,
    page: Query[Submitting],
    body: SubmissionIn,
    idempotency_key: str | None = Header(None, alias=idempotency.HEADER, description=idempotency.SAID),
) -> Answer[Any]:
    """Submit a list, all or none. Raises Http404 where the State is not the key's, ApiError where something blocks."""
    token = need(request, "submit", code)
    state = get_object_or_404(State, pk=code)
    if page.dry_run:
        read, entries = _judged(code, body)
        return Answer(200, Judgement(acceptable=not any(each.blocked for each in read), entries=entries))
    answer = idempotency.once(request, token, lambda keep: _submit(state, body, token.person, keep))
    response["Content-Language"] = answer.language
    return Answer(201, answer.body)


def _judged(code: str, body: SubmissionIn) -> tuple[list[remarks.Read], list[Judged]]:
    read = judge(code, [entry.model_dump(exclude_none=True) for entry in body.entries])
    return read, [judged(index, each) for index, each in enumerate(read)]


def _submit(state: State, body: SubmissionIn, person: Person, keep: Callable[[Answered], None]) -> Answered:
    """Drafts of all entries, submitted at once, and the e-mails. Raises ApiError where something blocks, or the register
    refuses."""
    read, entries = _judged(state.code, body)
    if any(each.blocked for each in read):
        raise ApiError("entries", more={"entries": [each.model_dump(mode="json") for each in entries]})
    submission = Submission(
        state=state, on_paper=permissions.may_review(person), **body.model_dump(exclude={"entries"})
    )
    try:
        with transaction.atomic():
            versions = drafts.new_many(state.code, [each.values for each in read])
            review.submit(submission, versions, permissions.actor(person))
            for entry, version in zip(entries, versions, strict=True):
                entry.entry, entry.version = version.entry_id, version.pk
            keep(_submitted(submission, entries, receipt_sent=False))
    except CatalogueError as error:
        raise ApiError("not-submitted") from error
    return _submitted(submission, entries, receipt_sent=telling.submitted(state, submission, versions))


def _submitted(submission: Submission, entries: list[Judged], *, receipt_sent: bool) -> Answered:
    body = Submitted(id=submission.pk, entries=entries, receipt_sent=receipt_sent)
    return Answered(body.model_dump(mode="json"), current())
