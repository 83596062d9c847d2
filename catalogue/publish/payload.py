"""From a held package to a CKAN dataset: pure, and the same package always gives the same dataset.

CKAN's core has no language maps: they go into extras as JSON (`title_translated`, `notes_translated`,
`keywords_translated`, and per resource `name_translated`, `description_translated`), under the names that
ckanext-fluent uses. Keys of extras never change their meaning; a new meaning gets a new key.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from catalogue.publish.limits import SIZE_LIMIT_BYTES, VERSION_CHARACTERS, as_json, cut, tags, whole
from catalogue.register.models import Source
from harvesters import identity
from harvesters.findings import Finding, find
from harvesters.package import LanguageMap, Package, Resource
from harvesters.values import Moment, Period, slug, without_personal_mail

PAYLOAD_VERSION = 2
"""Raise it when the payload changes: every dataset is then sent again once."""

LICENSE_CHARACTERS = 100
"""A licence that is no SPDX id is shown by its first words; the extra `license_text` has the whole."""


class Payload(msgspec.Struct, frozen=True):
    """A dataset as CKAN takes it, and what had to be cut for it."""

    dataset: dict[str, Any]
    findings: list[Finding]


def stamp(source: Source) -> str:
    """A hash of what else than the package goes into the payload: a change of it means that CKAN must be told."""
    said = [
        PAYLOAD_VERSION,
        source.url,
        source.state_id,
        source.basis_kind,
        source.basis_document,
        source.basis_date,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def public_name(package: Package) -> str:
    """The dataset's address in CKAN: readable from its title, and kept apart from all others by the digest of its name."""
    digest = identity.digest_of(package.name)
    readable = slug(package.title or package.catalogue.native_id, identity.NAME_LIMIT_CHARACTERS - len(digest) - 1)
    return f"{readable}-{digest}"


def payload(package: Package, source: Source, name: str, read_at: datetime) -> Payload:
    """The CKAN dataset of a package. name: as first published. read_at: end of the run that first read this content."""
    findings: list[Finding] = []
    licences = package.catalogue.licences
    licence = (licences[0].spdx or licences[0].text) if licences else ""
    dataset = {
        "id": package.id,
        "name": name,
        "title": cut("title", package.title or name, findings),
        "notes": (package.description or "").replace("\x00", ""),
        "url": whole("homepage", package.homepage or "", findings),
        "version": cut("version", package.version or "", findings, VERSION_CHARACTERS),
        "owner_org": identity.organization_id(source.state_id),
        "license_id": licence.replace("\x00", "")[:LICENSE_CHARACTERS],
        "author": cut("author", _publisher_name(package), findings),
        "state": "active",
        "private": False,
        "tags": [{"name": tag} for tag in tags(package.keywords or [])],
        "extras": [
            {"key": key, "value": cut(f"extras.{key}", value, findings)}
            for key, value in _extras(package, source, read_at, findings).items()
            if value
        ],
        "resources": _resources(package, findings),
    }
    return Payload(dataset, findings)


