"""Lists in parts, and when what they show changed last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.utils.http import http_date
from ninja import Schema
from pydantic import ConfigDict, Field

from catalogue.register.models import Event

MAX_LIMIT = 200
MAX_OFFSET = 10_000_000
"""No register is as long; and a database takes no number of any size."""


class Paging(Schema):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="how many at most")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="how many to leave out at the beginning")


class Page(Schema):
    """A part of a list. count: of the whole list."""

    count: int = Field(ge=0, description="how many the whole list has")
    limit: int
    offset: int


def part(rows: QuerySet[Any] | Sequence[Any], paging: Paging) -> tuple[list[Any], dict[str, int]]:
    """The rows of a part, and what `Page` says of it. Two queries, however long the list is."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    shown = list(rows[paging.offset : paging.offset + paging.limit])
    return shown, {"count": count, "limit": paging.limit, "offset": paging.offset}


def changed(response: HttpResponse, at: datetime | None) -> None:
    """Say when what is shown changed last, where that is known."""
    if at is not None:
        response["Last-Modified"] = http_date(at.timestamp())


def register_changed(state: str | None = None) -> datetime | None:
    """When anything last happened in the register, or in that of one State."""
    events = Event.objects.filter(state_id=state) if state else Event.objects.all()
    found: datetime | None = events.aggregate(last=Max("at"))["last"]
    return found
