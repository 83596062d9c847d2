"""Magda: the registry of a federating portal."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from harvesters.base import Answer, Event, LastPage, Option, Parts, Source, no_parts
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, words
from harvesters.mapping import Draft, Reading, describe, language_map, text_language
from harvesters.package import Additions, Mapped, Origin, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Ask, Record

ASPECTS = (("aspect", "dcat-dataset-strings"), ("optionalAspect", "dataset-distributions"), ("optionalAspect", "source"),
           ("optionalAspect", "dataset-publisher"), ("dereference", "true"))  # fmt: skip
READ = frozenset(
    {
        *(
            "title",
            "description",
            "issued",
            "modified",
            "keywords",
            "languages",
            "publisher",
            "contactPoint",
            "spatial",
        ),
        *("temporal", "themes", "landingPage", "accrualPeriodicity", "owningOrgUnitId", "defaultLicense"),
    }
)
RESOURCE_READ = frozenset(
    {
        *(
            "title",
            "description",
            "downloadURL",
            "accessURL",
            "format",
            "mediaType",
            "byteSize",
            "issued",
            "modified",
            "license",
        )
    }
)


class Magda(JsonPages):
    """The registry interface (`/api/v0/registry/records`), page by page with a token; it states no count. Each dataset comes
    with its distributions, and with the portal that it was harvested from.
    """

    protocol = "magda"
    title = "Magda registry"
    standard = "https://magda.io/docs/building-and-running/"
    options = (Option("page_size", "datasets a page, where the portal needs fewer than 200"),)
    page_sizes = (200, 50)
    lists = (("records",),)

    def page_url(self, start: int, size: int) -> str:
        """The first page; the following ones are asked for by token."""
        return f"{self._base()}/api/v0/registry/records?{urlencode([*ASPECTS, ('limit', size)])}"

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The page behind the token, or the end."""
        token, more = envelope.get("nextPageToken"), envelope.get("hasMore")
        if received and token and more is not False:
            size = int(answer.ask.note.get("size") or self.page_sizes[0])
            url = f"{self.page_url(0, size)}&pageToken={quote(str(token))}"
            yield Ask(url, headers={"Accept": self.accept}, note={"start": 1, "size": size})
        else:
            yield LastPage()

    def _base(self) -> str:
        return root_of(self.source.url).rstrip("/")

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The registry."""
        marked = seen.is_html and ("magda" in seen.text.lower())
        if seen.reported or marked:
            url = f"{seen.root}api/v0/registry/records?{urlencode([*ASPECTS, ('limit', 1)])}"
            weight, because = (78, "page-bears-marks") if marked else (9, "usual-place")
            weight = 58 if "/api/v0/" in seen.url else weight
            yield Lead(url, weight, phrase(because, name="Magda"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The registry's list."""
        listed = dig(seen.json, "records")
        if (
            isinstance(listed, list)
            and listed
            and all(dig(member, "aspects", "dcat-dataset-strings") for member in listed)
        ):
            return Recognised(95, seen.root, phrase("answers-with-datasets", name="Magda registry"))
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one record of the registry."""
        said = decoded_json(record)
        aspects = dig(said, "aspects")
        stated = dig(aspects, "dcat-dataset-strings")
        if not isinstance(stated, dict) or record.id is None:
            return Mapped(
                None,
                [
                    find(
                        "record-malformed",
                        value=record.id or "",
                        why=phrase("why-lacks", field="dcat-dataset-strings"),
                    )
                ],
            )
        reading = Reading(record.url)
        languages = reading.languages(stated.get("languages"), "languages")
        tag = text_language(languages)
        publisher = reading.text(stated.get("publisher")) or reading.text(
            dig(aspects, "dataset-publisher", "publisher", "name")
        )
        homepage = reading.link(stated["landingPage"], "landingPage") if stated.get("landingPage") else None
        temporal = stated.get("temporal")
        period = None
        if isinstance(temporal, dict) and (temporal.get("start") or temporal.get("end")):
            ends = [_end(temporal.get(key)) or ".." for key in ("start", "end")]
            period = reading.period("/".join(ends), "temporal")
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(reading.text(stated.get("title")), tag),
            descriptions=language_map(reading.description(stated.get("description")), tag),
            keywords={tag: words(stated.get("keywords"))},
            languages=languages,
            publisher=Publisher(name=publisher) if publisher else None,
            issued=reading.moment(stated.get("issued"), "issued"),
            modified=reading.moment(stated.get("modified"), "modified"),
            frequency=reading.frequency(stated.get("accrualPeriodicity"), "accrualPeriodicity"),
            temporal=[period] if period else [],
            spatial=read_places(stated.get("spatial")),
            themes=words(stated.get("themes")),
            origin=_origin(dig(aspects, "source"), record.id),
            more=remainder(stated, READ),
        )
        return describe(source, additions, _drafts(aspects, tag, reading), reading, homepage=homepage)


def _end(value: object) -> str | None:
    """One end of a period, which comes as a text or as an object that holds it."""
    value = value.get("date") or value.get("text") if isinstance(value, dict) else value
    return value if isinstance(value, str) and value else None


def _origin(value: object, identifier: str) -> Origin | None:
    url = dig(value, "url") or dig(value, "name")
    return Origin(portal=str(url), id=identifier) if url and dig(value, "type") != "internal" else None


def _drafts(aspects: dict[str, Any], tag: str, reading: Reading) -> list[Draft]:
    drafts = []
    for index, each in enumerate(members(dig(aspects, "dataset-distributions", "distributions"))):
        raw = dig(each, "aspects", "dcat-distribution-strings")
        if not isinstance(raw, dict):
            continue
        path = f"distributions[{index}]"
        licence = raw.get("license")
        drafts.append(
            Draft(
                path=path,
                raw=remainder(raw, ()),
                download_url=raw.get("downloadURL"),
                access_url=raw.get("accessURL"),
                native_id=reading.text(dig(each, "id")),
                titles=language_map(reading.text(raw.get("title")), tag),
                descriptions=language_map(reading.description(raw.get("description")), tag),
                format=raw.get("format") or dig(each, "aspects", "dataset-format", "format"),
                media_type=raw.get("mediaType"),
                size=raw.get("byteSize"),
                issued=reading.moment(raw.get("issued"), f"{path}.issued"),
                modified=reading.moment(raw.get("modified"), f"{path}.modified"),
                licence=reading.licence(f"{path}.license", id=licence) if licence else None,
                more=remainder(raw, RESOURCE_READ),
            )
        )
    return drafts
