"""Spool records to packages, in worker processes: the part of assembling that takes time.

A worker gets the raw lines of a batch and gives back what is to be kept. It knows no database.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from catalogue.datasets.kept import Kept
from harvesters import identity
from harvesters.base import Parts, Source, no_parts
from harvesters.findings import Finding, blocks, find
from harvesters.package import Mapped, content_hash, encode
from harvesters.parts import look_up
from harvesters.registry import harvester_for
from harvesters.spool_lines import Record

Check = Callable[[bytes], list[Finding]]
"""Judges an encoded package; `assess.validation.check` in earnest."""


def record_hash(record: Record) -> str:
    """What decides whether a record must be mapped again: what the portal said, and the version of the mapping."""
    version = harvester_for(record.protocol).version if record.protocol else 0
    said = record.text.encode() if record.text is not None else bytes(record.json)
    return hashlib.sha256(b"%d\n" % version + said).hexdigest()


Identities = Mapping[str, tuple[str, str]]
"""By the store's key of a native identifier, the `id` and `name` of datasets of a source that have theirs already, or cannot
have those that follow from it (`store.apart`)."""


def map_batch(
    records: Sequence[Record], source: Source, parts_file: Path | None, check: Check, identities: Identities
) -> list[Kept]:
    """Map and judge records that have an identifier; never raises for what a portal sent."""
    parts: Parts = partial(look_up, parts_file) if parts_file else no_parts
    return [_kept(record, source, parts, check, identities) for record in records]


def _kept(record: Record, source: Source, parts: Parts, check: Check, identities: Identities) -> Kept:
    native_id = record.id or ""
    key = identity.store_key(native_id)
    mapped = _map(record, source, parts)
    findings = [*mapped.findings, *identity.key_findings(native_id)]
    derived = (identity.package_id(source.id, native_id), identity.package_name(source.id, native_id))
    own = identities.get(key, derived)
    if own != derived and mapped.package is not None:
        # A dataset that the portal has renumbered goes on under the identity that it had, and one that is now listed under
        # its former identifier has another.
        mapped = Mapped(msgspec.structs.replace(mapped.package, id=own[0], name=own[1]), mapped.findings)
    descriptor = encode(mapped.package) if mapped.package is not None else b""
    if mapped.package is not None:
        findings.extend(check(descriptor))
    blocked = mapped.package is None or blocks(findings)
    return Kept(
        id=own[0],
        native_id=key,
        name=own[1],
        title=(mapped.package.title or "") if mapped.package else "",
        descriptor=descriptor,
        content_hash=content_hash(descriptor) if descriptor else "",
        record_hash=record_hash(record),
        findings=[msgspec.to_builtins(finding) for finding in findings],
        blocked=blocked,
    )


def _map(record: Record, source: Source, parts: Parts) -> Mapped:
    """Map one record. A mapper that raises has a mistake of ours; the record is quarantined, and the run goes on."""
    harvester = harvester_for(record.protocol or source.protocol)
    try:
        return harvester.package(record, source, parts)
    except Exception as error:  # noqa: BLE001 - whatever it is, the finding names it
        return Mapped(None, [find("mapping-failed", value=record.id or "", why=f"{type(error).__name__}: {error}")])
