"""Checks of an address while an entry is written: asked for, followed, shown."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from catalogue.desk import checking
from catalogue.desk.guards import for_person, person_of
from catalogue.desk.models import Check
from catalogue.register.entry_reader import url_mistake
from catalogue.register.remarks import Remark
from catalogue.states.languages import current
from harvesters.detect import with_scheme


@for_person
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Check the address that was written; what it is comes when it is known."""
    url = request.POST.get("url", "").strip()
    if not url:
        return HttpResponse("")
    if url_mistake(with_scheme(url)) is not None:
        remark = Remark("url", "not-an-address", blocks=True, value=url[:200])
        return render(request, "desk/parts/check.html", {"remark": remark})
    return render(request, "desk/parts/check.html", {"check": checking.begin(person_of(request), url, current())})


@for_person
@require_safe
def follow(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where a check stands."""
    check = get_object_or_404(Check, pk=key, person=person_of(request))
    return render(request, "desk/parts/check.html", {"check": check})
