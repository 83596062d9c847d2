"""What holds for every answer of the API, whichever operation made it: size, kind, names, language, caching."""

import hashlib
import json
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation.trans_real import parse_accept_lang_header

from catalogue.desk.api import mistakes
from catalogue.desk.api.errors import ApiError, answer
from catalogue.states.languages import DJANGO_LANGUAGES

View = Callable[..., HttpResponse]
PUBLIC_SECONDS = 60
"""What everybody may read is kept this long by whoever keeps it; then it is asked for with its ETag."""


def around(view: View, names: Callable[[str], Collection[str]]) -> View:
    """A view of the API with the rules that hold for all. names: by method, the parameters that its address takes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.method or ""
        if asked == "HEAD":
            request.method = "GET"
        language = _language(request)
        with translation.override(DJANGO_LANGUAGES[language]):
            try:
                _judge(request, names)
                response = view(request, *args, **kwargs)
            except ApiError as error:
                response = answer(error)
            except SuspiciousOperation:
                response = answer(ApiError("unreadable"))
            if response.status_code == 405:
                response = answer(ApiError("method", headers={"Allow": response["Allow"]}))
        response.headers.setdefault("Content-Language", language)
        return _finished(request, response, with_body=asked != "HEAD")

    return guarded


def _language(request: HttpRequest) -> str:
    """The language that the address asks for, else the first of the six that Accept-Language does; English where neither."""
    try:
        asked = request.GET.get("language")
    except SuspiciousOperation:  # more parameters than anybody has; `_judge` refuses them
        asked = None
    if asked in DJANGO_LANGUAGES:
        return asked
    for tag, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if (primary := tag.partition("-")[0]) in DJANGO_LANGUAGES:
            return primary
    return "en"


def _judge(request: HttpRequest, names: Callable[[str], Collection[str]]) -> None:
    """Refuse what no operation need look at. Raises ApiError."""
    if "\0" in request.path or any("\0" in text for pair in request.GET.items() for text in pair):
        raise ApiError("unreadable")
    known = names((request.method or "").lower())
    unknown = [mistakes.detail(name, "no-such-parameter") for name in request.GET if name not in known]
    if unknown and known is not ANY:
        raise ApiError("invalid", more={"details": unknown[: mistakes.MAX_DETAILS]})
    if request.method == "POST":
        _judge_body(request)


ANY: Collection[str] = frozenset({"*"})
"""For an address or a method that there is none of: it is told that, and nothing about its parameters."""


def _judge_body(request: HttpRequest) -> None:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    too_large = ApiError("too-large", values={"limit": limit >> 20})
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    if request.content_type != "application/json":
        raise ApiError("media-type")
    try:
        # Halves of characters, which JSON can write as escapes, no database keeps.
        json.dumps(json.loads(body.decode("utf-8")), ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise ApiError("unreadable") from None
    except (ValueError, RecursionError):
        raise ApiError("not-json") from None


def _finished(request: HttpRequest, response: HttpResponse, *, with_body: bool) -> HttpResponse:
    """The answer with what caches need; without a body where it is known already, or was not asked for."""
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    if request.method != "GET" or response.status_code != 200:
        response["Cache-Control"] = "no-store"
    else:
        keyed = "Authorization" in request.headers
        response["Cache-Control"] = "private, no-cache" if keyed else f"public, max-age={PUBLIC_SECONDS}"
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        if _known(request, response["ETag"]):
            return _not_modified(response)
    if not with_body:
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _known(request: HttpRequest, etag: str) -> bool:
    """Whether the client has this answer. Only the ETag decides: two changes in one second have the same Last-Modified."""
    stated = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in stated or etag in {each.removeprefix("W/") for each in stated}


def _not_modified(response: HttpResponse) -> HttpResponse:
    bare = HttpResponse(status=304)
    for name in ("ETag", "Cache-Control", "Last-Modified", "Vary", "Content-Language"):
        if name in response:
            bare[name] = response[name]
    del bare["Content-Type"]
    return bare
