"""The secretariat's view of harvesting: sources, their runs, what is held, whom to write to."""

from datetime import UTC, datetime

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalogue.datasets import withdrawing
from catalogue.desk import reading, telling
from catalogue.desk.forms import PauseForm, PermissionForm, ScheduleForm
from catalogue.desk.guards import for_officer, person_of
from catalogue.desk.templatetags.desk import number
from catalogue.desk.words import WITHDRAWN_BY
from catalogue.errors import HoldError, LetterNotPossible
from catalogue.harvests import appointments, letters
from catalogue.people import permissions
from catalogue.reconcile import decisions
from catalogue.reconcile.models import Hold, undecided, waiting
from catalogue.register import review
from catalogue.register.models import Event, Source
from catalogue.register.schedules import ScheduleError, trigger
from catalogue.register.source_entry import HarvestPermission, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.settings import CONFIGURATION
from catalogue.states.languages import current
from catalogue.states.reference import LANGUAGES

ROWS_A_PAGE = 100
EVENTS_SHOWN = 50

DISOWNED = "remove"
"""The event by which a State says that a source is not its own."""


@for_officer
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source, and how it fares."""
    rows = Source.objects.select_related("state", "appointment", "observation", "withdrawal")
    rows = rows.order_by("state_id", "id")
    only = request.GET.get("only", "")
    if only == "failing":
        rows = rows.filter(appointment__failures__gt=0, withdrawal=None)
    elif only == "paused":
        rows = rows.exclude(appointment=None).exclude(appointment__paused="")
    elif only == "held":
        rows = rows.filter(waiting())
    elif only == "withdrawn":
        rows = rows.exclude(withdrawal=None)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    observed = reading.harvested([source.pk for source in page])
    return render(request, "desk/sources.html", {"page": page, "observed": observed, "only": only})


@for_officer
@require_safe
def source(request: HttpRequest, key: str) -> HttpResponse:
    """One source: its words, its runs, what is held, the letter to its portal's owner, and what can be done."""
    found = get_object_or_404(
        Source.objects.select_related("state", "appointment", "observation", "withdrawal"), pk=key
    )
    runs = list(found.runs.all()[:20])
    language = request.GET.get("letter", current())
    last = next((run for run in runs if run.ended), None)
    letter = None
    if last is not None and last.state == "failed":
        try:
            letter = letters.letter(last, language if language in LANGUAGES else "en", CONFIGURATION.contact or "")
        except LetterNotPossible:
            letter = None
    context = {
        "source": found, "runs": runs, "letter": letter, "letter_language": language,
        "holds": list(undecided().filter(source=found)), "live": withdrawing.live([key]),
        "events": list(reversed(found.events.order_by("-id")[:EVENTS_SHOWN])), "disowned": _disowned(found),
        "withdrawn_by": _withdrawn_by(found),
        "appointment": getattr(found, "appointment", None), "observed": reading.harvested([key])[key],
        "pause_form": PauseForm(), "schedule_form": ScheduleForm(initial={"schedule": found.schedule}),
        "permission_form": PermissionForm(initial=found.permission or {}),
    }  # fmt: skip
    return render(request, "desk/source.html", context)


@for_officer
@require_POST
def act(request: HttpRequest, key: str, action: str) -> HttpResponse:
    """Run now, pause, resume, schedule, record a permission, withdraw or restore."""
    found = get_object_or_404(Source.objects.select_related("withdrawal", "state"), pk=key)
    try:
        match action:
            case "now" | "resume" if found.withdrawn:
                messages.error(request, _("This source is withdrawn; restore it first."))
            case "now":
                appointments.ask_for([found])
                messages.success(request, _("It will be harvested as soon as possible."))
            case "pause" if not request.POST.get("reason", "").strip():
                messages.error(request, _("Say why it is paused; whoever sees it wants to know."))
            case "pause":
                appointments.pause([found], request.POST["reason"])
                messages.success(request, _("It is paused."))
            case "resume":
                appointments.resume([found])
                messages.success(request, _("It will be harvested on schedule again."))
            case "schedule":
                _reschedule(found, request.POST.get("schedule", "").strip())
                messages.success(request, _("The schedule is changed."))
            case "permission":
                _permit(request, found)
            case "withdraw" | "restore":
                _decide(request, found, action)
            case _:
                messages.error(request, _("This cannot be done here; load the page again."))
    except ScheduleError:
        messages.error(
            request, _("This is not a schedule; write daily, weekly or monthly, or five cron fields such as 0 3 * * 1.")
        )
    return redirect("desk:source", key=key)


