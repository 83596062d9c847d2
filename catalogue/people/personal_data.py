"""What we hold about a person: given to it on request, and erased on request. Events stay, without the person."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import transaction

from catalogue.people.models import Invitation, Person
from catalogue.register.models import Event

FIELDS = ("email", "role", "name", "title", "office", "phone", "language", "functional", "is_active")


def export(person: Person) -> dict[str, Any]:
    """Everything that is held about a person, as plain values."""
    return {
        "id": str(person.id),
        **{name: getattr(person, name) for name in FIELDS},
        "state": person.state_id,
        "created": person.created.isoformat(),
        "ended": person.ended.isoformat() if person.ended else None,
        "last_login": person.last_login.isoformat() if person.last_login else None,
        "invitations": [
            {"created": each.created.isoformat(), "used": each.used.isoformat() if each.used else None}
            for each in Invitation.objects.filter(email__iexact=person.email)
        ],
        "tokens": [{"name": each.name, "created": each.created.isoformat()} for each in person.tokens.all()],
        "uploads": [
            {
                "file": each.name,
                "state": each.state_id,
                "created": each.created.isoformat(),
                "changed": each.changed.isoformat(),
            }
            for each in person.uploads.order_by("created")
        ],
        "checks": [{"url": each.url, "created": each.created.isoformat()} for each in person.checks.all()],
        "events": [
            {"at": each.at.isoformat(), "action": each.action, "version": str(each.version_id or "")}
            for each in Event.objects.filter(actor=str(person.id))
        ],
    }


def erase(person: Person) -> None:
    """Forget a person. The register's events keep an id that leads to nobody."""
    with transaction.atomic():
        Invitation.objects.filter(email__iexact=person.email).delete()
        for attempts in (AccessAttempt, AccessFailureLog, AccessLog):  # of signing in, with addresses of machines
            attempts.objects.filter(username__iexact=person.email).delete()
        person.delete()
