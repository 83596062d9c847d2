"""What an entry says: its fields, declared once for the form, the spreadsheet template, the API and the documentation.

Five fields an entry cannot do without (kind, title, authority, address, and the party, which the submission gives); of the
others what is missing or unreadable is said, and kept as it was written.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Shape = Literal["text", "long", "address", "choice", "list", "date", "language", "yes-no"]
"""What a field holds. list: texts with ";" between them where one line must hold them all. date: ISO 8601, a year or a month
being enough. language: a BCP 47 tag."""

Text = str | Promise
Values = dict[str, Any]
"""By name of field: a text, or a list of texts for a list; what is not said is absent."""


class Field(NamedTuple):
    """One field. needed: an entry without it cannot be submitted. wished: its absence is remarked upon. choices: what a
    choice may be, with its name for people."""

    name: str
    label: Text
    shape: Shape = "text"
    needed: bool = False
    wished: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    help: Text = ""


KINDS = (("initiative", _("Initiative")), ("source", _("Source")))
LEVELS = (
    ("national", pgettext_lazy("level", "National")),
    ("subnational", pgettext_lazy("level", "Subnational")),
    ("local", pgettext_lazy("level", "Local")),
    ("sector", pgettext_lazy("level", "Sectoral")),
)
STAGES = (
    ("planned", pgettext_lazy("stage", "Planned")),
    ("running", pgettext_lazy("stage", "Running")),
    ("discontinued", pgettext_lazy("stage", "Discontinued")),
)
YES_NO = (("yes", _("Yes")), ("no", _("No")))

FIELDS = (
    Field(
        "kind", _("Kind"), "choice", needed=True, choices=KINDS,
        help=_("An initiative is a policy, programme or project; a source is a web address where open data can be found."),
    ),
    Field("title", _("Title"), needed=True, help=_("In the language in which you submit it.")),
    Field("language", _("Language of the title and description"), "language", wished=True, help=_("For example: ar, en, pt")),
    Field("description", _("Description"), "long", wished=True),
    Field("authority", _("Maintaining authority"), needed=True, help=_("The public body that maintains it.")),
    Field("level", _("Level of the authority"), "choice", wished=True, choices=LEVELS),
    Field("url", _("Web address"), "address", needed=True, help=_("The address that people open.")),
    Field(
        "endpoint", _("Address for programs"), "address",
        help=_("The address of the programming interface (API), if you know it."),
    ),
    Field("protocol", _("Protocol"), help=_("Leave it empty if you do not know it; the address is checked.")),
    Field("content_languages", _("Languages of the content"), "list", wished=True),
    Field("licence", _("Licence"), wished=True),
    Field("frequency", _("Update frequency"), wished=True),
    Field("themes", _("Themes"), "list", wished=True),
    Field("articles", _("Articles of the Convention"), "list", wished=True, help=_("For example: 9(1); 10; 13")),
    Field("stage", pgettext_lazy("field", "Stage"), "choice", wished=True, choices=STAGES),
    Field("start_date", _("Start date"), "date"),
    Field("standards", _("Standards used"), "list"),
    Field("legal_basis", _("Legal basis"), "long"),
    Field("coverage", _("Places covered")),
    Field("period", _("Period covered")),
    Field("good_practice", _("Related good practice"), "long"),
    Field(
        "harvesting", _("May be harvested"), "choice", choices=YES_NO,
        help=_("Whether a program of the secretariat may read the source regularly, even where its robots.txt forbids it."),
    ),
    Field("crawl_conditions", _("Conditions for harvesting"), "long", help=_("For example hours, or a pause in between.")),
)  # fmt: skip
"""The fields of an entry in the order of the form (DOMAIN: fields of a submission; recommendation of paragraph 65)."""

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}

SEPARATOR = ";"
MAX_CHARACTERS = {"text": 500, "long": 10_000, "address": 2_000, "list": 2_000}
"""Of one field; a title longer than this is a description in the wrong place."""


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Every field as one line or paragraph of text, as a form or a cell shows it."""
    return {name: shown(values.get(name)) for name in BY_NAME}


def shown(value: Any) -> str:
    """A value as one text."""
    return f"{SEPARATOR} ".join(value) if isinstance(value, list) else str(value or "")


def label_of(name: str, value: Any) -> Text:
    """The name for people of a choice's value; any other value as one text."""
    return dict(BY_NAME[name].choices).get(str(value), shown(value))
