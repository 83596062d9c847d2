"""From an accepted entry to the source that is harvested: the same words in the shape that `sources.yaml` has."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from catalogue.register.addresses import url_mistake
from catalogue.register.many import AT_ONCE
from catalogue.register.models import Entry, Source, Version
from catalogue.register.source_entry import AUTO, Basis, HarvestPermission, SourceEntry
from catalogue.register.source_rows import row_of
from catalogue.states.models import State
from harvesters.registry import all_harvesters
from harvesters.values import slug

MAX_SLUG_CHARACTERS = 50
LEVELS = frozenset({"national", "subnational", "local", "sector"})


def feed(version: Version) -> Source:
    """The source of an accepted version, made or changed in the register; what an operator set for it stays."""
    return feed_many([version])[0]


def feed_many(versions: Sequence[Version]) -> list[Source]:
    """The sources of accepted versions, in the same order and in few statements. Each version is of another entry, and all are
    of one State."""
    free = _free_ids([version for version in versions if version.entry.source is None])
    made = [row_of(_source(version, free.get(version.pk, ""))) for version in versions]
    said = [field.name for field in Source._meta.concrete_fields if not field.primary_key]
    Source.objects.bulk_create(made, AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=said)
    for version, source in zip(versions, made, strict=True):
        version.entry.source = source
    Entry.objects.bulk_update([version.entry for version in versions], ["source"], AT_ONCE)
    return made


def _source(version: Version, free: str) -> SourceEntry:
    """What is to be harvested. free: the id of a source that the register has not."""
    said, submission = version.said, version.submission
    if submission is None:
        raise ValueError("a version that was never submitted cannot feed the harvesters")
    permission = None
    if said.get("harvesting") == "yes":
        permission = HarvestPermission(str(said["authority"]), submission.received.isoformat(), submission.document)
    before = version.entry.source
    kept = msgspec.convert(before.entry, SourceEntry) if before else None
    made = SourceEntry(
        id=kept.id if kept else free,
        state=version.state_id,
        title={version.language: version.title},
        url=_address(version),
        basis=Basis("submission", submission.document, submission.received.isoformat()),
        protocol=_protocol(version),
        level=said["level"] if said.get("level") in LEVELS else "national",
    )
    if kept is not None:
        operators = ("schedule", "publish", "delay_seconds", "ca_bundle", "expect", "note")
        made = msgspec.structs.replace(made, **{name: getattr(kept, name) for name in operators})
        if said.get("harvesting") != "no":  # a State takes back what it permitted before
            permission = permission or kept.harvest_permission
        if kept.protocol == made.protocol and kept.url == made.url:
            made = msgspec.structs.replace(made, options=kept.options)
    return msgspec.structs.replace(made, harvest_permission=permission)


def _address(version: Version) -> str:
    """Where the harvest begins: what the State names for programs, what the check found, or what people open."""
    return beginning(version) or str(version.said["url"])


def beginning(version: Version) -> str:
    """Where the harvest of a version begins, if not at the address that people open; "" there. What was written for an address
    and is none is passed over, with the remark that says so."""
    stated = str(version.fields.get("endpoint") or "")
    if stated and url_mistake(stated) is None:
        return stated
    return str((version.check_result or {}).get("source_url") or "")


def _protocol(version: Version) -> str:
    stated = str(version.said.get("protocol", "")).lower()
    known = set(all_harvesters())
    if stated in known:
        return stated
    found = str((version.check_result or {}).get("protocol") or "")
    return found if found in known else AUTO


def _free_ids(versions: Sequence[Version]) -> dict[UUID, str]:
    """By version: a readable id that no source has, of the State's code and the host or the title. Until the transaction ends
    no other entry of the State gets one."""
    if not versions:
        return {}
    # Without keeping away who only refers to the State, as each event does.
    State.objects.select_for_update(no_key=True).get(pk=versions[0].state_id)
    bases = {version.pk: _base(version) for version in versions}
    taken = set(Source.objects.filter(id__startswith=_beginning(bases.values())).values_list("id", flat=True))
    tried: dict[str, int] = defaultdict(int)
    free = {}
    for key, base in bases.items():
        while True:
            tried[base] += 1
            found = base if tried[base] == 1 else f"{base}-{tried[base]}"
            if found not in taken:
                break
        taken.add(found)
        free[key] = found
    return free


def _beginning(texts: Collection[str]) -> str:
    """What all of them begin with."""
    first, last = min(texts), max(texts)
    return next((first[:place] for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), first)


def _base(version: Version) -> str:
    host = re.sub(r"^www\.", "", _address(version).split("://")[-1].split("/")[0].split(":")[0])
    return slug(f"{version.state_id}-{host if not host[:1].isdigit() else version.title}", MAX_SLUG_CHARACTERS)
