"""Handing drafts in: which ones, of however many, and by which document; and the list that was made of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.desk import attachments, reading, telling
from catalogue.desk.forms import SubmissionForm
from catalogue.desk.guards import for_state, person_of
from catalogue.desk.templatetags.desk import number
from catalogue.errors import CatalogueError, LifeCycleError
from catalogue.people import permissions
from catalogue.register import acceptable, many, review
from catalogue.register.models import Rank, Submission, Version
from catalogue.states.languages import current
from catalogue.states.models import State

DRAFTS_A_PAGE = 100


@for_state
def submit(request: HttpRequest, state: State) -> HttpResponse:
    """Hand drafts in with the document that transmits them: all without a mistake, or those that were ticked on any page of
    the list. The page's own buttons turn its pages, and so keep what was ticked and written."""
    waiting = reading.to_submit(state.code)
    ready = waiting.exclude(rank=Rank.BLOCKED).count()
    ticked = _ticked(request.POST)
    turns = "page" in request.POST
    if request.method == "POST" and not turns:
        form = SubmissionForm(request.POST, request.FILES)
    else:
        form = SubmissionForm(initial={"language": current(), **request.POST.dict()})
    if form.is_valid():
        try:
            made, sent = _submit(request, state, form, _chosen(request.POST, waiting, ticked))
        except CatalogueError as error:
            form.add_error(None, str(error))
        else:
            if sent:
                messages.success(request, _("The list is submitted; a receipt is on its way by e-mail."))
            else:
                messages.warning(request, _("The list is submitted, but the receipt could not be sent by e-mail."))
            return redirect("desk:submission", code=state.code, key=made.pk)
    where = request.POST.get("page") or request.POST.get("at") or request.GET.get("page")
    page = Paginator(waiting, DRAFTS_A_PAGE).get_page(where)
    here = {version.pk for version in page}
    if request.method != "POST" and page.paginator.num_pages == 1:
        ticked = {version.pk for version in page if version.rank != Rank.BLOCKED}
    context = {
        "state": state, "page": page, "form": form, "ready": ready, "ticked": ticked,
        "elsewhere": ",".join(sorted(str(key) for key in ticked - here)),
    }  # fmt: skip
    return render(request, "desk/submit.html", context, status=422 if form.is_bound else 200)


def _ticked(posted: QueryDict) -> set[UUID]:
    """The drafts that were ticked: on the page that was sent, and on others."""
    keys = set()
    for text in (*posted.getlist("entries"), *posted.get("elsewhere", "").split(",")):
        try:
            keys.add(UUID(text))
        except ValueError:
            continue  # no draft has it
    return keys


def _chosen(posted: QueryDict, waiting: QuerySet[Version], ticked: Iterable[UUID]) -> list[Version]:
    """The drafts to submit. Raises LifeCycleError where "all" are others than those whose number was read on the page."""
    waiting = waiting.select_related(None).only("pk", "edited").order_by("edited", "id")
    if posted.get("which") != "all":
        found = [version for part in many.parts(list(ticked)) for version in waiting.filter(pk__in=part)]
        return sorted(found, key=lambda version: (version.edited, version.pk))
    found = list(waiting.exclude(rank=Rank.BLOCKED))
    if str(len(found)) != posted.get("seen"):
        raise LifeCycleError(
            _(
                "The drafts changed meanwhile; without a mistake there are now: %(count)s. Look at them, then submit again."
            )
            % {"count": number(len(found))}
        )
    return found


def _submit(request: HttpRequest, state: State, form: SubmissionForm, chosen: list[Version]) -> tuple[Submission, bool]:
    """Submit what was chosen, with its document. Gives the submission, and whether the e-mails could be sent."""
    made: Submission = form.save(commit=False)
    made.state, made.on_paper = state, permissions.may_review(request.user)
    upload = form.cleaned_data.get("attachment")
    kept = attachments.examine(upload) if upload else None
    with transaction.atomic():
        submitted = review.submit(made, chosen, permissions.actor(person_of(request)))
        if kept:
            attachments.keep(made, kept)
    return made, telling.submitted(state, made, submitted)


@for_state
@require_safe
def submission(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """One list, and what became of each entry of it; for an officer how many can be accepted at once."""
    found = get_object_or_404(Submission, pk=key, state=state)
    rows = found.versions.select_related("submission").order_by("edited", "id")
    context: dict[str, Any] = {
        "state": state, "submission": found, "attachments": list(found.attachments.all()),
        "page": Paginator(rows, reading.ENTRIES_A_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    if permissions.may_review(request.user):
        context["unopposed"] = acceptable.unopposed(found)
    return render(request, "desk/submission.html", context)


@for_state
@require_safe
def attachment(request: HttpRequest, state: State, key: UUID, number: int) -> FileResponse:
    """A document that came with a list, as a download."""
    found = get_object_or_404(Submission, pk=key, state=state)
    return attachments.download(get_object_or_404(found.attachments, pk=number))
