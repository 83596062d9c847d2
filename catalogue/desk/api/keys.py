"""Who asks: nobody, or a program with a key. Only the header Authorization says so; cookies are never looked at."""

import math
from datetime import timedelta
from typing import NamedTuple

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from catalogue.desk.api.errors import ApiError, no_key
from catalogue.desk.api.rates import ANONYMOUS
from catalogue.people import permissions
from catalogue.people.invitations import digest
from catalogue.people.models import Token
from catalogue.people.permissions import Scope

USE_NOTED_EVERY = timedelta(minutes=1)
"""When a key was used last is for people; a write a request would be for nobody."""


class Caller(NamedTuple):
    """Who asks. token: None for nobody."""

    token: Token | None

    @property
    def state(self) -> str | None:
        """The State that the key is for; None for nobody and for an officer."""
        if self.token is None:
            return None
        return self.token.state_id or self.token.person.state_id

    def may(self, scope: Scope, state: str) -> bool:
        """Whether the key opens this for a State."""
        return permissions.token_may(self.token, scope, state)

    def sees_all(self) -> bool:
        """Whether this is an officer's key to read for every State."""
        return (
            self.token is not None
            and self.token.state_id is None
            and permissions.may_review(self.token.person)
            and "read" in self.token.scopes
        )


class BearerKey(HttpBearer):
    """A key is needed."""

    openapi_description = "A key that a focal point or an officer makes on the page “My data” of the desk."

    def __call__(self, request: HttpRequest) -> Caller:
        """Who asks. Raises ApiError where no useful key came."""
        found: Caller | None = super().__call__(request)
        if found is None:
            raise _refused(request, "key-refused" if request.headers.get(self.header) else "no-key")
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller of a key that is known, not ended, and of a person whose role has not ended."""
        found = Token.objects.select_related("person").filter(digest=digest(token.strip()), revoked=None).first()
        if found is None or not permissions.is_person(found.person):
            return None
        now = timezone.now()
        if found.used is None or found.used < now - USE_NOTED_EVERY:
            Token.objects.filter(pk=found.pk).update(used=now)
        return Caller(found)


def _refused(request: HttpRequest, code: str) -> ApiError:
    """Guesses count as requests without a key do: ninja asks who it is before it counts."""
    if ANONYMOUS.allow_request(request):
        return no_key(code)
    return ApiError("too-many", headers={"Retry-After": str(math.ceil(ANONYMOUS.wait()))})


class OptionalKey(BearerKey):
    """A key may be sent; one that is of no use is refused all the same, so that its owner learns of it."""

    def __call__(self, request: HttpRequest) -> Caller:
        """Who asks. Raises ApiError for a key that is of no use."""
        return super().__call__(request) if request.headers.get(self.header) else Caller(None)


# One name in the OpenAPI document for both.
OptionalKey.__name__ = BearerKey.__name__


def caller_of(request: HttpRequest) -> Caller:
    """Who asks, behind either."""
    found: Caller = getattr(request, "auth", None) or Caller(None)
    return found


def need(request: HttpRequest, scope: Scope, state: str) -> Token:
    """The key, where it opens this for a State. Raises Http404 where the State is not the key's, since what another State
    has is not for guessing, and ApiError where only the scope is missing."""
    caller = caller_of(request)
    token = caller.token
    if token is None:
        raise no_key()
    if not caller.may(scope, state):
        if permissions.may_edit(token.person, state) and token.state_id in (None, state):
            raise ApiError("scope", values={"scope": scope})
        raise Http404
    return token


def need_scope(request: HttpRequest, scope: Scope) -> Token:
    """The key, where it has a scope for whatever State it is. Raises ApiError."""
    token = caller_of(request).token
    if token is None:
        raise no_key()
    if scope not in token.scopes:
        raise ApiError("scope", values={"scope": scope})
    return token
