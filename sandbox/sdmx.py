"""A statistical office's web service: its dataflows, as SDMX 2.1 asks for them in XML, or as 3.0 does in JSON.

https://github.com/sdmx-twg/sdmx-rest
"""

from typing import Any

import msgspec
from lxml import etree

from sandbox.content import Dataset
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

AGENCY = "XA1"
ROOT = "/rest"
VERSION = "1.0"
SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
MESSAGE, STRUCTURE, COMMON = f"{SCHEMAS}/message", f"{SCHEMAS}/structure", f"{SCHEMAS}/common"
XML, JSON = "application/vnd.sdmx.structure+xml;version=2.1", "application/vnd.sdmx.structure+json;version=2.0.0"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Dataflows21:
    """`/rest/dataflow/…` of SDMX 2.1; anything else below `/rest` is an error message."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The dataflows of an agency, or the message that there are none."""
        if not request.path.removeprefix(ROOT).removeprefix("/") or not request.path.startswith(f"{ROOT}/"):
            return None
        parts = request.path.removeprefix(f"{ROOT}/").split("/")
        if parts[0] != "dataflow" or len(parts) > 4:
            return _error("Not implemented", 501)
        agency, name = (*parts[1:3], "all", "all")[:2]
        chosen = [dataset for dataset in catalogue.datasets if name in ("all", flow_id(dataset))]
        if agency not in ("all", AGENCY) or not chosen:
            return _error("No results found", 404)
        return Reply(etree.tostring(_message(chosen, catalogue), xml_declaration=True, encoding="UTF-8"), XML)


class Dataflows3:
    """`/rest/structure/dataflow/…` of SDMX 3.0 alone."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The dataflows, in SDMX-JSON."""
        if not request.path.removeprefix(ROOT).removeprefix("/") or not request.path.startswith(f"{ROOT}/"):
            return None
        if not request.path.startswith(f"{ROOT}/structure/dataflow/"):
            return Reply(b'{"errors": [{"code": 404, "title": "No such resource"}]}', JSON, status=404)
        flows: list[dict[str, Any]] = [
            {
                "id": flow_id(dataset), "agencyID": AGENCY, "version": VERSION,
                "name": dataset.titles[catalogue.language], "names": dataset.titles, "descriptions": dataset.descriptions,
                "structure": f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={AGENCY}:{flow_id(dataset)}(1.0)",
            }
            for dataset in catalogue.datasets
        ]  # fmt: skip
        schema = "https://json.sdmx.org/2.0.0/sdmx-json-structure-schema.json"
        return Reply(msgspec.json.encode({"meta": {"schema": schema}, "data": {"dataflows": flows}}), JSON)


def flow_id(dataset: Dataset) -> str:
    """A dataset's id as SDMX's schema allows it: letters, digits, and a few signs."""
    return dataset.name.upper().replace("-", "_")


def _message(datasets: list[Dataset], catalogue: Catalogue) -> etree._Element:
    root = etree.Element(f"{{{MESSAGE}}}Structure", nsmap={"mes": MESSAGE, "str": STRUCTURE, "com": COMMON})
    sender = etree.SubElement(etree.SubElement(root, f"{{{MESSAGE}}}Header"), f"{{{MESSAGE}}}Sender", id=AGENCY)
    _texts(sender, "Name", catalogue.titles)
    structures = etree.SubElement(root, f"{{{MESSAGE}}}Structures")
    listed = etree.SubElement(structures, f"{{{STRUCTURE}}}Dataflows")
    for dataset in datasets:
        name = flow_id(dataset)
        flow = etree.SubElement(
            listed, f"{{{STRUCTURE}}}Dataflow", id=name, agencyID=AGENCY, version=VERSION,
            urn=f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={AGENCY}:{name}({VERSION})",
        )  # fmt: skip
        _texts(flow, "Name", dataset.titles)
        _texts(flow, "Description", dataset.descriptions)
        reference = etree.SubElement(flow, f"{{{STRUCTURE}}}Structure")
        etree.SubElement(reference, "Ref", id=name, version=VERSION, agencyID=AGENCY)
    return root


def _texts(parent: etree._Element, name: str, texts: dict[str, str]) -> None:
    for language, words in texts.items():
        etree.SubElement(parent, f"{{{COMMON}}}{name}", {LANGUAGE: language}).text = words


def _error(words: str, status: int) -> Reply:
    root = etree.Element(f"{{{MESSAGE}}}Error", nsmap={"mes": MESSAGE, "com": COMMON})
    message = etree.SubElement(root, f"{{{MESSAGE}}}ErrorMessage", code="100" if status == 404 else "501")
    etree.SubElement(message, f"{{{COMMON}}}Text").text = words
    return Reply(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), XML, status=status)
