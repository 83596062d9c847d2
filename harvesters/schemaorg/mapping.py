"""schema.org's Dataset to a Data Package (https://schema.org/Dataset, and Google's guidelines for datasets)."""

from typing import Any

from harvesters.base import Source
from harvesters.findings import find
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import members, word, words
from harvesters.mapping import Draft, Reading, describe, text_language
from harvesters.package import Additions, LanguageMap, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.schemaorg.nodes import types_of
from harvesters.spool_lines import Record
from harvesters.values import Period, without_personal_mail

READ = frozenset(
    {
        *("@id", "@type", "@context", "type", "name", "headline", "description", "abstract", "keywords", "publisher"),
        *("provider", "sourceOrganization", "creator", "dateCreated", "datePublished", "dateModified", "license"),
        *(
            "inLanguage",
            "temporalCoverage",
            "temporal",
            "spatialCoverage",
            "spatial",
            "distribution",
            "url",
            "identifier",
        ),
        *("isAccessibleForFree", "version", "conditionsOfAccess", "sameAs", "includedInDataCatalog", "funder"),
        *("accountablePerson", "editor", "copyrightHolder", "citation", "creditText"),
    }
)
"""Citations are left out with those who are named in them."""

RESOURCE_READ = frozenset(
    {
        *("@id", "@type", "name", "description", "contentUrl", "url", "encodingFormat", "fileFormat", "contentSize"),
        *("license", "datePublished", "dateModified", "uploadDate", "sha256", "inLanguage"),
    }
)
PERSON = "Person"


def map_dataset(record: Record, source: Source, protocol: str) -> Mapped:
    """The package of one dataset; blocks only where there is no object."""
    said = _without_persons(decoded_json(record))
    if not isinstance(said, dict) or record.id is None:
        return Mapped(
            None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="JSON-LD"))]
        )
    reading = Reading(record.url)
    languages = reading.languages([word(member) for member in members(said.get("inLanguage"))], "inLanguage")
    tag = text_language(languages)
    publisher = next(
        (found for key in ("publisher", "provider", "sourceOrganization") if (found := _body(said.get(key), reading))),
        None,
    )
    homepage = reading.link(page, "url") if (page := _first_text(said.get("url"))) else None
    licences = [licence for raw in members(said.get("license")) if (licence := _licence(raw, reading))]
    access = said.get("conditionsOfAccess")
    free = (
        {True: "free of charge", False: "not free of charge"}.get(said["isAccessibleForFree"])
        if isinstance(said.get("isAccessibleForFree"), bool)
        else None
    )
    stated = [(raw, _period(raw, reading)) for raw in members(said.get("temporalCoverage") or said.get("temporal"))]
    periods = [period for _, period in stated if period is not None]
    more = remainder(said, READ)
    if unread := [raw for raw, period in stated if period is None]:
        more |= remainder({"temporalCoverage": unread}, ())
    if creators := [body.name for each in members(said.get("creator")) if (body := _body(each, reading)) and body.name]:
        more["creator"] = creators
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol=protocol,
        titles=_texts(said.get("name") or said.get("headline"), tag, reading.text),
        descriptions=_texts(said.get("description") or said.get("abstract"), tag, reading.description),
        keywords={tag: _keywords(said.get("keywords"))},
        languages=languages,
        publisher=publisher,
        issued=reading.moment(word(said.get("datePublished") or said.get("dateCreated")), "datePublished"),
        modified=reading.moment(word(said.get("dateModified")), "dateModified"),
        temporal=periods,
        spatial=[
            place for raw in members(said.get("spatialCoverage") or said.get("spatial")) for place in _places(raw)
        ],
        access_rights=reading.text(access) if isinstance(access, str) else free,
        licences=licences,
        identifiers=[text for text in _identifiers(said) if text != record.id],
        more=more,
    )
    return describe(
        source, additions, _drafts(said, homepage or record.url, tag, reading), reading,
        homepage=homepage or record.url, version=reading.text(word(said.get("version"))),
    )  # fmt: skip


def _without_persons(value: Any) -> Any:
    """A node without the persons in it, and their mailboxes, wherever they stand."""
    if isinstance(value, str):
        return without_personal_mail(value)
    if isinstance(value, list):
        return [kept for member in value if (kept := _without_persons(member)) is not None]
    if not isinstance(value, dict):
        return value
    if PERSON in types_of(value):
        return None
    return {key: kept for key, inner in value.items() if (kept := _without_persons(inner)) is not None}


def _period(raw: object, reading: Reading) -> Period | None:
    """A period as ISO 8601 has it ("2015/2018", "2015/.."), or as an interval of schema.org's or of the Time Ontology's."""
    if isinstance(raw, str):
        return reading.period(raw, "temporalCoverage")
    if not isinstance(raw, dict):
        return None
    start, end = (
        next((text for key in keys if (text := _instant(raw.get(key)))), None)
        for keys in (("startDate", "time:hasBeginning"), ("endDate", "time:hasEnd"))
    )
    return reading.period(f"{start or '..'}/{end or '..'}", "temporalCoverage") if start or end else None


