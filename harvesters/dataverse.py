"""Dataverse: the search of an installation, and the export of each dataset."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from harvesters.base import Answer, Event, Failure, Option, Parts, Source, no_parts
from harvesters.errors import NOT_JSON, MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, words
from harvesters.mapping import Draft, Reading, describe, language_map
from harvesters.package import Additions, Mapped, Place, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

PERSONAL_FIELDS = frozenset(
    {"author", "datasetContact", "depositor", "contributor", "producer", "dataCollector", "grantNumber"}
)
READ_FIELDS = frozenset({"title", "dsDescription", "keyword", "subject", "language", "timePeriodCovered", "otherId"})


class Dataverse(JsonPages):
    """The search interface (`/api/search?type=dataset`), with a stated total, then each dataset in Dataverse's own JSON, with
    its files. Where a dataset's own JSON may not be read, what the search said of it is kept. Authors and contacts are persons,
    and are not taken over.
    """

    protocol = "dataverse"
    title = "Dataverse"
    standard = "https://guides.dataverse.org/en/latest/api/search.html"
    incremental = True
    options = (
        Option("subtree", "only the datasets below this collection, by its alias"),
        Option("page_size", "datasets a page, where the installation needs fewer than 100"),
    )
    lists = (("data", "items"),)
    totals = (("data", "total_count"),)
    id_paths = (("global_id",), ("datasetVersion", "datasetPersistentId"), ("data", "datasetPersistentId"))

    def page_url(self, start: int, size: int) -> str:
        """A page of the search, the oldest first."""
        query: dict[str, str | int] = {
            "q": "*", "type": "dataset", "sort": "date", "order": "asc", "per_page": size, "start": start,
        }  # fmt: skip
        if "subtree" in self.source.options:
            query["subtree"] = str(self.source.options["subtree"])
        if self.source.since is not None:
            query["fq"] = f"dateSort:[{self.source.since} TO *]"
        return f"{root_of(self.source.url)}api/search?{urlencode(query)}"

    def record(self, said: Any, member: bytes, answer: Answer) -> Iterator[Event]:
        """Ask for the dataset's own JSON; one without a persistent identifier is kept as the search has it."""
        identifier = self.identifier(said)
        if identifier is None:
            yield self.json_record(None, member, answer)
            return
        query = urlencode({"persistentId": identifier})
        url = f"{root_of(self.source.url)}api/datasets/:persistentId/?{query}"
        note: dict[str, str | int | float | bool | None] = {
            "id": identifier,
            "found": member.decode("utf-8", "replace"),
        }
        yield Ask(url, purpose="record", headers={"Accept": self.accept}, note=note)

    def read(self, answer: Answer) -> Iterable[Event]:
        """A page of the search, or one dataset."""
        return self._one(answer) if answer.ask.purpose == "record" else super().read(answer)

    def _one(self, answer: Answer) -> Iterator[Event]:
        identifier = str(answer.ask.note["id"])
        if too_large := self.oversized(answer, identifier):
            yield too_large
            return
        content = answer.content()
        try:
            said = msgspec.json.decode(content)
        except NOT_JSON as error:
            raise MalformedAnswer(
                phrase("not-in-format", url=answer.url, format="JSON", detail=str(error)), phrase("do-asks-again")
            ) from error
        if not isinstance(dig(said, "data"), dict):
            raise MalformedAnswer(phrase("answered-without-dataset", url=answer.url), phrase("do-tell-portal-operator"))
        own = dig(said, "data", "latestVersion", "datasetPersistentId")
        if isinstance(own, str) and own != identifier:
            raise MalformedAnswer(
                phrase("answered-with-other", url=answer.url, other=own), phrase("do-tell-portal-operator")
            )
        yield self.json_record(identifier, content, answer)

    def failed(self, ask: Ask, failure: Failure) -> Iterable[Event]:
        """What the search said, where a dataset's own JSON cannot be had."""
        if ask.purpose == "record":
            yield Record(
                id=str(ask.note["id"]), url=ask.url, at="", status=failure.status,
                json=msgspec.Raw(str(ask.note["found"]).encode()),
            )  # fmt: skip
        else:
            yield from super().failed(ask, failure)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The search."""
        marked = seen.is_html and "dataverse" in seen.text.lower()
        if seen.reported or marked:
            weight, because = (80, "page-bears-marks") if marked else (10, "usual-place")
            url = f"{seen.root}api/search?q=*&type=dataset&per_page=1"
            yield Lead(url, weight, phrase(because, name="Dataverse"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The search's envelope."""
        data = dig(seen.json, "data")
        if (
            dig(seen.json, "status") == "OK"
            and isinstance(dig(data, "items"), list)
            and isinstance(data.get("total_count"), int)
        ):
            return Recognised(95, seen.root, phrase("answers-with-datasets", name="Dataverse"), data["total_count"])
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset, from its own JSON or from what the search said."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(
                None,
                [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="Dataverse"))],
            )
        data = said["data"] if isinstance(said.get("data"), dict) else said
        version = next(
            (data[key] for key in ("latestVersion", "datasetVersion") if isinstance(data.get(key), dict)), None
        )
        if version is None:
            return _found(said, record, source)
        reading = Reading(record.url)
        fields = _fields(dig(version, "metadataBlocks"))
        publisher = reading.text(data.get("publisher"))
        languages = reading.languages(fields.get("language"), "language")
        licence = version.get("license")
        terms = reading.description(version.get("termsOfUse"))
        found = None
        if licence or terms:
            found = reading.licence(
                "license", id=dig(licence, "name") or (licence if isinstance(licence, str) else None),
                title=terms, url=dig(licence, "uri"),
            )  # fmt: skip
        periods = [
            period
            for each in members(fields.get("timePeriodCovered"))
            if (stated := _period(each)) and (period := reading.period(stated, "timePeriodCovered"))
        ]
        descriptions = [
            text
            for each in members(fields.get("dsDescription"))
            if (text := reading.description(dig(each, "dsDescriptionValue")))
        ]
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(reading.text(fields.get("title")), "und"),
            descriptions=language_map("\n\n".join(descriptions) or None, "und"),
            keywords={"und": words([dig(m, "keywordValue") for m in members(fields.get("keyword"))])},
            languages=languages,
            publisher=Publisher(name=publisher) if publisher else None,
            issued=reading.moment(data.get("publicationDate") or version.get("publicationDate"), "publicationDate"),
            modified=reading.moment(version.get("lastUpdateTime"), "lastUpdateTime"),
            temporal=periods,
            spatial=[Place(text=text) for text in _coverage(fields)],
            licences=[found] if found else [],
            themes=words(fields.get("subject")),
            more=remainder({k: v for k, v in fields.items() if k not in PERSONAL_FIELDS | READ_FIELDS}, ()),
        )
        base = root_of(source.url)
        homepage = f"{base}dataset.xhtml?persistentId={quote(record.id)}"
        return describe(source, additions, _drafts(version.get("files"), base, reading), reading, homepage=homepage)


