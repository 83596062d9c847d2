"""A State's own desk: its register as it stands, drafts, confirming, withdrawing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.datasets import withdrawing
from catalogue.desk import mail, reading
from catalogue.desk.forms import EntryForm
from catalogue.desk.guards import for_state, person_of
from catalogue.desk.models import Check
from catalogue.errors import CatalogueError, EditedMeanwhile
from catalogue.harvests import appointments
from catalogue.people import permissions
from catalogue.register import drafts, life_cycle, remarks, review
from catalogue.register.fields import FIELDS, shown, texts
from catalogue.register.life_cycle import Action, Status
from catalogue.register.models import Source, Version
from catalogue.states.languages import current
from catalogue.states.models import State


@for_state
@require_safe
def register(request: HttpRequest, state: State) -> HttpResponse:
    """The State's register as it stands: what is published, what is on its way, what is publicly known."""
    published = _page(request, "published", reading.published(state.code))
    context = {
        "state": state,
        "published": published,
        "drafts": _page(request, "drafts", reading.drafts(state.code)),
        "returned": _page(request, "returned", reading.returned(state.code)),
        "submitted": _page(request, "submitted", reading.with_the_secretariat(state.code)),
        "known": _page(request, "known", reading.publicly_known(state.code)),
        "withdrawn": _page(request, "withdrawn", reading.withdrawn(state.code)),
        "known_withdrawn": _page(request, "known-withdrawn", reading.publicly_known(state.code, withdrawn=True)),
        "observed": reading.harvested([entry.source_id for entry in published if entry.source_id]),
        "submissions": list(state.submissions.all()[:20]),
    }
    return render(request, "desk/register.html", context)


def _page(request: HttpRequest, name: str, rows: QuerySet[Any]) -> Page[Any]:
    """The part of a list that is asked for; each list of a page has a number of its own."""
    return Paginator(rows, reading.ENTRIES_A_PAGE).get_page(request.GET.get(name))


# -- drafts


@for_state
def new(request: HttpRequest, state: State) -> HttpResponse:
    """Write a new entry. It is kept as a draft, with mistakes."""
    source = Source.objects.filter(pk=request.GET.get("source", ""), state=state, reported=None).first()
    if request.method != "POST":
        first = _from_source(source) if source else {"language": current()}
        return _form(request, state, EntryForm(initial=first), None)
    form = EntryForm(request.POST)
    form.is_valid()
    made = drafts.new(state.code, form.cleaned_data, source=source, check=_checked(request))
    return _kept(request, state, made)


