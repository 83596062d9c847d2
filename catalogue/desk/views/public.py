"""What everybody reads: States, entries, what changed. Nothing of a person, and of silence only that it is silence."""

from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalogue.desk import reading
from catalogue.desk.guards import for_person, person_of
from catalogue.register import sheet_export
from catalogue.register.fields import FIELDS, shown
from catalogue.register.life_cycle import Status
from catalogue.register.models import Entry
from catalogue.states.languages import current
from catalogue.states.models import State
from harvesters.values import without_personal_mail

CHANGES_A_PAGE = 100
SHEETS = {
    "csv": (sheet_export.write_csv, "text/csv; charset=utf-8"),
    "xlsx": (sheet_export.write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every State party, and how many entries of it are published."""
    return render(request, "desk/home.html", {"states": reading.parties(current()), "today": timezone.now().date()})


@require_safe
def state(request: HttpRequest, code: str) -> HttpResponse:
    """What one State reported and is published, and what is publicly known beside it."""
    party = get_object_or_404(State, pk=code)
    page = Paginator(reading.published(code), reading.ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    known = list(reading.publicly_known(code))
    observed = reading.harvested(
        [entry.source_id for entry in page if entry.source_id] + [source.pk for source in known]
    )
    return render(
        request,
        "desk/state.html",
        {
            "state": party,
            "page": page,
            "known": known,
            "observed": observed,
            "today": timezone.now().date(),
            "submitted": party.submissions.exists(),
        },
    )


@require_safe
def download(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """What one State reported and is published, as a sheet whose formulas are texts."""
    if kind not in SHEETS:
        raise Http404
    get_object_or_404(State, pk=code)
    write, media_type = SHEETS[kind]
    lines = [
        sheet_export.Line({name: without_personal_mail(shown(value)) for name, value in entry.published.fields.items()})
        for entry in reading.published(code)
        if entry.published
    ]
    response = HttpResponse(write(lines, current()), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{code}.{kind}"'
    return response


@require_safe
def entry(request: HttpRequest, key: UUID) -> HttpResponse:
    """One published entry with its history; a tombstone where it was withdrawn."""
    found = get_object_or_404(Entry.objects.select_related("published__submission", "state", "source"), pk=key)
    events = [event for event in reading.history(found) if event.action in reading.PUBLIC_ACTIONS]
    was_public = any(event.action == "publish" for event in events)
    if not was_public:
        raise Http404
    shown = [event for event in events if event.action != "withdraw" or event.before == Status.PUBLISHED]
    observed = reading.harvested([found.source_id])[found.source_id] if found.source_id and found.published else None
    context = {"entry": found, "version": found.published, "fields": FIELDS, "events": shown, "observed": observed}
    return render(request, "desk/entry.html", context, status=200 if found.published else 410)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed since a day."""
    since = None
    wrong = False
    if text := request.GET.get("since", ""):
        try:
            since = date.fromisoformat(text)
        except ValueError:
            wrong = True
    page = Paginator(reading.changes(since), CHANGES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/changes.html", {"page": page, "since": text, "wrong": wrong})


@for_person
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: an officer's overview, or a focal point's own State."""
    person = person_of(request)
    if person.state_id:
        return redirect("desk:register", code=person.state_id)
    return redirect("desk:office")
