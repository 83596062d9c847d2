"""E-mails that follow from a step, whichever way it was taken: on a page or through the API."""

from collections.abc import Sequence
from typing import Any

from catalogue.datasets import withdrawing
from catalogue.desk import mail
from catalogue.register.models import Source, Submission, Version
from catalogue.states.models import State

TITLES_TOLD = 100
"""In one e-mail: of a list of thousands the page has the others."""


def submitted(state: State, submission: Submission, versions: Sequence[Version]) -> bool:
    """A receipt to the State, and word to the secretariat that a list was received. False where the mail server did not take
    all of them; the list is submitted all the same."""
    context = _about(state, submission, versions)
    receipt = mail.to_state("receipt", state.code, context)
    return mail.to_officers("received", context) and receipt


def accepted(state: State, submission: Submission, versions: Sequence[Version]) -> bool:
    """Word to the State that many entries of a list were accepted at once. False as above."""
    return mail.to_state("accepted", state.code, _about(state, submission, versions))


def published(state: State, submission: Submission, versions: Sequence[Version]) -> bool:
    """Word to the State that entries of a list were published at once. False as above."""
    return mail.to_state("published", state.code, _about(state, submission, versions))


def decided(source: Source, event: str, note: str, datasets: int) -> bool:
    """Word to the State that the secretariat withdrew its source, or restored it. event: its name in `datasets.withdrawing`.
    datasets: how many leave the catalogue, or come back. False as above."""
    name = {withdrawing.WITHDRAW: "source_withdrawn", withdrawing.RESTORE: "source_restored"}[event]
    context = {"state": source.state, "source": source, "note": note, "datasets": datasets}
    return mail.to_state(name, source.state_id, context)


def _about(state: State, submission: Submission, versions: Sequence[Version]) -> dict[str, Any]:
    return {
        "state": state, "submission": submission, "versions": versions[:TITLES_TOLD], "count": len(versions),
        "further": max(len(versions) - TITLES_TOLD, 0),
    }  # fmt: skip
