"""What all mappers share: from what a portal said of a dataset to a Data Package v2 descriptor.

A mapper (`Harvester.package`) reads the fields of its protocol with a `Reading`, which notes what could not be read,
describes each distribution as a `Draft`, fills in `Additions`, and lets `compose` make the package. What Data Package v2
wants of names, licences, contributors and the rest is done here, once for every protocol.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from harvesters import identity
from harvesters.base import Source
from harvesters.findings import Finding, find
from harvesters.package import (
    DATA_PACKAGE_V2,
    Additions,
    Contributor,
    LanguageMap,
    License,
    Mapped,
    Package,
    PackageSource,
    Publisher,
    Resource,
    ResourceAdditions,
)
from harvesters.values import (
    Format,
    Frequency,
    Language,
    Licence,
    Moment,
    Period,
    clean_text,
    read_date,
    read_description,
    read_format,
    read_frequency,
    read_languages,
    read_licence,
    read_period,
    read_url,
    slug,
)

UNKNOWN_LANGUAGE = "und"
"""BCP 47's tag for a language that is not known (RFC 5646, 4.1)."""

PREFERRED_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
"""Which language stands for a text where only one can, after the dataset's own: most read in this field first."""

MAX_RESOURCES = 2_000
"""Per package. Datasets of 8,327 distributions are known to have stopped other catalogues; the spool keeps all."""

MAX_KEYWORDS = 1_000
"""Per package. A record of 34,866 keywords is known to have stopped another catalogue; the spool keeps all."""

MAX_FINDINGS_PER_CODE = 20
"""Of one record; what comes above is counted in one finding `further-findings`."""

RESOURCE_NAME_CHARACTERS = 60
LEFT_OUT = "resources_left_out"
"""The key of `Additions.more` that holds distributions without a usable URL, as the portal described them."""

_LICENSE_NAME = re.compile(r"[-a-zA-Z0-9._]+")  # Data Package v2, "licenses"
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")  # RFC 3339, 5.6
_HEX_DIGEST = re.compile(r"[a-fA-F0-9]{32,128}")
_NAMED_DIGEST = re.compile(r"[^:]+:[a-fA-F0-9]+")  # Data Package v2, "hash"
_WHOLE_NUMBER = re.compile(r"(\d{1,15})(?:\.0+)?")


