"""The life of an entry's version, as an explicit machine: which action leads from where to where, and who may do it.

Pure. Received, under review, then accepted, returned or out of scope; what is accepted is published; a published version is
superseded by the next one, or withdrawn, and never edited.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalogue.errors import LifeCycleError

Party = Literal["state", "secretariat", "system"]
"""Who acts: the State itself (its focal point), the secretariat, or the catalogue as a consequence of either."""


class Status(TextChoices):
    """Where a version stands."""

    DRAFT = "draft", pgettext_lazy("status", "Draft")
    RECEIVED = "received", pgettext_lazy("status", "Received")
    UNDER_REVIEW = "under-review", pgettext_lazy("status", "Under review")
    ACCEPTED = "accepted", pgettext_lazy("status", "Accepted")
    RETURNED = "returned", pgettext_lazy("status", "Returned")
    PUBLISHED = "published", pgettext_lazy("status", "Published")
    SUPERSEDED = "superseded", pgettext_lazy("status", "Superseded")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")
    OUT_OF_SCOPE = "rejected-out-of-scope", pgettext_lazy("status", "Rejected as out of scope")


class Action(TextChoices):
    """What can be done with a version."""

    SUBMIT = "submit", _("Submit")
    REVIEW = "review", _("Begin the review")
    ACCEPT = "accept", _("Accept")
    RETURN = "return", _("Return")
    REJECT = "reject", _("Reject as out of scope")
    PUBLISH = "publish", _("Publish")
    SUPERSEDE = "supersede", _("Supersede")
    WITHDRAW = "withdraw", _("Withdraw")
    CONFIRM = "confirm", _("Confirm: no change")


class Transition(NamedTuple):
    """before: from which statuses. after: the status then; None: it stays. by: who may. reasoned: whether a reason must be
    given."""

    before: frozenset[Status]
    after: Status | None
    by: frozenset[Party]
    reasoned: bool = False


def _from(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


_STATE: frozenset[Party] = frozenset({"state", "secretariat"})
"""What a State does the secretariat may do for it, from a document that came on paper; the event says who did."""

_SECRETARIAT: frozenset[Party] = frozenset({"secretariat"})
_IN_REVIEW = _from(Status.RECEIVED, Status.UNDER_REVIEW)

TRANSITIONS: dict[Action, Transition] = {
    Action.SUBMIT: Transition(_from(Status.DRAFT), Status.RECEIVED, _STATE),
    Action.REVIEW: Transition(_from(Status.RECEIVED), Status.UNDER_REVIEW, _SECRETARIAT),
    Action.ACCEPT: Transition(_IN_REVIEW, Status.ACCEPTED, _SECRETARIAT),
    Action.RETURN: Transition(_IN_REVIEW, Status.RETURNED, _SECRETARIAT, reasoned=True),
    Action.REJECT: Transition(_IN_REVIEW, Status.OUT_OF_SCOPE, _SECRETARIAT, reasoned=True),
    Action.PUBLISH: Transition(_from(Status.ACCEPTED), Status.PUBLISHED, _SECRETARIAT),
    Action.SUPERSEDE: Transition(_from(Status.PUBLISHED, Status.RETURNED), Status.SUPERSEDED, frozenset({"system"})),
    Action.WITHDRAW: Transition(
        _from(Status.RECEIVED, Status.UNDER_REVIEW, Status.ACCEPTED, Status.RETURNED, Status.PUBLISHED),
        Status.WITHDRAWN,
        _STATE,
    ),
    Action.CONFIRM: Transition(_from(Status.PUBLISHED), None, _STATE),
}


def possible(status: str, party: Party) -> list[Action]:
    """What a party may do with a version that stands there, in the order of a life."""
    return [action for action, rule in TRANSITIONS.items() if status in rule.before and party in rule.by]


class Actor(NamedTuple):
    """Who acts. person: an id of `catalogue.people`, "" for the command line. role: as `Event.role` has it."""

    person: str
    role: str

    @property
    def party(self) -> Party:
        """On whose side the actor stands."""
        return {"focal-point": "state", "officer": "secretariat", "command-line": "secretariat"}.get(
            self.role, "system"
        )  # type: ignore[return-value]


SYSTEM = Actor("", "system")
COMMAND_LINE = Actor("", "command-line")


def after(action: Action, status: str, party: Party, reasons: Collection[str] = ()) -> Status:
    """Where an action leads. Raises LifeCycleError where it is not possible from there, not this party's, or lacks its
    reason."""
    rule = TRANSITIONS[action]
    if status not in rule.before:
        told = {"step": action.label, "status": Status(status).label}
        raise LifeCycleError(
            gettext("“%(step)s” is not possible for an entry that stands at “%(status)s”; load the page again.") % told
        )
    if party not in rule.by:
        raise LifeCycleError(gettext("“%(step)s” is not yours to do; ask the secretariat.") % {"step": action.label})
    if rule.reasoned and not any(reason.strip() for reason in reasons):
        raise LifeCycleError(
            gettext("“%(step)s” needs a reason; choose one of the list, or write one.") % {"step": action.label}
        )
    return rule.after or Status(status)
