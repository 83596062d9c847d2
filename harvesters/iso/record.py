"""What an ISO 19115 record says, wherever its edition puts it: ISO 19139 (gmd, gmi, che) and ISO 19115-3 (mdb).

Both editions use the same local names for most elements; where they differ, both places are asked.
"""

from collections.abc import Iterator

from harvesters.markup import Element, child, children, local, namespace, text

ROOTS = frozenset({"MD_Metadata", "MI_Metadata", "CHE_MD_Metadata"})
OTHER_SCOPES = frozenset(
    {"service", "services", "software", "application", "map", "document", "repository", "metadata", "text", "image"}
)
"""Of MD_ScopeCode (and of the DCMI types that some write in its place), what is no data, in lower case. Whatever else is
said, even in words of a catalogue's own, is taken for data."""

IDENTIFICATIONS = (
    "MD_DataIdentification",
    "CHE_MD_DataIdentification",
    "SV_ServiceIdentification",
    "CHE_SV_ServiceIdentification",
)
XLINK = "{http://www.w3.org/1999/xlink}href"
NIL = "{http://www.isotc211.org/2005/gco}nilReason"


def is_record(element: Element) -> bool:
    """Whether an element is a metadata record of either edition."""
    return local(element) in ROOTS


def scope(root: Element) -> str:
    """The scope code: dataset, series, service …; empty where none is said, which means a dataset (ISO 19115, B.2.1)."""
    for path in (
        ("hierarchyLevel", "MD_ScopeCode"),
        ("metadataScope", "MD_MetadataScope", "resourceScope", "MD_ScopeCode"),
    ):
        found = child(root, *path)
        if found is not None:
            return (found.get("codeListValue") or text(found) or "").strip()
    return ""


def other_kind(root: Element) -> str | None:
    """What a record describes where that is no data: a service, an application; None for a dataset."""
    said = scope(root)
    if said.rpartition("/")[2].rpartition("#")[2].lower() in OTHER_SCOPES:
        return said
    part = identification(root)
    is_service = part is not None and local(part).endswith("SV_ServiceIdentification")
    return "service" if is_service and not said else None


def identifier(root: Element) -> str | None:
    """The identifier of the record; where it has none, that of the data that it describes."""
    own = words(child(root, "fileIdentifier")) or words(child(root, "metadataIdentifier", "MD_Identifier", "code"))
    return own or next(data_identifiers(root), None)


def data_identifiers(root: Element) -> Iterator[str]:
    """The identifiers of the data, by which the citation names it."""
    for kind in ("MD_Identifier", "RS_Identifier"):
        for each in children(identification(root), "citation", "CI_Citation", "identifier", kind, "code"):
            if said := words(each):
                yield said


def identification(root: Element) -> Element | None:
    """The part that describes the data."""
    for info in children(root, "identificationInfo"):
        for part in info:
            if local(part) in IDENTIFICATIONS or local(part).endswith("Identification"):
                return part
    return None


def words(element: Element | None) -> str | None:
    """The text of a property: a character string, an anchor, a code; None where it is nil or empty."""
    if element is None:
        return None
    for part in element:
        if local(part) in (
            "CharacterString",
            "Anchor",
            "URL",
            "FileName",
            "MimeFileType",
            "Integer",
            "Real",
            "Decimal",
        ):
            if found := text(part):
                return found
        elif part.get("codeListValue"):
            return part.get("codeListValue")
    return text(element) if len(element) == 0 else None


def texts(element: Element | None, locales: dict[str, str], main: str) -> dict[str, str]:
    """A text in its languages: the main one, and those of PT_FreeText by the locale that each names."""
    if element is None:
        return {}
    found = {}
    if said := words(element):
        found[main] = said
    for free in children(element, "PT_FreeText", "textGroup", "LocalisedCharacterString"):
        tag = locales.get((free.get("locale") or "").lstrip("#"), (free.get("locale") or "").lstrip("#").lower())
        if tag and (said := text(free)):
            found.setdefault(tag, said)
    return found


