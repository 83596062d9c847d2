"""The dataset store: every dataset that a source ever listed, its present package, and its history."""

from typing import ClassVar

from django.db import models

from catalogue.register.models import Source
from catalogue.text_fields import CharField, JSONField, TextField


class Dataset(models.Model):
    """One dataset of one source. (source, native_id) is its identity; `id` and `name` follow from the two, and stay where the
    portal gave the dataset another identifier and a person confirmed that.

    native_id: the portal's own identifier, or what stands for one that no database keeps (`harvesters.identity.store_key`).
    descriptor: the last valid package, packed (`store.pack`); empty where no valid one was ever read.
    state: "invalid" where the record last read has a finding that blocks; the last valid package stays.
    record_hash: of the raw record and the version of its mapping; equal means there is nothing to map again.
    withdrawn: since when it is a tombstone: no longer listed nor published. It comes back under the same `id` and `name`.
    """

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="datasets")
    native_id = TextField()
    name = CharField(max_length=100, unique=True)
    title = TextField(blank=True)
    state = CharField(max_length=10, choices=[("valid", "valid"), ("invalid", "invalid")])
    descriptor = models.BinaryField(default=bytes)
    content_hash = CharField(max_length=64, blank=True)
    record_hash = CharField(max_length=64)
    findings = JSONField(default=list)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    changed = models.DateTimeField(help_text="end of the run that first read the present content")
    last_run = models.BigIntegerField(help_text="number of the run that last saw it")
    missing_since = models.DateTimeField(null=True, help_text="when a complete run first did not list it")
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "native_id"], name="one_dataset_per_native_id"),
        ]
        indexes: ClassVar = [models.Index(fields=["source", "last_run"], name="dataset_by_last_run")]
        ordering: ClassVar = ["source_id", "native_id"]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """A package that a dataset had before its present one, and when it was replaced."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    content_hash = CharField(max_length=64)
    descriptor = models.BinaryField()
    replaced = models.DateTimeField()
    run = models.BigIntegerField(help_text="number of the run that replaced it")

    class Meta:
        ordering: ClassVar = ["dataset_id", "-id"]
