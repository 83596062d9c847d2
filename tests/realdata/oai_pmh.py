"""Payloads of OAI-PMH repositories: lists as they were sent, and single records in a list around each."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from tests.conftest import Reply, Site
from tests.realdata.payload import Payload

OAI = "http://www.openarchives.org/OAI/2.0/"
XML = {"Content-Type": "text/xml"}
PREFIXES = {
    "danseasy": "oai_datacite", "dara_rki": "oai_dc", "dataverseno": "oai_datacite", "envidat-datacite": "datacite",
    "envidat-iso19139": "iso19139", "slks-oai_dc": "oai_dc", "wdcc": "iso19115",
}  # fmt: skip
"""The repositories whose records are real, and the format that they were asked for."""

LISTS = {
    "pycsw_get_ListRecords_datacite": "datacite",
    "pycsw_get_ListRecords_dc": "csw-record",
    "pycsw_get_ListRecords_iso19139": "iso19139",
    "pycsw_get_ListRecords_oai_dc": "oai_dc",
    "pycsw_get_GetRecord_datacite": "datacite",
    "pycsw_get_GetRecord_dc": "csw-record",
    "pycsw_get_GetRecord_iso": "iso19139",
    "pycsw_get_GetRecord_oai_dc": "oai_dc",
    "sickle_GetRecord": "oai_dc",
    "sickle_GetRecord_utf8test": "oai_dc",
}
"""Synthetic answers with records, and their format."""

PAGES = tuple(f"sickle_ListRecords{number}" for number in ("", "2", "3", "4"))
"""Four pages of one list, by resumption token."""

OTHER_KINDS = frozenset({"text", "image", "article", "service", "software", "stillimage"})
"""The last word of what a record says that it is, where it is no dataset."""

ANSWERS_WITHOUT_RECORDS = (
    "mit_ListIdentifiers_page1", "mit_ListIdentifiers_page2", "mit_ListSets_page1", "mit_ListSets_page2",
    "mit_ListSets_page3", "mit_error_idDoesNotExist",
)  # fmt: skip
"""Of DSpace@MIT: headers, sets and an error. The synthetic ones beside them are errors, headers, sets and formats too."""


NOTHING_MATCHES = "sickle_noRecordsMatch"
"""An error that is a whole answer: there is nothing to say of it (tests/harvesters/test_oai_pmh.py)."""


def payloads(folder: Path) -> Iterator[Payload]:
    """Each repository and each synthetic answer with a dataset in it."""
    return (payload for payload in _lists(folder) if payload.datasets)


def malformed(folder: Path) -> Iterator[Payload]:
    """Whatever else a repository answers in the place of a list: errors, headers alone, sets, what is no XML; and lists of
    articles and texts."""
    yield from (payload for payload in _lists(folder) if not payload.datasets)
    base = folder / "oai-pmh"
    listed = {*LISTS, *PAGES, NOTHING_MATCHES}
    others = [path for path in sorted((base / "synthetic").glob("*.xml")) if path.stem not in listed]
    for path in [*(base / f"{name}.xml" for name in ANSWERS_WITHOUT_RECORDS), *others]:
        yield Payload(str(path.relative_to(folder)), "oai-pmh", _serve([path.read_bytes()], "oai_dc"), 0)


def _lists(folder: Path) -> Iterator[Payload]:
    """Each repository, each synthetic answer with records, and the list in four pages."""
    base = folder / "oai-pmh"
    for name, prefix in PREFIXES.items():
        records = [each for path in sorted((base / name).glob("*.xml")) for each in _records(path)]
        yield Payload(f"oai-pmh/{name}", "oai-pmh", _serve([_list(records)], prefix), _datasets(records))
    for name, prefix in LISTS.items():
        records = _records(base / f"synthetic/{name}.xml")
        yield Payload(f"oai-pmh/synthetic/{name}.xml", "oai-pmh", _serve([_list(records)], prefix), _datasets(records))
    pages = [(base / f"synthetic/{name}.xml").read_bytes() for name in PAGES]
    records = [each for name in PAGES for each in _records(base / f"synthetic/{name}.xml")]
    yield Payload("oai-pmh/synthetic/sickle_ListRecords*.xml", "oai-pmh", _serve(pages, "oai_dc"), _datasets(records))


def _records(path: Path) -> list[etree._Element]:
    root = etree.fromstring(path.read_bytes())
    return [root] if etree.QName(root).localname == "record" else root.findall(f".//{{{OAI}}}record")


def _datasets(records: list[etree._Element]) -> int:
    """How many different records are neither deleted nor say that they are something else than a dataset."""
    found = set()
    for record in records:
        kinds = record.xpath(
            ".//*[local-name()='resourceType']/@resourceTypeGeneral|.//*[local-name()='hierarchyLevel']/*/@codeListValue"
            "|.//*[local-name()='type' and not(ancestor::*[local-name()='resource'])]/text()"
        )
        said = [str(kind).strip().rpartition("/")[2].lower() for kind in kinds]
        is_other = any(kind in OTHER_KINDS for kind in said) and not any("dataset" in kind for kind in said)
        if record.find(f"{{{OAI}}}metadata") is not None and not is_other:
            found.add(record.findtext(f"{{{OAI}}}header/{{{OAI}}}identifier"))
    return len(found)


def _list(records: list[etree._Element]) -> bytes:
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI})
    etree.SubElement(root, f"{{{OAI}}}ListRecords").extend(records)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _answer(inner: str) -> bytes:
    return f'<OAI-PMH xmlns="{OAI}">{inner}</OAI-PMH>'.encode()


def _serve(pages: list[bytes], prefix: str) -> Callable[[Site], str]:
    """A repository with one format; the second page and those behind it by the token of the page before."""
    tokens = {_token(page): following for page, following in itertools.pairwise(pages)}
    formats = _answer(
        f"<ListMetadataFormats><metadataFormat><metadataPrefix>{prefix}</metadataPrefix></metadataFormat></ListMetadataFormats>"
    )
    identify = _answer("<Identify><repositoryName>Repository</repositoryName></Identify>")

    def serve(site: Site) -> str:
        def answer(query: dict[str, str]) -> Reply:
            if query.get("verb") == "Identify":
                return Reply(identify, headers=XML)
            if query.get("verb") == "ListMetadataFormats":
                return Reply(formats, headers=XML)
            return Reply(tokens.get(query.get("resumptionToken"), pages[0]), headers=XML)

        site.routes["/oai"] = answer
        return f"{site.url}/oai"

    return serve


def _token(page: bytes) -> str | None:
    return etree.fromstring(page).findtext(f".//{{{OAI}}}resumptionToken")
