"""Words of the desk that belong to no one page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVENTS: dict[str, Promise] = {
    "submit": pgettext_lazy("event", "Submitted"),
    "review": pgettext_lazy("event", "Review began"),
    "accept": pgettext_lazy("event", "Accepted"),
    "return": pgettext_lazy("event", "Returned"),
    "reject": pgettext_lazy("event", "Rejected as out of scope"),
    "publish": pgettext_lazy("event", "Published"),
    "supersede": pgettext_lazy("event", "Superseded"),
    "withdraw": pgettext_lazy("event", "Withdrawn"),
    "confirm": pgettext_lazy("event", "Confirmed: no change"),
    "invite": _("A focal point was invited"),
    "join": _("A focal point accepted the invitation"),
    "hand-over": _("A focal point's role ended"),
    "permission": _("Permission to harvest recorded"),
    "withdraw-source": _("Source withdrawn from the catalogue"),
    "restore-source": _("Source restored to the catalogue"),
    "remove": _("The State says that this is not its source"),
}
"""What happened, by the name of the event."""

WITHDRAWN_BY: dict[str, Promise] = {
    "focal-point": _("Withdrawn by the State"),
    "officer": _("Withdrawn by the secretariat"),
    "command-line": _("Withdrawn by an operator of the catalogue"),
}
"""Who withdrew a source, by the role in the event."""

DISCLAIMER = _(
    "The designations employed and the presentation of material on this page do not imply the expression of any opinion "
    "whatsoever on the part of the Secretariat of the United Nations concerning the legal status of any country, territory, "
    "city or area, or of its authorities, or concerning the delimitation of its frontiers or boundaries."
)
"""On each page that lists States (standard wording of United Nations documents)."""

RUN_STATES: dict[str, Promise] = {
    "running": _("running"),
    "interrupted": _("interrupted"),
    "complete": _("complete"),
    "partial": _("partial"),
    "failed": _("failed"),
}
"""Of `harvests.Run`."""

STATUSES: dict[str, Promise] = {
    "received": pgettext_lazy("entries", "Received"),
    "under-review": pgettext_lazy("entries", "Under review"),
    "accepted": pgettext_lazy("entries", "Accepted"),
    "returned": pgettext_lazy("entries", "Returned"),
    "published": pgettext_lazy("entries", "Published"),
    "superseded": pgettext_lazy("entries", "Superseded"),
    "withdrawn": pgettext_lazy("entries", "Withdrawn"),
    "rejected-out-of-scope": pgettext_lazy("entries", "Rejected as out of scope"),
}
"""Where several entries stand, beside their number (`life_cycle.Status` names where one does)."""

SCHEDULES: dict[str, Promise] = {
    "hourly": _("every hour"),
    "daily": _("every day"),
    "weekly": _("every week"),
    "monthly": _("every month"),
}
"""The names of `register.schedules`, in words."""