class Reading:
    """Reads the values of one record, and notes with their place what cannot be read.

    base: the address that relative links are resolved against. Every method takes a value as the portal sent it, of any
    type, and `path`, its place in the record.
    """

    def __init__(self, base: str | None) -> None:
        self.base = base
        self._findings: list[Finding] = []
        self._counts: dict[str, int] = {}

    def note(self, code: str, path: str = "", value: object = "", **params: object) -> None:
        """Add a finding; of one code at most `MAX_FINDINGS_PER_CODE` are kept, and the rest counted."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MAX_FINDINGS_PER_CODE:
            self._findings.append(find(code, path, value, **params))

    def findings(self) -> list[Finding]:
        """What was found, in the order in which it was."""
        further = [
            find("further-findings", value=code, count=count - MAX_FINDINGS_PER_CODE)
            for code, count in self._counts.items()
            if count > MAX_FINDINGS_PER_CODE
        ]
        return [*self._findings, *further]

    def text(self, raw: object) -> str | None:
        """A plain text (a title, a name), cleaned; None where nothing is said."""
        return clean_text(raw)

    def description(self, raw: object) -> str | None:
        """A longer text, HTML made plain; None where nothing is said."""
        text = read_description(raw)
        return (text.text or None) if text is not None else None

    def moment(self, raw: object, path: str) -> Moment | None:
        """A date at its own precision, or kept as text with `date-unreadable`."""
        moment = read_date(raw)
        if moment is not None and moment.value is None:
            self.note("date-unreadable", path, moment.text)
        return moment

    def period(self, raw: object, path: str) -> Period | None:
        """A period with one end or two, or kept as text with `date-unreadable`."""
        period = read_period(raw)
        if period is not None:
            ends = [end for end in (period.start, period.end) if end is not None]
            if not any(end.value for end in ends) or any(end.value is None for end in ends):
                self.note("date-unreadable", path, period.text)
        return period

    def languages(self, raw: object, path: str) -> list[Language]:
        """Languages, each with its tag or else with `language-unreadable`."""
        languages = read_languages(raw)
        for language in languages:
            if language.tag is None:
                self.note("language-unreadable", path, language.text)
        return languages

    def frequency(self, raw: object, path: str) -> Frequency | None:
        """How often a dataset changes, or its text with `frequency-unreadable`."""
        frequency = read_frequency(raw)
        if frequency is not None and frequency.code is None and frequency.period is None:
            self.note("frequency-unreadable", path, frequency.text)
        return frequency

    def licence(self, path: str, *, id: object = None, title: object = None, url: object = None) -> Licence | None:
        """A licence from whatever of its id, title and URL is given, or its text with `licence-unknown`."""
        licence = read_licence(id, title, url)
        if licence is not None and licence.spdx is None and licence.open is None:
            self.note("licence-unknown", path, licence.text)
        return licence

    def link(self, raw: object, path: str, code: str = "url-invalid") -> str | None:
        """An absolute URL; None where nothing is said, and also, with a finding, where it is not one."""
        url = read_url(raw, self.base)
        if url.problem is not None:
            self.note(code, path, url.text, problem=url.problem)
        return url.url


class Draft(msgspec.Struct, kw_only=True):
    """One distribution as a mapper found it, before it is a `Resource`.

    path: its place in the record. keys: the record's names for the two addresses. download_url, access_url, format,
    media_type, size, digest: as the portal sent them. raw: the whole of it, kept where no address can be used.
    """

    path: str
    raw: object
    download_url: object = None
    access_url: object = None
    keys: tuple[str, str] = ("downloadURL", "accessURL")
    native_id: str | None = None
    titles: LanguageMap = {}
    descriptions: LanguageMap = {}
    format: object = None
    media_type: object = None
    size: object = None
    digest: object = None
    digest_algorithm: object = None
    issued: Moment | None = None
    modified: Moment | None = None
    licence: Licence | None = None
    languages: list[Language] = []
    conforms_to: list[str] = []
    more: dict[str, Any] = {}


class Built(msgspec.Struct):
    """What came of the drafts: the resources, and as the portal sent them those that have no usable address."""

    resources: list[Resource]
    left_out: list[Any]


def build_resources(drafts: Sequence[Draft], languages: Sequence[Language], reading: Reading) -> Built:
    """Resources from drafts, with names that are unique in the package; languages are the dataset's own.

    Notes `no-distribution` where there is no draft, `too-many-resources` above `MAX_RESOURCES`, and per draft
    `resource-url-empty` or `resource-url-invalid`.
    """
    if not drafts:
        reading.note("no-distribution")
    if len(drafts) > MAX_RESOURCES:
        reading.note("too-many-resources", "resources", len(drafts), limit=MAX_RESOURCES)
    built = Built([], [])
    names = _Names()
    for draft in drafts[:MAX_RESOURCES]:
        download = _address(draft, draft.download_url, draft.keys[0], reading)
        access = _address(draft, draft.access_url, draft.keys[1], reading)
        path = download or access
        if path is None:
            if clean_text(draft.download_url) is None and clean_text(draft.access_url) is None:
                reading.note("resource-url-empty", draft.path)
            built.left_out.append(draft.raw)
            continue
        built.resources.append(_resource(draft, path, access, languages, names, reading))
    return built


def _address(draft: Draft, raw: object, key: str, reading: Reading) -> str | None:
    return None if raw is None else reading.link(raw, f"{draft.path}.{key}", "resource-url-invalid")


def _resource(
    draft: Draft, path: str, access: str | None, languages: Sequence[Language], names: "_Names", reading: Reading
) -> Resource:
    title = choose_text(draft.titles, languages)
    format_: Format = read_format(draft.format, draft.media_type, path)
    if format_.text and format_.format is None and format_.media_type is None:
        reading.note("format-unreadable", f"{draft.path}.format", format_.text)
    size_bytes, size_text = _size(draft.size)
    digest = _digest(draft.digest, draft.digest_algorithm)
    more = draft.more
    if digest is None and clean_text(draft.digest) is not None:
        more = {**more, "hash": clean_text(draft.digest)}
    return Resource(
        name=names.take(title or draft.native_id or path.rstrip("/").rpartition("/")[2]),
        path=path,
        title=title,
        description=choose_text(draft.descriptions, languages),
        format=format_.format or format_.text or None,
        mediatype=format_.media_type,
        bytes=size_bytes,
        hash=digest,
        catalogue=ResourceAdditions(
            native_id=draft.native_id,
            titles=draft.titles,
            descriptions=draft.descriptions,
            access_url=access,
            issued=draft.issued,
            modified=draft.modified,
            licence=draft.licence,
            languages=draft.languages,
            conforms_to=draft.conforms_to,
            size_text=size_text,
            more=more,
        ),
    )


class _Names:
    """Gives out names of a-z, 0-9 and "-" that are unique in a package, in linear time."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, label: str) -> str:
        stem = slug(label, RESOURCE_NAME_CHARACTERS)
        name, count = stem, self._next.get(stem, 1)
        while name in self._next:
            count += 1
            name = f"{stem}-{count}"
        self._next[stem] = count
        self._next.setdefault(name, 1)
        return name


