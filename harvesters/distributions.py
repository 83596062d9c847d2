"""From a portal's distributions to the resources of a Data Package: addresses, names, formats, sizes, checksums."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from harvesters.jsonrecord import kept
from harvesters.package import LanguageMap, Resource, ResourceAdditions
from harvesters.reading import Reading
from harvesters.texts import choose_text
from harvesters.values import Format, Language, Licence, Moment, clean_text, read_format, slug

MAX_RESOURCES = 2_000
"""Per package. Datasets of 8,327 distributions are known to have stopped other catalogues; the spool keeps all."""

RESOURCE_NAME_CHARACTERS = 60

LEFT_OUT = "resources_left_out"
"""The key of `Additions.more` that holds distributions without a usable address, as the portal described them."""

_HEX_DIGEST = re.compile(r"[a-fA-F0-9]{32,128}")
_NAMED_DIGEST = re.compile(r"[^:]+:[a-fA-F0-9]+")  # Data Package v2, "hash"
_WHOLE_NUMBER = re.compile(r"(\d{1,15})(?:\.0+)?")


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
            if (left_out := kept(draft.raw)) is not None:
                built.left_out.append(left_out)
            continue
        built.resources.append(_resource(draft, path, access, languages, names=names, reading=reading))
    return built


def _address(draft: Draft, raw: object, key: str, reading: Reading) -> str | None:
    return None if raw is None else reading.link(raw, f"{draft.path}.{key}", "resource-url-invalid")


def _resource(
    draft: Draft, path: str, access: str | None, languages: Sequence[Language], *, names: "_Names", reading: Reading
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
