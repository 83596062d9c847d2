"""A source as the register's file describes it: values only, no reading and no database.

One entry says who maintains a source, where it is, on what basis it is in the register, and how it may be harvested.
"""

from typing import Any, Literal

import msgspec

from harvesters.base import HarvestPermission

__all__ = ["Basis", "BasisKind", "Expectation", "HarvestPermission", "Level", "Publish", "SourceEntry", "Withdrawn"]

BasisKind = Literal["submission", "public-knowledge"]
"""submission: a State party has reported it. public-knowledge: known publicly, not yet reported."""

Level = Literal["national", "subnational", "local", "sector"]
"""The level of the authority that maintains the source (paragraphs 20 and 26 of the report of the tenth meeting)."""

Publish = Literal["all"]
"""What of the harvested datasets is published. Only `all` until datasets have themes."""

AUTO = "auto"
"""The protocol of a source whose protocol nobody has stated: it is listed as not yet detected, and not harvested."""

DEFAULT_SCHEDULE = "weekly"


class Basis(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a source is in the register.

    document: the note verbale or document symbol of the submission. date: ISO 8601, when it was received. Both are
    given for a submission and absent otherwise.
    """

    kind: BasisKind
    document: str | None = None
    date: str | None = None


class Expectation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many datasets a harvest should find at least and at most; None where nothing is expected."""

    min_datasets: int | None = None
    max_datasets: int | None = None


class Withdrawn(msgspec.Struct, frozen=True, omit_defaults=True):
    """That a source is withdrawn from the catalogue. since: ISO 8601, a day or a moment; in UTC where it names no zone."""

    since: str
    note: str | None = None


class SourceEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One source of the register.

    id: lower-case slug, never changed (published identifiers derive from it). state: code of the party that maintains
    it. title: by BCP 47 language tag, "und" where the language is not stated. url: where the protocol begins (for CKAN
    the address before `/api`, for a feed or a `data.json` the file itself). protocol: a harvester's, or `auto`.
    schedule: a name of `SCHEDULES` or five cron fields, in UTC. delay_seconds: between two requests, where the portal's
    operator asks for more than our default. ca_bundle: PEM file of an authority that this source's certificate may have
    beside the usual ones. options: what the protocol's harvester accepts. note: for people. withdrawn: in a file only; the
    register keeps it apart, and what is loaded without it restores nothing.
    """

    id: str
    state: str
    title: dict[str, str]
    url: str
    basis: Basis
    protocol: str = AUTO
    level: Level = "national"
    schedule: str = DEFAULT_SCHEDULE
    publish: Publish = "all"
    harvest_permission: HarvestPermission | None = None
    delay_seconds: float | None = None
    ca_bundle: str | None = None
    expect: Expectation | None = None
    options: dict[str, Any] = {}
    note: str | None = None
    withdrawn: Withdrawn | None = None
