"""What must hold however wrong a portal does (issue 4): a harvest ends in the state that the fault calls for; it keeps nothing
that was not served; a complete one keeps all that was; and no process of it takes 300 MB."""

from collections.abc import Iterator

from harvesters.errors import FailureClass
from sandbox.faults.sizes import LargeRecord
from tests.faults.running import Outcome
from tests.faults.subjects import DATASETS

MOST_BYTES = 300 << 20
"""Of any process of ours (issue 4)."""

MOST_SECONDS = 30
"""Of a harvest of three pages, whatever befalls it: a few requests, each with its second attempt and its time (`running`)."""

THOROUGH = ("ckan", "dcat", "udata")
"""Protocols whose list states its count, in pages by offset, pages that name the next one, and pages by number."""

HARMLESS = {"500-once", "reset-once", "429-seconds", "429-date", "charset", "30000-keywords", "8000-resources"}
"""What is over after a second attempt, or is only much: all is read."""

FAILURES: dict[str, set[FailureClass]] = {
    "down": {"down"},
    "reset": {"down"},
    "stall": {"down"},
    "stall-within": {"down"},
    "drip": {"down"},
    "tls-expired": {"tls"},
    "tls-chain": {"tls"},
    "500-always": {"down"},
    "429-always": {"down", "blocked"},
    "403-firewall": {"blocked"},
    "redirect-loop": {"moved", "down"},
    "redirect-private": {"refused-address"},
    "redirect-metadata": {"refused-address"},
    "html": {"malformed"},
    "gzip-bomb": {"too-large"},
}
"""Faults after which nothing can be read, and what the verdict may call them."""

NEVER_COMPLETE = {"500-middle", "truncated", "count-high", "count-low", "page-lost", "page-loop", "page-repeated"}
"""Faults of a list that states its count: something is read, and it is not all."""

OPEN_ENDED = {"empty", "count-grows", "count-shrinks", LargeRecord.name}
"""Faults that a portal may have in good faith: what was served is what it has."""


def broken(subject: str, fault: str, outcome: Outcome) -> list[str]:
    """What does not hold of a harvest, a sentence each; none where all does."""
    return [*_always(fault, outcome), *_of_the_fault(subject, fault, outcome)]


def _always(fault: str, outcome: Outcome) -> Iterator[str]:
    verdict = outcome.harvest.verdict
    if not verdict.sentence.endswith("."):
        yield f"The verdict says no sentence: {verdict.sentence!r}"
    if outcome.crawled.errors:
        yield f"The harvest complained: {outcome.crawled.errors[-500:]}"
    if outcome.crawled.memory_bytes >= MOST_BYTES:
        yield f"It took {outcome.crawled.memory_bytes >> 20} MiB."
    if outcome.crawled.seconds >= MOST_SECONDS:
        yield f"It took {outcome.crawled.seconds:.0f} s."
    if outcome.kept - outcome.served:
        yield f"It kept what no answer held: {sorted(outcome.kept - outcome.served)}"
    if verdict.state == "failed" and outcome.harvest.records:
        yield "It failed, and kept records."
    skipped = {LargeRecord.number} if fault == LargeRecord.name else set()
    if verdict.state == "complete" and (lost := outcome.served - skipped - outcome.kept):
        yield f"It calls itself complete without {sorted(lost)}"


def _of_the_fault(subject: str, fault: str, outcome: Outcome) -> Iterator[str]:
    verdict = outcome.harvest.verdict
    told = f"({verdict.state}, {verdict.failure}: {verdict.sentence})"
    if fault in FAILURES:
        if verdict.state != "failed":
            yield f"It did not fail {told}"
        elif verdict.failure not in FAILURES[fault]:
            yield f"It failed by another name {told}"
    elif not outcome.struck:
        return  # the protocol makes no request that the fault could meet
    elif fault in HARMLESS:
        if (verdict.state, len(outcome.kept)) != ("complete", DATASETS):
            yield f"It did not read all {told}"
    elif fault in NEVER_COMPLETE and subject in THOROUGH and verdict.state == "complete":
        yield f"It calls itself complete {told}"
    elif fault == "truncated" and verdict.state == "complete":
        yield f"It did not see the cut {told}"
