"""The heading of a harvest: whose it is, and all that decides what is read and how. Two harvests with like headings may share
what was read: the one goes on from the other's spool, or takes over answers that did not change since."""

import hashlib

import msgspec

from harvesters.base import Source
from harvesters.registry import harvester_for
from harvesters.spool_lines import Header

READING_CHARACTERS = 16
"""Of a SHA-256 in hexadecimal; it tells the settings of one source apart, a handful in its life."""


def heading(source: Source, run: str, started: str) -> Header:
    """The header of a harvest that begins now. started: ISO 8601 with zone. Raises UnknownProtocol."""
    return Header(
        source=source.id,
        run=run,
        url=source.url,
        protocol=source.protocol,
        started=started,
        harvester=str(harvester_for(source.protocol).version),
        since=source.since,
        reading=_reading(source),
    )


def alike(one: Header, other: Header) -> bool:
    """Whether both harvests read the same in the same way. A spool of before `Header.reading` is like none that begins now."""
    return (one.url, one.protocol, one.harvester, one.since, one.reading) == (
        other.url, other.protocol, other.harvester, other.since, other.reading
    )  # fmt: skip


def _reading(source: Source) -> str:
    settings = source.options, source.max_record_bytes, source.max_triples_bytes
    return hashlib.sha256(msgspec.json.encode(settings, order="sorted")).hexdigest()[:READING_CHARACTERS]
