"""From a publication in OCDS to a Data Package: what its packages say of it, or what a list of publications does.

Pure. OCDS 1.0 and 1.1 packages state publisher, licence, policy, extensions and dates (release package reference); a title
they do not, so it is made of the publisher and the period.
"""

from typing import Any
from urllib.parse import urlsplit

from harvesters.base import Source
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, texts, word, words
from harvesters.mapping import LEFT_OUT, UNKNOWN_LANGUAGE, Draft, Reading, build_resources, compose
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Record
from harvesters.values import Licence, Period, clean_text

LISTED = "listed"
"""Marks the record of a publication that a list describes."""

KINDS = {"release": "release package", "record": "record package"}
STANDARD = "https://standard.open-contracting.org/{}/"

READ = frozenset({"publisher", "license", "publishedDate", "version", "packages", "read", "kind", "links", "uri"})
LIST_READ = frozenset(
    {
        *(
            LISTED,
            "id",
            "title",
            "description",
            "language",
            "country",
            "publisher",
            "license",
            "license_custom",
            "date_from",
        ),
        *(
            "date_to",
            "update_frequency",
            "last_update",
            "modified",
            "created",
            "source_url",
            "url",
            "files",
            "downloads",
        ),
        *("homepage", "issued", "name"),
    }
)
FREQUENCIES = {"REAL_TIME": "continuous", "EVERY_SIX_MONTHS": "semiannual", "HALF_YEARLY": "semiannual"}
"""The registry's words for what has others elsewhere."""


def map_publication(record: Record, source: Source) -> Mapped:
    """The package of one publication; blocks only where there is no identifier or no JSON object."""
    said = decoded_json(record)
    if not isinstance(said, dict):
        return Mapped(None, [find("record-malformed", value=said, why=phrase("why-not-an-object"))])
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=clean_text(said.get("title")) or "")])
    return (_listed if said.get(LISTED) is True else _packaged)(said, record.id, record, source)


def _packaged(said: dict[str, Any], native_id: str, record: Record, source: Source) -> Mapped:
    reading = Reading(record.url)
    languages = reading.languages(dig(said, "read", "languages"), "language")
    publisher = _publisher(said.get("publisher"), reading)
    first, last = clean_text(dig(said, "read", "from")), clean_text(dig(said, "read", "to"))
    whole = dig(said, "read", "whole") is not False
    period = reading.period(f"{first}/{last}", "releases") if first and last and whole else None
    kind = KINDS.get(str(said.get("kind")), "package")
    address = clean_text(dig(said, "read", "address")) or record.url
    drafts = [
        Draft(path="package", raw=address, download_url=address, format="JSON", titles={"en": f"OCDS {kind}"}),
        *(
            Draft(path=f"packages[{number}]", raw=link, download_url=link, keys=("", ""), format="JSON")
            for number, link in enumerate(members(said.get("packages")))
            if clean_text(link) != address
        ),
    ]
    built = build_resources(drafts, languages, reading)
    more = remainder(said, READ)
    if uri := clean_text(said.get("uri")):
        more["uri"] = uri
    more["kind"] = kind
    counted = dig(said, "read", "members")
    if isinstance(counted, int):
        more["members_read"] = counted
        more["pages_read"] = dig(said, "read", "pages")
    if built.left_out:
        more[LEFT_OUT] = built.left_out
    version = clean_text(said.get("version"))
    additions = Additions(
        source=source.id,
        native_id=native_id,
        protocol="ocds",
        titles={"en": _title(publisher, period, record.url)},
        publisher=publisher,
        languages=languages,
        issued=reading.moment(said.get("publishedDate"), "publishedDate"),
        temporal=[period] if period is not None else [],
        licences=_licences(said.get("license"), reading),
        conforms_to=[STANDARD.format(version)] if version else [STANDARD.format("1.0")],
        more=more,
    )
    return compose(source, additions, built.resources, reading)


def _title(publisher: Publisher | None, period: Period | None, url: str) -> str:
    name = publisher.name if publisher is not None and publisher.name else urlsplit(url).hostname or url
    when = f" ({period.text.replace('/', ' to ')})" if period is not None else ""
    return f"Open contracting data of {name}{when}"


def _publisher(value: Any, reading: Reading) -> Publisher | None:
    """The publisher; `scheme` and `uid` are its number in a register (OCDS 1.1, Publisher)."""
    name = reading.text(word(value))
    if not isinstance(value, dict):
        return Publisher(name=name) if name else None
    number = "-".join(words([value.get("scheme"), value.get("uid")])) if clean_text(value.get("uid")) else None
    url = reading.link(value.get("uri"), "publisher.uri") if clean_text(value.get("uri")) else None
    return Publisher(name=name, url=url, id=number) if name or number or url else None


def _licences(value: Any, reading: Reading) -> list[Licence]:
    found = []
    for stated in members(value):
        if isinstance(stated, dict):
            licence = reading.licence(
                "license", id=stated.get("name"), title=stated.get("title"), url=stated.get("url")
            )
        else:
            text = clean_text(stated)
            address = text is not None and text.lower().startswith(("http://", "https://"))
            licence = reading.licence("license", url=text) if address else reading.licence("license", id=text)
        if licence is not None:
            found.append(licence)
    return found


def _listed(said: dict[str, Any], native_id: str, record: Record, source: Source) -> Mapped:
    """A publication as the Open Contracting Data Registry describes it."""
    reading = Reading(record.url)
    languages = reading.languages(said.get("language"), "language")
    tag = UNKNOWN_LANGUAGE  # the language is that of the data, and a list may be in any
    publisher = _publisher(said.get("publisher"), reading)
    stated = [said.get(key) for key in ("files", "downloads")]
    files = [each for value in stated for each in members(value)]
    drafts = [_file(raw, f"files[{number}]", reading) for number, raw in enumerate(files)]
    page = said.get("source_url") or said.get("url") or said.get("homepage")
    built = build_resources(drafts, languages, reading)
    more = remainder(said, LIST_READ)
    if built.left_out:
        more[LEFT_OUT] = built.left_out
    first, last = clean_text(said.get("date_from")), clean_text(said.get("date_to"))
    period = reading.period(f"{first or '..'}/{last or '..'}", "date_from") if first or last else None
    often = clean_text(said.get("update_frequency"))
    changed = next((key for key in ("last_update", "modified") if said.get(key)), "modified")
    country = clean_text(word(said.get("country")))
    additions = Additions(
        source=source.id,
        native_id=native_id,
        protocol="ocds",
        titles=texts(said.get("title") or said.get("name"), tag, reading.text),
        descriptions=texts(said.get("description"), tag, reading.description),
        publisher=publisher,
        languages=languages,
        issued=reading.moment(said.get("issued") or said.get("created"), "created"),
        modified=reading.moment(said.get(changed), changed),
        frequency=reading.frequency(FREQUENCIES.get(often, often) if often else None, "update_frequency"),
        temporal=[period] if period is not None else [],
        spatial=[Place(text=country)] if country else [],
        licences=_licences(said.get("license_custom") or said.get("license"), reading),
        more=more,
    )
    return compose(source, additions, built.resources, reading, homepage=reading.link(page, "source_url"))


def _file(raw: Any, path: str, reading: Reading) -> Draft:
    if not isinstance(raw, dict):
        return Draft(path=path, raw=raw, download_url=raw)
    return Draft(
        path=path,
        raw=raw,
        download_url=raw.get("url") or raw.get("downloadURL") or raw.get("path"),
        keys=("url", "url"),
        titles=texts(raw.get("title") or raw.get("name"), "und", reading.text),
        format=raw.get("format"),
        size=raw.get("size"),
    )
