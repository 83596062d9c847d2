"""E-mails that follow from a step, whichever way it was taken: on a page or through the API."""

from collections.abc import Sequence

from catalogue.desk import mail
from catalogue.register.models import Submission, Version
from catalogue.states.models import State


def submitted(state: State, submission: Submission, versions: Sequence[Version]) -> bool:
    """A receipt to the State, and word to the secretariat that a list was received. False where the mail server did not take
    all of them; the list is submitted all the same."""
    context = {"state": state, "submission": submission, "versions": versions}
    receipt = mail.to_state("receipt", state.code, context)
    return mail.to_officers("received", context) and receipt
