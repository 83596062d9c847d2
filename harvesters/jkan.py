"""JKAN: a portal of static pages, by the lists that it makes, or by the files of the repository behind it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from harvesters.base import Advertised, Answer, Event, Harvester, LastPage, Parts, Source, no_parts, notice
from harvesters.dcat_us_mapping import map_dataset
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen
from harvesters.findings import find
from harvesters.jsonstream import ArrayMembers, TooLarge
from harvesters.jsonvalues import members
from harvesters.package import Mapped
from harvesters.phrases import Phrase, phrase
from harvesters.spool_lines import Ask, Part, Record, raw_json
from harvesters.yamlrecord import read_yaml

ROW = frozenset({"title", "organization", "url"})
"""What each row of a JKAN site's `datasets.json` has; notes, category and project where they are filled in."""

RENAMED = {
    "notes": "description", "tags": "keyword", "category": "theme", "categories": "theme", "created": "issued",
    "published": "issued", "area_of_interest": "spatial", "time_period": "temporal", "organization": "publisher",
}  # fmt: skip
"""JKAN's default schema in the words of DCAT-US, which say the same."""

UNSAID = ("License Not Specified", "none", "null", "n/a", "N/A")
"""What JKAN's form writes where nothing was chosen."""

PERSONS = ("maintainer", "maintainer_email", "maintainer_link", "maintainer_phone")
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_REPOSITORY = re.compile(r"^/([\w.-]+)/([\w.-]+?)(?:\.git)?/?$")
GITHUB = "github.com"
CONTENTS = "https://api.github.com/repos/{owner}/{name}/contents/_datasets"


