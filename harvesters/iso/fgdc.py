"""FGDC CSDGM records, which older folders of metadata hold beside ISO's (FGDC-STD-001-1998), mapped to packages."""

from harvesters.base import Source
from harvesters.errors import MalformedAnswer
from harvesters.findings import find
from harvesters.mapping import Draft, Reading, describe, language_map
from harvesters.markup import Element, child, children, local, parse, text, texts
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.spool_lines import Record

TAG = "und"
_UNSTATED = frozenset({"unknown", "unpublished material", "present", "not applicable", "none"})


def is_record(root: Element) -> bool:
    """Whether a document is a CSDGM record."""
    return local(root) == "metadata" and child(root, "idinfo") is not None


def map_fgdc(record: Record, source: Source, protocol: str) -> Mapped:
    """The package of one record; its identifier is the address of its file."""
    try:
        root = parse((record.text or "").encode("utf-8", "replace"), record.url)
    except MalformedAnswer as error:
        return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
    info = child(root, "idinfo")
    reading = Reading(record.url)
    cited = child(info, "citation", "citeinfo")
    publisher = text(child(cited, "pubinfo", "publish")) or text(child(cited, "origin"))
    stated = text(child(cited, "pubdate"))
    conditions = [said for name in ("useconst",) if (said := text(child(info, name))) and said.lower() not in _UNSTATED]
    licence = reading.licence("useconst", title=conditions[0]) if conditions else None
    links = texts([*children(cited, "onlink"), *(e for e in root.iter() if local(e) == "networkr")])
    box = _box(child(info, "spdom", "bounding"))
    begins, ends = (text(child(info, "timeperd", "timeinfo", "rngdates", name)) for name in ("begdate", "enddate"))
    single = text(child(info, "timeperd", "timeinfo", "sngdate", "caldate"))
    period = f"{begins}/{ends if ends and ends.lower() != 'present' else '..'}" if begins else single
    read = reading.period(period, "timeperd") if period and period.lower() not in _UNSTATED else None
    metadata_date = text(child(root, "metainfo", "metd"))
    additions = Additions(
        source=source.id,
        native_id=record.id or record.url,
        protocol=protocol,
        titles=language_map(reading.text(text(child(cited, "title"))), TAG),
        descriptions=language_map(reading.description(text(child(info, "descript", "abstract"))), TAG),
        keywords={
            TAG: [word for e in root.iter() if local(e) in ("themekey", "placekey") and (word := reading.text(text(e)))]
        },
        publisher=Publisher(name=name) if (name := reading.text(publisher)) else None,
        issued=reading.moment(stated, "pubdate") if stated and stated.lower() not in _UNSTATED else None,
        modified=reading.moment(metadata_date, "metd") if metadata_date else None,
        temporal=[read] if read else [],
        spatial=[Place(bbox=box)] if box else [],
        access_rights=reading.text(text(child(info, "accconst"))),
        licences=[licence] if licence else [],
    )
    drafts = [Draft(path="onlink", raw=link, access_url=link) for link in dict.fromkeys(links)]
    return describe(source, additions, drafts, reading)


def _box(element: Element | None) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (
            float(text(child(element, name)) or "") for name in ("westbc", "southbc", "eastbc", "northbc")
        )
    except ValueError:
        return None
    ok = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if ok else None
