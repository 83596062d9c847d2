"""The API put together, and its addresses below `/api/v1/`."""

import re
from collections.abc import Collection
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI

from catalogue.desk.api import checks, public, rates, reporting, sources
from catalogue.desk.api.around import ANY, around
from catalogue.desk.api.errors import ApiError, answer, handle
from catalogue.desk.api.keys import OptionalKey

PREFIX = "/api/v1/"
DESCRIPTION = (
    "The register of open-data initiatives and sources that States parties to the United Nations Convention against "
    "Corruption report. What is published is for everybody to read. A State's own programs send a key, and can read the "
    "State's register with its drafts, and submit lists. States whose codes begin with X are fictional."
)

api = NinjaAPI(
    title="Register of open-data initiatives and sources",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,  # ours is corrected
    docs_url=None,  # ninja's page loads scripts from a third party
    auth=OptionalKey(),
    throttle=[rates.ANONYMOUS, rates.TOKENS],
)
handle(api)
for room in (public, sources, reporting, checks):
    api.add_router("", room.router)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document: ninja's, where it needs no correction."""
    made: dict[str, Any] = api.get_openapi_schema(path_prefix=PREFIX)
    for methods in made["paths"].values():
        for operation in methods.values():
            _correct(operation)
    return made


def _correct(operation: dict[str, Any]) -> None:
    """Say what ninja cannot: that a key need not be sent, and an example as OpenAPI has it for parameters."""
    operation["responses"] = {str(status): what for status, what in sorted(operation["responses"].items())}
    if "403" not in operation["responses"]:  # only where a key is needed may it be one that may not do this
        operation["security"] = [{}, *operation.get("security", [])]
    for parameter in operation["parameters"]:
        for choice in parameter["schema"].pop("anyOf", ()):
            if choice.get("type") != "null":  # a query has no null
                parameter["schema"] |= choice
        parameter["schema"].pop("title", None)
        if examples := parameter.pop("examples", None):
            parameter["example"] = parameter["schema"].pop("examples", examples)[0]


def serve_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. Raises ApiError for another method than GET."""
    if request.method != "GET":
        raise ApiError("method", headers={"Allow": "GET"})
    return JsonResponse(document())


@cache
def _names() -> dict[tuple[str, str], frozenset[str]]:
    """The parameters of the query by path, with {} for what is variable, and method."""
    return {
        (address, method): frozenset(each["name"] for each in operation["parameters"] if each["in"] == "query")
        for address, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def _guarded(pattern: URLPattern) -> URLPattern:
    address = PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))

    def names(method: str) -> Collection[str]:
        return _names().get((address, method), ANY)

    pattern.callback = around(pattern.callback, names)
    return pattern


def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """For an address that there is nothing at: JSON here too."""
    return answer(ApiError("not-found"))


_patterns, _app, _namespace = api.urls
nothing.csrf_exempt = True  # type: ignore[attr-defined]
urlpatterns = [
    *(_guarded(pattern) for pattern in _patterns if isinstance(pattern, URLPattern) and pattern.name != "api-root"),
    path("openapi.json", around(serve_document, lambda method: ())),
    re_path(r"^(?P<rest>.*)$", around(nothing, lambda method: ANY)),
]
