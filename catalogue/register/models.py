"""What States reported, and what is publicly known of their sources, as the database holds it."""

from typing import ClassVar

from django.db import models

from catalogue.register.submission_models import Attachment, Consent, Entry, Event, Rank, Submission, Version, ranked
from catalogue.states.models import State
from catalogue.text_fields import CharField, JSONField, TextField

__all__ = ["Attachment", "Consent", "Entry", "Event", "Rank", "Source", "Submission", "Version", "Withdrawal", "ranked"]


class Source(models.Model):
    """An open-data source of a State party: the words of `sources.yaml`, never changed by what a harvest finds."""

    id = models.SlugField(max_length=60, primary_key=True)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="sources")
    title = JSONField(help_text="by BCP 47 tag")
    url = TextField()
    protocol = CharField(max_length=40, help_text='"auto": not yet detected')
    basis_kind = CharField(max_length=20, help_text="submission or public-knowledge")
    basis_document = TextField(blank=True)
    basis_date = CharField(max_length=10, blank=True)
    schedule = CharField(max_length=60)
    permission = JSONField(null=True, help_text="harvest permission: by, date, document")
    publish = CharField(max_length=20, default="all")
    options = JSONField(default=dict)
    expect = JSONField(default=dict)
    entry = JSONField(help_text="the whole entry as sources.yaml has it, for export")

    class Meta:
        ordering: ClassVar = ["state_id", "id"]

    def __str__(self) -> str:
        return self.id

    @property
    def withdrawn(self) -> "Withdrawal | None":
        """That it is withdrawn, and since when; None where it is not."""
        return getattr(self, "withdrawal", None)


class Withdrawal(models.Model):
    """That a source is withdrawn, by a person's decision, until it is restored. A row of its own, since what is loaded or
    edited of a source must not bring it back; who did it is told by the source's events.

    since: datasets whose `withdrawn` is this very moment became tombstones with their source, and come back with it.
    """

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="withdrawal")
    since = models.DateTimeField()
    note = TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.source_id} since {self.since:%Y-%m-%d %H:%M} UTC"
