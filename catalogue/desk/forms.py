"""The forms of the desk. That of an entry is made from `register.fields`; it keeps what is written, mistakes too."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.desk import reading
from catalogue.desk.account_forms import GOOD_PASSWORD
from catalogue.people.models import Role
from catalogue.register.fields import FIELDS, Field
from catalogue.register.models import Submission
from catalogue.register.review import REASONS
from catalogue.states.languages import NATIVE_NAMES, current
from catalogue.states.models import State

LANGUAGES = list(NATIVE_NAMES.items())


def _widget(field: Field) -> forms.Field:
    """A form's field that takes anything: what is wrong with it is said by `register.remarks`, and kept."""
    more: dict[str, Any] = {"required": False, "label": field.label, "help_text": field.help}
    if field.choices:
        return forms.CharField(widget=forms.Select(choices=[("", "—"), *field.choices]), **more)
    widget: forms.Widget = forms.Textarea(attrs={"rows": 3}) if field.shape == "long" else forms.TextInput()
    if field.shape == "address":
        widget = forms.TextInput(attrs={"inputmode": "url", "dir": "ltr", "autocomplete": "url"})
    else:
        widget.attrs["dir"] = "auto"
    return forms.CharField(widget=widget, **more)


class EntryForm(forms.Form):
    """An entry. saves: how often the draft had been saved when this form was opened."""

    saves = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in FIELDS:
            self.fields[field.name] = _widget(field)


class SubmissionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The document that transmits a list."""

    language = forms.ChoiceField(label=_("Language of the original"), choices=LANGUAGES)
    attachment = forms.FileField(
        label=_("Note verbale or other document"),
        required=False,
        help_text=_("PDF, Word, ODT or a picture; up to 20 MB."),
    )

    class Meta:
        model = Submission
        fields = ("document", "received", "language", "transmitted_by", "covers", "consent")
        labels = {  # noqa: RUF012 (Django's own way)
            "document": _("Number of the note verbale, or document symbol"),
            "received": _("Date of the document"),
            "transmitted_by": _("Ministry or mission that transmits it"),
            "covers": _("Period or session covered"),
            "consent": _("Consent to publication"),
        }
        help_texts = {"covers": ""}  # noqa: RUF012
        widgets = {"received": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}  # noqa: RUF012


class DecisionForm(forms.Form):
    """A decision on an entry, with reasons where it needs them."""

    action = forms.CharField()
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), choices=list(REASONS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("In your own words"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class InvitationForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    state = forms.ChoiceField(label=_("State party"), required=False)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = reading.ordered(State.objects.all(), current())
        self.fields["state"].choices = [("", "—"), *((each.code, each.name(current())) for each in states)]  # type: ignore[attr-defined]


class TakeUpForm(forms.Form):
    """Taking up an invitation: a name and a password."""

    name = forms.CharField(label=_("Your name"), max_length=200)
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=GOOD_PASSWORD,
    )  # fmt: skip


class PersonForm(forms.Form):
    """What a person says of itself; for the secretariat only."""

    name = forms.CharField(label=_("Your name"), max_length=200, required=False)
    title = forms.CharField(label=_("Function"), max_length=200, required=False)
    office = forms.CharField(label=_("Office"), max_length=300, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    language = forms.ChoiceField(label=_("Language of e-mails"), choices=LANGUAGES)


class PauseForm(forms.Form):
    """Why a source is not harvested."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class ScheduleForm(forms.Form):
    """When a source is harvested: a name, or five cron fields in UTC."""

    schedule = forms.CharField(label=_("Schedule"), max_length=60)


class PermissionForm(forms.Form):
    """Who permitted harvesting, when, and by which document."""

    by = forms.CharField(label=_("Permitted by"), max_length=300)
    date = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    document = forms.CharField(label=_("Document"), max_length=200)
