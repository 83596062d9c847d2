"""What a source speaks where its entry does not say: detected once, remembered beside the State's words."""

from datetime import UTC, datetime

import msgspec

from catalogue.configuration import Configuration
from catalogue.errors import HarvestNotPossible
from catalogue.harvests.models import Observation
from catalogue.harvests.probing import Tell, probe
from catalogue.register.models import Source
from catalogue.register.source_entry import AUTO
from catalogue.register.sources import for_harvest
from harvesters import base
from harvesters.detect import FALLBACK, Candidate
from harvesters.phrases import all_in_words, in_words

DETECTION_SECONDS = 60.0
"""Nobody waits for it, so slow portals have longer than in a check."""


def protocol_of(source: Source) -> str:
    """The protocol of a source: as its entry says, else as detected, else "auto"."""
    if source.protocol != AUTO:
        return source.protocol
    observed = Observation.objects.filter(source=source).exclude(protocol="").first()
    return observed.protocol if observed else AUTO


def as_read(source: Source, *, limit: int | None, max_record_bytes: int, since: datetime | None = None) -> base.Source:
    """A source as harvesting sees it, with what was detected in the place of what its entry leaves open."""
    wanted = for_harvest(source, limit=limit, max_record_bytes=max_record_bytes)
    if since is not None:
        wanted = msgspec.structs.replace(wanted, since=since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if source.protocol != AUTO:
        return wanted
    observed = Observation.objects.get(source=source)
    return msgspec.structs.replace(
        wanted, protocol=observed.protocol, url=observed.url, options={**observed.options, **wanted.options}
    )


def detect(source: Source, configuration: Configuration, tell: Tell) -> Candidate:
    """Find out what a source speaks, and remember it. Raises HarvestNotPossible where nothing can be read."""
    wanted = for_harvest(source, limit=None, max_record_bytes=configuration.max_record_bytes)
    probed = probe(source.url, configuration, tell, permission=wanted.permission, seconds=DETECTION_SECONDS)
    best = next((candidate for candidate in probed.ranked if candidate.confidence > FALLBACK), None)
    if best is None:
        why = all_in_words(probed.trouble[1]) if probed.trouble else "Nothing machine-readable was found there."
        raise HarvestNotPossible(
            f"{source.id} cannot be read yet: {why} `catalogue check {source.url}` shows what was asked."
        )
    now = datetime.now(UTC)
    observed = {
        "protocol": best.protocol, "url": best.url, "options": best.options, "evidence": in_words(best.evidence),
        "detected": now,
    }  # fmt: skip
    Observation.objects.update_or_create(source=source, defaults=observed, create_defaults={**observed, "at": now})
    return best