def _size(raw: object) -> tuple[int | None, str | None]:
    """A size in bytes where a whole number is stated, else its text."""
    text = clean_text(raw)
    number = _WHOLE_NUMBER.fullmatch(text) if text else None
    return (int(number[1]), None) if number else (None, text)


def _digest(raw: object, algorithm: object) -> str | None:
    """A checksum as Data Package v2 writes it, MD5 being its unnamed default; None where it is not hexadecimal."""
    text, name = clean_text(raw), clean_text(algorithm)
    if text is None:
        return None
    if _NAMED_DIGEST.fullmatch(text):
        return text
    if not _HEX_DIGEST.fullmatch(text):
        return None
    if name is not None:
        return f"{re.split(r'[/#_]', name)[-1].removeprefix('checksumAlgorithm').lower()}:{text}"
    return text if len(text) == 32 else None


def text_language(languages: Sequence[Language]) -> str:
    """The language of a dataset's untagged texts: the one that it states (DCAT 3, 6.4.9: the language of the textual
    metadata), or "und" where it states none or several."""
    tags = {language.tag for language in languages if language.tag is not None}
    return tags.pop() if len(tags) == 1 else UNKNOWN_LANGUAGE


def language_map(text: str | None, tag: str) -> LanguageMap:
    """A map of one text, or an empty one."""
    return {tag: text} if text else {}


def choose_text(texts: LanguageMap, languages: Sequence[Language] = ()) -> str | None:
    """The text that stands for all: in the dataset's own language, else in `PREFERRED_LANGUAGES`, else the first by tag.

    A tag stands for a language when it is it or begins with it ("en-GB" for "en"), but for machine translations
    ("nl-t-fr", RFC 6497), which come only where nothing else is left.
    """
    if len(texts) < 2:
        return next(iter(texts.values()), None)
    tags = sorted(texts, key=lambda tag: ("-t-" in tag, len(tag), tag))
    for wanted in [*(language.tag for language in languages if language.tag), *PREFERRED_LANGUAGES]:
        for tag in tags:
            if "-t-" not in tag and (tag == wanted or tag.partition("-")[0] == wanted.partition("-")[0]):
                return texts[tag]
    return texts[min(tags, key=lambda tag: ("-t-" in tag, tag))]


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


def contributors(publisher: Publisher | None, contact: Publisher | None) -> list[Contributor]:
    """The organisations behind a dataset as Data Package v2 has them, one with two roles where they are the same."""
    roles: dict[str, tuple[str | None, list[str]]] = {}
    for party, role in ((publisher, "publisher"), (contact, "contact")):
        if party is not None and party.name:
            _, had = roles.setdefault(party.name, (party.url, []))
            had.append(role)
    return [Contributor(title=name, path=url, roles=had) for name, (url, had) in roles.items()]


def compose(
    source: Source, additions: Additions, resources: list[Resource], reading: Reading, *,
    homepage: str | None = None, version: str | None = None,
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
