"""From one file in a list of IATI files to a Data Package.

Pure. What the service says of its own attempts to fetch the file (times, states, errors) changes with every run of it and
says nothing of the dataset, so it stays in the harvest's file.
"""

from typing import Any

from harvesters.base import Source
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig
from harvesters.mapping import LEFT_OUT, UNKNOWN_LANGUAGE, Draft, Reading, build_resources, compose, language_map
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Record
from harvesters.values import clean_text

ATTEMPTS = frozenset({"last_update_check", "most_recent_head_attempt", "most_recent_get_attempt"})
READ = frozenset(
    {
        *ATTEMPTS,
        *("id", "short_name", "name", "title", "description", "source_url", "source-url", "last_known_good_dataset"),
        *("reporting_org_id", "reporting_org_short_name", "reporting_org_name", "reporting_org_ref", "licence_id"),
        *("license_id", "registry-publisher-id", "registry-file-id", "publisher", "iati_version", "iati-version"),
        *("reporting_org", "attributes", "address", "file_type", "content-length", "contact-email"),
    }
)
CACHED = (
    ("cached_dataset_xml_url", "XML"),
    ("cached_dataset_url_xml", "XML"),
    ("cached_dataset_zip_url", "ZIP"),
    ("cached_dataset_url_zip", "ZIP"),
)
"""The service's own copies; the old and the new name of each."""

NAMESPACE = "https://iatistandard.org/"


def map_file(record: Record, source: Source) -> Mapped:
    """The package of one file; blocks only where there is no identifier or no JSON object."""
    said = decoded_json(record)
    if not isinstance(said, dict):
        return Mapped(None, [find("record-malformed", value=said, why=phrase("why-not-an-object"))])
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=clean_text(said.get("title")) or "")])
    reading = Reading(record.url)
    good = said.get("last_known_good_dataset")
    good = good if isinstance(good, dict) else {}
    built = build_resources(_drafts(said, good), [], reading)
    publisher = _publisher(said)
    attributes = said.get("attributes") if isinstance(said.get("attributes"), dict) else {}
    version = clean_text(said.get("iati_version") or said.get("iati-version") or dig(attributes, "version"))
    licence = reading.licence("licence_id", id=said.get("licence_id") or said.get("license_id"))
    name = clean_text(said.get("short_name") or said.get("name") or said.get("registry-file-id"))
    more = remainder(said, READ)
    if built.left_out:
        more[LEFT_OUT] = built.left_out
    kind = clean_text(said.get("file_type"))
    if kind:
        more["file_type"] = kind
    generated = dig(attributes, "generated-datetime")
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol="iati",
        titles=_titles(said, publisher, name, kind, reading),
        descriptions=language_map(reading.description(said.get("description")), UNKNOWN_LANGUAGE),
        publisher=publisher,
        modified=reading.moment(generated, "generated-datetime")
        or reading.moment(good.get("server_header_last_modified"), "server_header_last_modified"),
        licences=[licence] if licence is not None else [],
        conforms_to=[f"{NAMESPACE} {version}" if version else NAMESPACE],
        identifiers=[name] if name and name != record.id else [],
        more=more,
    )
    return compose(source, additions, built.resources, reading)


def _titles(
    said: dict[str, Any], publisher: Publisher | None, name: str | None, kind: str | None, reading: Reading
) -> dict[str, str]:
    """The title that is stated; the indices have none, so the file's short name stands for it, or the publisher's."""
    stated = reading.text(said.get("title"))
    if stated or name:
        return language_map(stated or name, UNKNOWN_LANGUAGE)
    who = publisher.name if publisher is not None else None
    return {"en": f"IATI {kind or 'data'} of {who}"} if who else {}


def _publisher(said: dict[str, Any]) -> Publisher | None:
    org = said.get("reporting_org") if isinstance(said.get("reporting_org"), dict) else {}
    publisher = said.get("publisher")
    stated = dig(publisher, "name") if isinstance(publisher, dict) else publisher
    short = said.get("reporting_org_short_name") or said.get("registry-publisher-id")
    name = clean_text(said.get("reporting_org_name") or dig(org, "name") or stated or short)
    number = clean_text(said.get("reporting_org_ref") or dig(org, "ref") or said.get("reporting_org_id"))
    return Publisher(name=name, id=number) if name or number else None


def _drafts(said: dict[str, Any], good: dict[str, Any]) -> list[Draft]:
    """The publisher's own file first, then the service's copies."""
    address = said.get("source_url") or said.get("source-url") or said.get("address") or good.get("source_url")
    drafts = [
        Draft(
            path="source_url", raw=address, download_url=address, keys=("", ""), format="XML", media_type="application/xml",
            titles={"en": "As published"}, size=good.get("content_length") or said.get("content-length"),
        )
    ]  # fmt: skip
    taken = {clean_text(address)}
    for key, label in CACHED:
        copy = clean_text(good.get(key))
        if copy is not None and copy not in taken:
            taken.add(copy)
            drafts.append(
                Draft(
                    path=key, raw=copy, download_url=copy, keys=("", ""), format=label, titles={"en": f"Copy ({label})"}
                )
            )
    return drafts if clean_text(address) or len(drafts) > 1 else []
