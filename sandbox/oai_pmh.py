"""An OAI-PMH repository with Dublin Core, in pages by resumption token, with the list's size.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from xml.sax.saxutils import escape

from sandbox.content import Dataset
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import LICENCES
from sandbox.web import Reply, Request

PAGE = 10
OAI, OAI_DC = "http://www.openarchives.org/OAI/2.0/", "http://www.openarchives.org/OAI/2.0/oai_dc/"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


class Repository:
    """`/oai` with the verbs Identify, ListMetadataFormats and ListRecords; a token is the number of the next record, and
    the day from which on changes are wanted, where one is."""

    def answer(self, request: Request, catalogue: Catalogue) -> Reply | None:
        """The answer to a verb; errors come with status 200, as the protocol has it (3.6)."""
        if request.path != "/oai":
            return None
        query = request.query
        match query.get("verb"):
            case "Identify":
                name = escape(catalogue.titles[catalogue.language])
                said = f"<Identify><repositoryName>{name}</repositoryName></Identify>"
            case "ListMetadataFormats":
                said = (
                    "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix>"
                    f"<metadataNamespace>{OAI_DC}</metadataNamespace></metadataFormat></ListMetadataFormats>"
                )
            case "ListRecords" if query.get("metadataPrefix") == "oai_dc" or "resumptionToken" in query:
                start, _, since = query.get("resumptionToken", f"0/{query.get('from', '')}").partition("/")
                said = _records(catalogue, request.address, int(start) if start.isdecimal() else 0, since)
            case "ListRecords":
                said = '<error code="cannotDisseminateFormat">oai_dc is all there is.</error>'
            case _:
                said = '<error code="badVerb">The verb is not known.</error>'
        document = f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="{OAI}">{said}</OAI-PMH>'
        return Reply(document.encode(), "text/xml")


def _records(catalogue: Catalogue, address: str, start: int, since: str) -> str:
    chosen = [dataset for dataset in catalogue.datasets if dataset.modified >= since]
    total = len(chosen)
    held = chosen[start : start + PAGE]
    if not held:
        return '<error code="noRecordsMatch">There are no records.</error>'
    records = "".join(_record(dataset, catalogue, address) for dataset in held)
    following = f"{start + PAGE}/{since}".rstrip("/") if start + PAGE < total else ""
    token = f'<resumptionToken completeListSize="{total}" cursor="{start}">{following}</resumptionToken>'
    return f"<ListRecords>{records}{token}</ListRecords>"


def _record(dataset: Dataset, catalogue: Catalogue, address: str) -> str:
    language = catalogue.language
    licence = LICENCES.get(dataset.licence or "")
    stated = [
        ("title", dataset.titles.get(language, "")),
        ("description", dataset.descriptions.get(language, "")),
        ("publisher", dataset.publisher.names[language]),
        ("date", dataset.modified[:10]),
        ("type", "Dataset"),
        ("language", language),
        *(("subject", word) for word in dataset.keywords.get(language, [])),
        *(("identifier", absolute(address, each.url)) for each in dataset.distributions),
        *([("rights", licence.url)] if licence else []),
    ]
    words = "".join(f"<dc:{name}>{escape(value)}</dc:{name}>" for name, value in stated)
    return (
        f"<record><header><identifier>oai:data.xa.example:{escape(dataset.name)}</identifier>"
        f"<datestamp>{dataset.modified[:10]}</datestamp></header><metadata>"
        f'<oai_dc:dc xmlns:oai_dc="{OAI_DC}" xmlns:dc="{DUBLIN_CORE}">{words}</oai_dc:dc></metadata></record>'
    )
