"""From an accepted entry to the source that is harvested: the same words in the shape that `sources.yaml` has."""

import re

import msgspec

from catalogue.register.models import Source, Version
from catalogue.register.source_entry import AUTO, Basis, HarvestPermission, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.states.models import State
from harvesters.registry import all_harvesters
from harvesters.values import slug

MAX_SLUG_CHARACTERS = 50
LEVELS = frozenset({"national", "subnational", "local", "sector"})


def feed(version: Version) -> Source:
    """The source of an accepted version, made or changed in the register; what an operator set for it stays."""
    entry, said, submission = version.entry, version.said, version.submission
    if submission is None:
        raise ValueError("a version that was never submitted cannot feed the harvesters")
    basis = Basis("submission", submission.document, submission.received.isoformat())
    permission = None
    if said.get("harvesting") == "yes":
        permission = HarvestPermission(str(said["authority"]), submission.received.isoformat(), submission.document)
    before = entry.source
    kept = msgspec.convert(before.entry, SourceEntry) if before else None
    made = SourceEntry(
        id=kept.id if kept else _free_id(version),
        state=version.state_id,
        title={version.language: version.title},
        url=_address(version),
        basis=basis,
        protocol=_protocol(version),
        level=said["level"] if said.get("level") in LEVELS else "national",
    )
    if kept is not None:
        operators = ("schedule", "publish", "delay_seconds", "ca_bundle", "expect", "note")
        made = msgspec.structs.replace(made, **{name: getattr(kept, name) for name in operators})
        permission = permission or kept.harvest_permission
        if kept.protocol == made.protocol and kept.url == made.url:
            made = msgspec.structs.replace(made, options=kept.options)
    source = row_of(msgspec.structs.replace(made, harvest_permission=permission))
    source.save()
    entry.source = source
    entry.save(update_fields=["source"])
    return source


def _address(version: Version) -> str:
    """Where the harvest begins: what the State names for programs, what the check found, or what people open."""
    said, found = version.said, version.check_result or {}
    if said.get("endpoint"):
        return str(said["endpoint"])
    return str(found.get("source_url") or said["url"])


def _protocol(version: Version) -> str:
    stated = str(version.said.get("protocol", "")).lower()
    known = set(all_harvesters())
    if stated in known:
        return stated
    found = str((version.check_result or {}).get("protocol") or "")
    return found if found in known else AUTO


def _free_id(version: Version) -> str:
    """A readable id that no source has: the State's code, and the host or the title. Until the transaction ends no other
    entry of the State gets one."""
    # Without keeping away who only refers to the State, as each event does.
    State.objects.select_for_update(no_key=True).get(pk=version.state_id)
    host = re.sub(r"^www\.", "", _address(version).split("://")[-1].split("/")[0].split(":")[0])
    base = slug(f"{version.state_id}-{host if not host[:1].isdigit() else version.title}", MAX_SLUG_CHARACTERS)
    taken = set(Source.objects.filter(id__startswith=base).values_list("id", flat=True))
    return next(
        each
        for number in range(1, len(taken) + 2)
        if (each := base if number == 1 else f"{base}-{number}") not in taken
    )
