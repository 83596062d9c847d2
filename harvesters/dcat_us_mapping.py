"""From one dataset of a data.json to a Data Package.

Pure. Reads DCAT-US 1.1, what its national profiles add, and where they differ the shapes of versions 1.0 (plain texts)
and 3 (objects). What no field of ours holds is kept under `more` by the portal's own keys; persons are not.
"""

from collections.abc import Mapping
from typing import Any

from harvesters.base import Source
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import members, texts, word, words
from harvesters.mapping import (
    LEFT_OUT,
    Draft,
    Reading,
    bounded_keywords,
    build_resources,
    compose,
    organisation_contact,
    text_language,
)
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Record
from harvesters.values import Frequency, Licence, Moment, Period, clean_text, read_frequency

MAX_PARENTS = 10
"""Of a publisher; real chains have at most five."""

READ = frozenset(
    {
        *("@type", "title", "description", "keyword", "modified", "issued", "publisher", "identifier", "accessLevel"),
        *("license", "licence", "spatial", "temporal", "distribution", "accrualPeriodicity", "conformsTo", "language"),
        *("theme", "superTheme", "landingPage", "contactPoint", "otherIdentifier", "version"),
    }
)

RESOURCE_READ = frozenset(
    {
        *("@type", "identifier", "title", "description", "downloadURL", "accessURL", "format", "mediaType", "byteSize"),
        *("issued", "modified", "license", "licence", "language", "conformsTo", "checksum"),
    }
)

PLAIN_ADDRESSES = ("downloadURL", "accessURL", "webService")
"""Where schema 1.0 let a dataset without a list of distributions have its address."""


def map_dataset(record: Record, source: Source, protocol: str = "dcat-us") -> Mapped:
    """The package of one dataset, read by `protocol`, which has the words of DCAT-US.

    Blocks only where there is no identifier or no JSON object.
    """
    said = decoded_json(record)
    if not isinstance(said, dict):
        return Mapped(None, [find("record-malformed", value=said, why=phrase("why-not-an-object"))])
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=clean_text(said.get("title")) or "")])
    reading = Reading(record.url)
    languages = reading.languages(said.get("language"), "language")
    tag = text_language(languages)
    modified, interval = _modified(said.get("modified"), reading)
    publisher, parents = _publisher(said.get("publisher"), reading)
    built = build_resources(_drafts(said, tag, reading), languages, reading)
    licence = _licence(said, "", reading)
    homepage = reading.link(_address(said.get("landingPage")), "landingPage")
    read = READ | set(PLAIN_ADDRESSES) if "distribution" not in said else READ
    more = remainder(said, _without_second_licence(said, read))
    if homepage is None and (stated := clean_text(_address(said.get("landingPage")))):
        more["landingPage"] = stated
    if parents:
        more["subOrganizationOf"] = parents
    if built.left_out:
        more[LEFT_OUT] = built.left_out
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol=protocol,
        titles=texts(said.get("title"), tag, reading.text),
        descriptions=texts(said.get("description"), tag, reading.description),
        keywords=bounded_keywords(_keywords(said.get("keyword"), tag), reading),
        languages=languages,
        publisher=publisher,
        contact=_contact(said.get("contactPoint"), publisher, parents),
        issued=reading.moment(said.get("issued"), "issued"),
        modified=modified,
        frequency=reading.frequency(word(said.get("accrualPeriodicity")), "accrualPeriodicity") or interval,
        temporal=_temporal(said.get("temporal"), reading),
        spatial=read_places(said.get("spatial")),
        access_rights=reading.text(word(said.get("accessLevel"))),
        licences=[licence] if licence is not None else [],
        themes=list(dict.fromkeys([*words(said.get("theme")), *words(said.get("superTheme"))])),
        conforms_to=_addresses(said.get("conformsTo")),
        identifiers=[other for other in words(said.get("otherIdentifier")) if other != record.id],
        more=more,
    )
    version = reading.text(word(said.get("version")))
    return compose(source, additions, built.resources, reading, homepage=homepage, version=version)


def _address(value: object) -> object:
    """The address in a value: the text itself, or what an object gives as one."""
    if isinstance(value, list):
        return _address(value[0]) if value else None
    if isinstance(value, dict):
        return next((value[key] for key in ("accessURL", "downloadURL", "@id", "url") if value.get(key)), None)
    return value


def _addresses(value: object) -> list[str]:
    found = (clean_text(_address(member)) or clean_text(word(member)) for member in members(value))
    return [text for text in found if text]


def _keywords(value: object, tag: str) -> dict[str, list[str]]:
    """Keywords; where they come as one text, what commas or semicolons divide."""
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    if isinstance(value, dict):
        return {str(key): words(stated) for key, stated in value.items()}
    return {tag: words(value)}


# -- who, when, under which licence


