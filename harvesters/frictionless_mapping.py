"""From a data package descriptor as published, of version 1, 2 or before, to the package that the catalogue holds.

Pure. Schemas, dialects, profiles and everything else that describes the files' insides stay under `more`, where
validation never looks for references to fetch. Persons among the contributors are not taken over, organisations are.
"""

import re
from collections.abc import Mapping
from typing import Any

from harvesters.base import Source
from harvesters.errors import MalformedAnswer
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
from harvesters.values import Licence, clean_text
from harvesters.yamlrecord import read_yaml

READ = frozenset(
    {
        *("id", "name", "title", "description", "homepage", "version", "created", "keywords", "licenses", "license"),
        *(
            "contributors",
            "maintainers",
            "publishers",
            "resources",
            "publisher",
            "organization",
            "language",
            "languages",
        ),
        *("spatial", "last_modified", "last_updated", "modified"),
    }
)
RESOURCE_READ = frozenset(
    {
        *("name", "title", "description", "path", "url", "data", "format", "mediatype", "bytes", "hash", "licenses"),
        *("license", "last_modified", "modified"),
    }
)
CHANGED = ("modified", "last_modified", "last_updated")
"""The standard has no date of change; these are what publishers write."""

_FILE_NAME = re.compile(r"(?!www\.)(?![A-Za-z][A-Za-z0-9+.-]*:)[\w-]")

PUBLISHING = ("publisher", "distributor")
CONTACT = ("contact", "maintainer", "wrangler")


def map_descriptor(record: Record, source: Source) -> Mapped:
    """The package of one descriptor; blocks only where there is no identifier or it cannot be read."""
    try:
        said = read_yaml(record.text, record.url) if record.text is not None else decoded_json(record)
    except MalformedAnswer as error:
        return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
    if not isinstance(said, dict):
        return Mapped(None, [find("record-malformed", value=said, why=phrase("why-not-an-object"))])
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=clean_text(word(said.get("title"))) or "")])
    reading = Reading(record.url)
    languages = reading.languages(said.get("languages") or said.get("language"), "language")
    tag = text_language(languages)
    publisher, contact, others = _organisations(said, reading)
    drafts = [
        draft
        for place, raw in enumerate(members(said.get("resources")))
        for draft in _drafts(raw, f"resources[{place}]", tag, record.url, reading)
    ]
    built = build_resources(drafts, languages, reading)
    more = remainder(said, READ)
    if name := clean_text(said.get("name")):
        more["name"] = name
    if others:
        more["contributors"] = others
    if built.left_out:
        more[LEFT_OUT] = [remainder(raw, ("data",)) if isinstance(raw, dict) else raw for raw in built.left_out]
    homepage = reading.link(said.get("homepage"), "homepage")
    changed = next((key for key in CHANGED if said.get(key)), CHANGED[0])
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol="frictionless",
        titles=texts(said.get("title"), tag, reading.text),
        descriptions=texts(said.get("description"), tag, reading.description),
        keywords=bounded_keywords({tag: _keywords(said.get("keywords"))}, reading),
        languages=languages,
        publisher=publisher,
        contact=contact,
        issued=reading.moment(said.get("created"), "created"),
        modified=reading.moment(said.get(changed), changed),
        spatial=read_places(said.get("spatial")),
        licences=_licences(said, "", reading),
        conforms_to=[text for key in ("$schema", "profile") if (text := clean_text(said.get(key)))],
        identifiers=[],
        more=more,
    )
    version = reading.text(word(said.get("version")))
    return compose(source, additions, built.resources, reading, homepage=homepage, version=version)


def _keywords(value: object) -> list[str]:
    return words(value.replace(";", ",").split(",") if isinstance(value, str) else value)


