"""The outbox: what was last confirmed in which CKAN, dataset by dataset."""

from typing import ClassVar

from django.db import models

from catalogue.datasets.models import Dataset
from catalogue.text_fields import CharField, JSONField


class Publication(models.Model):
    """One dataset in one CKAN (`target`). What is confirmed and equal to the store is not sent again.

    name: the dataset's address in that CKAN, chosen when it was first published, and kept.
    content_hash and stamp: of the package, and of what else goes into the CKAN dataset (`payload.stamp`).
    refused: why CKAN did not take it, or did not delete it, as a finding; SQL NULL where it did. CKAN may then show an earlier
    version.
    findings: what had to be cut or left out for CKAN.
    withdrawn: whether CKAN was last told to delete it; its address stays its own, for it may come back.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="publications")
    target = CharField(max_length=200)
    name = CharField(max_length=100)
    content_hash = CharField(max_length=64)
    stamp = CharField(max_length=64)
    confirmed = models.DateTimeField()
    refused = JSONField(null=True)
    findings = JSONField(default=list)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "target"], name="one_publication_per_target"),
        ]
