"""One step for many versions at once: in few statements, all of them or none, each with an event of its own."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from catalogue.errors import LifeCycleError
from catalogue.register import life_cycle
from catalogue.register.life_cycle import Action, Actor, Status
from catalogue.register.models import Event, Version

AT_ONCE = 1_000
"""Rows of one statement: more are not faster, and hold more memory; databases allow some ten thousands of parameters."""

T = TypeVar("T")


def parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows of one statement after the other."""
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def held(keys: Sequence[UUID], *related: str) -> list[Version]:
    """The versions with these keys as they are now, in the same order, with what is `related` to them; whoever else takes a
    step with one waits until the transaction ends. Raises LifeCycleError where one is there no more, or comes twice."""
    found: dict[UUID, Version] = {}
    for part in parts(sorted(keys)):  # in one order, whoever else takes some of the same
        rows = Version.objects.select_for_update(of=("self",))
        rows = rows.select_related(*related) if related else rows
        found |= {row.pk: row for row in rows.filter(pk__in=part).order_by("pk")}
    if len(found) != len(keys):
        raise _overtaken()
    return [found[key] for key in keys]


def check(versions: Sequence[Version], action: Action, actor: Actor) -> None:
    """Whether each of them can take the step. Raises LifeCycleError where one cannot."""
    for status in sorted({version.status for version in versions}):
        life_cycle.after(action, status, actor.party)


def step(
    versions: Sequence[Version], action: Action, actor: Actor, note: str = "", reasons: Collection[str] = ()
) -> None:
    """Take versions through one action, inside a transaction. Raises LifeCycleError where one cannot be, or was
    taken on by somebody else: what was done before in the transaction is then to be undone."""
    events: list[Event] = []
    alike: dict[tuple[str, Status, UUID | None], list[UUID]] = defaultdict(list)
    for version in versions:
        after = life_cycle.after(action, version.status, actor.party, [*reasons, note])
        alike[version.status, after, version.submission_id].append(version.pk)
        events.append(
            Event(
                state_id=version.state_id, version=version, submission_id=version.submission_id, action=action,
                before=version.status, after=after, actor=actor.person, role=actor.role,
                reasons=list(reasons), note=note,
            )
        )  # fmt: skip
    now = timezone.now()
    moved = 0
    for (before, after, submission), keys in alike.items():
        for part in parts(keys):
            rows = Version.objects.filter(pk__in=part, status=before)
            moved += rows.update(status=after, submission=submission, decided=now)
    if moved != len(versions):
        raise _overtaken()
    Event.objects.bulk_create(events, AT_ONCE)
    for version, event in zip(versions, events, strict=True):
        version.status = event.after


def _overtaken() -> LifeCycleError:
    return LifeCycleError(gettext("Somebody else took this entry on a moment ago; load the page again."))
