"""Which entries of a list can be accepted together, because nothing is said against any of them."""

from typing import NamedTuple
from uuid import UUID

from django.db.models.fields.json import KT

from catalogue.register import many
from catalogue.register.life_cycle import TRANSITIONS, Action, Status
from catalogue.register.lists import same_address
from catalogue.register.models import Rank, Submission, Version

BEFORE = TRANSITIONS[Action.ACCEPT].before
STANDING = (*BEFORE, Status.ACCEPTED, Status.PUBLISHED)
"""While a version of an entry stands there, another entry with its address is asked about."""

SAW_NOTHING_AGAINST: dict[str, frozenset[str | None]] = {
    "source": frozenset({None, "readable", "single-entry"}),
    "initiative": frozenset({None, "readable", "single-entry", "recognised", "nothing-found"}),
}
"""By kind: what a check saw (`catalogue.check.Judgement`), None where none was made. An initiative need not be readable by a
program."""


class Unopposed(NamedTuple):
    """keys: of the versions that nothing is said against. unchecked: of how many the address was never checked."""

    keys: list[UUID]
    unchecked: int


def unopposed(submission: Submission) -> Unopposed:
    """The versions of a list that wait for a decision, where neither a remark nor the check says anything against one, and no
    other entry of the State has its address. In two queries, however long the list is."""
    waiting = Version.objects.filter(submission=submission, status__in=BEFORE, rank=Rank.FINE)
    # As texts: of values in JSON each one would be decoded by itself, which takes several times as long.
    rows = waiting.order_by("edited", "id").values_list(
        "pk", "entry_id", KT("fields__kind"), KT("fields__url"), KT("check_result__verdict__state")
    )
    found = [row for row in rows if row[4] in SAW_NOTHING_AGAINST.get(row[2], ())]
    if not found:
        return Unopposed([], 0)
    addresses: dict[str, UUID | None] = {}
    others = Version.objects.filter(state_id=submission.state_id, status__in=STANDING).order_by()
    for entry, url in others.values_list("entry_id", KT("fields__url")).iterator(many.AT_ONCE):
        address = same_address(url or "")
        addresses[address] = entry if addresses.get(address, entry) == entry else None
    alone = [row for row in found if addresses.get(same_address(row[3])) == row[1]]
    return Unopposed([row[0] for row in alone], sum(row[4] is None for row in alone))
