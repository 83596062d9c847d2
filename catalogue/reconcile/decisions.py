"""What a person decides about a hold: let the difference into the catalogue, or keep what was there."""

from datetime import datetime

import msgspec
from django.db import transaction

from catalogue.datasets import store
from catalogue.datasets.models import Dataset
from catalogue.datasets.withdrawing import standing
from catalogue.errors import HoldError
from catalogue.reconcile.models import Hold

BATCH_ROWS = 500


class Decided(msgspec.Struct, frozen=True):
    """What a decision came to. adopted: new datasets that go on under the name of a former one."""

    hold: int
    state: str
    withdrawn: int = 0
    adopted: int = 0


def _to_decide(number: int, *allowed: str) -> Hold:
    """The hold of this number. Raises HoldError where there is none, it is in another state than the allowed ones, or its
    source is withdrawn."""
    hold = Hold.objects.filter(pk=number).select_related("source", "run").first()
    if hold is None:
        raise HoldError(f"There is no hold {number}; `catalogue held list` shows those there are.")
    if hold.state not in allowed:
        raise HoldError(
            f"Hold {number} is {hold.state} already ({hold.decided_by or 'by a later run'}); `catalogue held list` shows "
            "what waits."
        )
    if standing(hold.source_id):
        raise HoldError(
            f"{hold.source_id} is withdrawn; `catalogue sources restore {hold.source_id}` first, then decide on hold {number}."
        )
    return hold


def release(number: int, *, by: str, note: str, adopt: bool, now: datetime) -> Decided:
    """Let a held difference take effect: what is missing is withdrawn at once, what is new is published. A hold that was
    refused before can still be released.

    adopt: a new dataset that a missing one seems to be takes over its place, identifier and name in the catalogue, so that
    links to it stay good. by, note: who decided, and why. Raises HoldError.
    """
    with transaction.atomic():
        hold = _to_decide(number, "pending", "refused")
        adopted = 0
        if adopt:
            couples = hold.items.filter(role="missing").exclude(pair=None).values_list("dataset_id", "pair_id")
            adopted = store.adopt([(str(old), str(new)) for old, new in couples if old], hold.run_id, now)
        gone = list(hold.items.filter(role="missing", dataset__isnull=False).values_list("dataset_id", flat=True))
        withdrawn = 0
        for first in range(0, len(gone), BATCH_ROWS):
            rows = Dataset.objects.filter(pk__in=gone[first : first + BATCH_ROWS], withdrawn=None)
            # Missing only: what has come back since, or was adopted, stays.
            withdrawn += rows.exclude(missing_since=None).update(withdrawn=now)
        _decide(hold, "released", by, note, now)
    return Decided(hold.pk, hold.state, withdrawn, adopted)


def refuse(number: int, *, by: str, note: str, now: datetime) -> Decided:
    """Keep what was there: what is missing stays published, until the portal lists it again or a person decides anew; what
    was new with it is not published. Raises HoldError."""
    with transaction.atomic():
        hold = _to_decide(number, "pending")
        _decide(hold, "refused", by, note, now)
    return Decided(hold.pk, hold.state)


def _decide(hold: Hold, state: str, by: str, note: str, now: datetime) -> None:
    hold.state, hold.decided_by, hold.note, hold.decided = state, by, note, now
    hold.save(update_fields=["state", "decided_by", "note", "decided"])
