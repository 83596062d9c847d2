"""A person's own page: what the secretariat holds about it, and keys for programs."""

import secrets
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalogue.desk.forms import PersonForm
from catalogue.desk.guards import for_person, person_of
from catalogue.people import personal_data
from catalogue.people.invitations import digest
from catalogue.people.models import Token
from catalogue.people.permissions import SCOPES

MAX_TOKENS = 20
"""Of one person; more are more than anybody keeps in view."""


@never_cache
@for_person
def me(request: HttpRequest) -> HttpResponse:
    """What is held about the person, to be put right."""
    person = person_of(request)
    form = PersonForm(request.POST or None, initial={name: getattr(person, name) for name in PersonForm.base_fields})
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(person, name, value)
        person.save(update_fields=list(form.cleaned_data))
        messages.success(request, _("It is saved."))
        return redirect("desk:me")
    tokens = list(person.tokens.filter(revoked=None))
    return render(request, "desk/me.html", {"form": form, "tokens": tokens, "scopes": SCOPES})


@for_person
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything that is held about the person, as a file."""
    response = JsonResponse(
        personal_data.export(person_of(request)), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@never_cache
@for_person
@require_POST
def tokens(request: HttpRequest) -> HttpResponse:
    """Make a key for programs. It is shown once."""
    person = person_of(request)
    scopes = [scope for scope in SCOPES if scope in request.POST.getlist("scopes")]
    name = request.POST.get("name", "").strip()[:100]
    if not name or not scopes or person.tokens.filter(revoked=None).count() >= MAX_TOKENS:
        messages.error(request, _("Give the key a name, and choose what it may do."))
        return redirect("desk:me")
    key = secrets.token_urlsafe(32)
    Token.objects.create(digest=digest(key), name=name, person=person, state=person.state, scopes=scopes)
    return render(request, "desk/token.html", {"key": key, "name": name})


@for_person
@require_POST
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    """End a key."""
    token = get_object_or_404(Token, pk=key, person=person_of(request), revoked=None)
    token.revoked = timezone.now()
    token.save(update_fields=["revoked"])
    messages.success(request, _("The key has been revoked."))
    return redirect("desk:me")
