"""From an SDMX dataflow, in XML or JSON, to a Data Package."""

import re
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from harvesters.base import Parts, Source
from harvesters.jsonrecord import remainder
from harvesters.jsonvalues import texts
from harvesters.mapping import Draft, Reading, describe
from harvesters.markup import Element, child, children, parse, text
from harvesters.package import Additions, LanguageMap, Mapped, Publisher
from harvesters.spool_lines import Record

XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
DEFAULT_LANGUAGE = "en"
"""Of a text without xml:lang: the default that SDMX's schema for texts declares (SDMXCommon.xsd, TextType)."""

READ = frozenset(
    {"id", "agencyID", "version", "name", "names", "description", "descriptions", "structure", "urn", "links"}
)
_LIST_OF_FLOWS = re.compile(r"/(structure/)?dataflow(?:/[^?]*)?$", re.IGNORECASE)


class Flow(msgspec.Struct, frozen=True):
    """A dataflow, in whatever form it came. structure: the URN, or agency, id and version, of its data structure definition.
    service: where an external reference says that it is served. more: what no other field holds."""

    id: str
    agency: str
    version: str
    names: LanguageMap
    descriptions: LanguageMap
    structure: str | None = None
    urn: str | None = None
    service: str | None = None
    more: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """Agency and id: what stays the same from version to version (SDMX information model, maintainable artefacts)."""
        return f"{self.agency}:{self.id}"

    @property
    def ordered_version(self) -> tuple[int, ...]:
        """The version to compare by; one that is no row of numbers comes first."""
        parts = re.findall(r"\d+", self.version)
        return tuple(int(part[:9]) for part in parts)

    def identifier(self, latest: dict[str, tuple[int, ...]]) -> str:
        """The native identifier: the key for the latest version of a message, with the version for a former one."""
        return self.key if self.ordered_version >= latest[self.key] else f"{self.key}({self.version})"


def flow_of_xml(said: Element | str) -> Flow:
    """A dataflow from its element, or the element's text. Raises MalformedAnswer for a text that is no XML."""
    element = parse(said.encode(), "the record") if isinstance(said, str) else said
    reference = child(element, "Structure")
    inner = child(reference, "Ref")
    structure = text(reference)
    if inner is not None:
        structure = f"{inner.get('agencyID', '')}:{inner.get('id', '')}({inner.get('version', '1.0')})"
    more: dict[str, Any] = {
        key: value for key in ("validFrom", "validTo", "isFinal", "isExternalReference") if (value := element.get(key))
    }
    notes = [
        {key: value for key in ("AnnotationTitle", "AnnotationType", "AnnotationURL", "AnnotationText")
         if (value := text(child(note, key)))}
        for note in children(element, "Annotations", "Annotation")
    ]  # fmt: skip
    if any(notes):
        more["annotations"] = [note for note in notes if note]
    return Flow(
        id=element.get("id", ""),
        agency=element.get("agencyID") or element.get("agency") or "",
        version=element.get("version") or "1.0",
        names=_languages(children(element, "Name")),
        descriptions=_languages(children(element, "Description")),
        structure=structure,
        urn=element.get("urn"),
        service=element.get("serviceURL") or element.get("structureURL") or element.get("uri"),
        more=more,
    )


def flow_of_json(said: dict[str, Any]) -> Flow:
    """A dataflow from a member of SDMX-JSON's `dataflows`."""
    structure = said.get("structure")
    links = said.get("links")
    urn = said.get("urn") or next(
        (
            link["urn"]
            for link in (links if isinstance(links, list) else [])
            if isinstance(link, dict) and "urn" in link
        ),
        None,
    )
    return Flow(
        id=str(said.get("id") or ""),
        agency=str(said.get("agencyID") or ""),
        version=str(said.get("version") or "1.0"),
        names=_named(said, "names", "name"),
        descriptions=_named(said, "descriptions", "description"),
        structure=structure if isinstance(structure, str) else None,
        urn=urn if isinstance(urn, str) else None,
        more=remainder(said, READ),
    )


def mapped(flow: Flow, record: Record, source: Source, protocol: str, parts: Parts) -> Mapped:
    """The package of a dataflow. Its data are where the standard's web service has them, below the list of dataflows."""
    reading = Reading(record.url)
    urn = flow.urn or f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={flow.key}({flow.version})"
    more = {**flow.more, "structure": flow.structure} if flow.structure else flow.more
    additions = Additions(
        source=source.id,
        native_id=record.id or "",
        protocol=protocol,
        titles={tag: words for tag, raw in flow.names.items() if (words := reading.text(raw))},
        descriptions={tag: words for tag, raw in flow.descriptions.items() if (words := reading.description(raw))},
        publisher=_publisher(flow.agency, parts, reading),
        identifiers=[urn],
        more=more,
    )
    return describe(source, additions, _drafts(flow, record.url), reading, version=flow.version)


def _drafts(flow: Flow, url: str) -> list[Draft]:
    parts = urlsplit(url)
    place = _LIST_OF_FLOWS.search(parts.path)
    if flow.service is not None and flow.more.get("isExternalReference") == "true":
        return [Draft(path="serviceURL", raw=flow.service, access_url=flow.service, format="SDMX")]
    if place is None:
        return []
    root = parts.path[: place.start()]
    agency, name, version = (quote(each, safe="") for each in (flow.agency, flow.id, flow.version))
    data, structure = f"data/{agency},{name},{version}", f"dataflow/{agency}/{name}/{version}"
    if place[1]:
        data, structure = f"data/dataflow/{agency}/{name}/{version}", f"structure/dataflow/{agency}/{name}/{version}"

    def address(path: str, query: str = "") -> str:
        return urlunsplit((parts.scheme, parts.netloc, f"{root}/{path}", query, ""))

    return [
        Draft(path="data", raw=data, access_url=address(data), format="SDMX", titles={"en": "Data"}),
        Draft(
            path="structure", raw=structure, access_url=address(structure, "references=all"), format="SDMX",
            titles={"en": "Structure"},
        ),
    ]  # fmt: skip


def _publisher(agency: str, parts: Parts, reading: Reading) -> Publisher | None:
    """The maintenance agency, by the name that the message gives it, or else by its id."""
    if not agency:
        return None
    said = parts(f"agency:{agency}")
    names = _languages(children(parse(said.encode(), "the agency"), "Name")) if said else {}
    cleaned = {tag: words for tag, raw in names.items() if (words := reading.text(raw))}
    return Publisher(name=next(iter(cleaned.values()), agency), names=cleaned, id=agency)


def _languages(found: list[Element]) -> LanguageMap:
    return {each.get(XML_LANGUAGE, DEFAULT_LANGUAGE): words for each in found if (words := text(each))}


def _named(said: dict[str, Any], several: str, one: str) -> LanguageMap:
    """Texts by language, or the one text whose language the message does not say."""

    def plain(raw: object) -> str | None:
        return raw.strip() or None if isinstance(raw, str) else None

    return texts(said.get(several), "und", plain) or texts(said.get(one), "und", plain)
