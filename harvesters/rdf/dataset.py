"""From the record of one dcat:Dataset to a Data Package.

Pure. DCAT 3 with DCAT-AP 3, and what older versions say instead. What no field of ours holds is kept under `more` by
the IRIs of its predicates; persons and their addresses are not.
"""

from pyoxigraph import Literal, NamedNode

from harvesters.base import Parts, Source
from harvesters.distributions import LEFT_OUT, MAX_RESOURCES, Draft, build_resources
from harvesters.findings import find
from harvesters.mapping import bounded_keywords, compose
from harvesters.package import Additions, Mapped
from harvesters.rdf.agents import AGENT_PREDICATES, contact, is_agent, organisation_name, publisher
from harvesters.rdf.coverage import periods, places
from harvesters.rdf.distribution import draft
from harvesters.rdf.graph import Term, read_description
from harvesters.rdf.node import Node
from harvesters.rdf.statements import access_rights, frequency, languages_of, latest, licence_of
from harvesters.rdf.texts import remainder, texts, word, words
from harvesters.rdf.vocabulary import ADMS, DCAT, DCT, FOAF, OWL, PAV, SCHEMA, SKOS
from harvesters.reading import Reading
from harvesters.spool_lines import Record
from harvesters.texts import text_language
from harvesters.values import Licence, clean_text

VERSIONS = (DCAT + "version", OWL + "versionInfo", PAV + "version", ADMS + "version", SCHEMA + "version")
READ = frozenset(
    {
        *(DCT + name for name in (
            "accessRights", "accrualPeriodicity", "conformsTo", "description", "identifier", "issued", "language",
            "license", "modified", "publisher", "spatial", "temporal", "title",
        )),
        *(DCAT + name for name in ("contactPoint", "distribution", "keyword", "landingPage", "theme")),
        *(ADMS + name for name in ("identifier",)),
        *VERSIONS,
    }
)  # fmt: skip
NOT_KEPT = frozenset({FOAF + "isPrimaryTopicOf"})
"""The portal's own bookkeeping of its record, with the persons who keep it."""


def map_dataset(record: Record, source: Source, parts: Parts) -> Mapped:
    """The package of a record that `graph.describe` wrote; blocks only where there is no identifier or no RDF.

    parts: looks up what the portal sent apart from the dataset, by IRI.
    """
    try:
        root, graph = read_description(record.text or "")
    except SyntaxError as error:
        return Mapped(None, [find("record-malformed", value=(record.text or "")[:200], why=error)])
    node = Node(root, graph, parts)
    reading = Reading(record.url)
    languages = languages_of(node, reading, "dct:language")
    untagged = text_language(languages)
    titles, further_titles = texts(node, (DCT + "title", FOAF + "name", SKOS + "prefLabel"), untagged, reading.text)
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=next(iter(titles.values()), ""))])
    descriptions, further = texts(node, (DCT + "description", DCT + "abstract"), untagged, reading.description)
    drafts, undescribed = _drafts(node, untagged, reading)
    built = build_resources(drafts, languages, reading)
    stated = [licence_of(node, value, reading, "dct:license") for value in node.values(DCT + "license")]
    own = [licence for licence in stated if licence is not None]
    homepages = [word(node, value) for value in node.values(DCAT + "landingPage")]
    pages = [page for text in homepages if (page := reading.link(text, "dcat:landingPage"))]
    more = remainder(node, READ | NOT_KEPT, plain)
    for name, values in (
        (DCT + "title", further_titles),
        (DCT + "description", further),
        (DCAT + "landingPage", [text for text in homepages if text and text not in pages] + pages[1:]),
        (LEFT_OUT, [*built.left_out, *undescribed]),
    ):
        if values:
            more[name] = values
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol="dcat",
        titles=titles,
        descriptions=descriptions,
        keywords=bounded_keywords(_keywords(node, untagged), reading),
        languages=languages,
        publisher=publisher(node, DCT + "publisher", untagged),
        contact=contact(node, DCAT + "contactPoint", untagged),
        issued=latest(node, (DCT + "issued", DCT + "created"), reading),
        modified=latest(node, (DCT + "modified",), reading),
        frequency=frequency(node, DCT + "accrualPeriodicity", reading),
        temporal=periods(node, DCT + "temporal", reading, "dct:temporal"),
        spatial=places(node, DCT + "spatial"),
        access_rights=access_rights(node),
        licences=own or _shared([resource.catalogue.licence for resource in built.resources]),
        themes=words(node, DCAT + "theme"),
        conforms_to=words(node, DCT + "conformsTo"),
        identifiers=[text for text in _identifiers(node) if text != record.id],
        more=more,
    )
    version = next((text for value in node.first(*VERSIONS) if (text := word(node, value))), None)
    return compose(source, additions, built.resources, reading, homepage=pages[0] if pages else None, version=version)


def plain(node: Node, predicate: str, value: Term) -> str | None:
    """A value that no field holds, as text; of persons and their addresses nothing, of organisations the name."""
    if predicate in AGENT_PREDICATES:
        return organisation_name(node, value)
    if isinstance(value, Literal):
        text = clean_text(value.value)
        return None if text is None or _is_address(text) else text
    if is_agent(node.described_here(value)):
        return organisation_name(node, value)
    text = word(node, value)
    return None if text is None or _is_address(text) else text


def _is_address(text: str) -> bool:
    return text.startswith(("mailto:", "tel:")) or ("@" in text and " " not in text and "/" not in text)


def _drafts(node: Node, untagged: str, reading: Reading) -> tuple[list[Draft], list[dict[str, str]]]:
    """The distributions, in an order that stays, and those that the portal names without describing them: the IRI of a
    distribution is no address of data."""
    drafts: list[Draft] = []
    undescribed: list[dict[str, str]] = []
    for index, value in enumerate(node.values(DCAT + "distribution")[: MAX_RESOURCES + 1]):
        path = f"dcat:distribution[{index}]"
        if isinstance(value, NamedNode) and not node.follow(value).said:
            reading.note("distribution-undescribed", path, value.value)
            undescribed.append({"@id": value.value})
        else:
            drafts.append(draft(node, value, path, untagged, reading))
    return drafts, undescribed


def _keywords(node: Node, untagged: str) -> dict[str, list[str]]:
    keywords: dict[str, list[str]] = {}
    for value in node.values(DCAT + "keyword"):
        tag = (value.language or untagged) if isinstance(value, Literal) else untagged
        text = word(node, value)
        if text:
            keywords.setdefault(tag, []).append(text)
    return keywords


def _identifiers(node: Node) -> list[str]:
    stated = words(node, DCT + "identifier")
    for identifier in node.nodes(ADMS + "identifier"):
        stated.extend(identifier.literals(SKOS + "notation", SCHEMA + "value", DCT + "identifier"))
    stated.extend(value.value for value in node.values(ADMS + "identifier") if isinstance(value, Literal))
    return list(dict.fromkeys(text for raw in stated if (text := clean_text(raw))))


def _shared(licences: list[Licence | None]) -> list[Licence]:
    """The licence of a dataset that states none, where all its distributions state one and the same."""
    first = licences[0] if licences else None
    return [first] if first is not None and all(licence == first for licence in licences) else []
