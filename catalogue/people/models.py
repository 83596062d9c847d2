"""Focal points and secretariat officers, their invitations, and the tokens of the API."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import pgettext_lazy

from catalogue.states.models import State
from catalogue.text_fields import CharField, JSONField


class Role(models.TextChoices):
    """What a person is in the register."""

    FOCAL_POINT = "focal-point", pgettext_lazy("role", "Focal point")
    OFFICER = "officer", pgettext_lazy("role", "Secretariat officer")


class People(BaseUserManager["Person"]):
    """Makes persons."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> "Person":
        """A person; without a password nobody can sign in as it."""
        person = self.model(email=self.normalize_email(email).lower(), **more)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        """By e-mail address, whatever its capitals."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who signs in. state: of a focal point; None for an officer. functional: whether the address is an office's,
    which the State permits to be published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    role = CharField(max_length=20, choices=Role)
    state = models.ForeignKey(State, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    name = CharField(max_length=200, blank=True)
    title = CharField(max_length=200, blank=True)
    office = CharField(max_length=300, blank=True)
    phone = CharField(max_length=60, blank=True)
    language = CharField(max_length=10, default="en", help_text="one of the six UN languages")
    functional = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, help_text="when the role was handed over")

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    class Meta:
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role=Role.OFFICER, state=None)
                | models.Q(role=Role.FOCAL_POINT, state__isnull=False),
                name="focal_points_have_a_state",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_officer(self) -> bool:
        """Whether this is an officer of the secretariat, whose role has not ended."""
        return self.is_active and self.role == Role.OFFICER


class Invitation(models.Model):
    """A link that works once. digest: SHA-256 of the secret in the link; the secret itself is in the e-mail only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = CharField(max_length=64, unique=True)
    email = models.EmailField()
    role = CharField(max_length=20, choices=Role)
    state = models.ForeignKey(State, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = CharField(max_length=10, default="en")
    invited_by = CharField(max_length=40, blank=True, help_text="id of a person; empty for the command line")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.email


class Token(models.Model):
    """A key to the API for programs of one State. digest: SHA-256 of the key, which is shown once. scopes: of `SCOPES`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = CharField(max_length=64, unique=True)
    name = CharField(max_length=100)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    state = models.ForeignKey(State, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    scopes = JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.name
