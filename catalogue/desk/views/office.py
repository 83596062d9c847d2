"""The secretariat's desk: what waits, the queue, one entry side by side, and the people."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.datasets import withdrawing
from catalogue.desk import inviting, mail, reading, telling
from catalogue.desk.forms import DecisionForm, InvitationForm
from catalogue.desk.guards import for_officer, person_of
from catalogue.desk.templatetags.desk import number
from catalogue.errors import CatalogueError, LifeCycleError
from catalogue.harvests import appointments
from catalogue.harvests.models import Appointment
from catalogue.people import invitations, permissions
from catalogue.people.models import Invitation, Person, Role
from catalogue.reconcile.models import undecided
from catalogue.register import life_cycle, many, remarks, review
from catalogue.register.fields import FIELDS
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Source, Submission, Version
from catalogue.states.languages import current
from catalogue.states.models import State

ROWS_A_PAGE = 50
WAITING = (Status.RECEIVED, Status.UNDER_REVIEW, Status.ACCEPTED)


@for_officer
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """What waits for the secretariat, at a glance."""
    counts = reading.count_by_status()
    context = {
        "counts": [(status, counts[status]) for status in WAITING],
        "waiting": list(
            Version.objects.filter(status__in=(Status.RECEIVED, Status.UNDER_REVIEW))
            .select_related("state", "submission").order_by("edited")[:10]
        ),
        "held": list(undecided().select_related("source__state")[:20]),
        "failing": list(
            Appointment.objects.filter(failures__gt=0, paused="", source__withdrawal=None)
            .select_related("source__state").order_by("-failures")[:20]
        ),
        "invited": list(Invitation.objects.filter(used=None, expires__gt=timezone.now()).select_related("state")[:20]),
    }  # fmt: skip
    return render(request, "desk/office.html", context)


@for_officer
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Every version in one status, the oldest first."""
    status = request.GET.get("status", Status.RECEIVED)
    if status not in Status.values or status == Status.DRAFT:  # a State's drafts are its own
        status = Status.RECEIVED
    rows = Version.objects.filter(status=status).select_related("state", "submission").order_by("edited", "id")
    code = request.GET.get("state", "")
    if code:
        rows = rows.filter(state_id=code)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    counts = reading.count_by_status()
    shown = [(each, counts[each]) for each in Status.values if each != Status.DRAFT]
    return render(request, "desk/queue.html", {"page": page, "status": status, "counts": shown, "code": code})


@for_officer
def entry(request: HttpRequest, key: UUID) -> HttpResponse:
    """One version side by side: what is submitted, what stood before, what the check saw; and the decision."""
    found = get_object_or_404(
        Version.objects.select_related("submission", "state", "entry__published__submission", "entry__source"), pk=key
    )
    if found.status == Status.DRAFT:  # a State's words while they are being written are the State's
        return redirect("desk:queue")
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, found, **form.cleaned_data)
        except CatalogueError as error:
            form.add_error(None, str(error))
        else:
            following = Version.objects.filter(status=Status.RECEIVED).order_by("edited").first()
            if (
                following
                and found.status in (Status.ACCEPTED, Status.RETURNED, Status.OUT_OF_SCOPE)
                and "next" in request.POST
            ):
                return redirect("desk:review", key=following.pk)
            return redirect("desk:review", key=key)
    return render(request, "desk/review.html", _side_by_side(found, form), status=422 if form.is_bound else 200)


def _side_by_side(found: Version, form: DecisionForm) -> dict[str, Any]:
    before = reading.before(found)
    rows = [
        (field, before is not None and before.fields.get(field.name) != found.fields.get(field.name))
        for field in FIELDS
        if field.name in found.fields or (before is not None and field.name in before.fields)
    ]
    twice = [
        each
        for each in reading.published(found.state_id).filter(published__fields__url=found.fields.get("url"))
        if each.pk != found.entry_id
    ]
    return {
        "version": found, "before": before, "rows": rows, "form": form, "check": found.check_result, "twice": twice,
        "remarks": remarks.read(found.fields).remarks, "events": list(reading.history(found.entry)),
        "attachments": list(found.submission.attachments.all()) if found.submission else [],
        "actions": life_cycle.possible(found.status, "secretariat"),
    }  # fmt: skip


