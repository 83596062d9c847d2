"""ISO 19115 records to Data Packages (INSPIRE's technical guidance and ISO 19115-1, annex B, name the elements)."""

import re

from harvesters.base import Source
from harvesters.errors import MalformedAnswer
from harvesters.findings import find
from harvesters.iso import record as iso
from harvesters.mapping import Draft, Reading, describe, organisation_contact
from harvesters.markup import Element, child, children, local, parse, text
from harvesters.package import Additions, LanguageMap, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Record
from harvesters.values import Language, Licence, Moment, Period, read_language

PUBLISHES = (
    "publisher",
    "owner",
    "distributor",
    "custodian",
    "resourceProvider",
    "originator",
    "pointOfContact",
    "author",
)
"""Roles in the order in which they stand for the publisher."""

ACCESS_CODES = frozenset(
    {"otherRestrictions", "restricted", "license", "copyright", "intellectualPropertyRights", "unrestricted"}
)
FUNCTIONS = {"download": True, "fileAccess": True, "information": False, "search": False, "order": False}
DOWNLOADS = ("download", "link--1.0-http--download", "file", "opendata", "ftp")
_MEDIA_TYPE = re.compile(r"^[a-z]+/[\w.+-]+$")


def map_iso(record: Record, source: Source, protocol: str) -> Mapped:
    """The package of one record; blocks only where it is no ISO record or has no identifier."""
    try:
        root = parse((record.text or "").encode("utf-8", "replace"), record.url)
    except MalformedAnswer as error:
        return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
    part = iso.identification(root)
    if not iso.is_record(root) or part is None:
        return Mapped(
            None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="ISO 19115"))]
        )
    if record.id is None:
        return Mapped(
            None, [find("no-identifier", value=iso.words(child(part, "citation", "CI_Citation", "title")) or "")]
        )
    reading = Reading(record.url)
    main = read_language(iso.main_language(root))
    tag = main.tag if main and main.tag else "und"
    if main and main.tag is None:
        reading.note("language-unreadable", "language", main.text)
    locales = {
        key: found.tag or value for key, value in iso.locale_codes(root).items() if (found := read_language(value))
    }
    citation = child(part, "citation", "CI_Citation")
    stated = dict(reversed(list(iso.dates(citation))))
    publisher, contact = _bodies(root, part, locales, tag, reading)
    licences, access = _constraints(part, locales, tag, reading)
    frequency = child(part, "resourceMaintenance", "MD_MaintenanceInformation", "maintenanceAndUpdateFrequency")
    said = iso.code(frequency)
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol=protocol,
        titles=_clean(
            iso.texts(child(citation, "title"), locales, tag), lambda raw: reading.text(" ".join(raw.split()))
        ),
        descriptions=_clean(iso.texts(child(part, "abstract"), locales, tag), reading.description),
        keywords=_keywords(part, locales, tag, reading),
        languages=_languages(part, main, reading),
        publisher=publisher,
        contact=contact,
        issued=_moment(stated.get("publication") or stated.get("creation"), "date", reading),
        modified=_moment(stated.get("revision") or iso.record_date(root), "dateStamp", reading),
        frequency=reading.frequency(said, "maintenanceAndUpdateFrequency") if said and said != "unknown" else None,
        temporal=_temporal(part, reading),
        spatial=_places(part, locales, tag, reading),
        access_rights=access,
        licences=licences,
        themes=[
            topic
            for each in children(part, "topicCategory", "MD_TopicCategoryCode")
            if (topic := reading.text(text(each)))
        ],
        identifiers=[other for other in dict.fromkeys(iso.data_identifiers(root)) if other != record.id],
        more=_more(root, part),
    )
    return describe(source, additions, _drafts(root, locales, tag, reading), reading)


def _clean(texts: dict[str, str], clean: object) -> LanguageMap:
    return {tag: said for tag, raw in texts.items() if callable(clean) and (said := clean(raw))}


def _moment(value: str | None, path: str, reading: Reading) -> Moment | None:
    return reading.moment(value, path) if value else None


