"""Who gets to a page. The rules are in `people.permissions`; here they are put before views.

Who is not signed in is asked to sign in, and comes back to the page afterwards. Who is signed in and may not see a page is
told that there is none: what other States have is not for guessing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, resolve_url

from catalogue.people import permissions
from catalogue.people.models import Person
from catalogue.states.models import State

View = Callable[..., HttpResponseBase]


def for_state(view: View) -> View:
    """For those who may edit the State in the address (`code`); the view gets the State in its place."""

    @wraps(view)
    def guarded(request: HttpRequest, code: str, **more: Any) -> HttpResponseBase:
        if not permissions.is_person(request.user):
            return _sign_in(request)
        if not permissions.may_edit(request.user, code):
            raise Http404
        return view(request, get_object_or_404(State, pk=code), **more)

    return guarded


def for_officer(view: View) -> View:
    """For officers of the secretariat."""

    @wraps(view)
    def guarded(request: HttpRequest, **more: Any) -> HttpResponseBase:
        if not permissions.is_person(request.user):
            return _sign_in(request)
        if not permissions.may_review(request.user):
            raise Http404
        return view(request, **more)

    return guarded


def for_person(view: View) -> View:
    """For whoever is signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, **more: Any) -> HttpResponseBase:
        return view(request, **more) if permissions.is_person(request.user) else _sign_in(request)

    return guarded


def person_of(request: HttpRequest) -> Person:
    """Who is signed in, behind a guard."""
    if not permissions.is_person(request.user):
        raise Http404
    return request.user


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    # A form whose sign-in has expired is a POST: its page is where to come back to, with what was written in the browser.
    back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "")
    path = back[back.find("/", 8) :] if "://" in back else back
    return redirect_to_login(path or "/", resolve_url(settings.LOGIN_URL))
