"""What a CSW is asked: what its capabilities offer, and requests for records by GET or POST (OGC 07-006r1, 10.8)."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

import msgspec

from harvesters.base import Source
from harvesters.iso.record import XLINK
from harvesters.markup import Element, children, local, text
from harvesters.spool_lines import Ask

SCHEMAS = (
    "http://www.isotc211.org/2005/gmd",
    "http://standards.iso.org/iso/19115/-3/mdb/2.0",
    "http://standards.iso.org/iso/19115/-3/mdb/1.0",
    "http://www.isotc211.org/2005/gmi",
    "http://www.geocat.ch/2008/che",
    "http://data.europa.eu/930/",
    "http://www.w3.org/ns/dcat#",
)
"""Output schemas in the order of preference; a service that offers none of them gives Dublin Core (10.8.4.4)."""

VERSIONS = {"2": "2.0.2", "3": "3.0.0"}
MODIFIED = ("apiso:modified", "modified", "dct:modified")
"""Names under which services can be asked for changes, in lower case and in the order of preference."""

PARAMETERS = frozenset(
    {
        *("service", "request", "version", "acceptversions", "sections", "typenames", "resulttype", "elementsetname"),
        *("startposition", "maxrecords", "outputschema", "outputformat", "constraintlanguage", "namespace"),
        *("constraint_language_version", "constraint"),
    }
)
"""Of the protocol; what else an address carries is its own (`?config=…`)."""


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a page of records is asked with; it travels in the note of each ask.

    version: 2.0.2 or 3.0.0. schema: the output schema; "" for the service's own. modified: the property for changes; None
    where the service has none, and all records are read. post: the address for POST, where the service takes nothing else.
    """

    version: str = "2.0.2"
    schema: str = ""
    modified: str | None = None
    post: str | None = None

    @classmethod
    def of(cls, note: dict[str, str | int | float | bool | None]) -> "Offer":
        """The offer in a note."""
        return msgspec.convert({key: note[key] for key in cls.__struct_fields__ if key in note}, cls)


def read_offer(root: Element, source: Source) -> Offer:
    """What the capabilities of a service offer, unless the source's options say otherwise."""
    operation = next(
        (each for each in root.iter() if local(each) == "Operation" and each.get("name") == "GetRecords"), None
    )
    where = operation if operation is not None else root
    schemas = _values(where, "outputschema")
    properties = _values(where, "queryables")
    by_name = {value.lower(): value for value in reversed(properties)}
    modified = next((by_name[name] for name in MODIFIED if name in by_name), None)
    if "modified_property" in source.options:
        modified = str(source.options["modified_property"])
    elif not properties:
        modified = "apiso:Modified"
    gets, posts = ([str(each.get(XLINK)) for each in where.iter() if local(each) == method and each.get(XLINK)]
                   for method in ("Get", "Post"))  # fmt: skip
    return Offer(
        version=str(source.options.get("version") or VERSIONS.get((root.get("version") or "2")[:1], "2.0.2")),
        schema=str(source.options.get("output_schema") or next((s for s in SCHEMAS if s in schemas), "")),
        modified=modified,
        post=_here(posts[0], source.url) if operation is not None and posts and not gets else None,
    )


def capabilities(url: str, version: str | None = None) -> str:
    """The address of a service's capabilities."""
    query = {"service": "CSW", "request": "GetCapabilities"}
    return with_query(url, {**query, "version": version, "acceptVersions": version} if version else query)


def page(source: Source, offer: Offer, first: int, size: int) -> Ask:
    """The ask for the records from the `first` on; only what changed where the source wants that and the service has it."""
    filters = _filters(source, offer)
    note: dict[str, str | int | float | bool | None] = {
        "first": first, "size": size, "version": offer.version, "schema": offer.schema, "modified": offer.modified,
        "post": offer.post,
    }  # fmt: skip
    if offer.post is not None:
        body = _body(source, offer, first, size)
        return Ask(offer.post, method="POST", headers={"Content-Type": "application/xml"}, body=body, note=note)
    query = {
        "service": "CSW", "version": offer.version, "request": "GetRecords", "typeNames": "csw:Record",
        "resultType": "results", "elementSetName": "full", "startPosition": str(first), "maxRecords": str(size),
    }  # fmt: skip
    if offer.schema:
        query["outputSchema"] = offer.schema
    if filters:
        query |= {
            "constraintLanguage": "CQL_TEXT",
            "constraint_language_version": "1.1.0",
            "constraint": " AND ".join(filters),
        }
    return Ask(with_query(source.url, query), note=note)


def with_query(url: str, query: dict[str, str]) -> str:
    """A service's address with a request in the place of the one that it may have."""
    parts = urlsplit(url)
    own = [
        (key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key.lower() not in PARAMETERS
    ]
    return urlunsplit(parts._replace(query=urlencode([*own, *query.items()]), fragment=""))


def _filters(source: Source, offer: Offer) -> list[str]:
    filters = [str(source.options["constraint"])] if "constraint" in source.options else []
    if source.since is not None and offer.modified is not None:
        filters.append(f"{offer.modified} >= '{source.since[:10]}'")
    return filters


def _body(source: Source, offer: Offer, first: int, size: int) -> str:
    """GetRecords in XML, which CSW 2.0.2 has for POST."""
    schema = f" outputSchema={quoteattr(offer.schema)}" if offer.schema else ""
    constraint = ""
    if filters := _filters(source, offer):
        words = escape(" AND ".join(filters))
        constraint = f'<csw:Constraint version="1.1.0"><csw:CqlText>{words}</csw:CqlText></csw:Constraint>'
    return (
        '<csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" service="CSW" version="2.0.2" resultType="results"'
        f' startPosition="{first}" maxRecords="{size}"{schema}><csw:Query typeNames="csw:Record">'
        f"<csw:ElementSetName>full</csw:ElementSetName>{constraint}</csw:Query></csw:GetRecords>"
    )


def _values(where: Element, kind: str) -> list[str]:
    """The values of the parameters and constraints whose names end so: an output schema, or properties to ask by."""
    return [
        said
        for each in where.iter()
        if local(each) in ("Parameter", "Constraint") and each.get("name", "").lower().endswith(kind)
        for value in [*children(each, "Value"), *children(each, "AllowedValues", "Value")]
        if (said := text(value))
    ]


def _here(link: str, url: str) -> str:
    """A link at the host of the source, whatever host a service behind a proxy believes to be."""
    here = urlsplit(url)
    return urlunsplit(urlsplit(link)._replace(scheme=here.scheme, netloc=here.netloc))
