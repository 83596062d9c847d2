"""How a run ended: what its verdict says, what its source's entry expects, and what it means that its process failed."""

from datetime import datetime
from pathlib import Path

import msgspec

from catalogue.errors import CatalogueError, HarvestKilled
from catalogue.harvests.assemble import Assembled
from catalogue.harvests.models import Observation, Run
from catalogue.register.models import Source
from catalogue.register.source_entry import Expectation
from harvesters.phrases import Phrase, all_in_words, phrase
from harvesters.progress import progress
from harvesters.spool_lines import Verdict


def note(
    run: Run,
    source: Source,
    assembled: Assembled,
    spool: Path,
    at: datetime,
    failed: CatalogueError | OSError | None,
    said: str,
) -> None:
    """Write down how a run ended, which is not saved yet. failed: how our own process of it ended, or what kept it from its
    work, where it did not end well; said: that in a sentence."""
    verdict = assembled.verdict
    run.ended = at
    run.findings_by_code = assembled.findings_by_code
    run.new, run.changed = assembled.outcome.new, assembled.outcome.changed
    run.unchanged, run.invalid = assembled.outcome.unchanged, assembled.outcome.invalid + assembled.quarantined
    if failed is not None and not isinstance(failed, HarvestKilled):
        run.state, run.failure, run.sentence, run.said = "failed", Run.OURS, said, []
    elif verdict is not None:
        _take_verdict(run, verdict)
        _expect(run, source, verdict)
        _observe(source, assembled, run, at)
    else:
        run.state = "interrupted"
        run.records = progress(spool).records if spool.exists() else 0
        if failed is None:
            _say(run, phrase("run-stopped"))
        else:
            run.failure = Run.KILLED
            _say(run, phrase("run-killed", signal=failed.signal), phrase("do-give-memory"))


def _take_verdict(run: Run, verdict: Verdict) -> None:
    run.state = verdict.state
    run.failure = verdict.failure or ""
    run.sentence, run.said = verdict.sentence, msgspec.to_builtins(verdict.said)
    run.missing_parts = verdict.missing
    run.records = verdict.records
    run.requests = verdict.requests
    if verdict.advertised:
        run.advertised_start, run.advertised_end = verdict.advertised
    # A record without an identifier may be any of those that were not seen.
    run.whole = verdict.state == "complete" and not run.limit and run.since is None and not verdict.nameless


def _expect(run: Run, source: Source, verdict: Verdict) -> None:
    """A whole run that finds fewer or more datasets than its entry expects is not believed."""
    expect = msgspec.convert(source.expect, Expectation)
    least, most = expect.min_datasets, expect.max_datasets
    if not run.whole or ((least or 0) <= verdict.distinct and (most is None or verdict.distinct <= most)):
        return
    run.whole, run.state = False, "partial"
    if least is not None and verdict.distinct < least:
        _say(run, phrase("run-expected-at-least", listed=verdict.distinct, expected=least))
    elif most is not None:
        _say(run, phrase("run-expected-at-most", listed=verdict.distinct, expected=most))
    run.missing_parts = [*run.missing_parts, run.sentence]


def _say(run: Run, *said: Phrase) -> None:
    run.sentence, run.said = all_in_words(said), msgspec.to_builtins(list(said))


def _observe(source: Source, assembled: Assembled, run: Run, at: datetime) -> None:
    """Note beside the source what robots.txt said, where a request was refused by it."""
    forbidden = run.failure == "refused-by-robots" or assembled.findings_by_code.get("robots-forbid", 0) > 0
    state = "forbids" if forbidden else "allows"
    Observation.objects.update_or_create(source=source, defaults={"robots": state, "at": at, "robots_rule": ""})