@for_state
def edit(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """Go on with a draft; of two who edit the same one the second is shown the difference."""
    version = get_object_or_404(Version.objects.select_related("submission"), pk=key, state=state)
    if version.status != Status.DRAFT:
        return redirect("desk:version", code=state.code, key=key)
    if request.method != "POST":
        form = EntryForm(initial={**texts(version.fields), "saves": version.saves})
        return _form(request, state, form, version)
    form = EntryForm(request.POST)
    form.is_valid()
    try:
        drafts.save(version, form.cleaned_data, seen=form.cleaned_data.get("saves") or 0, check=_checked(request))
    except EditedMeanwhile:
        version.refresh_from_db()
        mine = remarks.read(form.cleaned_data).values
        differing = [
            (field, shown(version.fields.get(field.name)), shown(mine.get(field.name)))
            for field in FIELDS
            if version.fields.get(field.name) != mine.get(field.name)
        ]
        # Saving again is then a decision: the form carries the saving that was compared with.
        again = EntryForm(initial={**texts(mine), "saves": version.saves})
        return _form(request, state, again, version, differing=differing, status=409)
    except CatalogueError as error:
        messages.error(request, str(error))
        return redirect("desk:version", code=state.code, key=key)
    return _kept(request, state, version)


def _kept(request: HttpRequest, state: State, version: Version) -> HttpResponse:
    messages.success(request, _("The draft has been saved."))
    if "go_on" in request.POST:
        return redirect("desk:edit", code=state.code, key=version.pk)
    return redirect("desk:register", code=state.code)


def _form(
    request: HttpRequest, state: State, form: EntryForm, version: Version | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    found = remarks.read(version.fields).remarks if version else []
    by_field: dict[str, list[remarks.Remark]] = {}
    for remark in found:
        by_field.setdefault(remark.field, []).append(remark)
    context = {
        "state": state, "form": form, "version": version, "remarks": by_field, "fields": FIELDS,
        "check": version.check_result if version else None, **more,
    }  # fmt: skip
    return render(request, "desk/entry_form.html", context, status=status)


def _from_source(source: Source) -> dict[str, str]:
    """What is publicly known, for the State to confirm or correct."""
    tag = next(iter(source.title), "")
    return {
        "kind": "source", "title": source.title.get(tag, ""), "language": "" if tag == "und" else tag, "url": source.url,
        "protocol": "" if source.protocol == "auto" else source.protocol, "level": str(source.entry.get("level") or "national"),
    }  # fmt: skip


def _checked(request: HttpRequest) -> Any:
    """What the check saw of the address that is saved with the draft, where one was made."""
    url, _mistake = remarks.read_address(request.POST.get("url", ""))
    found = Check.objects.filter(person=person_of(request), url=url, stage=Check.Stage.DONE).first()
    return found.result if found else None


@for_state
@require_POST
def drop(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """Throw a draft away."""
    version = get_object_or_404(Version, pk=key, state=state)
    try:
        drafts.drop(version)
        messages.success(request, _("The draft has been deleted."))
    except CatalogueError as error:
        messages.error(request, str(error))
    return redirect("desk:register", code=state.code)


# -- versions that were submitted


@for_state
@require_safe
def version(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """One version as it was submitted, what was decided and why, and what can be done now."""
    found = get_object_or_404(Version.objects.select_related("submission", "entry__published"), pk=key, state=state)
    events = list(reading.history(found.entry))
    newer = found.entry.versions.filter(number__gt=found.number).order_by("-number").first()
    context = {"state": state, "version": found, "fields": FIELDS, "events": events, "newer": newer}
    return render(request, "desk/version.html", context)


@for_state
@require_POST
def revise(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """Begin the next version of an entry."""
    try:
        made = drafts.revise(get_object_or_404(Version, pk=key, state=state))
    except CatalogueError as error:
        messages.error(request, str(error))
        return redirect("desk:version", code=state.code, key=key)
    return redirect("desk:edit", code=state.code, key=made.pk)


@for_state
@require_POST
def confirm(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """No change: the entry is as it was."""
    actor = permissions.actor(person_of(request))
    try:
        review.confirm(get_object_or_404(Version, pk=key, state=state), actor, timezone.now().date())
        messages.success(request, _("Confirmed: no change as of today."))
    except CatalogueError as error:
        messages.error(request, str(error))
    return redirect("desk:register", code=state.code)


@for_state
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, state: State, key: UUID) -> HttpResponse:
    """Take an entry back, after a page that says what will happen. Its source leaves the catalogue with it, at once."""
    found = get_object_or_404(Version.objects.select_related("entry__source"), pk=key, state=state)
    actor, note = permissions.actor(person_of(request)), request.POST.get("note", "").strip()
    if request.method != "POST":
        if Action.WITHDRAW not in life_cycle.possible(found.status, actor.party):
            messages.error(request, _("This entry cannot be withdrawn any more."))
            return redirect("desk:version", code=state.code, key=key)
        leaving = review.goes_with(found)
        datasets = withdrawing.live([leaving.pk]) if leaving else 0
        context = {"state": state, "version": found, "source": leaving, "datasets": datasets}
        return render(request, "desk/withdraw.html", context)
    try:
        with transaction.atomic():
            leaving = review.withdraw(found, actor, note)
            if leaving is not None:
                withdrawing.withdraw(leaving, actor, note, timezone.now())
        messages.success(request, _("The entry is withdrawn."))
        if not mail.to_officers("withdrawn", {"state": state, "version": found, "note": note}):
            messages.warning(request, _("The e-mail to the secretariat could not be sent; please tell it yourself."))
    except CatalogueError as error:
        messages.error(request, str(error))
    return redirect("desk:register", code=state.code)


@for_state
@require_POST
def not_ours(request: HttpRequest, state: State, source: str) -> HttpResponse:
    """A publicly known source that the State says is not its own: paused, and the secretariat is told, which decides whether
    it is withdrawn."""
    found = get_object_or_404(Source, pk=source, state=state, reported=None)
    review.record(state.code, "remove", permissions.actor(person_of(request)), source=found)
    appointments.pause([found], _("The State says that this is not its source."))
    if mail.to_officers("not_ours", {"state": state, "source": found}):
        messages.success(request, _("The secretariat is told that this is not the State's source."))
    else:
        messages.warning(request, _("It is recorded and not harvested any more."))
        messages.warning(request, _("The e-mail to the secretariat could not be sent; please tell it yourself."))
    return redirect("desk:register", code=state.code)