def _decide(request: HttpRequest, found: Version, action: str, reasons: list[str], note: str) -> None:
    """Carry out a decision, and tell the State. Raises LifeCycleError for one that is not possible."""
    actor = permissions.actor(person_of(request))
    with transaction.atomic():
        match action:
            case Action.REVIEW:
                review.review(found, actor)
            case Action.ACCEPT:
                review.accept(found, actor, note)
            case Action.RETURN:
                review.send_back(found, actor, reasons, note)
            case Action.REJECT:
                review.reject(found, actor, reasons, note)
            case Action.PUBLISH:
                review.publish(found, actor)
            case _:
                raise LifeCycleError(_("This cannot be done here; load the page again."))
        source = Version.objects.select_related("entry__source").get(pk=found.pk).entry.source
        if action == Action.ACCEPT and source is not None:
            withdrawing.restore(source, actor, note)
            appointments.resume([source])
            appointments.ask_for([source])
    if action in (Action.ACCEPT, Action.RETURN, Action.REJECT, Action.PUBLISH):
        context = {"state": found.state, "version": found, "action": action, "reasons": reasons, "note": note}
        if mail.to_state("decision", found.state_id, context):
            messages.success(request, _("The decision is recorded, and the State is told."))
        else:
            messages.warning(request, _("The decision is recorded, but the e-mail to the State could not be sent."))


@for_officer
@require_POST
def accept_all(request: HttpRequest, key: UUID) -> HttpResponse:
    """Accept every entry of a list that neither the check nor the remarks say anything against; the State is told once."""
    found = get_object_or_404(Submission.objects.select_related("state"), pk=key)
    actor = permissions.actor(person_of(request))
    try:
        with transaction.atomic():
            accepted = review.accept_unopposed(found, actor)
            sources = [version.entry.source for version in accepted if version.entry.source is not None]
            for part in many.parts(sources):
                for source in Source.objects.filter(pk__in=[each.pk for each in part]).exclude(withdrawal=None):
                    withdrawing.restore(source, actor)
            appointments.resume(sources)
            appointments.ask_for(sources)
    except CatalogueError as error:
        messages.error(request, str(error))
        return redirect("desk:submission", code=found.state_id, key=key)
    told = {"count": number(len(accepted))}
    if not accepted:
        messages.info(request, _("It was so already; nothing is changed."))
    elif telling.accepted(found.state, found, accepted):
        messages.success(request, _("Accepted: %(count)s. The State is told.") % told)
    else:
        messages.warning(request, _("Accepted: %(count)s. The e-mail to the State could not be sent.") % told)
    return redirect("desk:submission", code=found.state_id, key=key)


@for_officer
@require_POST
def publish_all(request: HttpRequest) -> HttpResponse:
    """Publish every accepted version that may be published."""
    actor = permissions.actor(person_of(request))
    published: dict[Submission, list[Version]] = defaultdict(list)
    kept = 0
    for found in Version.objects.filter(status=Status.ACCEPTED).select_related("submission", "state"):
        try:
            review.publish(found, actor)
        except LifeCycleError:
            kept += 1
        else:
            if found.submission is not None:
                published[found.submission].append(found)
    told = [telling.published(versions[0].state, submission, versions) for submission, versions in published.items()]
    messages.success(request, _("Published: %(published)s. For the secretariat only: %(kept)s.") % {
        "published": number(sum(map(len, published.values()))), "kept": number(kept),
    })  # fmt: skip
    if not all(told):
        messages.warning(request, _("The decision is recorded, but the e-mail to the State could not be sent."))
    return redirect("desk:queue")


# -- people


@for_officer
def people(request: HttpRequest) -> HttpResponse:
    """Focal points and officers, invitations under way, and a form to invite somebody."""
    form = InvitationForm(request.POST or None, initial={"language": current()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        state = State.objects.filter(pk=said["state"]).first() if said["role"] == Role.FOCAL_POINT else None
        try:
            made, secret = invitations.invite(
                said["email"], said["role"], state, permissions.actor(person_of(request)), language=said["language"]
            )
        except CatalogueError as error:
            form.add_error(None, str(error))
        else:
            if inviting.send(made, secret):
                messages.success(request, _("The invitation is sent."))
            else:
                messages.warning(
                    request, _("The invitation is made, but the e-mail could not be sent; invite again later.")
                )
            return redirect("desk:people")
    context = {
        "form": form,
        "people": list(Person.objects.filter(is_active=True).select_related("state")),
        "invited": list(Invitation.objects.filter(used=None, expires__gt=timezone.now()).select_related("state")),
        "states": reading.ordered(State.objects.all(), current()),
    }
    return render(request, "desk/people.html", context, status=422 if form.is_bound else 200)


@for_officer
@require_POST
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """End an invitation that was not taken up, such as one to an address that was mistyped."""
    if invitations.cancel(get_object_or_404(Invitation, pk=key).email):
        messages.success(request, _("The invitation is cancelled; its link does not work any more."))
    else:
        messages.info(request, _("It was so already; nothing is changed."))
    return redirect("desk:people")


@for_officer
@require_POST
def hand_over(request: HttpRequest, key: UUID) -> HttpResponse:
    """End somebody's role."""
    person = get_object_or_404(Person, pk=key, is_active=True)
    if person == request.user:
        messages.error(request, _("You cannot end your own role; ask another officer."))
    else:
        invitations.hand_over(person, permissions.actor(person_of(request)))
        messages.success(request, _("The role is ended; invite the successor."))
    return redirect("desk:people")
