"""Signing in, as allauth does it, closed to everybody who was not invited."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


def address_of(request: HttpRequest | None, credentials: Mapping[str, str] | None = None) -> str | None:
    """For whom somebody tries to sign in: guesses are counted by it, whatever its capitals."""
    stated = (credentials or {}).get("email") or (request.POST.get("login") if request is not None else None)
    return stated.strip().lower() if stated else None


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who is vouched for by the organization's provider signs in as the person of that address, who was invited."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """A provider makes nobody a person of the register."""
        return False


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As allauth sends it, without pictures or marks of another site."""
        super().send_mail(
            template_prefix, email, {**context, "current_site": {"name": "UNCAC catalogue", "domain": ""}}
        )
