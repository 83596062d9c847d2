"""DataCite metadata (kernel 3 and 4), as repositories give it by OAI-PMH, mapped to packages.

https://schema.datacite.org/
"""

from harvesters.base import Source
from harvesters.errors import MalformedAnswer
from harvesters.findings import find
from harvesters.mapping import Draft, Reading, describe, text_language
from harvesters.markup import Element, child, children, local, namespace, parse, text
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.spool import Record

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
        return Mapped(None, [find("record-malformed", value=record.id or "", why=error.sentence)])
    resource = root if local(root) == "resource" else next((e for e in root.iter() if local(e) == "resource"), None)
    if resource is None or record.id is None:
        return Mapped(None, [find("record-malformed", value=record.id or "", why="it is no DataCite resource")])
    reading = Reading(record.url)
    languages = reading.languages(text(child(resource, "language")), "language")
    tag = text_language(languages)
    publisher = reading.text(text(child(resource, "publisher")))
    dates = {each.get("dateType", ""): text(each) for each in children(resource, "dates", "date") if text(each)}
    issued = dates.get("Issued") or dates.get("Available") or text(child(resource, "publicationYear"))
    doi = text(child(resource, "identifier")) if (_kind(child(resource, "identifier")) == "DOI") else None
    address = f"https://doi.org/{doi}" if doi and not doi.startswith("http") else doi
    licences = [
        licence
        for each in children(resource, "rightsList", "rights")
        if (
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
        keywords={
            tag: [word for each in children(resource, "subjects", "subject") if (word := reading.text(text(each)))]
        },
        languages=languages,
        publisher=Publisher(name=publisher) if publisher else None,
        issued=reading.moment(issued, "dates") if issued else None,
        modified=reading.moment(dates["Updated"], "dates") if "Updated" in dates else None,
        temporal=[period for raw in [dates.get("Collected")] if raw and (period := reading.period(raw, "dates"))],
        spatial=[
            Place(text=name)
            for each in children(resource, "geoLocations", "geoLocation", "geoLocationPlace")
            if (name := text(each))
        ],
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
            found.setdefault(each.get(LANGUAGE) or tag, said)
    return found
