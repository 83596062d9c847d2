"""What is said when a page cannot be shown: what happened, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "desk/trouble.html", {"title": title, "text": text}, status=status)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, for what is not there and for what is not this person's to see."""
    return _page(
        request, 404, _("Page not found"),
        _("The address may be mistyped, or you may not be signed in as somebody who can open it."),
    )  # fmt: skip


def refused(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return _page(request, 403, _("This is not permitted"), _("Go back, load the page again and repeat what you did."))


def bad(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _page(
        request, 400, _("The request could not be read"), _("Go back, load the page again and repeat what you did.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(
        request, 500, _("Something went wrong here"),
        _("It is not your mistake, and it was recorded. Try again in a few minutes; saved drafts are safe."),
    )  # fmt: skip


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from another session: signed in anew since, or opened elsewhere."""
    return _page(
        request, 403, _("This form is no longer valid"),
        _("Go back in your browser, where you will still find what you wrote; copy it, load the page "
          "again and send it from there."),
    )  # fmt: skip
