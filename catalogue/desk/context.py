"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from catalogue.desk.words import DISCLAIMER
from catalogue.people import permissions
from catalogue.states.languages import DJANGO_LANGUAGES, NATIVE_NAMES, current, direction


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """The reader's language and its direction, this page in the other languages, and what the person may open."""
    language = current()
    user = getattr(request, "user", None)
    path = request.get_full_path()
    return {
        "language": language,
        "direction": direction(language),
        "languages": [(tag, NATIVE_NAMES[tag], translate_url(path, code)) for tag, code in DJANGO_LANGUAGES.items()],
        "disclaimer": DISCLAIMER,
        "may_review": permissions.may_review(user),
        "own_state": user.state if permissions.is_person(user) and user.state_id else None,
        "signed_in": permissions.is_person(user),
        "has_oidc": "allauth.socialaccount" in settings.INSTALLED_APPS,
    }