def main_language(root: Element) -> str | None:
    """The language of the record as it writes it ("ger"); of one with a country ("eng; CAN") the language."""
    stated = child(root, "language")
    if stated is None:
        stated = child(root, "defaultLocale", "PT_Locale", "language")
    return language_of(code(stated) or words(stated))


def language_of(stated: str | None) -> str | None:
    """The language of a statement that may name a country too, as the North American profile has it."""
    return stated.partition(";")[0].strip() or None if stated else None


def locale_codes(root: Element) -> dict[str, str]:
    """The further languages of the record: the identifiers that texts refer to, and the language codes."""
    found = {}
    for path in (("locale", "PT_Locale"), ("otherLocale", "PT_Locale"), ("defaultLocale", "PT_Locale")):
        for each in children(root, *path):
            stated = code(child(each, "languageCode")) or code(child(each, "language"))
            if each.get("id") and stated:
                found[str(each.get("id"))] = stated
    return found


def code(element: Element | None) -> str | None:
    """The value of a code list, from its attribute or its text."""
    for part in element if element is not None else ():
        value = part.get("codeListValue") or text(part)
        if value:
            return value
    return None


def dates(citation: Element | None) -> Iterator[tuple[str, str]]:
    """The dates of a citation, each with its role (creation, publication, revision)."""
    for each in children(citation, "date", "CI_Date"):
        value, role = date(child(each, "date")), code(child(each, "dateType"))
        if value:
            yield role or "", value


def date(element: Element | None) -> str | None:
    """A date or date-time; None where it is nil."""
    for part in element if element is not None else ():
        if local(part) in ("Date", "DateTime", "TM_PeriodDuration") and text(part):
            return text(part)
    return None


def record_date(root: Element) -> str | None:
    """When the record itself was last changed."""
    if stated := date(child(root, "dateStamp")):
        return stated
    found = dict(dates_of_info(root))
    return found.get("revision") or found.get("creation")


def dates_of_info(root: Element) -> Iterator[tuple[str, str]]:
    """The dates of an ISO 19115-3 record."""
    for each in children(root, "dateInfo", "CI_Date"):
        value, role = date(child(each, "date")), code(child(each, "dateType"))
        if value:
            yield role or "", value


def parties(root: Element, part: Element | None) -> Iterator[tuple[str, Element, Element | None]]:
    """Who is responsible: the role, the organisation's name as an element, and the contact information."""
    sources = [
        (part, "pointOfContact"),
        (child(part, "citation", "CI_Citation"), "citedResponsibleParty"),
        (root, "contact"),
    ]
    for parent, name in sources:
        for held in children(parent, name):
            for each in held:
                role = code(child(each, "role")) or ""
                old = child(each, "organisationName")
                if old is not None:
                    yield role, old, child(each, "contactInfo", "CI_Contact")
                for organisation in children(each, "party", "CI_Organisation"):
                    label = child(organisation, "name")
                    if label is not None:
                        yield role, label, child(organisation, "contactInfo", "CI_Contact")


def link(element: Element | None) -> str | None:
    """The address of an online resource; of several, one for each language, the first."""
    said = words(element)
    if said is None and element is not None:
        said = next((text(each) for each in element.iter() if local(each) == "LocalisedURL" and text(each)), None)
    return said or text(element)


def online_resources(root: Element) -> Iterator[Element]:
    """Every CI_OnlineResource under the distribution, of the transfer options and of each distributor's."""
    for info in children(root, "distributionInfo"):
        for each in info.iter():
            if local(each) in ("CI_OnlineResource", "CHE_CI_OnlineResource"):
                yield each


def is_mdb(root: Element) -> bool:
    """Whether the record is of ISO 19115-3."""
    return "19115/-3" in namespace(root)
