"""A dataset as DCAT-AP statements. https://semiceu.github.io/DCAT-AP/releases/3.0.0/"""

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from sandbox.content import Dataset, Distribution, LanguageMap, Organization
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import EU, FORMATS, FREQUENCIES, LANGUAGES, LICENCES

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal


def term(name: str) -> NamedNode:
    """A prefixed name such as dct:title as an IRI."""
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def typed(value: str | int, datatype: str) -> Literal:
    """A literal of a datatype such as xsd:date, whether or not it is well-formed."""
    return Literal(str(value), datatype=term(datatype))


def dataset_node(dataset: Dataset, catalogue: Catalogue) -> Subject:
    """The IRI of a dataset; one without an identifier has none, only a label that its page knows."""
    return NamedNode(f"{catalogue.home}/dataset/{dataset.name}") if dataset.id else BlankNode(dataset.name)


def statements(dataset: Dataset, catalogue: Catalogue, address: str) -> Iterator[Triple]:
    """Everything that the portal says of a dataset, its distributions and its publisher."""
    node = dataset_node(dataset, catalogue)
    yield Triple(node, term("rdf:type"), term("dcat:Dataset"))
    yield from _texts(node, "dct:title", dataset.titles)
    yield from _texts(node, "dct:description", dataset.descriptions)
    for tag, words in dataset.keywords.items():
        yield from (Triple(node, term("dcat:keyword"), Literal(word, language=tag)) for word in words)
    said: list[tuple[str, Term]] = [
        ("dct:issued", typed(dataset.issued, "xsd:date")),
        ("dct:modified", typed(dataset.modified, "xsd:dateTime")),
        ("dcat:theme", NamedNode(f"{EU}data-theme/{dataset.theme}")),
        ("dcat:landingPage", NamedNode(f"{address}/dataset/{dataset.name}")),
        *(("dct:language", NamedNode(f"{EU}language/{LANGUAGES[tag]}")) for tag in dataset.descriptions),
    ]
    if dataset.id:
        said.append(("dct:identifier", Literal(dataset.id)))
    if dataset.frequency:
        said.append(("dct:accrualPeriodicity", NamedNode(f"{EU}frequency/{FREQUENCIES[dataset.frequency].eu}")))
    yield from (Triple(node, term(name), value) for name, value in said)
    yield from _coverage(node, dataset, catalogue)
    yield from _publisher(node, dataset.publisher, catalogue)
    for distribution in dataset.distributions:
        place = NamedNode(f"{catalogue.home}/distribution/{distribution.id}")
        yield Triple(node, term("dcat:distribution"), place)
        yield from _distribution(place, distribution, address)


def _distribution(node: NamedNode, distribution: Distribution, address: str) -> Iterator[Triple]:
    yield Triple(node, term("rdf:type"), term("dcat:Distribution"))
    yield from _texts(node, "dct:title", distribution.titles)
    url = absolute(address, distribution.url)
    # An empty address is no IRI; portals write it as an empty text.
    place: Term = NamedNode(url) if url else Literal("")
    yield Triple(node, term("dcat:accessURL"), place)
    if distribution.format not in {"API", "HTML"}:
        yield Triple(node, term("dcat:downloadURL"), place)
    known = FORMATS.get(distribution.format)
    if known:
        yield Triple(node, term("dct:format"), NamedNode(f"{EU}file-type/{known.eu}"))
        media_type = NamedNode(f"https://www.iana.org/assignments/media-types/{known.media_type}")
        yield Triple(node, term("dcat:mediaType"), media_type)
    if distribution.size_bytes is not None:
        yield Triple(node, term("dcat:byteSize"), typed(distribution.size_bytes, "xsd:nonNegativeInteger"))
    if distribution.modified is not None:
        yield Triple(node, term("dct:modified"), typed(distribution.modified, "xsd:dateTime"))
    if distribution.licence is not None:
        terms = LICENCES.get(distribution.licence)
        yield Triple(node, term("dct:license"), NamedNode(terms.url) if terms else Literal(distribution.licence))


def _coverage(node: Subject, dataset: Dataset, catalogue: Catalogue) -> Iterator[Triple]:
    place = BlankNode(f"place-{dataset.name}")
    yield Triple(node, term("dct:spatial"), place)
    yield Triple(place, term("rdf:type"), term("dct:Location"))
    yield Triple(place, term("skos:prefLabel"), Literal(dataset.place, language=catalogue.language))
    if dataset.period:
        period = BlankNode(f"period-{dataset.name}")
        yield Triple(node, term("dct:temporal"), period)
        yield Triple(period, term("rdf:type"), term("dct:PeriodOfTime"))
        yield Triple(period, term("dcat:startDate"), typed(dataset.period[0], "xsd:date"))
        yield Triple(period, term("dcat:endDate"), typed(dataset.period[1], "xsd:date"))


def _publisher(node: Subject, body: Organization, catalogue: Catalogue) -> Iterator[Triple]:
    agent = NamedNode(f"{catalogue.home}/organization/{body.key}")
    yield Triple(node, term("dct:publisher"), agent)
    yield Triple(agent, term("rdf:type"), term("foaf:Organization"))
    yield from _texts(agent, "foaf:name", body.names)
    contact = NamedNode(f"{catalogue.home}/contact/{body.key}")
    yield Triple(node, term("dcat:contactPoint"), contact)
    yield Triple(contact, term("rdf:type"), term("vcard:Organization"))
    yield Triple(contact, term("vcard:fn"), Literal(body.names[catalogue.language]))
    yield Triple(contact, term("vcard:hasEmail"), NamedNode(f"mailto:{body.mailbox}"))


def _texts(node: Subject, name: str, texts: LanguageMap) -> Iterator[Triple]:
    return (Triple(node, term(name), Literal(text, language=tag)) for tag, text in texts.items())