def _publisher(value: object, reading: Reading) -> tuple[Publisher | None, list[str]]:
    """The publisher, and the names of the organisations that it is part of, the nearest first."""
    value = value[0] if isinstance(value, list) and value else value
    name = reading.text(word(value))
    if not isinstance(value, dict):
        return (Publisher(name=name) if name else None), []
    parents: list[str] = []
    parent = value.get("subOrganizationOf")
    while parent is not None and len(parents) < MAX_PARENTS:
        parent = parent[0] if isinstance(parent, list) and parent else parent
        above = reading.text(word(parent))
        if above and above != (parents[-1] if parents else name):
            parents.append(above)
        parent = parent.get("subOrganizationOf") if isinstance(parent, dict) else None
    address = value.get("homepage") or value.get("url")
    url = reading.link(_address(address), "publisher.homepage") if address else None
    identifier = clean_text(value.get("@id") or value.get("identifier"))
    return (Publisher(name=name, url=url, id=identifier) if name or identifier else None), parents


def _contact(value: object, publisher: Publisher | None, parents: list[str]) -> Publisher | None:
    """Whom to ask, where that is an organisation or its shared mailbox."""
    value = value[0] if isinstance(value, list) and value else value
    if not isinstance(value, dict):
        return None
    kind = " ".join(str(kind) for kind in members(value.get("@type")))
    known = {name.casefold() for name in [publisher.name if publisher else None, *parents] if name}
    name = clean_text(value.get("fn"))
    organisation = clean_text(value.get("organization-name"))
    if organisation is None and name and ("Organization" in kind or name.casefold() in known):
        organisation = name
    return organisation_contact(organisation, value.get("hasEmail") or value.get("email"))


def _modified(value: object, reading: Reading) -> tuple[Moment | None, Frequency | None]:
    """When the dataset changed. The schema allows a repeating interval there (R/P1D): it says how often, not when."""
    interval = read_frequency(value) if isinstance(value, str) and value.startswith("R") else None
    if interval is not None and interval.period is not None:
        return Moment(interval.text), interval
    return reading.moment(value, "modified"), None


def _temporal(value: object, reading: Reading) -> list[Period]:
    periods = []
    for member in members(value):
        stated = member
        if isinstance(member, dict):
            start, end = clean_text(member.get("startDate")), clean_text(member.get("endDate"))
            stated = f"{start or '..'}/{end or '..'}" if start or end else None
        period = reading.period(stated, "temporal")
        if period is not None:
            periods.append(period)
    return periods


def _licence(said: Mapping[str, Any], place: str, reading: Reading) -> Licence | None:
    """The licence; `licence` is the British key for it."""
    key = "license" if said.get("license") else "licence"
    stated = _address(said.get(key))
    if not isinstance(stated, str) or not stated.strip():
        return None
    where = f"{place}.{key}" if place else key
    if stated.strip().lower().startswith(("http://", "https://")):
        return reading.licence(where, url=stated)
    return reading.licence(where, id=stated)


def _without_second_licence(said: Mapping[str, Any], read: frozenset[str]) -> frozenset[str]:
    """The keys that are read, but for `licence` where `license` says something else: it is kept as it is."""
    return read - {"licence"} if said.get("license") and said.get("licence") != said["license"] else read


# -- distributions


def _drafts(said: Mapping[str, Any], tag: str, reading: Reading) -> list[Draft]:
    distributions = members(said.get("distribution"))
    if "distribution" not in said:
        distributions = [
            {key: said.get(key) for key in (address, "format", "mediaType")} | {"accessURL": said[address]}
            for address in PLAIN_ADDRESSES
            if isinstance(said.get(address), str) and said[address].strip()
        ]
    return [_draft(raw, f"distribution[{i}]", tag, reading) for i, raw in enumerate(distributions) if raw is not None]


def _draft(raw: object, path: str, tag: str, reading: Reading) -> Draft:
    if not isinstance(raw, dict):
        return Draft(path=path, raw=raw, access_url=raw if isinstance(raw, str) else None)
    checksum = raw.get("checksum")
    digest = checksum if isinstance(checksum, dict) else {}
    return Draft(
        path=path,
        raw=raw,
        download_url=_address(raw.get("downloadURL")),
        access_url=_address(raw.get("accessURL")),
        native_id=clean_text(word(raw.get("identifier"))) or clean_text(raw.get("@id")),
        titles=texts(raw.get("title"), tag, reading.text),
        descriptions=texts(raw.get("description"), tag, reading.description),
        format=word(raw.get("format")),
        media_type=word(raw.get("mediaType")),
        size=raw.get("byteSize"),
        digest=digest.get("checksumValue"),
        digest_algorithm=word(digest.get("algorithm")),
        issued=reading.moment(raw.get("issued"), f"{path}.issued"),
        modified=reading.moment(raw.get("modified"), f"{path}.modified"),
        licence=_licence(raw, path, reading),
        languages=reading.languages(raw.get("language"), f"{path}.language"),
        conforms_to=_addresses(raw.get("conformsTo")),
        more=remainder(raw, _without_second_licence(raw, RESOURCE_READ)),
    )
