"""What tests of the register and of the desk share: a State's submission, not yet saved."""

from datetime import date

from catalogue.register.models import Submission
from catalogue.states.models import State


def submission(state: State, **more: object) -> Submission:
    stated = {
        "document": "Note verbale 1/2026",
        "received": date(2026, 2, 3),
        "language": "en",
        "transmitted_by": "Mission",
    }
    return Submission(state=state, **{**stated, **more})