def _licences(said: Mapping[str, Any], place: str, reading: Reading) -> list[Licence]:
    """What `licenses` says; before version 1.0 `license`, and `type` and `url` in the place of `name` and `path`."""
    key = "licenses" if said.get("licenses") else "license"
    found = []
    for number, stated in enumerate(members(said.get(key))):
        where = f"{place}{key}[{number}]"
        if isinstance(stated, dict):
            licence = reading.licence(
                where,
                id=stated.get("name") or stated.get("type") or stated.get("id"),
                title=stated.get("title"),
                url=stated.get("path") or stated.get("url"),
            )
        else:
            address = isinstance(stated, str) and stated.strip().lower().startswith(("http://", "https://"))
            licence = reading.licence(where, url=stated) if address else reading.licence(where, id=stated)
        if licence is not None:
            found.append(licence)
    return found


def _organisations(
    said: Mapping[str, Any], reading: Reading
) -> tuple[Publisher | None, Publisher | None, list[dict[str, Any]]]:
    """The publisher, the contact, and what other organisations contribute. Of a contributor who is a person (no
    `organization`, and not the publisher) nothing is kept."""
    publisher = _organisation(next((said[k] for k in ("publisher", "organization") if said.get(k)), None), reading)
    contact: Publisher | None = None
    others: list[dict[str, Any]] = []
    stated = [*members(said.get("contributors")), *members(said.get("publishers")), *members(said.get("maintainers"))]
    published = members(said.get("publishers"))
    for party in stated:
        if not isinstance(party, dict):
            continue
        roles = words(party.get("roles") or party.get("role")) or (["publisher"] if party in published else [])
        organisation = clean_text(party.get("organization"))
        if publisher is None and any(role in PUBLISHING for role in roles):
            publisher = _organisation({**party, "title": organisation or party.get("title")}, reading)
        elif contact is None and any(role in CONTACT for role in roles):
            contact = organisation_contact(organisation, party.get("email"))
        elif organisation:
            others.append({"organization": organisation, **({"roles": roles} if roles else {})})
    return publisher, contact, others


def _organisation(value: object, reading: Reading) -> Publisher | None:
    name = reading.text(word(value))
    if not name:
        return None
    address = (
        next((value[k] for k in ("path", "web", "url") if value.get(k)), None) if isinstance(value, dict) else None
    )
    return Publisher(name=name, url=reading.link(address, "publisher") if address else None)


def _drafts(raw: object, path: str, tag: str, descriptor: str, reading: Reading) -> list[Draft]:
    """A resource; one that is in several files (a list of paths) gives one for each, in their order."""
    if not isinstance(raw, dict):
        return [] if raw is None else [Draft(path=path, raw=raw)]
    key = "path" if raw.get("path") else "url"
    files = [_beside(file) if key == "path" else file for file in members(raw.get(key))]
    more = remainder(raw, RESOURCE_READ)
    if not files and "data" in raw:  # inline: the data are in the descriptor
        return [_draft(raw, path, tag, reading, address=None, access=descriptor, more=more)]
    return [
        _draft(raw, path, tag, reading, address=file, access=None, more={**more, "part": f"{number}/{len(files)}"})
        if len(files) > 1
        else _draft(raw, path, tag, reading, address=file, access=None, more=more)
        for number, file in enumerate(files or [None], 1)
    ]


def _beside(file: object) -> object:
    """A file's path as a link: within a package it is relative to the descriptor, whatever the name looks like (Data
    Package v2, "path")."""
    return f"./{file}" if isinstance(file, str) and _FILE_NAME.match(file) else file


def _draft(
    raw: dict[str, Any],
    path: str,
    tag: str,
    reading: Reading,
    *,
    address: object,
    access: str | None,
    more: dict[str, Any],
) -> Draft:
    licences = _licences(raw, f"{path}.", reading)
    changed = next((key for key in CHANGED if raw.get(key)), CHANGED[0])
    name = clean_text(raw.get("name"))
    return Draft(
        path=path,
        raw=raw,
        download_url=address,
        access_url=access,
        keys=("path", "path"),
        native_id=name,
        titles=texts(raw.get("title"), tag, reading.text),
        descriptions=texts(raw.get("description"), tag, reading.description),
        format=raw.get("format"),
        media_type=raw.get("mediatype"),
        size=raw.get("bytes"),
        digest=raw.get("hash"),
        modified=reading.moment(raw.get(changed), f"{path}.{changed}"),
        licence=licences[0] if licences else None,
        more=more,
    )