def _languages(part: Element, main: Language | None, reading: Reading) -> list[Language]:
    stated = [iso.language_of(iso.code(each) or iso.words(each)) for each in children(part, "language")]
    stated += [iso.code(child(each, "language")) for each in children(part, "defaultLocale", "PT_Locale")]
    found = reading.languages([value for value in stated if value], "identificationInfo.language")
    return found or ([main] if main and main.tag else [])


def _bodies(
    root: Element, part: Element, locales: dict[str, str], tag: str, reading: Reading
) -> tuple[Publisher | None, Publisher | None]:
    """The publisher and a contact: organisations only, by their role; the persons that a record names are not taken over."""
    found = [
        (role, _clean(iso.texts(label, locales, tag), reading.text), info)
        for role, label, info in iso.parties(root, part)
    ]
    found = [each for each in found if each[1]]
    found.sort(key=lambda each: PUBLISHES.index(each[0]) if each[0] in PUBLISHES else len(PUBLISHES))
    if not found:
        return None, None
    _, names, info = found[0]
    name = names.get(tag) or next(iter(names.values()))
    link = iso.link(child(info, "onlineResource", "CI_OnlineResource", "linkage"))
    url = reading.link(link, "contactInfo.linkage") if link else None
    mailboxes = (iso.words(child(each, "address", "CI_Address", "electronicMailAddress")) for _, _, each in found)
    mailbox = next((address for address in mailboxes if address and organisation_contact(None, address)), None)
    return Publisher(name=name, names=names if len(names) > 1 else {}, url=url), organisation_contact(name, mailbox)


def _constraints(
    part: Element, locales: dict[str, str], tag: str, reading: Reading
) -> tuple[list[Licence], str | None]:
    """Licences from the conditions of use, and the limits of access in the record's words."""
    licences: list[Licence] = []
    access: list[str] = []
    for held in children(part, "resourceConstraints"):
        for each in held:
            kind = [iso.code(code) for name in ("useConstraints", "accessConstraints") for code in children(each, name)]
            limits = bool(children(each, "accessConstraints"))
            for other in [*children(each, "otherConstraints"), *children(each, "useLimitation")]:
                anchor = next((a.get(iso.XLINK) for a in other if a.get(iso.XLINK)), None)
                said = iso.texts(other, locales, tag)
                words = reading.description(said.get(tag) or next(iter(said.values()), None))
                if not words and not anchor:
                    continue
                if "LimitationsOnPublicAccess" in (anchor or "") or (
                    limits and "useConstraints" not in [local(e) for e in each]
                ):
                    access.append(words or anchor or "")
                    continue
                url = anchor or next(iter(re.findall(r"https?://[^\s)\"'<>]+", words or "")), None)
                licence = reading.licence("resourceConstraints", id=None, title=words, url=url)
                if licence is not None and licence not in licences:
                    licences.append(licence)
            if limits and not access:
                access += [code for code in kind if code and code not in ACCESS_CODES]
    return licences, "; ".join(dict.fromkeys(access)) or None