class Jkan(Harvester):
    """JKAN sites by their `datasets.json`, with what their `data.json` says of the datasets of the same title; and the
    repositories behind them by the listing of the folder `_datasets` that GitHub's interface gives, each file with its front
    matter in YAML and with keys of the portal's own choice. Maintainers are persons and are not taken over.
    """

    protocol = "jkan"
    title = "JKAN"
    version = 2
    standard = "https://jkan.io/"

    def start(self) -> Iterable[Ask]:
        """The site's two lists; of a repository the folder of its datasets."""
        parts = urlsplit(self.source.url)
        repository = _REPOSITORY.match(parts.path)
        if parts.hostname == GITHUB and repository:
            yield self._ask(CONTENTS.format(owner=repository[1], name=repository[2]), "folder")
        elif parts.path.rstrip("/").endswith("/_datasets"):
            yield self._ask(self.source.url, "folder")
        else:
            base = self.source.url.removesuffix("datasets.json").rstrip("/")
            yield self._ask(f"{base}/datasets.json", "list")
            yield self._ask(f"{base}/data.json", "details")

    def _ask(self, url: str, purpose: str) -> Ask:
        return Ask(url, purpose=purpose, protocol=None if self.protocol == self.source.protocol else self.protocol)

    def read(self, answer: Answer) -> Iterator[Event]:
        """A list, a folder, or one dataset's file."""
        match answer.ask.purpose:
            case "list":
                yield from self._list(answer)
            case "details":
                yield from self._details(answer)
            case "folder":
                yield from self._folder(answer)
            case _:
                yield from self._file(answer)

    def _list(self, answer: Answer) -> Iterator[Event]:
        count = 0
        for member in self._members(answer, ((),), phrase("lists-no-dataset", url=answer.url)):
            said = _object(member) if isinstance(member, bytes) else None
            count += 1
            if isinstance(member, TooLarge):
                limit = self.source.max_record_bytes
                finding = find("record-too-large", value=answer.url, size=member.size_bytes, limit=limit)
                yield notice(finding, answer, received=True)
            elif said is None or not said.keys() >= ROW:
                excerpt = member[:200].decode("utf-8", "replace")
                yield notice(
                    find("record-malformed", value=excerpt, why=phrase("why-no-record-of", name="JKAN")),
                    answer,
                    received=True,
                )
            else:
                yield self.json_record(_slug(said["url"]), member, answer)
        if not count:
            raise MalformedAnswer(phrase("lists-no-dataset", url=answer.url), phrase("do-check-address"))
        yield Advertised(count)
        yield LastPage()

    def _details(self, answer: Answer) -> Iterator[Event]:
        for member in self._members(answer, (("dataset",),), phrase("no-list-under", url=answer.url, key="dataset")):
            said = _object(member) if isinstance(member, bytes) else None
            if isinstance(member, bytes) and said is not None and isinstance(said.get("title"), str):
                yield Part(f"title:{said['title']}", member.decode("utf-8", "replace"))

    def _members(
        self, answer: Answer, places: tuple[tuple[str, ...], ...], missing: Phrase
    ) -> Iterator[bytes | TooLarge]:
        with answer.open() as file:
            found = ArrayMembers(file, places, self.source.max_record_bytes, None, answer.url)
            yield from found
            if not found.found:
                raise MalformedAnswer(missing, phrase("do-check-address"))

    def _folder(self, answer: Answer) -> Iterator[Event]:
        try:
            listed = msgspec.json.decode(answer.content())
        except NOT_JSON as error:
            raise MalformedAnswer(
                phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-check-address")
            ) from error
        files = [
            each for each in members(listed) if isinstance(each, dict) and str(each.get("name", "")).endswith(".md")
        ]
        if not isinstance(listed, list) or not files:
            raise MalformedAnswer(phrase("lists-no-dataset", url=answer.url), phrase("do-check-protocol"))
        for each in files:
            folder, name = f"{answer.url.rstrip('/')}/", quote(str(each["name"]))
            yield self._ask(_joined(folder, str(each.get("download_url") or name)) or f"{folder}{name}", "file")
        yield Advertised(len(files))
        yield LastPage()

    def _file(self, answer: Answer) -> Iterator[Event]:
        identifier = _slug(urlsplit(answer.ask.url).path.removesuffix(".md"))
        if too_large := self.oversized(answer, identifier):
            yield too_large
            return
        text = answer.content().decode("utf-8", "replace")
        matter = _FRONT_MATTER.match(text)
        said = read_yaml(matter[1], answer.url) if matter else None
        if not isinstance(said, dict):
            raise MalformedAnswer(phrase("no-front-matter", url=answer.url), phrase("do-ask-correct-file"))
        yield self.json_record(identifier, msgspec.json.encode(said), answer)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The list of a site that bears JKAN's marks, and the datasets of a repository."""
        parts = urlsplit(seen.url)
        repository = _REPOSITORY.match(parts.path)
        if seen.reported and parts.hostname == GITHUB and repository:
            url = CONTENTS.format(owner=repository[1], name=repository[2])
            yield Lead(url, 63, phrase("address-looks-like", name="JKAN"), "application/json")
        marked = seen.is_html and "jkan" in seen.text[:400_000].lower()
        if marked or seen.reported:
            weight, because = (60, "page-bears-marks") if marked else (6, "usual-place")
            yield Lead(f"{seen.base}datasets.json", weight, phrase(because, name="JKAN"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The list of a site, or the folder of a repository."""
        said = seen.json
        if not isinstance(said, list) or not said or not all(isinstance(each, dict) for each in said):
            return None
        if all(each.keys() >= ROW and "/datasets/" in str(each["url"]) for each in said):
            site = seen.url.removesuffix("datasets.json")
            return Recognised(94, site, phrase("answers-with-datasets", name="JKAN"), len(said))
        files = [each for each in said if str(each.get("path", "")).startswith("_datasets/")]
        if files and len(files) == len(said):
            return Recognised(92, seen.url, phrase("lists-files", name="JKAN"), len(files))
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset, by way of the words of DCAT-US."""
        said = _object(bytes(record.json))
        if said is None or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="JKAN"))]
            )
        url = said.pop("url", None) if said.keys() >= ROW else None
        details = _object((parts(f"title:{said.get('title')}") or "null").encode()) or {}
        stated = {**details, **_in_dcat_us(said)}
        if isinstance(url, str):
            stated["landingPage"] = _joined(record.url, url) or url
        return map_dataset(
            msgspec.structs.replace(record, json=raw_json(msgspec.json.encode(stated))), source, cls.protocol
        )


def _joined(base: str, link: str) -> str | None:
    """A link as an absolute address; None where no address can be made of it."""
    try:
        return urljoin(base, link)
    except ValueError:
        return None


def _in_dcat_us(said: dict[str, Any]) -> dict[str, Any]:
    """A dataset in the words of DCAT-US; other keys stay as they are."""
    stated: dict[str, Any] = {}
    for key, value in said.items():
        if key not in PERSONS and key != "resources" and value not in (None, "", [], *UNSAID):
            stated[RENAMED.get(key, key)] = value
    if "publisher" in stated:
        stated["publisher"] = {"name": stated["publisher"]}
    if "modified" not in stated and "metadata_modified" in stated:
        stated["modified"] = stated.pop("metadata_modified")
    if mailbox := said.get("maintainer_email"):
        stated["contactPoint"] = {"hasEmail": mailbox}
    if isinstance(said.get("resources"), list):
        stated["distribution"] = [_distribution(each) for each in said["resources"]]
    return stated


def _distribution(resource: object) -> object:
    if not isinstance(resource, dict):
        return resource
    form = str(resource.get("format") or "").upper()
    address = "accessURL" if form in ("HTML", "API") else "downloadURL"
    named = {"name": "title", "url": address}
    return {named.get(key, key): value for key, value in resource.items() if value not in (None, "")}


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        said = msgspec.json.decode(raw)
    except NOT_JSON:
        return None
    return said if isinstance(said, dict) else None


def _slug(url: object) -> str | None:
    """The last part of a dataset's address, which is also the name of its file."""
    return str(url).partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2] or None
