"""Data packages: a `datapackage.json`, a `datapackage.yaml`, or a list of such packages.

What is read is the descriptor alone: foreign schemas, dialects and profiles that it names are kept as links and not fetched.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard
from urllib.parse import urlsplit, urlunsplit

import msgspec

from harvesters.base import Answer, Event, Failure, Harvester, LastPage, Parts, Source, Trouble, no_parts, notice
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, folder_of
from harvesters.findings import find
from harvesters.frictionless_mapping import map_descriptor
from harvesters.jsonrecord import mended_json
from harvesters.package import Mapped
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record
from harvesters.values import clean_text, read_url
from harvesters.yamlrecord import read_yaml

NAMES = ("datapackage.json", "datapackage.yaml", "datapackage.yml")
"""Where a descriptor is, in this order (Data Package v1 and v2 name the first; tools write the others)."""

LISTS = ("packages", "datapackages", "data-packages", "datasets", "resources", "items")
"""Where a collection has its packages; `resources` in a package of packages (profile `data-package-catalog`)."""

LINKS = ("package", "datapackage", "descriptor", "download_url", "url", "path", "location", "href")
"""Under which key a member of a collection has the address of its descriptor, or the descriptor itself."""

OWN_KEYS = ("profile", "$schema", "datapackage_version")
"""A descriptor that has one of these says what it is; before version 1.0 its resources had a `url`."""

MAX_LEVELS = 3
"""Of collections in collections."""

_NAMED = re.compile(r"datapackage\.(?:json|ya?ml)$", re.IGNORECASE)
_YAML = re.compile(r"\.ya?ml$", re.IGNORECASE)
_YAML_KEYS = re.compile(r"^(?:resources|name|title|profile|\$schema):", re.MULTILINE)
_BLOB = re.compile(r"/(?P<owner>[^/]+)/(?P<repository>[^/]+)/blob/(?P<rest>.+)")
_CODE_HOST, _RAW_HOST = "github.com", "raw.githubusercontent.com"
_RESOURCES = re.compile(r'"resources"\s*:\s*\[')


class Frictionless(Harvester):
    """Data Package descriptors, versions 1 and 2, in JSON or YAML; and collections of them: a list of addresses or of
    descriptors (`catalog.json`, a text file with an address a line, the listing of a repository's folder), a package whose
    resources are packages. Relative paths are resolved against the descriptor; what it refers to (schemas, dialects, profiles)
    is kept and not fetched. A package's identifier is its `id`; without one it is the address of its descriptor, or in
    a list its `name`.
    """

    protocol = "frictionless"
    title = "Data Package (Frictionless)"
    standard = "https://datapackage.org/standard/data-package/"

    def start(self) -> Iterable[Ask]:
        """The reported file, or `datapackage.json` in the reported folder."""
        url = _raw_address(self.source.url)
        last = urlsplit(url).path.rpartition("/")[2]
        if "." in last or urlsplit(url).query:
            yield Ask(url)
        else:
            yield Ask(f"{folder_of(url)}{NAMES[0]}", note={"guess": 0})

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """Where a folder has no `datapackage.json`, its other names are tried, and at last the reported address."""
        guess = ask.note.get("guess")
        if guess is None or failure.failure not in {"malformed", "moved"}:
            return
        following = int(guess) + 1
        if following < len(NAMES):
            yield Ask(f"{folder_of(_raw_address(self.source.url))}{NAMES[following]}", note={"guess": following})
        else:
            yield Ask(self.source.url)

    def read(self, answer: Answer) -> Iterator[Event]:
        """A package, or the packages of a collection and asks for those that it only names."""
        content = answer.content().removeprefix(b"\xef\xbb\xbf")
        if not content.strip():
            raise MalformedAnswer(phrase("empty-body", url=answer.url), phrase("do-check-address"))
        if content.lstrip()[:1] in b"{[":
            said, yaml_text = _json(content, answer.url), None
        else:
            yaml_text = content.decode("utf-8", "replace")
            said = _listed(yaml_text) or read_yaml(yaml_text, answer.url)
        if is_descriptor(said) and not is_collection(said):
            yield self._record(said, yaml_text, content, answer)
        elif (members := members_of(said)) is not None:
            yield from self._collection(members, answer)
        else:
            raise MalformedAnswer(phrase("no-data-package", url=answer.url), phrase("do-check-address"))
        yield LastPage()

    def _record(self, said: dict[str, Any], text: str | None, content: bytes, answer: Answer) -> Event:
        """The record of a package that has a file of its own."""
        if len(content) > self.source.max_record_bytes:
            finding = find("record-too-large", size=len(content), limit=self.source.max_record_bytes)
            return notice(finding, answer, received=True)
        identifier = clean_text(said.get("id")) or answer.ask.url
        if text is not None:
            return Record(
                id=identifier, url=answer.url, at=answer.at, status=answer.status, media="application/yaml", text=text
            )
        raw = content if _is_json(content) else msgspec.json.encode(said)
        return self.json_record(identifier, raw, answer)

    def _collection(self, members: list[Any], answer: Answer) -> Iterator[Event]:
        level = int(answer.ask.note.get("level") or 0) + 1
        asked: dict[str, Ask] = {}
        for member in members:
            package = _inner(member)
            if is_descriptor(package):
                yield from self._embedded(package, answer)
                continue
            link = _link(package)
            if link is None:
                continue
            url = read_url(link, answer.url).url
            if url is None or not url.startswith(("http://", "https://")):
                yield notice(find("url-invalid", "packages", link, problem="invalid"), answer)
            elif level > MAX_LEVELS:
                yield Trouble(phrase("collections-too-deep", url=answer.url, link=url))
            else:
                asked.setdefault(url, Ask(_raw_address(url), purpose="record", note={"level": level}))
        yield from asked.values()

    def _embedded(self, package: dict[str, Any], answer: Answer) -> Iterator[Event]:
        """The record of a package that stands in a list."""
        raw = msgspec.json.encode(package)
        if len(raw) > self.source.max_record_bytes:
            finding = find("record-too-large", size=len(raw), limit=self.source.max_record_bytes)
            yield notice(finding, answer, received=True)
            return
        yield self.json_record(clean_text(package.get("id")) or clean_text(package.get("name")), raw, answer)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """Descriptors that the page links to, and the one that its folder may have."""
        linked = [_raw_address(anchor) for anchor in seen.anchors if _NAMED.search(urlsplit(anchor).path)]
        for url in list(dict.fromkeys(linked))[:2]:
            yield Lead(url, 75, phrase("page-links-to", name="Data Package"))
        if not seen.reported:
            return
        raw = _raw_address(seen.url)
        if raw != seen.url:
            yield Lead(raw, 70, phrase("page-shows-file"))
        elif not _NAMED.search(urlsplit(seen.url).path):
            yield Lead(f"{seen.base}{NAMES[0]}", 12, phrase("usual-place", name="Data Package"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A descriptor whose resources have paths or data; a list that names descriptors."""
        if seen.is_html:
            return None
        said = seen.json
        if said is None and _YAML.search(urlsplit(seen.url).path) and seen.whole and _YAML_KEYS.search(seen.text):
            try:
                said = read_yaml(seen.text, seen.url)
            except MalformedAnswer:
                return None
        if said is None:
            named = _NAMED.search(urlsplit(seen.url).path) and not seen.whole
            if named and _RESOURCES.search(seen.text[:262144]):
                return Recognised(85, seen.url, phrase("begins-in-form", name="Data Package"), 1)
            links = _listed(seen.text) if seen.whole and "\n" in seen.text[:4096] else None
            if links and all(_NAMED.search(urlsplit(link).path) for link in links):
                return Recognised(85, seen.url, phrase("lists-files", name="Data Package"), len(links))
            return None
        if is_descriptor(said) and not is_collection(said):
            return Recognised(92, seen.url, phrase("answers-in-form", name="Data Package"), 1)
        members = members_of(said)
        if members and all(_names_package(member) for member in members[:50]):
            return Recognised(85, seen.url, phrase("catalogue-of-catalogues", name="Data Package"), len(members))
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one descriptor; see `frictionless_mapping`."""
        try:
            return map_descriptor(record, source)
        except RecursionError:
            return Mapped(None, [find("record-malformed", value=record.id or "", why=phrase("why-too-deep"))])


def is_descriptor(said: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a data package: an object whose `resources` have a path or data."""
    if not isinstance(said, dict) or not isinstance(said.get("resources"), list):
        return False
    resources = said["resources"][:20]
    if any(key in said for key in OWN_KEYS):
        return all(isinstance(resource, dict) for resource in resources)
    usable = all(isinstance(each, dict) and ("path" in each or "data" in each) for each in resources)
    return bool(resources) and usable and "@context" not in said


def is_collection(said: dict[str, Any]) -> bool:
    """Whether a package's resources are packages themselves."""
    if "catalog" in str(said.get("profile")):
        return True
    links = [str(_link(resource) or "") for resource in said["resources"]]
    return bool(links) and all(_NAMED.search(link) for link in links)


def members_of(said: object) -> list[Any] | None:
    """The members of a collection: addresses, or objects with one or with a descriptor; None where it is none."""
    listed = said if isinstance(said, list) else None
    if isinstance(said, dict):
        listed = next((said[key] for key in LISTS if isinstance(said.get(key), list) and said[key]), None)
        if listed is not None and listed is said.get("resources") and not is_collection(said):
            return None
    if not listed:
        return None
    if any(isinstance(member, dict) and "download_url" in member for member in listed):
        # The listing of a folder in a repository: what is no descriptor is another file.
        listed = [m for m in listed if isinstance(m, dict) and _NAMED.search(str(m.get("download_url")))]
    return listed if any(_link(_inner(member)) or is_descriptor(_inner(member)) for member in listed) else None


def _names_package(member: object) -> bool:
    inner = _inner(member)
    return is_descriptor(inner) or bool(_NAMED.search(urlsplit(str(_link(inner) or "")).path))


def _inner(member: object) -> object:
    """What a member of a collection wraps, where that is an object; else the member itself."""
    if isinstance(member, dict):
        return next((member[key] for key in LINKS if isinstance(member.get(key), dict)), member)
    return member


def _link(member: object) -> str | None:
    """The address in a member of a collection."""
    if isinstance(member, dict):
        member = next((member[key] for key in LINKS if isinstance(member.get(key), str) and member[key]), None)
    return member.strip() if isinstance(member, str) and member.strip() else None


def _listed(text: str) -> list[str] | None:
    """The addresses of a text that has one a line, and nothing else but comments; None where it is not such a text."""
    lines = [line.strip() for line in text.splitlines()]
    links = [line for line in lines if line and not line.startswith("#")]
    return links if links and all(re.fullmatch(r"https?://\S+", link) for link in links) else None


def _json(content: bytes, origin: str) -> Any:
    try:
        return msgspec.json.decode(content)
    except NOT_JSON as error:
        mended = mended_json(content)
        if mended is None:
            raise MalformedAnswer(
                phrase("not-in-format", url=origin, format="JSON", detail=str(error)), phrase("do-tell-portal-operator")
            ) from error
        return msgspec.json.decode(mended)


def _is_json(content: bytes) -> bool:
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except NOT_JSON:
        return False
    return True


def _raw_address(url: str) -> str:
    """The file itself, where an address is of the page that a code host shows it on, or of the repository."""
    parts = urlsplit(url)
    if parts.hostname not in {_CODE_HOST, f"www.{_CODE_HOST}"}:
        return url
    if blob := _BLOB.fullmatch(parts.path):
        path = f"/{blob['owner']}/{blob['repository']}/{blob['rest']}"
    else:
        names = parts.path.strip("/").split("/")
        if len(names) != 2 or not all(names):
            return url
        path = f"/{names[0]}/{names[1].removesuffix('.git')}/HEAD/{NAMES[0]}"
    return urlunsplit(("https", _RAW_HOST, path, "", ""))