def _keywords(part: Element, locales: dict[str, str], tag: str, reading: Reading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in children(part, "descriptiveKeywords", "MD_Keywords", "keyword"):
        for language, raw in iso.texts(each, locales, tag).items():
            if said := reading.text(" ".join(raw.split())):
                found.setdefault(language, []).append(said)
    return found


def _extents(part: Element) -> list[Element]:
    return [extent for held in children(part, "extent") for extent in held]


def _temporal(part: Element, reading: Reading) -> list[Period]:
    """Periods; an end that is empty or "now" is open."""
    found = []
    for extent in _extents(part):
        for each in children(extent, "temporalElement"):
            for period in each.iter():
                if local(period) == "TimePeriod":
                    ends = [_end(period, "begin"), _end(period, "end")]
                    if any(ends) and (
                        read := reading.period(f"{ends[0] or '..'}/{ends[1] or '..'}", "temporalElement")
                    ):
                        found.append(read)
                elif local(period) == "TimeInstant":
                    moment = text(child(period, "timePosition"))
                    if moment and (read := reading.period(moment, "temporalElement")):
                        found.append(read)
    return found


def _end(period: Element, which: str) -> str | None:
    position = child(period, f"{which}Position")
    if position is None:
        position = child(period, which, "TimeInstant", "timePosition")
    return text(position)


def _places(part: Element, locales: dict[str, str], tag: str, reading: Reading) -> list[Place]:
    found = []
    for extent in _extents(part):
        name = reading.text(iso.words(child(extent, "description")))
        boxes = [
            box for each in children(extent, "geographicElement", "EX_GeographicBoundingBox") if (box := _box(each))
        ]
        labels = [
            iso.words(each)
            for path in (("MD_Identifier", "code"), ("RS_Identifier", "code"))
            for each in children(extent, "geographicElement", "EX_GeographicDescription", "geographicIdentifier", *path)
        ]
        name = name or next((label for label in labels if label), None)
        found += [Place(text=name, bbox=box) for box in boxes] or ([Place(text=name)] if name else [])
    return found


def _box(element: Element) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees; None where one is missing or outside the world."""
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    try:
        west, south, east, north = (float((text(child(element, name)) or "").replace(",", ".")) for name in names)
    except ValueError:
        return None
    ok = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if ok else None


def _drafts(root: Element, locales: dict[str, str], tag: str, reading: Reading) -> list[Draft]:
    drafts = []
    formats = [
        name
        for info in children(root, "distributionInfo")
        for each in info.iter()
        if local(each) == "MD_Format" and (name := iso.words(child(each, "name")) or _format_title(each))
    ]
    for index, each in enumerate(iso.online_resources(root)):
        path = f"onLine[{index}]"
        link = iso.link(child(each, "linkage"))
        protocol, function = iso.words(child(each, "protocol")), iso.code(child(each, "function"))
        is_download = FUNCTIONS.get(function or "", any(mark in (protocol or "").lower() for mark in DOWNLOADS))
        label = iso.texts(child(each, "name"), locales, tag)
        kind = _format_of(protocol, formats if is_download else [])
        drafts.append(
            Draft(
                path=path,
                raw={"linkage": link, "protocol": protocol},
                keys=("linkage", "linkage"),
                download_url=link if is_download else None,
                access_url=link or "",
                titles=_clean(label, reading.text),
                descriptions=_clean(iso.texts(child(each, "description"), locales, tag), reading.description),
                media_type=protocol if protocol and _MEDIA_TYPE.match(protocol) else None,
                format=kind,
                more={"protocol": protocol} if protocol else {},
            )
        )
    return drafts


def _format_title(element: Element) -> str | None:
    return iso.words(child(element, "formatSpecificationCitation", "CI_Citation", "title"))


def _format_of(protocol: str | None, formats: list[str]) -> str | None:
    """The format of a link: the service that its protocol names, else the one format that the record has."""
    said = (protocol or "").upper()
    for service in ("WMTS", "WMS", "WFS", "WCS", "ATOM", "CSW", "ESRI:REST", "OGC API"):
        if service in said:
            return service
    return formats[0] if len(set(formats)) == 1 else None


def _more(root: Element, part: Element) -> dict[str, str]:
    """What no other field holds and people ask for: scale, lineage, reference system, parent, scope."""
    paths = {
        "parent": (root, ("parentIdentifier",)),
        "parent_": (root, ("parentMetadata", "CI_Citation", "identifier", "MD_Identifier", "code")),
        "lineage": (root, ("dataQualityInfo", "DQ_DataQuality", "lineage", "LI_Lineage", "statement")),
        "lineage_": (root, ("resourceLineage", "LI_Lineage", "statement")),
        "supplemental": (part, ("supplementalInformation",)),
        "purpose": (part, ("purpose",)),
    }
    found = {key.rstrip("_"): said for key, (start, path) in paths.items() if (said := iso.words(child(start, *path)))}
    parent = child(root, "parentMetadata")  # of ISO 19115-3: a citation, or a reference alone
    if "parent" not in found and parent is not None:
        said = parent.get("uuidref") or iso.words(child(parent, "CI_Citation", "title"))
        found |= {"parent": said} if said else {}
    if kind := iso.scope(root):
        found["scope"] = kind
    return found
