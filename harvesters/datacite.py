"""DataCite metadata (kernel 3 and 4), as repositories give it by OAI-PMH, mapped to packages.

https://schema.datacite.org/
"""

from harvesters.base import Source
from harvesters.dublin_core import access_of
from harvesters.errors import MalformedAnswer
from harvesters.findings import find
from harvesters.mapping import Draft, Reading, describe, text_language
from harvesters.markup import Element, child, children, local, namespace, parse, text
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Record
from harvesters.values import read_language

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def is_datacite(metadata: Element) -> bool:
    """Whether the metadata of a record is DataCite's, with or without the wrapper of oai_datacite."""
    if "datacite" in namespace(metadata):
        return True
    return any(
        local(each) == "resource" and ("datacite" in namespace(each) or bool(children(each, "resourceType")))
        for each in metadata.iter()
    )


def map_datacite(record: Record, source: Source, protocol: str) -> Mapped:
    """The package of one record; blocks only where it is no DataCite resource or has no identifier."""
    try:
        root = parse((record.text or "").encode("utf-8", "replace"), record.url)
    except MalformedAnswer as error:
        return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
    resource = root if local(root) == "resource" else next((e for e in root.iter() if local(e) == "resource"), None)
    if resource is None or record.id is None:
        return Mapped(
            None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="DataCite"))]
        )
    reading = Reading(record.url)
    languages = reading.languages(text(child(resource, "language")), "language")
    tag = text_language(languages)
    publisher = reading.text(text(child(resource, "publisher")))
    dates = {each.get("dateType", ""): text(each) for each in children(resource, "dates", "date") if text(each)}
    issued = dates.get("Issued") or dates.get("Available") or text(child(resource, "publicationYear"))
    doi = text(child(resource, "identifier")) if (_kind(child(resource, "identifier")) == "DOI") else None
    address = f"https://doi.org/{doi}" if doi and not doi.startswith("http") else doi
    subjects = children(resource, "subjects", "subject")
    rights = children(resource, "rightsList", "rights")
    access = next((said for each in rights if (said := access_of(text(each) or each.get("rightsURI")))), None)
    licences = [
        licence
        for each in rights
        if access_of(text(each) or each.get("rightsURI")) is None
        and (
            licence := reading.licence(
                "rights", id=each.get("rightsIdentifier"), title=text(each), url=each.get("rightsURI")
            )
        )
    ]
    others = [text(each) or "" for each in children(resource, "alternateIdentifiers", "alternateIdentifier")]
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol=protocol,
        titles=_texts(children(resource, "titles", "title"), tag, reading.text),
        descriptions=_texts(children(resource, "descriptions", "description"), tag, reading.description),
        keywords={tag: [word for each in subjects if (word := reading.text(" ".join((text(each) or "").split())))]},
        languages=languages,
        publisher=Publisher(name=publisher) if publisher else None,
        issued=reading.moment(issued, "dates") if issued else None,
        modified=reading.moment(dates["Updated"], "dates") if "Updated" in dates else None,
        temporal=[period for raw in [dates.get("Collected")] if raw and (period := reading.period(raw, "dates"))],
        spatial=_places(resource),
        access_rights=access,
        licences=licences,
        identifiers=[other for other in dict.fromkeys([address or "", *others]) if other and other != record.id],
    )
    drafts = [Draft(path="identifier", raw=address, access_url=address)] if address else []
    return describe(
        source, additions, drafts, reading, homepage=address, version=reading.text(text(child(resource, "version")))
    )


def _kind(element: Element | None) -> str:
    return element.get("identifierType", "") if element is not None else ""


def _texts(elements: list[Element], tag: str, clean: object) -> dict[str, str]:
    """Texts by language, the first of each; subtitles and other kinds come after the main one."""
    found: dict[str, str] = {}
    for each in sorted(elements, key=lambda element: bool(element.get("titleType"))):
        said = clean(text(each)) if callable(clean) else None
        if said:
            stated = read_language(each.get(LANGUAGE))
            found.setdefault(stated.tag if stated and stated.tag else tag, said)
    return found


def _places(resource: Element) -> list[Place]:
    """Where the data are of: names, boxes and points; kernel 3 writes these as numbers with the latitude first."""
    found = []
    for each in children(resource, "geoLocations", "geoLocation"):
        name = text(child(each, "geoLocationPlace"))
        boxes = [box for part in each if (box := _box(part)) is not None]
        found += [Place(text=name, bbox=box) for box in boxes] or ([Place(text=name)] if name else [])
    return found


def _box(part: Element) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a box or a point; None for a polygon, and where a number is missing or wrong."""
    sides = {
        "geoLocationBox": ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude"),
        "geoLocationPoint": ("pointLongitude", "pointLatitude") * 2,
    }.get(local(part))
    if sides is None:
        return None
    try:
        if len(part):
            west, south, east, north = (float(text(child(part, side)) or "") for side in sides)
        else:
            numbers = [float(number) for number in (text(part) or "").split()]
            south, west, north, east = numbers * 2 if len(numbers) == 2 else numbers
    except ValueError:
        return None
    ok = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if ok else None
