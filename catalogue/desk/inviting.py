"""The message that takes an invitation to whom it is for."""

from django.urls import reverse
from django.utils import translation

from catalogue.desk import mail
from catalogue.people.models import Invitation
from catalogue.settings import CONFIGURATION
from catalogue.states.languages import DJANGO_LANGUAGES


def link(invitation: Invitation, secret: str) -> str:
    """Where the invitation is taken up, in the language of whom it is for."""
    with translation.override(DJANGO_LANGUAGES.get(invitation.language, "en")):
        return CONFIGURATION.desk_url + reverse("desk:invitation", kwargs={"secret": secret})


def send(invitation: Invitation, secret: str) -> bool:
    """Send it. False where the mail server does not take it."""
    context = {"invitation": invitation, "link": link(invitation, secret)}
    return mail.send("invitation", [invitation.email], invitation.language, context)
