"""Whether a package is one: by frictionless as a Data Package, and by our profile, which carries the rules of version 2.

Only the descriptor is looked at. `metadata_validate` fetches nothing; a harvested descriptor is never given to
frictionless's `validate` or `Package`, which would fetch what it names.
"""

from typing import Any

import msgspec

from catalogue.assess.rules import RulesOfPackage
from harvesters.findings import Finding, find
from harvesters.profile import validate_profile


def check(descriptor: bytes) -> list[Finding]:
    """What is wrong with an encoded package; empty where nothing is. Pure, so that worker processes can run it."""
    fields: dict[str, Any] = msgspec.json.decode(descriptor)
    return [*validate_profile(fields), *_frictionless(fields)]


def _frictionless(fields: dict[str, Any]) -> list[Finding]:
    if not fields["resources"]:
        # Our profile's one departure from version 2: a dataset without distributions is held, and said to be so.
        fields = {key: value for key, value in fields.items() if key != "resources"}
        fields["resources"] = [{"name": "none", "path": "none"}]
    # `$schema` and `profile` name documents that frictionless might fetch; our profile has judged them already.
    fields = {key: value for key, value in fields.items() if key not in {"$schema", "profile"}}
    return [
        find("package-invalid", value=getattr(error, "note", "") or str(error), rule=error.type)
        for error in RulesOfPackage.metadata_validate(fields)
    ]
