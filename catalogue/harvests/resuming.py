"""Which run a harvest goes on with, and which runs are over because a harvest begins anew.

What an older run had read may not be written over what a newer one found, and what was read at one address, or with other
options, is no part of reading another. So only the newest run of a source goes on.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from catalogue.configuration import Configuration
from catalogue.harvests.detected import as_read
from catalogue.harvests.models import Run
from catalogue.register.models import Source
from harvesters.errors import SpoolError
from harvesters.heading import alike, heading
from harvesters.phrases import Phrase, all_in_words, phrase
from harvesters.progress import Progress, progress


def goes_on(
    source: Source, configuration: Configuration, limit: int | None, now: datetime, *, changes: bool, full: bool
) -> Run | None:
    """The interrupted run to go on with, noted as running; None where a harvest has to begin anew.

    limit: as the run must have. changes: whether only what changed is wanted. full: whether all is to be asked anew anyway.
    A run whose process died goes on; but where it died twice without one more answer between, it would die there for ever:
    then it fails, and all is asked anew.
    """
    # One that is "running" now was left behind by a process that died: whoever calls this holds the source's lease.
    Run.objects.filter(source=source, state="running").update(state="interrupted", failure=Run.KILLED)
    run = Run.objects.filter(source=source).first()
    if full or run is None or run.state != "interrupted" or run.limit != limit or (run.since is not None) != changes:
        return None
    stands = _stands(configuration.home / run.spool)
    wanted = as_read(source, limit=limit, max_record_bytes=configuration.max_record_bytes, since=run.since)
    if stands is None or not alike(stands.header, heading(wanted, str(run.pk), now.isoformat())):
        return None
    if run.failure == Run.KILLED and stands.verdict is None:
        if stands.requests and stands.requests == run.requests:
            _end([run.pk], Run.KILLED, (phrase("run-killed-again"), phrase("do-give-memory")), now)
            return None
        run.requests = stands.requests
    run.state, run.failure, run.sentence, run.said = "running", "", "", []
    run.save(update_fields=["state", "failure", "sentence", "said", "requests"])
    return run


def supersede(source: Source, run: Run, now: datetime) -> None:
    """End what was interrupted before this run of the source began or went on, so that it is kept no longer than others."""
    passed_over = Run.objects.filter(source=source, state="interrupted", pk__lt=run.pk)
    _end(list(passed_over.values_list("pk", flat=True)), Run.SUPERSEDED, (phrase("run-superseded"),), now)


def _end(runs: list[int], failure: str, said: tuple[Phrase, ...], now: datetime) -> None:
    ended = Run.objects.filter(pk__in=runs)
    ended.filter(ended=None).update(ended=now)
    ended.update(state="failed", failure=failure, sentence=all_in_words(said), said=msgspec.to_builtins(list(said)))


def _stands(spool: Path) -> Progress | None:
    """How far a spool has come; None where there is none that can be read, and so nothing to go on with."""
    if not spool.is_file():
        return None
    try:
        return progress(spool)
    except SpoolError:
        return None
