"""Package: the contract between reading and keeping. Every harvester hands over these structs.

A `Package` is a Data Package v2 descriptor (https://datapackage.org/standard/data-package/) with our additions under one
key, `catalogue`, at package and at resource level. `profile.json` beside this file is the documented JSON Schema of the
whole. What a portal said and we could not read is kept as text inside the additions and reported as a finding.
"""

import hashlib
from typing import Any

import msgspec

from harvesters.findings import Finding
from harvesters.values import Frequency, Language, Licence, Moment, Period, storable_json

DATA_PACKAGE_V2 = "https://datapackage.org/profiles/2.0/datapackage.json"
"""The `$schema` of a Data Package v2; left out where `resources` is empty, which v2 does not allow."""

LanguageMap = dict[str, str]
"""Text by BCP 47 tag; "und" where the portal did not say the language."""


class License(msgspec.Struct, frozen=True, omit_defaults=True):
    """A licence as Data Package v2 has it: a name (an SPDX or Open Definition id) or a path, and a title."""

    name: str | None = None
    path: str | None = None
    title: str | None = None


class Contributor(msgspec.Struct, frozen=True, omit_defaults=True):
    """An organisation behind a package, with its roles ("publisher", "creator", "contact"); never a person's address."""

    title: str
    path: str | None = None
    roles: list[str] = []


class PackageSource(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a package was found: the portal's page of it."""

    title: str | None = None
    path: str | None = None


class Publisher(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who publishes a dataset, as the portal says."""

    name: str | None = None
    names: LanguageMap = {}
    url: str | None = None
    id: str | None = None


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Spatial coverage: the portal's words, an IRI, and a box (west, south, east, north in degrees), where given."""

    text: str | None = None
    iri: str | None = None
    bbox: tuple[float, float, float, float] | None = None


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the portal itself harvested a dataset from, when it is an aggregator and says so."""

    portal: str | None = None
    id: str | None = None


class ResourceAdditions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What Data Package v2 has no place for, per resource."""

    native_id: str | None = None
    titles: LanguageMap = {}
    descriptions: LanguageMap = {}
    access_url: str | None = None
    issued: Moment | None = None
    modified: Moment | None = None
    licence: Licence | None = None
    languages: list[Language] = []
    conforms_to: list[str] = []
    size_text: str | None = None
    more: dict[str, Any] = {}


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """One distribution of a dataset: a Data Resource v2 whose `path` is an absolute URL."""

    name: str
    path: str
    title: str | None = None
    description: str | None = None
    format: str | None = None
    mediatype: str | None = None
    bytes: int | None = None
    hash: str | None = None
    catalogue: ResourceAdditions = ResourceAdditions()


class Additions(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What Data Package v2 has no place for, per package.

    source and native_id are the identity of the dataset inside the catalogue; native_id is the portal's own, unchanged.
    more: what the portal said that no other field holds, by the portal's own keys.
    """

    source: str
    native_id: str
    protocol: str
    titles: LanguageMap = {}
    descriptions: LanguageMap = {}
    keywords: dict[str, list[str]] = {}
    languages: list[Language] = []
    publisher: Publisher | None = None
    contact: Publisher | None = None
    issued: Moment | None = None
    modified: Moment | None = None
    frequency: Frequency | None = None
    temporal: list[Period] = []
    spatial: list[Place] = []
    access_rights: str | None = None
    licences: list[Licence] = []
    themes: list[str] = []
    conforms_to: list[str] = []
    identifiers: list[str] = []
    origin: Origin | None = None
    more: dict[str, Any] = {}


class Package(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One dataset: a Data Package v2 descriptor with our additions.

    name: stable and deterministic, from source and native identifier (`identity.package_name`).
    id: a UUIDv5 from the same two (`identity.package_id`).
    created: only where the portal stated a full date-time with a zone; other dates are in the additions.
    """

    name: str
    id: str
    resources: list[Resource]
    catalogue: Additions
    schema: str | None = msgspec.field(default=None, name="$schema")
    title: str | None = None
    description: str | None = None
    homepage: str | None = None
    version: str | None = None
    created: str | None = None
    keywords: list[str] | msgspec.UnsetType = msgspec.UNSET
    licenses: list[License] | msgspec.UnsetType = msgspec.UNSET
    contributors: list[Contributor] | msgspec.UnsetType = msgspec.UNSET
    sources: list[PackageSource] | msgspec.UnsetType = msgspec.UNSET


class Mapped(msgspec.Struct, frozen=True):
    """What reading one record gives: the package (None where not even an identity and a title could be read), and
    what was found on the way."""

    package: Package | None
    findings: list[Finding]


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Package)


def encode(package: Package) -> bytes:
    """The descriptor as UTF-8 JSON; the same package always gives the same bytes. Half characters, which have no UTF-8, are
    replaced."""
    try:
        return _ENCODER.encode(package)
    except UnicodeEncodeError:  # rare, as in JSON that stands within a text of a record
        return _ENCODER.encode(msgspec.convert(storable_json(msgspec.to_builtins(package)), Package))


def decode(descriptor: bytes) -> Package:
    """A package from the bytes that `encode` made. Raises msgspec.ValidationError for anything else."""
    return _DECODER.decode(descriptor)


def content_hash(descriptor: bytes) -> str:
    """The SHA-256 of an encoded package, in hex: two packages with equal hashes say the same."""
    return hashlib.sha256(descriptor).hexdigest()
