"""Who publishes a dataset and whom to ask about it: organisations alone, never a person's name or address.

Persons are told apart by their class (foaf:Person, vcard:Individual); the organisation that they belong to stands for
them. Of a vcard:Kind, which may be either, the name is kept only where a website or an office's mailbox goes with it.
"""

import re
from collections.abc import Iterator

import msgspec
from pyoxigraph import Literal, NamedNode

from harvesters.mapping import organisation_contact
from harvesters.package import LanguageMap, Publisher
from harvesters.rdf.graph import Term
from harvesters.rdf.node import Node
from harvesters.rdf.texts import label, texts, word
from harvesters.rdf.vocabulary import DCT, FOAF, ORG, PROV, RDF, RDFS, SCHEMA, SKOS, VCARD
from harvesters.texts import choose_text
from harvesters.values import clean_text, read_url

PERSON_CLASSES = frozenset({FOAF + "Person", VCARD + "Individual", SCHEMA + "Person", PROV + "Person"})
ORGANISATION_CLASSES = frozenset(
    {FOAF + "Organization", FOAF + "Group", VCARD + "Organization", VCARD + "Group", ORG + "Organization",
     ORG + "FormalOrganization", SCHEMA + "Organization", SCHEMA + "GovernmentOrganization", PROV + "Organization"}
)  # fmt: skip
AGENT_CLASSES = PERSON_CLASSES | ORGANISATION_CLASSES | {FOAF + "Agent", PROV + "Agent", VCARD + "Kind"}
AGENT_PREDICATES = frozenset(
    {DCT + name for name in ("creator", "contributor", "rightsHolder")} | {FOAF + "maker", PROV + "wasAttributedTo"}
)
_NAMES = (
    FOAF + "name", SKOS + "prefLabel", VCARD + "organization-name", VCARD + "fn", SCHEMA + "name", SCHEMA + "legalName",
    RDFS + "label", DCT + "title",
)  # fmt: skip
_ORGANISATION_NAMES = (VCARD + "organization-name", SCHEMA + "affiliation")
_MEMBERSHIP = (ORG + "memberOf", VCARD + "org", VCARD + "hasOrganization", SCHEMA + "worksFor")
_PAGES = (FOAF + "homepage", VCARD + "hasURL", VCARD + "url", FOAF + "page", SCHEMA + "url", FOAF + "workplaceHomepage")
_MAIL_ADDRESS = re.compile(r"(?:mailto:)?[^\s<>(),;@]+@[^\s<>(),;@]+")
_MAIL = (VCARD + "hasEmail", VCARD + "email", FOAF + "mbox", SCHEMA + "email")


def publisher(node: Node, predicate: str, untagged: str) -> Publisher | None:
    """The first value of a predicate that names or identifies an organisation."""
    return next(filter(None, (organisation(node, value, untagged) for value in node.values(predicate))), None)


def organisation(node: Node, value: Term, untagged: str) -> Publisher | None:
    """The organisation that a value is, or that the person who it is belongs to."""
    if isinstance(value, Literal):
        name = clean_text(_MAIL_ADDRESS.sub("", value.value).strip(" ,;<>()"))
        return Publisher(name=name, names={value.language: name} if value.language else {}) if name else None
    agent = node.follow(value)
    if PERSON_CLASSES.isdisjoint(agent.classes):
        return _publisher(agent, label(agent, untagged, _NAMES))
    return _employer_alone(_employer(agent, untagged))


def contact(node: Node, predicate: str, untagged: str) -> Publisher | None:
    """Whom to ask: the first of the contacts that is an office."""
    for value in node.values(predicate):
        if isinstance(value, Literal):
            continue  # a name alone does not tell a person from an office
        agent = node.follow(value)
        names = _employer(agent, untagged)
        if not _is_office(agent):
            if names:
                return _employer_alone(names)
            continue
        names = names or {tag: text for tag, text in label(agent, untagged, _NAMES).items() if "@" not in text}
        office, mailbox = _publisher(agent, names) if names else None, _mailbox(agent)
        if office is None or office.url or mailbox is None:
            office = office or mailbox
        else:
            office = msgspec.structs.replace(office, url=mailbox.url)
        if office is not None:
            return office
    return None


def organisation_name(node: Node, value: Term) -> str | None:
    """The name or IRI of an organisation among the values that no field holds; None for a person."""
    if isinstance(value, Literal):
        return None
    found = organisation(node, value, "und")
    return (found.name or found.id) if found is not None else None


def is_agent(node: Node) -> bool:
    """Whether a node is a person or an organisation, by its class or by what is said of it."""
    contacts = (*_MAIL, VCARD + "fn", VCARD + "hasTelephone", FOAF + "phone", FOAF + "givenName", FOAF + "familyName")
    return not AGENT_CLASSES.isdisjoint(node.classes) or any(predicate in node.said for predicate in contacts)


def _is_office(agent: Node) -> bool:
    if not PERSON_CLASSES.isdisjoint(agent.classes):
        return False
    if not ORGANISATION_CLASSES.isdisjoint(agent.classes):
        return True
    return any(True for _ in _addresses(agent)) or _mailbox(agent) is not None


def _employer(agent: Node, untagged: str) -> LanguageMap:
    names, _ = texts(agent, _ORGANISATION_NAMES, untagged, clean_text)
    for employer in agent.nodes(*_MEMBERSHIP) if not names else ():
        names = names or label(employer, untagged, (*_ORGANISATION_NAMES, *_NAMES))
    return names


def _employer_alone(names: LanguageMap) -> Publisher | None:
    return Publisher(name=choose_text(names), names=names) if names else None


def _publisher(agent: Node, names: LanguageMap) -> Publisher | None:
    iri = agent.iri if agent.iri and not agent.iri.startswith(("mailto:", "tel:")) else None
    identifier = iri or next(iter(agent.literals(DCT + "identifier", SKOS + "notation")), None)
    name = choose_text(names)
    if name is None and identifier is None:
        return None
    return Publisher(name=name, names=names, url=next(_addresses(agent), None), id=identifier)


def _addresses(agent: Node) -> Iterator[str]:
    for value in agent.values(*_PAGES):
        text = value.value if isinstance(value, (Literal, NamedNode)) else word(agent, value)
        address = read_url(text, None)
        if address is not None and address.url is not None and address.url.startswith(("http:", "https:")):
            yield address.url


def _mailbox(agent: Node) -> Publisher | None:
    """The first mailbox that is plainly shared, as a contact that is nothing but that."""
    shared = (organisation_contact(None, address) for address in _mailboxes(agent))
    return next((contact for contact in shared if contact is not None), None)


def _mailboxes(agent: Node) -> Iterator[str]:
    for value in agent.values(*_MAIL):
        if isinstance(value, (Literal, NamedNode)):
            yield value.value.removeprefix("mailto:").strip()
        else:
            for text in agent.follow(value).literals(VCARD + "hasValue", RDF + "value"):
                yield text.removeprefix("mailto:").strip()
