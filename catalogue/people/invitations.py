"""Invitations: made by an officer or on the command line, sent by e-mail, taken up once."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.errors import InvitationError
from catalogue.people.models import Invitation, Person, Role
from catalogue.register import review
from catalogue.register.life_cycle import Actor
from catalogue.states.models import State

VALID = timedelta(days=14)
"""A focal point travels, and a mission forwards mail; longer than this a link in a mailbox is a risk."""


def digest(secret: str) -> str:
    """What is kept of a secret that only its holder knows."""
    return hashlib.sha256(secret.encode()).hexdigest()


def invite(email: str, role: str, state: State | None, actor: Actor, *, language: str = "en") -> tuple[Invitation, str]:
    """An invitation, and the secret of its link; the links of earlier ones to the same address work no more. Raises
    InvitationError for an address that signs in already."""
    address = email.strip().lower()
    if (role == Role.FOCAL_POINT) != (state is not None):
        raise InvitationError(_("A focal point has a State, and an officer has none; say which it is."))
    if Person.objects.filter(email__iexact=address, is_active=True).exists():
        raise InvitationError(
            _("Somebody with this e-mail address signs in already; end that role first, or use another.")
        )
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        _end(address)
        made = Invitation.objects.create(
            digest=digest(secret), email=address, role=role, state=state, language=language, invited_by=actor.person,
            expires=timezone.now() + VALID,
        )  # fmt: skip
        if state is not None:
            review.record(state.code, "invite", actor)
    return made, secret


def find(secret: str) -> Invitation:
    """The invitation of a link that still works. Raises InvitationError, which does not say why it does not."""
    found = Invitation.objects.filter(digest=digest(secret), used=None, expires__gt=timezone.now()).first()
    if found is None:
        raise InvitationError(
            _("This invitation has already been used or has expired; ask the secretariat for a new one.")
        )
    return found


def take_up(secret: str, *, name: str, password: str) -> Person:
    """Become the person that was invited. Raises InvitationError; and ValidationError for a password too easy to guess."""
    with transaction.atomic():
        invitation = find(secret)
        # One person comes of several invitations to one address.
        list(Invitation.objects.select_for_update().filter(email=invitation.email).order_by("pk").values("pk"))
        # Exactly one of two who open the link at the same moment.
        now = timezone.now()
        if not Invitation.objects.filter(pk=invitation.pk, used=None, expires__gt=now).update(used=now):
            raise InvitationError(_("This invitation was used a moment ago; sign in instead."))
        person = Person.objects.filter(email__iexact=invitation.email).first() or Person(email=invitation.email)
        person.role, person.state, person.language = invitation.role, invitation.state, invitation.language
        person.name, person.is_active, person.ended = name.strip()[:200], True, None
        _end(invitation.email)  # no other link makes a second password, or reopens the role once it has ended
        validate_password(password, person)
        person.set_password(password)
        person.save()
        if person.state_id is not None:
            review.record(person.state_id, "join", Actor(str(person.id), person.role))
    return person


def hand_over(person: Person, actor: Actor) -> None:
    """A role ends: the person signs in no more, and the State's register goes on with the next. An event says so."""
    with transaction.atomic():
        person.is_active, person.ended = False, timezone.now()
        person.set_unusable_password()
        person.save()
        person.tokens.filter(revoked=None).update(revoked=timezone.now())
        _end(person.email)
        if person.state_id is not None:
            review.record(person.state_id, "hand-over", actor)


def cancel(email: str) -> int:
    """End the open invitations to an address, such as one that was mistyped. Gives how many there were."""
    return _end(email)


def _end(email: str) -> int:
    now = timezone.now()
    return Invitation.objects.filter(email__iexact=email.strip(), used=None, expires__gt=now).update(expires=now)