def _fields(blocks: object) -> dict[str, Any]:
    """The fields of all metadata blocks by type name, compound values as objects of their parts."""
    found: dict[str, Any] = {}
    for block in (blocks or {}).values() if isinstance(blocks, dict) else ():
        for each in members(dig(block, "fields")):
            if isinstance(each, dict) and isinstance(each.get("typeName"), str):
                found[each["typeName"]] = _value(each.get("value"))
    return found


def _value(value: object) -> Any:
    if isinstance(value, list):
        return [_value(member) for member in value]
    if isinstance(value, dict):
        return {key: part.get("value") if isinstance(part, dict) else part for key, part in value.items()}
    return value


def _period(value: object) -> str | None:
    start, end = dig(value, "timePeriodCoveredStart"), dig(value, "timePeriodCoveredEnd")
    return f"{start or '..'}/{end or '..'}" if start or end else None


def _coverage(fields: dict[str, Any]) -> list[str]:
    parts = ("city", "state", "country", "otherGeographicCoverage")
    found = (
        ", ".join(str(each[part]) for part in parts if dig(each, part))
        for each in members(fields.get("geographicCoverage"))
    )
    return [text for text in found if text]


def _drafts(files: object, base: str, reading: Reading) -> list[Draft]:
    drafts = []
    for index, each in enumerate(members(files)):
        file = dig(each, "dataFile")
        if not isinstance(file, dict):
            continue
        title, identifier = reading.text(dig(each, "label") or file.get("filename")), file.get("id")
        drafts.append(
            Draft(
                path=f"files[{index}]",
                raw={"label": title},
                download_url=f"{base}api/access/datafile/{identifier}" if identifier is not None else None,
                native_id=str(identifier) if identifier is not None else None,
                titles=language_map(title, "und"),
                descriptions=language_map(reading.description(dig(each, "description")), "und"),
                media_type=file.get("contentType"),
                format=title.rpartition(".")[2] if title and "." in title else None,
                size=file.get("filesize"),
                digest=dig(file, "checksum", "value") or file.get("md5"),
                digest_algorithm=dig(file, "checksum", "type"),
            )
        )
    return drafts


def _found(said: dict[str, Any], record: Record, source: Source) -> Mapped:
    """A dataset of which only what the search said is known."""
    reading = Reading(record.url)
    publisher = reading.text(said.get("name_of_dataverse") or said.get("publisher"))
    homepage = reading.link(said["url"], "url") if said.get("url") else None
    additions = Additions(
        source=source.id,
        native_id=record.id or "",
        protocol=Dataverse.protocol,
        titles=language_map(reading.text(said.get("name")), "und"),
        descriptions=language_map(reading.description(said.get("description")), "und"),
        keywords={"und": words(said.get("keywords"))},
        publisher=Publisher(name=publisher) if publisher else None,
        issued=reading.moment(said.get("published_at"), "published_at"),
        modified=reading.moment(said.get("updatedAt"), "updatedAt"),
        themes=words(said.get("subjects")),
    )
    return describe(source, additions, [], reading, homepage=homepage)
