"""allauth's forms for a password, with one sentence for what makes a good one in the place of its list of rules."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

GOOD_PASSWORD = _("At least 12 characters; several words are easy to remember.")


class _Said:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = GOOD_PASSWORD  # type: ignore[attr-defined]


class ChangePasswordForm(_Said, forms.ChangePasswordForm):  # type: ignore[misc]
    """Changing a password."""


class SetPasswordForm(_Said, forms.SetPasswordForm):  # type: ignore[misc]
    """The first password of who signs in with an account of an organization."""


class ResetPasswordKeyForm(_Said, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password in the place of one that was forgotten."""