def _instant(value: object) -> str | None:
    if isinstance(value, dict):
        keys = ("@value", "time:inXSDDateTimeStamp", "time:inXSDDateTime", "time:inXSDDate", "time:inXSDgYear")
        return next((text for key in keys if (text := _instant(value.get(key)))), None)
    return value.strip() if isinstance(value, str) and value.strip() else None


def _first_text(value: object) -> str | None:
    return next(
        (text for text in (word(member) for member in members(value)) if isinstance(text, str) and text.strip()), None
    )


def _texts(value: object, tag: str, clean: Any) -> LanguageMap:
    """Texts by language; JSON-LD's language maps, value objects and lists of them, the first of each language."""
    found: LanguageMap = {}
    for member in members(value):
        if isinstance(member, dict):
            text, language = clean(member.get("@value") or member.get("name")), str(member.get("@language") or tag)
        else:
            text, language = clean(member), tag
        if text:
            found.setdefault(language, text)
    return found


def _keywords(value: object) -> list[str]:
    """Keywords as a list, as one text divided by commas, or as defined terms."""
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    return words([member.get("name") if isinstance(member, dict) else member for member in members(value)])


def _body(value: object, reading: Reading) -> Publisher | None:
    """An organisation; a person is not taken over."""
    for member in members(value):
        if isinstance(member, str) and member.strip():
            return Publisher(name=reading.text(member)) if not member.startswith("http") else Publisher(id=member)
        if isinstance(member, dict):
            name = reading.text(word(member.get("legalName") or member.get("name")))
            url = _first_text(member.get("url"))
            identifier = (
                member.get("@id")
                if isinstance(member.get("@id"), str) and not str(member["@id"]).startswith("_:")
                else None
            )
            if name or identifier:
                return Publisher(name=name, url=reading.link(url, "publisher.url") if url else None, id=identifier)
    return None


def _licence(raw: object, reading: Reading) -> Any:
    if isinstance(raw, dict):
        url, name = _first_text(raw.get("url")) or raw.get("@id"), _first_text(raw.get("name"))
        return reading.licence("license", id=name, url=url) if url or name else None
    if isinstance(raw, str) and raw.strip():
        return reading.licence("license", **({"url": raw} if raw.strip().startswith("http") else {"id": raw}))
    return None


def _identifiers(said: dict[str, Any]) -> list[str]:
    found = []
    for raw in [*members(said.get("identifier")), *members(said.get("sameAs"))]:
        value = raw.get("url") or raw.get("value") or raw.get("@id") if isinstance(raw, dict) else raw
        found.append(value)
    return words(found)


def _places(raw: object) -> list[Place]:
    """A place by its name, and by the box or point of its shape, whose numbers schema.org puts latitude first."""
    if not isinstance(raw, dict):
        return read_places(raw)
    name = words(raw.get("name")) or words(raw.get("description"))
    boxes = [box for shape in members(raw.get("geo")) if isinstance(shape, dict) and (box := _box(shape.get("box")))]
    if boxes:
        return [Place(text=name[0] if name else None, bbox=box) for box in boxes]
    return [Place(text=name[0])] if name else []


def _box(value: object) -> tuple[float, float, float, float] | None:
    """ "south west north east" as west, south, east, north in degrees; None where it is no box."""
    text = word(value)
    try:
        south, west, north, east = (float(part) for part in str(text).replace(",", " ").split())
    except ValueError:
        return None
    ok = -90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180
    return (west, south, east, north) if ok else None


def _drafts(said: dict[str, Any], page: str, tag: str, reading: Reading) -> list[Draft]:
    """The distributions; a dataset without any is led to by its page."""
    drafts = []
    for index, raw in enumerate(members(said.get("distribution"))):
        path = f"distribution[{index}]"
        if isinstance(raw, str):
            drafts.append(Draft(path=path, raw=raw, keys=("contentUrl", "url"), download_url=raw))
        if not isinstance(raw, dict):
            continue
        drafts.append(
            Draft(
                path=path,
                raw=remainder(raw, ()),
                keys=("contentUrl", "url"),
                download_url=_first_text(raw.get("contentUrl")),
                access_url=_first_text(raw.get("url")),
                titles=_texts(raw.get("name"), tag, reading.text),
                descriptions=_texts(raw.get("description"), tag, reading.description),
                format=_first_text(raw.get("fileFormat")) or _first_text(raw.get("encodingFormat")),
                media_type=_first_text(raw.get("encodingFormat")),
                size=_first_text(raw.get("contentSize")),
                digest=_first_text(raw.get("sha256")),
                digest_algorithm="sha256",
                licence=next(
                    (licence for each in members(raw.get("license")) if (licence := _licence(each, reading))), None
                ),
                issued=reading.moment(word(raw.get("datePublished") or raw.get("uploadDate")), f"{path}.datePublished"),
                modified=reading.moment(word(raw.get("dateModified")), f"{path}.dateModified"),
                more=remainder(raw, RESOURCE_READ),
            )
        )
    return drafts or [Draft(path="url", raw=page, access_url=page, format="HTML")]
