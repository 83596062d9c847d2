"""From an entry of `sources.yaml` to its row in the database."""

import msgspec

from catalogue.register.models import Source
from catalogue.register.source_entry import SourceEntry


def row_of(entry: SourceEntry) -> Source:
    """An entry of the file as a row of the database, not yet saved."""
    return Source(
        id=entry.id,
        state_id=entry.state,
        title=entry.title,
        url=entry.url,
        protocol=entry.protocol,
        basis_kind=entry.basis.kind,
        basis_document=entry.basis.document or "",
        basis_date=entry.basis.date or "",
        schedule=entry.schedule,
        permission=msgspec.to_builtins(entry.harvest_permission) if entry.harvest_permission else None,
        publish=entry.publish,
        options=entry.options,
        expect=msgspec.to_builtins(entry.expect) if entry.expect else {},
        entry=msgspec.to_builtins(msgspec.structs.replace(entry, withdrawn=None)),
    )
