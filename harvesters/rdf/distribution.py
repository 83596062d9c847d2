"""From a dcat:Distribution to the draft of a resource."""

import re
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from harvesters.distributions import Draft
from harvesters.rdf.graph import Term
from harvesters.rdf.node import Node
from harvesters.rdf.statements import languages_of, latest, licence_of
from harvesters.rdf.texts import remainder, texts, word, words
from harvesters.rdf.vocabulary import DCAT, DCT, FOAF, RDF, RDFS, SKOS, SPDX
from harvesters.reading import Reading
from harvesters.values import Licence, read_url

READ = frozenset(
    {
        *(DCT + name for name in (
            "conformsTo", "description", "format", "identifier", "issued", "language", "license", "modified", "title",
        )),
        *(DCAT + name for name in ("accessURL", "byteSize", "downloadURL", "mediaType")),
        SPDX + "checksum",
    }
)  # fmt: skip

_ALGORITHM = re.compile(r"[A-Za-z0-9_-]+")
TITLES = (DCT + "title", RDFS + "label", FOAF + "name", SKOS + "prefLabel")


def draft(node: Node, value: Term, path: str, untagged: str, reading: Reading) -> Draft:
    """The draft of a distribution; a text or an IRI in its place is taken as the address that it is."""
    if isinstance(value, Literal):
        return Draft(path=path, raw={"accessURL": value.value}, access_url=value.value)
    distribution = node.follow(value)
    download = _addresses(distribution, DCAT + "downloadURL")
    access = _addresses(distribution, DCAT + "accessURL")
    if not access:
        services = distribution.nodes(DCAT + "accessService")
        access = [url for service in services for url in _addresses(service, DCAT + "endpointURL")]
    titles, further_titles = texts(distribution, TITLES, untagged, reading.text)
    descriptions, further = texts(distribution, (DCT + "description", DCT + "abstract"), untagged, reading.description)
    format_, media_type = _format(distribution)
    digest, algorithm = _checksum(distribution)
    addresses = [read_url(text, reading.base) for text in (*download[:1], *access[:1])]
    usable = any(address is not None and address.url for address in addresses)
    licence, further_licences = _licence(distribution, reading, f"{path}.license")
    formats, media_types = words(distribution, DCT + "format"), words(distribution, DCAT + "mediaType")
    more = remainder(distribution, READ, _plain)
    for name, left in (
        (DCAT + "downloadURL", download[1:]),
        (DCAT + "accessURL", access[1:]),
        (DCT + "title", further_titles),
        (DCT + "description", further),
        (DCT + "license", further_licences),
        (DCT + "format", [] if len(formats) < 2 else [text for text in formats if text != format_]),
        (DCAT + "mediaType", [] if len(media_types) < 2 else [text for text in media_types if text != media_type]),
    ):
        if left:
            more[name] = left
    return Draft(
        path=path,
        raw=None if usable else _raw(distribution),
        download_url=download[0] if download else None,
        access_url=access[0] if access else None,
        native_id=distribution.iri or next(iter(distribution.literals(DCT + "identifier")), None),
        titles=titles,
        descriptions=descriptions,
        format=format_,
        media_type=media_type,
        size=next(iter(distribution.literals(DCAT + "byteSize")), None),
        digest=digest,
        digest_algorithm=algorithm,
        issued=latest(distribution, (DCT + "issued",), reading),
        modified=latest(distribution, (DCT + "modified",), reading),
        licence=licence,
        languages=languages_of(distribution, reading, f"{path}.language"),
        conforms_to=words(distribution, DCT + "conformsTo"),
        more=more,
    )


def _plain(node: Node, _predicate: str, value: Term) -> str | None:
    return None if isinstance(value, BlankNode) and not node.follow(value).said else word(node, value)


def _addresses(node: Node, predicate: str) -> list[str]:
    return [text for value in node.values(predicate) if (text := word(node, value))]


def _licence(distribution: Node, reading: Reading, path: str) -> tuple[Licence | None, list[str]]:
    """The first licence that is known, or else the first, and what the others say."""
    found = [licence_of(distribution, value, reading, path) for value in distribution.values(DCT + "license")]
    stated = [licence for licence in found if licence is not None]
    chosen = next((licence for licence in stated if licence.spdx), next(iter(stated), None))
    return chosen, [other.text for other in stated if other is not chosen]


def _format(distribution: Node) -> tuple[str | None, str | None]:
    """Format and media type as stated; a described format gives its label and, as its value, the media type."""
    formats = distribution.values(DCT + "format")
    media_types = words(distribution, DCAT + "mediaType")
    for value in formats:
        described = None if isinstance(value, Literal) else distribution.follow(value)
        if described is not None and described.said:
            labels = [*described.literals(RDFS + "label", SKOS + "prefLabel", SKOS + "notation")]
            values = [*described.literals(RDF + "value"), *media_types]
            iri = [value.value] if isinstance(value, NamedNode) and not labels else []
            return next(iter([*labels, *iri]), None), next(iter(values), None)
    return next(iter(words(distribution, DCT + "format")), None), next(iter(media_types), None)


def _checksum(distribution: Node) -> tuple[str | None, str | None]:
    for checksum in distribution.nodes(SPDX + "checksum"):
        values = list(checksum.literals(SPDX + "checksumValue"))
        algorithms = [re.split(r"[/#]", text)[-1] for text in checksum.literals(SPDX + "algorithm")]
        if values:
            return values[0], next((name for name in algorithms if _ALGORITHM.fullmatch(name)), None)
    return None, None


def _raw(distribution: Node) -> dict[str, Any]:
    """What is said of a distribution, for one that cannot become a resource."""
    said = remainder(distribution, frozenset(), _plain)
    return {"@id": distribution.iri, **said} if distribution.iri else said
