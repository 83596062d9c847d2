"""What the desk keeps between two pages: checks of addresses, and lists that were uploaded and not yet taken over."""

import uuid
from typing import Any, ClassVar

from django.db import models

from catalogue.people.models import Person
from catalogue.states.models import State


class Check(models.Model):
    """A check of an address, asked for on a page. told: why it was refused. result: as `catalogue.check` tells it."""

    class Stage(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="checks")
    url = models.TextField()
    language = models.CharField(max_length=10)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.WAITING)
    told = models.TextField(blank=True)
    result: Any = models.JSONField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created"]


class Upload(models.Model):
    """A list that was uploaded and is being mended. columns, rows: as `register.lists` has them, as plain values. sheets:
    what of the file is not in the rows: "left_out", numbers of rows without anything known; "others", names of sheets."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="uploads")
    state = models.ForeignKey(State, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    columns: Any = models.JSONField(default=list)
    rows: Any = models.JSONField(default=list)
    sheets: Any = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created"]
