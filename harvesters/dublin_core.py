"""Dublin Core records: `csw:Record` of catalogue services and `oai_dc` of repositories, mapped to packages."""

import re
from collections.abc import Callable

from harvesters.base import Source
from harvesters.errors import MalformedAnswer
from harvesters.findings import find
from harvesters.iso.record import language_of
from harvesters.mapping import Draft, Reading, describe, text_language
from harvesters.markup import Element, local, parse, text
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.spool_lines import Record
from harvesters.values import read_language

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_WEB = re.compile(r"https?://\S+|ftp://\S+")
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


def map_dublin_core(record: Record, source: Source, protocol: str) -> Mapped:
    """The package of one record; blocks only where it is no XML or has no identifier."""
    try:
        root = parse((record.text or "").encode("utf-8", "replace"), record.url)
    except MalformedAnswer as error:
        return Mapped(None, [find("record-malformed", value=record.id or "", why=error.said)])
    said = _elements(root)
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=(said.get("title") or [""])[0])])
    reading = Reading(record.url)
    stated = [language_of(raw) for raw in said.get("language", [])]
    languages = reading.languages([raw for raw in stated if raw], "language")
    tag = text_language(languages)
    publisher = reading.text(next(iter(said.get("publisher", [])), None))
    rights = said.get("rights", []) + said.get("license", [])
    licences = [
        licence
        for raw in rights
        if access_of(raw) is None
        and (
            licence := reading.licence(
                "rights", title=raw, url=found[0].rstrip(".,;") if (found := _WEB.findall(raw)) else None
            )
        )
    ]
    issued = [*said.get("issued", []), *said.get("date", []), *said.get("created", [])]
    modified = said.get("modified", [])
    identifiers = [_identifier(raw) for raw in said.get("identifier", [])]
    periods = [period for raw in said.get("temporal", []) if (period := reading.period(raw, "temporal"))]
    links = [*said.get("URI", []), *(other for other in identifiers if other.startswith(("http://", "https://")))]
    links += [raw for key in ("references", "source", "relation") for raw in said.get(key, []) if _WEB.fullmatch(raw)]
    drafts = [Draft(path="identifier", raw=url, access_url=url) for url in dict.fromkeys(links)]
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol=protocol,
        titles=_in_languages(root, ("title",), tag, reading.text),
        descriptions=_in_languages(root, ("description", "abstract"), tag, reading.description),
        access_rights=next((access for raw in rights if (access := access_of(raw))), None),
        keywords={tag: [word for raw in said.get("subject", []) if (word := reading.text(raw))]},
        languages=languages,
        publisher=Publisher(name=publisher) if publisher else None,
        issued=reading.moment(issued[0], "date") if issued else None,
        modified=reading.moment(modified[0], "modified") if modified else None,
        temporal=periods,
        spatial=[Place(text=raw) for raw in said.get("spatial", []) + said.get("coverage", [])],
        licences=licences,
        identifiers=[other for other in dict.fromkeys(identifiers) if other != record.id],
        more={key: said[key] for key in ("type", "format", "relation") if said.get(key)},
    )
    return describe(source, additions, drafts, reading)


def types(root: Element) -> list[str]:
    """What a record says that it is, in lower case."""
    return [value.lower() for value in _elements(root).get("type", [])]


def access_of(raw: str | None) -> str | None:
    """What a statement of rights says of access (`info:eu-repo/semantics/openAccess`); None where it is of use."""
    return raw if raw and raw.startswith("info:eu-repo/semantics/") else None


def _in_languages(
    root: Element, names: tuple[str, ...], tag: str, clean: Callable[[object], str | None]
) -> dict[str, str]:
    """The first of the elements that a record has, by its xml:lang: the first title, all paragraphs of a description."""
    found: dict[str, list[str]] = {}
    held = next((each for name in names if (each := [e for e in root.iter() if local(e) == name and text(e)])), [])
    for element in held:
        language = read_language(element.get(LANGUAGE))
        if said := clean(text(element)):
            found.setdefault(language.tag if language and language.tag else tag, []).append(said)
    separate = "description" in names
    return {key: "\n\n".join(said) if separate else " ".join(said[0].split()) for key, said in found.items()}


def _elements(root: Element) -> dict[str, list[str]]:
    """The texts of a record by the local name of their element, in order."""
    found: dict[str, list[str]] = {}
    for element in root.iter():
        if element is not root and len(element) == 0 and (said := text(element)):
            found.setdefault(local(element), []).append(" ".join(said.split()))
    return found


def _identifier(raw: str) -> str:
    """An identifier as an address where it is a DOI."""
    doi = _DOI.fullmatch(raw.strip())
    return f"https://doi.org/{doi[1]}" if doi else raw.strip()
