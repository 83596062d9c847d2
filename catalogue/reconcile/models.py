"""Holds: outcomes of runs that a person must look at before anything more of their source is published."""

from typing import ClassVar

from django.db import models

from catalogue.datasets.models import Dataset
from catalogue.harvests.models import Run
from catalogue.register.models import Source
from catalogue.text_fields import CharField, TextField


class Hold(models.Model):
    """Why the published catalogue of one source stays as it was.

    kind: "removal" where more datasets are missing than the ceiling allows; "renumbering" where most of what is missing
    stands there again under other identifiers. state: "pending" until a person decides, or until a later run no longer
    shows it ("overtaken"). live: how many datasets the source had before the run.
    """

    KINDS: ClassVar = ["removal", "renumbering"]
    STATES: ClassVar = ["pending", "released", "refused", "overtaken"]

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="holds")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="holds", help_text="the last that showed it")
    kind = CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    state = CharField(max_length=10, choices=[(state, state) for state in STATES], default="pending")
    opened = models.DateTimeField()
    live = models.BigIntegerField()
    missing = models.BigIntegerField()
    new = models.BigIntegerField()
    pairs = models.BigIntegerField(help_text="missing datasets that a new one seems to be")
    decided = models.DateTimeField(null=True)
    decided_by = TextField(blank=True)
    note = TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(state="pending"), name="one_pending_hold_per_source"
            ),
        ]


class HoldItem(models.Model):
    """One dataset of a hold's diff: one that is missing, or one that is new.

    native_id and title stay as they were, whatever becomes of the dataset. pair: the new dataset that a missing one seems
    to be; evidence: what the two have in common ("resources", "page", "title and publisher").
    """

    ROLES: ClassVar = ["missing", "new"]

    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="items")
    dataset = models.ForeignKey(Dataset, on_delete=models.SET_NULL, null=True, related_name="hold_items")
    role = CharField(max_length=8, choices=[(role, role) for role in ROLES])
    native_id = TextField()
    title = TextField(blank=True)
    pair = models.ForeignKey(Dataset, on_delete=models.SET_NULL, null=True, related_name="+")
    pair_native_id = TextField(blank=True)
    evidence = CharField(max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["hold_id", "role", "native_id"]


def kept_out() -> models.Exists:
    """For a query of datasets: whether one is new by a run that a person refused, and so is not published."""
    refused = HoldItem.objects.filter(dataset=models.OuterRef("pk"), role="new", hold__state="refused")
    return models.Exists(refused)


def undecided() -> "models.QuerySet[Hold]":
    """The holds that a person has to decide. While a source is withdrawn there is nothing to decide about it."""
    return Hold.objects.filter(state="pending", source__withdrawal=None)


def waiting() -> models.Exists:
    """For a query of sources: whether a run of one is held, so that nothing of it is published until that is decided. What is
    withdrawn by a person's decision leaves the catalogue all the same."""
    return models.Exists(undecided().filter(source=models.OuterRef("pk")))
