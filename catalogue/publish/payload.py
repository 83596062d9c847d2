"""From a held package to a CKAN dataset: pure, and the same package always gives the same dataset.

CKAN's core has no language maps: they go into extras as JSON (`title_translated`, `notes_translated`,
`keywords_translated`), under the names that ckanext-fluent uses.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from catalogue.register.models import Source
from harvesters import identity
from harvesters.findings import Finding, find
from harvesters.package import Package, Resource
from harvesters.values import Moment, Period, slug

PAYLOAD_VERSION = 1
"""Raise it when the payload changes: every dataset is then sent again once."""

TAG_CHARACTERS = range(2, 101)
"""CKAN's limits for a tag (ckan.model.MIN_TAG_LENGTH, MAX_TAG_LENGTH)."""

MAX_TAGS = 100
FIELD_LIMIT_BYTES = 32_766
"""The longest string that Solr indexes in one term (Lucene's IndexWriter.MAX_TERM_LENGTH)."""

DIGEST_CHARACTERS = 10
_NOT_TAG = re.compile(r"[^\w \-.]")


class Payload(msgspec.Struct, frozen=True):
    """A dataset as CKAN takes it, and what had to be cut for it."""

    dataset: dict[str, Any]
    findings: list[Finding]


def stamp(source: Source) -> str:
    """A hash of what else than the package goes into the payload: a change of it means that CKAN must be told."""
    said = [
        PAYLOAD_VERSION,
        source.state_id,
        source.basis_kind,
        source.basis_document,
        source.basis_date,
        source.protocol,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def public_name(package: Package) -> str:
    """The dataset's address in CKAN: readable from its title, and kept apart from all others by a digest."""
    identity_text = f"{package.catalogue.source}\n{package.catalogue.native_id}"
    digest = hashlib.sha256(identity_text.encode()).hexdigest()[:DIGEST_CHARACTERS]
    readable = slug(package.title or package.catalogue.native_id, identity.NAME_LIMIT_CHARACTERS - len(digest) - 1)
    return f"{readable}-{digest}"


def payload(package: Package, source: Source, name: str, read_at: datetime) -> Payload:
    """The CKAN dataset of a package. name: as first published. read_at: end of the run that first read this content."""
    findings: list[Finding] = []
    additions = package.catalogue
    licence = additions.licences[0] if additions.licences else None
    dataset = {
        "id": package.id,
        "name": name,
        "title": package.title or name,
        "notes": package.description or "",
        "url": package.homepage or "",
        "version": (package.version or "")[:100],
        "owner_org": identity.organization_id(source.state_id),
        "license_id": (licence.spdx or licence.text)[:100] if licence else "",
        "author": additions.publisher.name if additions.publisher and additions.publisher.name else "",
        "state": "active",
        "private": False,
        "tags": [{"name": tag} for tag in _tags(package.keywords or [])],
        "extras": [
            {"key": key, "value": _cut(key, value, findings)}
            for key, value in _extras(package, source, read_at).items()
            if value
        ],
        "resources": _resources(package),
    }
    return Payload(dataset, findings)


def _extras(package: Package, source: Source, read_at: datetime) -> dict[str, str]:
    additions = package.catalogue
    return {
        "source": additions.source,
        "native_identifier": additions.native_id,
        "source_url": source.url,
        "state_party": source.state_id,
        "harvested_at": read_at.isoformat(timespec="seconds"),
        "basis": source.basis_kind,
        "basis_document": source.basis_document,
        "basis_date": source.basis_date,
        "protocol": additions.protocol,
        "publisher": additions.publisher.name or "" if additions.publisher else "",
        "publisher_url": additions.publisher.url or "" if additions.publisher else "",
        "issued": _moment(additions.issued),
        "modified": _moment(additions.modified),
        "language": ", ".join(language.tag or language.text for language in additions.languages),
        "frequency": additions.frequency.code or additions.frequency.text if additions.frequency else "",
        "temporal": "; ".join(_period(period) for period in additions.temporal),
        "spatial_coverage": "; ".join(place.text or place.iri or "" for place in additions.spatial),
        "access_rights": additions.access_rights or "",
        "license_text": "; ".join(licence.text for licence in additions.licences),
        "license_url": next((licence.url for licence in additions.licences if licence.url), ""),
        "themes": _json(additions.themes),
        "conforms_to": _json(additions.conforms_to),
        "identifiers": _json(additions.identifiers),
        "origin": (additions.origin.portal or "") if additions.origin else "",
        "title_translated": _json(additions.titles),
        "notes_translated": _json(additions.descriptions),
        "keywords_translated": _json(additions.keywords),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _moment(moment: Moment | None) -> str:
    return moment.value or moment.text if moment else ""


def _period(period: Period) -> str:
    if period.start is None and period.end is None:
        return period.text
    return f"{_moment(period.start) or '..'}/{_moment(period.end) or '..'}"


def _cut(key: str, value: str, findings: list[Finding]) -> str:
    content = value.encode()
    if len(content) <= FIELD_LIMIT_BYTES:
        return value
    findings.append(find("ckan-value-too-long", key, str(len(content))))
    return content[:FIELD_LIMIT_BYTES].decode("utf-8", "ignore")


def _tags(keywords: Iterable[str]) -> list[str]:
    """Keywords as CKAN takes tags; the originals are in the extra `keywords_translated`."""
    cleaned = (" ".join(_NOT_TAG.sub(" ", word).split())[: TAG_CHARACTERS.stop - 1].strip() for word in keywords)
    return list(dict.fromkeys(tag for tag in cleaned if len(tag) in TAG_CHARACTERS))[:MAX_TAGS]


def _resources(package: Package) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    made = []
    for resource in package.resources:
        key = resource.catalogue.native_id or resource.path
        counts[key] = counts.get(key, 0) + 1
        made.append(_resource(package, resource, key if counts[key] == 1 else f"{key}\n{counts[key]}"))
    return made


def _resource(package: Package, resource: Resource, key: str) -> dict[str, Any]:
    dataset: dict[str, Any] = {
        "id": identity.resource_id(package.id, key),
        "name": resource.title or resource.name,
        "description": resource.description or "",
        "url": resource.path,
        "format": resource.format or "",
        "mimetype": resource.mediatype or "",
        "hash": resource.hash or "",
    }
    if resource.bytes is not None:
        dataset["size"] = resource.bytes
    return dataset