def _reschedule(found: Source, schedule: str) -> None:
    trigger(schedule)  # raises ScheduleError
    _change(found, schedule=schedule)


def _decide(request: HttpRequest, found: Source, action: str) -> None:
    actor, note = permissions.actor(person_of(request)), request.POST.get("note", "").strip()
    event = withdrawing.RESTORE if action == "restore" else withdrawing.WITHDRAW
    if action == "restore":
        with transaction.atomic():
            effect = withdrawing.restore(found, actor, note)
            if effect.changed:
                appointments.resume([found])
        said = _("The source is restored. Datasets that will return at the next publication: %(count)s.")
    elif not note:
        messages.error(request, _("Say why it is withdrawn; whoever sees it wants to know."))
        return
    else:
        effect = withdrawing.withdraw(found, actor, note, datetime.now(UTC))
        said = _("The source is withdrawn. Datasets that will leave the catalogue at the next publication: %(count)s.")
    if not effect.changed:
        messages.info(request, _("It was so already; nothing is changed."))
        return
    messages.success(request, said % {"count": number(effect.datasets)})
    if telling.decided(found, event, note, effect.datasets):
        messages.success(request, _("The decision is recorded, and the State is told."))
    else:
        messages.warning(request, _("The decision is recorded, but the e-mail to the State could not be sent."))


def _withdrawn_by(found: Source) -> str:
    """Who withdrew a source that is withdrawn: the role, and nobody's name."""
    last = found.events.filter(action=withdrawing.WITHDRAW).order_by("-id").first() if found.withdrawn else None
    return str(WITHDRAWN_BY.get(last.role, "")) if last is not None else ""


def _disowned(found: Source) -> Event | None:
    """That the State said it is not its source, where nobody has decided about that since."""
    decided = (DISOWNED, withdrawing.WITHDRAW, withdrawing.RESTORE)
    last = found.events.filter(action__in=decided).order_by("-id").first()
    return last if last is not None and last.action == DISOWNED else None


def _permit(request: HttpRequest, found: Source) -> None:
    form = PermissionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say who permitted it, on which day, and by which document."))
        return
    said = form.cleaned_data
    _change(found, harvest_permission=HarvestPermission(said["by"], said["date"].isoformat(), said["document"]))
    review.record(
        found.state_id, "permission", permissions.actor(person_of(request)), note=said["document"], source=found
    )
    messages.success(request, _("The permission is recorded."))


def _change(found: Source, **changes: object) -> None:
    """Change what an operator sets for a source, in the words of `sources.yaml`."""
    entry = msgspec.convert(found.entry, SourceEntry)
    row_of(msgspec.structs.replace(entry, **changes)).save()


@for_officer
@require_POST
def hold(request: HttpRequest, number: int, decision: str) -> HttpResponse:
    """Release what is held (adopt: with the names that its datasets had), or refuse it."""
    if decision not in ("release", "adopt", "refuse"):
        raise Http404
    found = get_object_or_404(Hold, pk=number)
    by, note, now = str(person_of(request).id), request.POST.get("note", ""), datetime.now(UTC)
    try:
        if decision == "refuse":
            decisions.refuse(number, by=by, note=note, now=now)
        else:
            decisions.release(number, by=by, note=note, adopt=decision == "adopt", now=now)
        messages.success(request, _("The decision is recorded."))
    except HoldError:
        messages.error(request, _("This was decided before, or a later run overtook it; load the page again."))
    return redirect("desk:source", key=found.source_id)