def _extras(package: Package, source: Source, read_at: datetime, findings: list[Finding]) -> dict[str, str]:
    additions = package.catalogue
    publisher = additions.publisher

    def json_text(key: str, value: Any) -> str:
        return as_json(f"extras.{key}", value, findings)

    return {
        "source": additions.source,
        "native_identifier": additions.native_id,
        "source_url": source.url,
        "state_party": source.state_id,
        "harvested_at": read_at.isoformat(timespec="seconds"),
        "basis": source.basis_kind,
        "basis_document": without_personal_mail(source.basis_document),
        "basis_date": source.basis_date,
        "protocol": additions.protocol,
        "publisher": _publisher_name(package),
        "publisher_url": publisher.url or "" if publisher else "",
        "publisher_translated": json_text("publisher_translated", _several(publisher.names) if publisher else {}),
        "issued": _moment(additions.issued),
        "modified": _moment(additions.modified),
        "language": ", ".join(language.tag or language.text for language in additions.languages),
        "frequency": additions.frequency.code or additions.frequency.text if additions.frequency else "",
        "temporal": "; ".join(_period(period) for period in additions.temporal),
        "spatial_coverage": "; ".join(place.text or place.iri or "" for place in additions.spatial),
        "access_rights": additions.access_rights or "",
        "license_text": "; ".join(licence.text for licence in additions.licences),
        "license_url": next((licence.url for licence in additions.licences if licence.url), ""),
        "themes": json_text("themes", additions.themes),
        "conforms_to": json_text("conforms_to", additions.conforms_to),
        "identifiers": json_text("identifiers", additions.identifiers),
        "origin": (additions.origin.portal or "") if additions.origin else "",
        "origin_identifier": (additions.origin.id or "") if additions.origin else "",
        "title_translated": json_text("title_translated", additions.titles),
        "notes_translated": json_text("notes_translated", additions.descriptions),
        "keywords_translated": json_text("keywords_translated", additions.keywords or _keywords(package)),
    }


def _publisher_name(package: Package) -> str:
    publisher = package.catalogue.publisher
    return publisher.name or "" if publisher else ""


def _keywords(package: Package) -> dict[str, list[str]]:
    return {"und": package.keywords} if package.keywords else {}


def _moment(moment: Moment | None) -> str:
    return moment.value or moment.text if moment else ""


def _period(period: Period) -> str:
    if period.start is None and period.end is None:
        return period.text
    return f"{_moment(period.start) or '..'}/{_moment(period.end) or '..'}"


def _resources(package: Package, findings: list[Finding]) -> list[dict[str, Any]]:
    """The resources in the package's order, each under an id that does not depend on its place."""
    counts: dict[str, int] = {}
    made = []
    for number, resource in enumerate(package.resources):
        key = resource.catalogue.native_id or resource.path
        counts[key] = counts.get(key, 0) + 1
        own_id = identity.resource_id(package.id, key if counts[key] == 1 else f"{key}\n{counts[key]}")
        if whole(f"resources[{number}].path", resource.path, findings):
            made.append(_resource(resource, own_id, f"resources[{number}]", findings))
    return made


def _resource(resource: Resource, own_id: str, path: str, findings: list[Finding]) -> dict[str, Any]:
    additions = resource.catalogue
    made: dict[str, Any] = {
        "id": own_id,
        "url": resource.path,
        "name": cut(f"{path}.title", resource.title or resource.name, findings),
        "description": cut(f"{path}.description", resource.description or "", findings),
        "format": cut(f"{path}.format", resource.format or "", findings),
        "mimetype": cut(f"{path}.mediatype", resource.mediatype or "", findings),
        "hash": cut(f"{path}.hash", resource.hash or "", findings),
    }
    translated = {
        "name_translated": as_json(f"{path}.titles", _several(additions.titles), findings),
        "description_translated": as_json(f"{path}.descriptions", _several(additions.descriptions), findings),
    }
    times = {"created": _ckan_time(additions.issued), "last_modified": _ckan_time(additions.modified)}
    made |= {key: text for key, text in (translated | times).items() if text}
    if resource.bytes is not None and 0 <= resource.bytes <= SIZE_LIMIT_BYTES:
        made["size"] = resource.bytes
    elif resource.bytes is not None:
        findings.append(find("ckan-value-too-long", f"{path}.bytes", str(resource.bytes)))
    return made


def _several(texts: LanguageMap) -> LanguageMap:
    """A language map, where it says more than the plain text beside it."""
    return texts if set(texts) != {"und"} else {}


def _ckan_time(moment: Moment | None) -> str:
    """A stated day or time as CKAN's columns hold it: in UTC, without a zone. Empty for a year, a month, or a text."""
    if moment is None or moment.value is None or moment.precision not in {"day", "minute", "second"}:
        return ""
    try:
        time = datetime.fromisoformat(moment.value)
        return (time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time).isoformat()
    except (ValueError, OverflowError):
        return ""
