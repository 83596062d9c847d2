"""Submissions, entries and their versions, and what happened to them, as the database holds them."""

import uuid
from typing import Any, ClassVar, Never

from django.db import models
from django.utils.translation import pgettext_lazy

from catalogue.register import remarks
from catalogue.register.fields import Values
from catalogue.register.life_cycle import Status
from catalogue.register.searching import searched
from catalogue.states.models import State
from catalogue.text_fields import CharField, JSONField, TextField


class Consent(models.TextChoices):
    """What the State permits with its submission."""

    PUBLISH = "publish", pgettext_lazy("consent", "It may be published")
    SECRETARIAT = "secretariat", pgettext_lazy("consent", "For the secretariat only")


class Submission(models.Model):
    """A list that a State party gave to the secretariat: one document, many entries.

    document: the note verbale's number, or a document symbol. received: the day on which the secretariat received it.
    transmitted_by: the ministry or mission. on_paper: keyed in by the secretariat from a document.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="submissions")
    document = CharField(max_length=200)
    received = models.DateField()
    language = CharField(max_length=35, help_text="BCP 47")
    transmitted_by = CharField(max_length=300)
    covers = CharField(max_length=200, blank=True, help_text="period or session")
    consent = CharField(max_length=20, choices=Consent, default=Consent.PUBLISH)
    on_paper = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-received", "-created"]

    def __str__(self) -> str:
        return f"{self.state_id} {self.document}"


class Attachment(models.Model):
    """A document that came with a submission. It is served as a download only, and never opened by us."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    name = CharField(max_length=200)
    media_type = CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    sha256 = CharField(max_length=64, help_text="the file's name below CATALOGUE_HOME/attachments")


class Entry(models.Model):
    """An initiative or a source of a State, through all its versions. source: the one that is harvested, by its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="entries")
    source = models.OneToOneField(
        "register.Source", on_delete=models.SET_NULL, null=True, blank=True, related_name="reported"
    )
    published = models.OneToOneField(
        "register.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="publishing"
    )
    confirmed = models.DateField(null=True, help_text="when the State last said that nothing changed")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class Rank(models.IntegerChoices):
    """What is to be said of a version, so that pages need not judge every one: a mistake keeps it from being submitted;
    something is said against it; or nothing is."""

    BLOCKED = 0
    DOUBTED = 1
    FINE = 2


def ranked(read: remarks.Read) -> Rank:
    """The rank of what was read."""
    if read.blocked:
        return Rank.BLOCKED
    return Rank.DOUBTED if read.doubted else Rank.FINE


class Version(models.Model):
    """What a State says of an entry at one time. Edited while it is a draft, never afterwards.

    fields: see `register.fields`. check_result: what the check of its address saw, as `catalogue.check` tells it. saves: how
    often the draft was saved; who edits an older saving is told. searched: of `fields`, what a search looks through. rank: of
    `fields`, what is to be said of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    status = CharField(max_length=30, choices=Status, default=Status.DRAFT)
    fields: Any = JSONField(default=dict)
    check_result: Any = JSONField(null=True, blank=True)
    saves = models.PositiveIntegerField(default=0)
    searched = TextField(blank=True, default="", editable=False)
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.BLOCKED, editable=False)
    edited = models.DateTimeField(auto_now=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["entry_id", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "number"], name="one_version_of_a_number")]
        indexes: ClassVar = [
            models.Index(fields=["status", "edited"], name="version_queue"),
            models.Index(fields=["state", "status", "edited"], name="version_by_age"),
            models.Index(fields=["state", "status", "rank", "edited"], name="version_by_rank"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps what is searched, and the rank, along with what is said; an update of rows in the database does so itself."""
        self.searched = searched(self.fields)
        self.rank = ranked(remarks.read(self.fields))
        super().save(*args, **kwargs)

    @property
    def said(self) -> Values:
        """What the State says, by name of field."""
        return dict(self.fields)

    @property
    def title(self) -> str:
        """The title as the State wrote it."""
        return str(self.fields.get("title", ""))

    @property
    def language(self) -> str:
        """The tag of what the State wrote; that of the submission where the entry does not say."""
        from harvesters.values import read_language

        stated = read_language(self.fields.get("language"))
        if stated is not None and stated.tag:
            return stated.tag
        return self.submission.language if self.submission else "und"


class _EventsStand(models.QuerySet["Event"]):
    def update(self, **_: Any) -> Never:
        raise TypeError("events are never edited; record another one")

    def delete(self) -> Never:
        raise TypeError("events are never deleted")


class Event(models.Model):
    """What happened: who did it, when, from where to where, and what was noted. Written once, and never edited.

    actor: the id of a person in `catalogue.people`, which may be erased there; "" for the command line and the catalogue
    itself. role: what the person was then: "focal-point", "officer", "command-line" or "system".
    """

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, null=True, related_name="events")
    source = models.ForeignKey("register.Source", on_delete=models.CASCADE, null=True, related_name="events")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, null=True, related_name="events")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = CharField(max_length=40, blank=True)
    role = CharField(max_length=20)
    action = CharField(max_length=30)
    before = CharField(max_length=30, blank=True)
    after = CharField(max_length=30, blank=True)
    reasons = JSONField(default=list, help_text="codes of `review.REASONS`")
    note = TextField(blank=True)

    objects = _EventsStand.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for an event that is recorded already."""
        if self.pk is not None:
            raise TypeError("events are never edited; record another one")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> Never:
        """Raises TypeError."""
        raise TypeError("events are never deleted")
