"""What the fictional States reported: the file of sources that `catalogue sources load` reads."""

from collections.abc import Mapping
from typing import Any

import yaml

from sandbox.content import phrases
from sandbox.states import OFFERS, Offer

NOTE = {"document": "Note verbale 12/2026", "date": "2026-02-02"}
PERMISSION = {"by": "Focal point for open data", **NOTE}
HEADER = "# The sources of the fictional States of the sandbox; made anew whenever it is started.\n"


def sources_file(addresses: Mapping[str, str]) -> str:
    """The file, as YAML; addresses: where each portal is served, by the id of its offer."""
    entries = [_entry(offer, addresses[offer.id]) for offer in OFFERS]
    return HEADER + yaml.safe_dump({"sources": entries}, allow_unicode=True, sort_keys=False)


def _entry(offer: Offer, address: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": offer.id,
        "state": offer.state,
        "title": {tag: phrases()["portal"][tag] for tag in offer.languages},
        "url": f"{address}{offer.path}",
        "protocol": offer.protocol,
        "basis": {"kind": "submission", **NOTE},
        "publish": "all",
    }
    if offer.permission:
        entry["harvest_permission"] = dict(PERMISSION)
    return entry
