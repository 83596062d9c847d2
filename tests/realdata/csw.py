"""Payloads of catalogue services: their pages of records as they were sent, and single records in a page around each."""

from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload, content_of

CSW = "http://www.opengis.net/cat/csw/2.0.2"
XML = {"Content-Type": "application/xml"}
CAPABILITIES = f'<csw:Capabilities xmlns:csw="{CSW}" version="2.0.2"/>'.encode()

IN_PAGES = ("iso19139/geonetwork-iso19139", "csw-dcat/geonetwork-dcat", "csw-dcat/geonetwork-geodcatap")
"""Three pages each, which begin at the records 1, 3 and 5."""

NO_DATASET = {
    "geocat/publication_date.xml": "an excerpt with dates alone: neither identifier nor title",
    "geocat/publication_date_before_1900.xml": "an excerpt with dates alone: neither identifier nor title",
    "geocat/revision_date.xml": "an excerpt with dates alone: neither identifier nor title",
    "geocat/test_harvesters_capabilities.xml": "capabilities, served before the answers of geocat",
    "geodatagov/sample3.xml": "capabilities, served before the answers of geodatagov",
    "iso19139/gnui_geo2france.iso19139.service.xml": "a service",
}
"""Files that hold no record of a dataset, and why."""

_IDENTIFIERS = (
    "//*[local-name()='MD_Metadata' or local-name()='MI_Metadata' or local-name()='CHE_MD_Metadata']"
    "[not(*[local-name()='hierarchyLevel']/*[@codeListValue='service'])]"
    "/*[local-name()='fileIdentifier' or local-name()='metadataIdentifier']"
    "/descendant::*[local-name()='CharacterString'][1]/text()"
    "|//*[local-name()='Record' or local-name()='SummaryRecord'][namespace-uri()='" + CSW + "']"
    "/*[local-name()='identifier'][1]/text()"
    "|//*[local-name()='Dataset' and namespace-uri()='http://www.w3.org/ns/dcat#']/@*[local-name()='about']"
    "|//*[local-name()='Description']"
    "[*[local-name()='type']/@*[.='http://www.w3.org/ns/dcat#Dataset']]/@*[local-name()='about']"
)


def payloads(folder: Path) -> Iterator[Payload]:
    """Each file as a service of its own; three pages that belong together as one."""
    for name in IN_PAGES:
        pages = {str(first): (folder / f"csw/{name}-page-{first}.xml").read_bytes() for first in (1, 3, 5)}
        yield Payload(f"csw/{name}-page-*.xml", "csw", _serve(pages), _datasets(*pages.values()))
    for path in sorted((folder / "csw").rglob("*.xml*")):
        inner = str(path.relative_to(folder / "csw"))
        if inner not in NO_DATASET and not inner.startswith(IN_PAGES):
            content = content_of(path)
            capabilities = CAPABILITIES
            for known in ("geocat/test_harvesters_capabilities.xml", "geodatagov/sample3.xml"):
                if inner.startswith(known.partition("/")[0]):
                    capabilities = (folder / "csw" / known).read_bytes()
            yield Payload(f"csw/{inner}", "csw", _serve({"1": _page(content)}, capabilities), _datasets(content))


def malformed(folder: Path) -> Iterator[Payload]:
    """What is whole, yet holds no record of a dataset: every one of it ends in a sentence."""
    for inner in NO_DATASET:
        content = (folder / "csw" / inner).read_bytes()
        yield Payload(f"csw/{inner}", "csw", _serve({"1": _page(content)}), 0)


def _datasets(*contents: bytes) -> int:
    """How many different datasets there are, by the identifiers that plain XPath finds."""
    return len({str(found).strip() for content in contents for found in _tree(content).xpath(_IDENTIFIERS)})


def _tree(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(huge_tree=True))


def _page(content: bytes) -> bytes:
    """An answer to GetRecords as it is, or one around the record of any other file."""
    root = _tree(content)
    name = etree.QName(root).localname
    if name == "GetRecordsResponse":
        return content
    records = list(root) if name == "GetRecordByIdResponse" else [root]
    answer = etree.Element(f"{{{CSW}}}GetRecordsResponse", nsmap={"csw": CSW})
    results = etree.SubElement(answer, f"{{{CSW}}}SearchResults", numberOfRecordsMatched="1", nextRecord="0")
    results.extend(records)
    # The record keeps the encoding that its file declares.
    return etree.tostring(answer, encoding=root.getroottree().docinfo.encoding or "UTF-8", xml_declaration=True)


def _serve(pages: dict[str, bytes], capabilities: bytes = CAPABILITIES) -> Callable[[Site], str]:
    def serve(site: Site) -> str:
        def answer(query: dict[str, str]) -> Reply:
            asked = {key.lower(): value for key, value in query.items()}
            if asked.get("request") == "GetCapabilities":
                return Reply(capabilities, headers=XML)
            content = pages.get(asked.get("startposition", "1"), b"<no-such-page/>")
            return Reply(content, headers=XML)

        site.routes["/geonetwork/srv/eng/csw"] = answer
        return f"{site.url}/geonetwork/srv/eng/csw"

    return serve
