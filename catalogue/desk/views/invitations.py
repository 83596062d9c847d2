"""Taking up an invitation. Opening the link does nothing yet: mail scanners follow links; the button takes it up."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from catalogue.desk.forms import TakeUpForm
from catalogue.errors import InvitationError
from catalogue.people import invitations


@never_cache
@sensitive_post_parameters("password")
def take_up(request: HttpRequest, secret: str) -> HttpResponse:
    """A name and a password, and the person is signed in."""
    try:
        invitation = invitations.find(secret)
    except InvitationError:
        return render(request, "desk/invitation.html", {"invitation": None}, status=410)
    form = TakeUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = invitations.take_up(secret, **form.cleaned_data)
        except InvitationError:
            return render(request, "desk/invitation.html", {"invitation": None}, status=410)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
            messages.success(
                request,
                _(
                    "Welcome. You are signed in. Remember your password: the link in the invitation will not "
                    "work again."
                ),
            )
            return redirect("desk:start")
    return render(request, "desk/invitation.html", {"invitation": invitation, "form": form})
