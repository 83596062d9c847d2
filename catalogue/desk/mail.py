"""E-mails of the desk: plain, in the language of whoever reads them. A failure says failure in its subject."""

import logging
from collections.abc import Iterable, Mapping
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from catalogue.people.models import Person, Role
from catalogue.settings import CONFIGURATION
from catalogue.states.languages import DJANGO_LANGUAGES

LOG = logging.getLogger(__name__)


def send(name: str, addresses: Iterable[str], language: str, context: Mapping[str, Any]) -> bool:
    """One message a recipient, from `desk/mail/<name>.txt`: its first line is the subject. False where the mail server takes
    none of it: the page says so, and what was done stays done."""
    with translation.override(DJANGO_LANGUAGES.get(language, "en")):
        text = render_to_string(f"desk/mail/{name}.txt", {**context, "desk": CONFIGURATION.desk_url})
    subject, _, body = text.strip().partition("\n")
    sent = True
    for address in addresses:
        try:
            EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[address]).send()
        except (OSError, SMTPException) as error:
            # Without the traceback: it would hold the address of a person.
            LOG.error("an e-mail (%s) was not taken: %s", name, type(error).__name__)  # noqa: TRY400
            sent = False
    return sent


def to_state(name: str, state: str, context: Mapping[str, Any]) -> bool:
    """To every focal point of a State, each in their language."""
    return _to_each(name, Person.objects.filter(state_id=state, role=Role.FOCAL_POINT, is_active=True), context)


def to_officers(name: str, context: Mapping[str, Any]) -> bool:
    """To every officer of the secretariat."""
    return _to_each(name, Person.objects.filter(role=Role.OFFICER, is_active=True), context)


def _to_each(name: str, people: Iterable[Person], context: Mapping[str, Any]) -> bool:
    sent = [send(name, [each.email], each.language, context) for each in people]  # to all, whatever becomes of one
    return all(sent)
