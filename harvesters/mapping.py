"""What all mappers share: from what a portal said of a dataset to a Data Package v2 descriptor.

A mapper (`Harvester.package`) reads the fields of its protocol with a `Reading`, which notes what could not be read,
describes each distribution as a `Draft`, fills in `Additions`, and lets `compose` make the package. What Data Package
v2 wants of names, licences, contributors and the rest is done here, once for every protocol.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from harvesters import identity
from harvesters.base import Source
from harvesters.distributions import LEFT_OUT, Built, Draft, build_resources
from harvesters.package import (
    DATA_PACKAGE_V2,
    Additions,
    Contributor,
    License,
    Mapped,
    Package,
    PackageSource,
    Publisher,
    Resource,
)
from harvesters.reading import Reading
from harvesters.texts import UNKNOWN_LANGUAGE, choose_text, language_map, text_language
from harvesters.values import Licence, clean_text, is_functional_mailbox

__all__ = [
    "LEFT_OUT", "UNKNOWN_LANGUAGE", "Built", "Draft", "Reading", "bounded_keywords", "build_resources", "choose_text",
    "compose", "contributors", "describe", "language_map", "licenses", "organisation_contact", "text_language",
]  # fmt: skip

MAX_KEYWORDS = 1_000
"""Per package. A record of 34,866 keywords is known to have stopped another catalogue; the spool keeps all."""

_LICENSE_NAME = re.compile(r"[-a-zA-Z0-9._]+")  # Data Package v2, "licenses"
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")  # RFC 3339, 5.6
_MAILBOX = re.compile(r"[^@\s:/]+@[^@\s:/]+\.[^@\s:/]+")


def bounded_keywords(keywords: dict[str, list[str]], reading: Reading) -> dict[str, list[str]]:
    """Keywords by tag without repetitions, at most `MAX_KEYWORDS` in all; more are noted as `too-many-keywords`."""
    distinct = {tag: list(dict.fromkeys(words)) for tag, words in keywords.items() if words}
    total = sum(map(len, distinct.values()))
    if total <= MAX_KEYWORDS:
        return distinct
    reading.note("too-many-keywords", "keywords", total, limit=MAX_KEYWORDS)
    kept: dict[str, list[str]] = {}
    room = MAX_KEYWORDS
    for tag, words in distinct.items():
        if room > 0:
            kept[tag] = words[:room]
            room -= len(kept[tag])
    return kept


def licenses(licences: Iterable[Licence]) -> list[License]:
    """The `licenses` of Data Package v2, which wants a name or a path of each; a licence known by its words alone is in
    `Additions.licences` only."""
    found = {}
    for licence in licences:
        name = licence.spdx if licence.spdx and _LICENSE_NAME.fullmatch(licence.spdx) else None
        if name or licence.url:
            found[name or licence.url] = License(name=name, path=licence.url, title=licence.title)
    return list(found.values())


def organisation_contact(name: str | None, mailbox: object) -> Publisher | None:
    """A contact without personal data: the name of an organisation, and its mailbox where that is plainly a shared one
    (info@, opendata@). Whether the name is an organisation's is for the caller to know."""
    address = (clean_text(mailbox) or "").removeprefix("mailto:").strip()
    shared = bool(_MAILBOX.fullmatch(address)) and is_functional_mailbox(address)
    if not name and not shared:
        return None
    return Publisher(name=name, url=f"mailto:{address}" if shared else None)


def contributors(publisher: Publisher | None, contact: Publisher | None) -> list[Contributor]:
    """The organisations behind a dataset as Data Package v2 has them, one with two roles where they are the same."""
    roles: dict[str, tuple[str | None, list[str]]] = {}
    for party, role in ((publisher, "publisher"), (contact, "contact")):
        if party is not None and party.name:
            url = party.url if party.url and not party.url.startswith("mailto:") else None
            _, had = roles.setdefault(party.name, (url, []))
            had.append(role)
    return [Contributor(title=name, path=url, roles=had) for name, (url, had) in roles.items()]


def describe(
    source: Source,
    additions: Additions,
    drafts: Sequence[Draft],
    reading: Reading,
    *,
    homepage: str | None = None,
    version: str | None = None,
) -> Mapped:
    """The package of a dataset from its additions and the drafts of its distributions: `build_resources` and `compose`.
    Distributions without a usable address are kept in `more`; keywords are bounded."""
    built = build_resources(drafts, additions.languages, reading)
    more = {**additions.more, LEFT_OUT: built.left_out} if built.left_out else additions.more
    additions = msgspec.structs.replace(additions, more=more, keywords=bounded_keywords(additions.keywords, reading))
    return compose(source, additions, built.resources, reading, homepage=homepage, version=version)


def compose(
    source: Source,
    additions: Additions,
    resources: list[Resource],
    reading: Reading,
    *,
    homepage: str | None = None,
    version: str | None = None,
) -> Mapped:
    """The package of a dataset: what Data Package v2 asks for, made from the additions.

    homepage: the portal's page of the dataset. Notes `no-title` where there is none; nothing is put in its place.
    """
    title = choose_text(additions.titles, additions.languages)
    if title is None:
        reading.note("no-title")
    words = list(dict.fromkeys(word for words in additions.keywords.values() for word in words))
    issued = additions.issued.value if additions.issued is not None else None
    package = Package(
        name=identity.package_name(source.id, additions.native_id),
        id=identity.package_id(source.id, additions.native_id),
        schema=DATA_PACKAGE_V2 if resources else None,
        title=title,
        description=choose_text(additions.descriptions, additions.languages),
        homepage=homepage,
        version=version,
        created=issued if issued and _DATE_TIME.fullmatch(issued) else None,
        keywords=words or msgspec.UNSET,
        licenses=licenses(additions.licences) or msgspec.UNSET,
        contributors=contributors(additions.publisher, additions.contact) or msgspec.UNSET,
        sources=[PackageSource(path=homepage or source.url)],
        resources=resources,
        catalogue=additions,
    )
    return Mapped(package, reading.findings())
