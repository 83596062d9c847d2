"""A catalogue service for the web, version 2.0.2, with ISO 19139 records: its capabilities, and GetRecords by GET, of all or of
what was modified from a day on.

https://www.ogc.org/standards/cat/
"""

import re

from sandbox.content import Dataset
from sandbox.iso import GMD, render
from sandbox.portal import Catalogue
from sandbox.web import Reply, Request

XML = "application/xml"
CSW = "http://www.opengis.net/cat/csw/2.0.2"
OWS, XLINK = "http://www.opengis.net/ows", "http://www.w3.org/1999/xlink"
_SINCE = re.compile(r"modified >= '([\d-]+)", re.IGNORECASE)
"""The one constraint that the sandbox knows."""


class CatalogueService:
    """`/csw`; what is neither of the two requests is refused by an exception report, with status 200."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The capabilities, or a page of records."""
        if request.path != "/csw":
            return None
        query = {name.lower(): value for name, value in request.query.items()}
        match query.get("request", "").lower():
            case "getcapabilities":
                return _xml(_capabilities(request.address))
            case "getrecords":
                first, size = (_number(query.get(name, "")) for name in ("startposition", "maxrecords"))
                since = _SINCE.search(query.get("constraint", ""))
                matched = [d for d in catalogue.datasets if since is None or d.modified >= since[1]]
                return _xml(_records(matched, catalogue, request.address, first or 1, size or 10))
            case _:
                said = "<ows:ExceptionText>The request is not known.</ows:ExceptionText>"
                return _xml(
                    f'<ows:ExceptionReport xmlns:ows="{OWS}" version="1.2.0">'
                    f'<ows:Exception exceptionCode="InvalidParameterValue">{said}</ows:Exception></ows:ExceptionReport>'
                )


def _capabilities(address: str) -> str:
    link = f'<ows:DCP><ows:HTTP><ows:Get xlink:href="{address}/csw"/></ows:HTTP></ows:DCP>'
    schema = f'<ows:Parameter name="outputSchema"><ows:Value>{GMD}</ows:Value></ows:Parameter>'
    return (
        f'<csw:Capabilities xmlns:csw="{CSW}" xmlns:ows="{OWS}" xmlns:xlink="{XLINK}" version="2.0.2">'
        f'<ows:OperationsMetadata><ows:Operation name="GetRecords">{link}{schema}</ows:Operation>'
        "</ows:OperationsMetadata></csw:Capabilities>"
    )


def _records(matched: list[Dataset], catalogue: Catalogue, address: str, first: int, size: int) -> str:
    held = matched[first - 1 : first - 1 + size]
    following = first + len(held)
    counts = (
        f'numberOfRecordsMatched="{len(matched)}" numberOfRecordsReturned="{len(held)}" '
        f'nextRecord="{following if following <= len(matched) else 0}"'
    )
    records = "".join(render(dataset, catalogue, address) for dataset in held)
    return (
        f'<csw:GetRecordsResponse xmlns:csw="{CSW}" version="2.0.2">'
        f'<csw:SearchResults {counts} elementSet="full">{records}</csw:SearchResults></csw:GetRecordsResponse>'
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _xml(document: str) -> Reply:
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode(), XML)
