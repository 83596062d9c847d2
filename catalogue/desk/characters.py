"""Requests with characters that are no text are refused before anything is asked of the database: PostgreSQL keeps no NUL,
and no browser sends one."""

from collections.abc import Callable, Iterable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\0"
API = "/api/"
"""It looks at what it is sent itself, and answers in JSON."""


class OnlyText:
    """Raises SuspiciousOperation, which is answered with 400, for a NUL in the path, the query or a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or go on."""
        if not request.path.startswith(API) and any(NUL in text for text in _texts(request)):
            raise SuspiciousOperation("a NUL in a request")
        return self._get_response(request)


def _texts(request: HttpRequest) -> Iterable[str]:
    yield request.path
    yield from _values(request.GET)
    if request.method == "POST":
        yield from _values(request.POST)


def _values(sent: QueryDict) -> Iterable[str]:
    for name, values in sent.lists():
        yield name
        yield from (str(value) for value in values)
