"""What the API answers when it cannot do what was asked: a code for programs, and one plain sentence with what to do."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from catalogue.desk.api import mistakes

LOG = logging.getLogger(__name__)
SENTENCES: dict[str, tuple[int, Promise]] = {
    "unreadable": (400, _("The request could not be read; send it as UTF-8, without characters that are no text.")),
    "not-json": (400, _("The body is not JSON; check it, and send it again.")),
    "no-key": (401, _("This needs a key; make one on your page of the desk, and send it as “Authorization: Bearer KEY”.")),
    "key-refused": (401, _("The key is unknown or has been revoked; create another on the page “My data”.")),
    "scope": (403, _("This key may not do that; make one that may “%(scope)s” on your page of the desk.")),
    "not-found": (404, _("There is nothing at this address, or it is not for this key; check the address and the key.")),
    "method": (405, _("This address does not take that method; the header Allow names those that it takes.")),
    "withdrawn": (410, _("The State withdrew this entry; only its dates remain.")),
    "in-progress": (409, _("The first request with this key is still being carried out; ask again in a few seconds.")),
    "too-large": (413, _("The body is larger than %(limit)s MB; send the entries in parts.")),
    "media-type": (415, _("Only JSON is taken here; send it as “Content-Type: application/json”.")),
    "invalid": (422, _("The request has mistakes; correct what is listed under “details”, and send it again.")),
    "entries": (422, _("Nothing was submitted, since entries have mistakes; correct what blocks them, and send all "
                       "again.")),
    "not-submitted": (422, _("Nothing was submitted; the register refused it. Check the entries, and send them again.")),
    "key-reused": (422, _("This Idempotency-Key was sent with another request before; send a key of its own with each list.")),
    "not-an-address": (422, _("This is not a web address; write it as in https://data.example.org.")),
    "too-many": (429, _("These are too many requests; wait as long as the header Retry-After says.")),
    "checks-waiting": (429, _("Your checks before this one are not done yet; wait for one of them, then ask again.")),
    "broken": (500, _("Something went wrong here, and it was recorded; try again in a few minutes.")),
}  # fmt: skip
"""By code: the status of HTTP and the sentence."""


class ApiError(Exception):
    """Raised by operations for what cannot be done. code: of `SENTENCES`. values: for its sentence. headers, more: for the
    answer."""

    def __init__(
        self,
        code: str,
        *,
        values: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.values = values or {}
        self.headers = headers or {}
        self.more = more or {}


def answer(error: ApiError) -> HttpResponse:
    """An error as the API says it, in the language that is active."""
    status, sentence = SENTENCES[error.code]
    message = str(sentence) % error.values if error.values else str(sentence)
    return JsonResponse(
        {"error": error.code, "message": message, **error.more},
        status=status,
        headers=dict(error.headers),
        json_dumps_params={"ensure_ascii": False},
    )


def no_key(code: str = "no-key") -> ApiError:
    """For a request without a key, or with one that is of no use."""
    return ApiError(code, headers={"WWW-Authenticate": "Bearer"})


def handle(api: NinjaAPI) -> None:
    """Have every error of an API answered in our words."""
    api.add_exception_handler(ApiError, _with(lambda error: error))
    api.add_exception_handler(AuthenticationError, _with(lambda error: no_key()))
    api.add_exception_handler(Throttled, _with(lambda error: ApiError("too-many")))
    api.add_exception_handler(ValidationError, _with(_invalid))
    api.add_exception_handler(Http404, _with(lambda error: ApiError("not-found")))
    # ninja has no other: a body that is no JSON.
    api.add_exception_handler(HttpError, _with(lambda error: ApiError("not-json")))
    api.add_exception_handler(Exception, _broken)


def _with(ours: Callable[[Any], ApiError]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: answer(ours(error))


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    """A mistake of ours: it is for the log, and not for who asked."""
    LOG.error("the API failed at %s %s", request.method, request.path, exc_info=error)
    return answer(ApiError("broken"))


def _invalid(error: ValidationError) -> ApiError:
    """Where each mistake is, and what it is."""
    if any(each["loc"][:1] == ("path",) for each in error.errors):
        return ApiError("not-found")
    return ApiError("invalid", more={"details": mistakes.details(error.errors)})
