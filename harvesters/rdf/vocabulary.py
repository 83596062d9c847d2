"""The vocabularies that DCAT (https://www.w3.org/TR/vocab-dcat-3/) is written with, and how portals misspell them."""

import functools

ADMS = "http://www.w3.org/ns/adms#"
AS = "https://www.w3.org/ns/activitystreams#"
DC = "http://purl.org/dc/elements/1.1/"
DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
GSP = "http://www.opengis.net/ont/geosparql#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
LDES = "https://w3id.org/ldes#"
LOCN = "http://www.w3.org/ns/locn#"
ODRS = "http://schema.theodi.org/odrs#"
OGC = "http://www.opengis.net/rdf#"
ORG = "http://www.w3.org/ns/org#"
OWL = "http://www.w3.org/2002/07/owl#"
PAV = "http://purl.org/pav/"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "http://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
TIME = "http://www.w3.org/2006/time#"
TREE = "https://w3id.org/tree#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
VOID = "http://rdfs.org/ns/void#"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = RDF + "type"

PREFIXES = {
    "adms": ADMS,
    "dc": DC,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dct": DCT,
    "dcterms": DCT,
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": FOAF,
    "geodcatap": "http://data.europa.eu/930/",
    "geosparql": GSP,
    "gsp": GSP,
    "healthdcatap": "http://healthdataportal.eu/ns/health#",
    "hydra": HYDRA,
    "locn": LOCN,
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "odrs": ODRS,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "spdx": SPDX,
    "time": TIME,
    "vcard": VCARD,
    "void": VOID,
    "xsd": XSD,
}
"""What a prefix means by convention (prefix.cc; DCAT-AP 3, section 2), for files that use one without declaring it."""

UNDECLARED = "urn:undeclared-prefix:"
"""Stands before the name of an undeclared prefix that has no conventional meaning: the statement is kept, and its
predicate matches nothing."""

_HTTPS_SPELLINGS = tuple(
    namespace.replace("http://", "https://", 1)
    for namespace in (ADMS, DC, DCAT, DCT, FOAF, HYDRA, LOCN, RDF, RDFS, SKOS, SPDX, VCARD)
)
_DC_TERMS_ALIKE = frozenset(
    {
        *("contributor", "coverage", "creator", "date", "description", "format", "identifier", "language", "publisher"),
        *("relation", "rights", "source", "subject", "title", "type"),
    }
)
_SYNONYMS = {
    DCAT + "accessUrl": DCAT + "accessURL",
    DCAT + "downloadUrl": DCAT + "downloadURL",
    DCAT + "bytes": DCAT + "byteSize",
    DCAT + "size": DCAT + "byteSize",
    DCT + "licence": DCT + "license",
    DCT + "updated": DCT + "modified",
    ADMS + "contactPoint": DCAT + "contactPoint",
    VCARD + "hasUrl": VCARD + "hasURL",
    VCARD + "organisation-name": VCARD + "organization-name",
    VCARD + "hasOrganizationName": VCARD + "organization-name",
    VCARD + "organization-unit": VCARD + "organization-name",
}


@functools.lru_cache(maxsize=4096)
def canonical(term: str) -> str:
    """The predicate or class that a term means: the standard's own spelling of it, or else the term itself.

    Portals write namespaces with https, use Dublin Core's older element set, and spell a few terms their own way.
    """
    if term.startswith(_HTTPS_SPELLINGS):
        term = "http://" + term.removeprefix("https://")
    if term.startswith("https://schema.org/"):
        return SCHEMA + term.removeprefix("https://schema.org/")
    if term.startswith(DC) and term[len(DC) :] in _DC_TERMS_ALIKE:
        return DCT + term[len(DC) :]
    return _SYNONYMS.get(term, term)
