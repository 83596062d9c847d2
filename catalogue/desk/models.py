"""What the desk keeps between two requests: checks of addresses, lists that were uploaded and not yet taken over, and what the
API answered to a request that may come again."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from catalogue.people.models import Person, Token
from catalogue.register.models import Rank
from catalogue.states.models import State
from catalogue.text_fields import CharField, JSONField, TextField


class Check(models.Model):
    """A check of an address, asked for on a page. told: why it was refused. result: as `catalogue.check` tells it."""

    class Stage(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="checks")
    url = TextField()
    language = CharField(max_length=10)
    stage = CharField(max_length=10, choices=Stage, default=Stage.WAITING)
    told = TextField(blank=True)
    result: Any = JSONField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created"]


class Upload(models.Model):
    """A list that was uploaded and is being mended. columns: as `register.lists` has them, as plain values. sheets: "read",
    the name of the sheet that was read; "others", those that were not; "left_out", numbers of rows without anything known.
    authority: of the rows that name none. changed: when somebody last did something about it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="uploads")
    state = models.ForeignKey(State, on_delete=models.CASCADE, related_name="+")
    name = CharField(max_length=200)
    columns: Any = JSONField(default=list)
    sheets: Any = JSONField(default=dict)
    authority = CharField(max_length=300, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created"]


class UploadedFile(models.Model):
    """The file of an uploaded list as it came, to be read anew with other meanings of its columns."""

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()


class UploadedRow(models.Model):
    """One row of an uploaded list. values: texts by field, as they stand now. extra: what no field takes, by header. twice:
    remarks on an address that comes twice. mended: texts by field that a person wrote beside the row. struck: whether a person
    left the row out. rank: what is to be said of it, so that pages need not judge every row."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    values: Any = JSONField(default=dict)
    extra: Any = JSONField(default=dict)
    twice: Any = JSONField(default=list)
    mended: Any = JSONField(default=dict)
    struck = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.BLOCKED)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "number"], name="one_row_of_a_number")]
        indexes: ClassVar = [models.Index(fields=["upload", "struck", "rank", "number"], name="rows_by_rank")]


class KeptAnswer(models.Model):
    """What the API answered to a request with an Idempotency-Key, for when the same request comes again (`api.idempotency`).

    digest: SHA-256 of the request. answer: its body, once what was asked for is done. finished: None while it is being done.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="+")
    key = CharField(max_length=255)
    digest = CharField(max_length=64)
    answer: Any = JSONField(null=True)
    language = CharField(max_length=10, blank=True)
    begun = models.DateTimeField(db_index=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_of_a_key")]
