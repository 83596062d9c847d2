"""piveau: the search of a hub, such as that of data.europa.eu."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from harvesters.base import Option, Parts, Source, no_parts
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, texts, word, words
from harvesters.mapping import Draft, Reading, describe
from harvesters.package import Additions, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Record

READ = frozenset(
    {
        *(
            "id",
            "title",
            "description",
            "keywords",
            "publisher",
            "contact_point",
            "issued",
            "modified",
            "distributions",
        ),
        *(
            "accrual_periodicity",
            "temporal",
            "spatial",
            "categories",
            "landing_page",
            "language",
            "access_right",
            "catalog",
        ),
        *("identifier", "creator", "contributor", "translation_meta", "catalog_record", "quality_meas", "index_name"),
    }
)
RESOURCE_READ = frozenset(
    {
        *(
            "id",
            "title",
            "description",
            "access_url",
            "download_url",
            "format",
            "media_type",
            "license",
            "byte_size",
            "issued",
            "modified",
        )
    }
)


class Piveau(JsonPages):
    """hub-search of piveau (`/api/hub/search/search`), with titles and descriptions in every language that the portal has,
    machine translations among them as such where it says so. The window of the search ends at 10,000: a larger portal is read
    catalogue by catalogue, which the option names.
    """

    protocol = "piveau"
    title = "piveau hub-search"
    standard = "https://doc.piveau.eu/hub/search/"
    options = (
        Option("catalog", "only the datasets of this catalogue of the portal, by its id"),
        Option("page_size", "datasets a page, where the portal needs fewer than 500"),
    )
    page_sizes = (500, 50)
    lists = (("result", "results"),)
    totals = (("result", "count"),)

    def page_url(self, start: int, size: int) -> str:
        """A page by its number, counted from 0."""
        query: dict[str, str | int] = {"filter": "dataset", "page": start // size, "limit": size, "sort": "issued+asc"}
        if "catalog" in self.source.options:
            query["facets"] = f'{{"catalog":["{self.source.options["catalog"]}"]}}'
        return f"{_search(self.source.url)}?{urlencode(query)}"

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The search of a hub."""
        marked = seen.is_html and "piveau" in seen.text.lower()
        if seen.reported or marked:
            weight, because = (78, "page-bears-marks") if marked else (9, "usual-place")
            url = f"{_search(seen.url)}?filter=dataset&limit=1"
            yield Lead(url, weight, phrase(because, name="piveau"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The search's list."""
        result = dig(seen.json, "result")
        if (
            isinstance(dig(result, "results"), list)
            and result.get("index") == "dataset"
            and isinstance(result.get("count"), int)
        ):
            return Recognised(
                95, _search(seen.url), phrase("answers-with-datasets", name="piveau hub-search"), result["count"]
            )
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(
                None,
                [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="piveau"))],
            )
        reading = Reading(record.url)
        languages = reading.languages([_label(member) for member in members(said.get("language"))], "language")
        publisher = reading.text(word(said.get("publisher")))
        keywords: dict[str, list[str]] = {}
        for member in members(said.get("keywords")):
            keywords.setdefault(str(dig(member, "language") or "und"), []).extend(words(dig(member, "label") or member))
        temporal = [
            period
            for each in members(said.get("temporal"))
            if (period := reading.period(f"{dig(each, 'gte') or '..'}/{dig(each, 'lte') or '..'}", "temporal"))
        ]
        landing = next((_address(member) for member in members(said.get("landing_page"))), None)
        homepage = reading.link(landing, "landing_page") if landing else None
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=texts(said.get("title"), "und", reading.text),
            descriptions=texts(said.get("description"), "und", reading.description),
            keywords=keywords,
            languages=languages,
            publisher=Publisher(name=publisher, id=reading.text(_address(said.get("publisher"))))
            if publisher
            else None,
            issued=reading.moment(said.get("issued"), "issued"),
            modified=reading.moment(said.get("modified"), "modified"),
            frequency=reading.frequency(_label(said.get("accrual_periodicity")), "accrual_periodicity"),
            temporal=temporal,
            spatial=[place for each in members(said.get("spatial")) for place in read_places(each)],
            access_rights=reading.text(_label(said.get("access_right"))),
            themes=[text for each in members(said.get("categories")) if (text := reading.text(_label(each)))],
            identifiers=[text for text in words(said.get("identifier")) if text != record.id],
            more=remainder(said, READ),
        )
        return describe(source, additions, _drafts(said, reading), reading, homepage=homepage)


def _search(url: str) -> str:
    """The address of the search, from a portal's or from itself."""
    base, found, _ = url.partition("/search?")
    if found and base.endswith("/search"):
        return f"{base}/search"
    if url.rstrip("/").endswith("/api/hub/search/search"):
        return url.rstrip("/")
    return f"{root_of(url)}api/hub/search/search"


def _label(value: object) -> object:
    """The identifier of a term, its address, or its word in English."""
    if isinstance(value, dict):
        return value.get("id") or value.get("resource") or word(texts(value.get("label"), "und", str).get("en"))
    return value


def _address(value: object) -> Any:
    return dig(value, "resource") if isinstance(value, dict) else value


def _drafts(said: dict[str, Any], reading: Reading) -> list[Draft]:
    drafts = []
    for index, raw in enumerate(members(said.get("distributions"))):
        if not isinstance(raw, dict):
            continue
        path = f"distributions[{index}]"
        address = _address(raw.get("license")) or _label(raw.get("license"))
        common: dict[str, Any] = {
            "raw": raw,
            "native_id": reading.text(raw.get("id")),
            "titles": texts(raw.get("title"), "und", reading.text),
            "descriptions": texts(raw.get("description"), "und", reading.description),
            "format": _label(raw.get("format")),
            "media_type": raw.get("media_type"),
            "size": raw.get("byte_size"),
            "issued": reading.moment(raw.get("issued"), f"{path}.issued"),
            "modified": reading.moment(raw.get("modified"), f"{path}.modified"),
            "licence": reading.licence(f"{path}.license", url=address) if address else None,
            "more": remainder(raw, RESOURCE_READ),
        }
        downloads, accesses = members(raw.get("download_url")), members(raw.get("access_url"))
        for download in downloads or [None]:
            access = accesses[0] if accesses else None
            drafts.append(
                Draft(
                    path=path, keys=("download_url", "access_url"), download_url=download, access_url=access, **common
                )
            )
    return drafts
