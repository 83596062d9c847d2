"""The text to send to a portal's operator when it cannot be read: what was asked, what came back, and what to do there.

In the six official languages of the United Nations; what the portal said stays as it was said. The sender adds whom it is for:
no address of a person is known here.
"""

import functools
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import msgspec

from catalogue.errors import LetterNotPossible
from catalogue.harvests.models import Run, RunFinding
from catalogue.register.source_entry import SourceEntry
from catalogue.states.dates import labelled, long_moment
from harvesters.fetch.policy import user_agent
from harvesters.fetch.urls import public_url
from harvesters.findings import LANGUAGES, Finding, param

FAILED_ANSWERS = ("answer-failed", "fell-back")
"""Findings that name the address that failed, and why."""


class Letter(msgspec.Struct, frozen=True):
    """One letter; language: a code, for the direction in which it is shown."""

    language: str
    subject: str
    text: str


def letter(run: Run, language: str, contact: str, sent_from: str = "") -> Letter:
    """The letter about a run. contact: of our User-Agent; sent_from: our network address, as the portal sees it.

    Raises LetterNotPossible where the run did not fail at the portal.
    """
    if language not in LANGUAGES:
        raise LetterNotPossible(f"There is no letter in {language!r}; choose one of {', '.join(LANGUAGES)}.")
    words = _texts()[language]
    if run.failure not in words["ask"]:
        raise LetterNotPossible(
            f"Run {run.pk} did not fail at the portal (it is {run.state}); `catalogue runs list` shows those that did."
        )
    entry = msgspec.convert(run.source.entry, SourceEntry)
    titles = entry.title
    title = titles.get(language) or titles.get("en") or next(iter(titles.values()))
    asked, why = _asked(run, language)
    values = {
        "state": run.source.state.name(language), "title": title, "host": urlsplit(run.source.url).hostname or "",
        "url": public_url(run.source.url), "date": long_moment(run.ended or run.started, language),
    }  # fmt: skip
    text = "\n".join(
        [
            words["greeting"].format_map(values),
            "",
            words["opening"].format_map(values),
            "",
            words["asked"],
            "",
            f"  GET {asked}",
            f"  {labelled(words['agent'], user_agent(contact), language)}",
            f"  {labelled(words['from'], sent_from or words['unknown'], language)}",
            f"  {labelled(words['answer'], why, language)}",
            "",
            words["ask"][run.failure],
            "",
            words["closing"],
        ]
    )
    return Letter(language, words["subject"].format_map(values), text)


def _asked(run: Run, language: str) -> tuple[str, str]:
    """The address that failed, and what came of it: of the answers that failed, or else of the run."""
    for finding in RunFinding.objects.filter(run=run).values_list("finding", flat=True):
        if finding["code"] in FAILED_ANSWERS:
            found = msgspec.convert(finding, Finding)
            why = (
                param(found, "why", language, advice=False)
                if "why" in found.params
                else run.told(language, advice=False)[0]
            )
            return public_url(found.value), why
    return public_url(run.source.url), run.told(language, advice=False)[0]


@functools.cache
def _texts() -> dict[str, dict[str, Any]]:
    file = resources.files("catalogue.harvests") / "letters.json"
    return msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, Any]])
