"""Checks of an address while an entry is written: asked for, followed, shown."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from catalogue.desk import checking
from catalogue.desk.guards import for_person, person_of
from catalogue.desk.models import Check
from catalogue.register import remarks
from catalogue.states.languages import current


@for_person
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Check the address that was written; what it is comes when it is known."""
    # What is wrong with it is said as when the draft is kept, and what is checked is what would be kept.
    url, mistake = remarks.read_address(request.POST.get("url", ""))
    if not url:
        return HttpResponse("")
    if mistake is not None:
        return render(request, "desk/parts/check.html", {"remark": mistake})
    check = checking.begin(person_of(request), url, current())
    return render(request, "desk/parts/check.html", {"check": check})


@for_person
@require_safe
def follow(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where a check stands."""
    check = get_object_or_404(Check, pk=key, person=person_of(request))
    return render(request, "desk/parts/check.html", {"check": check})
