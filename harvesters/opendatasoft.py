"""Opendatasoft: the Explore API of a domain."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from harvesters.base import Advertised, Answer, Event, Failure, LastPage, Option, Parts, Source, no_parts
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, members, words
from harvesters.mapping import Draft, Reading, describe, text_language
from harvesters.package import Additions, LanguageMap, Mapped, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Ask, Record

WINDOW = 10_000
"""offset + limit may not go beyond it (Explore API v2.1, "Get catalog datasets")."""

EXPORTS = (("CSV", "csv", "text/csv"), ("JSON", "json", "application/json"), ("XLSX", "xlsx", None))
SPATIAL_EXPORTS = (("GeoJSON", "geojson", "application/geo+json"),)
READ = frozenset({"title", "description", "keyword", "language", "publisher", "modified", "license", "license_url", "theme",
                  "metadata_languages", "records_count", "references", "territory", "visibility"})  # fmt: skip


class Opendatasoft(JsonPages):
    """The Explore API, version 2.1, and version 1 where a domain has no other. A dataset with records can be had as CSV, JSON
    and XLSX, with positions as GeoJSON too; attachments and alternative exports are resources as well. A catalogue beyond
    10,000 datasets is read by the `exports` of version 2.1, in one answer.
    """

    protocol = "opendatasoft"
    title = "Opendatasoft Explore API"
    standard = "https://help.opendatasoft.com/apis/ods-explore-v2/"
    incremental = True
    options = (
        Option("where", 'a filter in the Explore API\'s query language (ODSQL), such as `theme = "Finance"`'),
        Option("page_size", "datasets a page, where the portal needs fewer than 100"),
    )
    lists = (("results",), ("datasets",))
    totals = (("total_count",), ("nhits",))
    id_paths = (("dataset_id",), ("datasetid",))

    def page_url(self, start: int, size: int) -> str:
        """A page of version 2.1, in the order of identifiers."""
        query = {"limit": size, "offset": start, "order_by": "dataset_id", **self._where()}
        return f"{self._base()}/api/explore/v2.1/catalog/datasets?{urlencode(query)}"

    def after(self, answer: Answer, envelope: dict[str, Any], received: int) -> Iterator[Event]:
        """The next page, of the version that answered; beyond the window, the export of all."""
        total = self.total(envelope)
        start, size = int(answer.ask.note.get("start") or 0), int(answer.ask.note.get("size") or 0)
        if answer.ask.purpose == "export":
            yield LastPage()
        elif total is not None and total > WINDOW and answer.ask.purpose == "page" and self.source.limit is None:
            yield Advertised(total)
            query = urlencode({"order_by": "dataset_id", **self._where()})
            yield Ask(f"{self._base()}/api/explore/v2.1/catalog/exports/json?{query}", purpose="export")
        elif answer.ask.purpose == "version-1" and received and total is not None and start + received < total:
            yield Advertised(total)
            yield self._version_1(start + received, size)
        else:
            yield from super().after(answer, envelope, received)

    def instead(self, ask: Ask, failure: Failure) -> Iterable[Ask]:
        """Version 1."""
        if self.source.since is None and "where" not in self.source.options:
            yield self._version_1(0, int(ask.note.get("size") or 100))

    def _version_1(self, start: int, size: int) -> Ask:
        query = urlencode({"rows": size, "start": start, "sort": "-created"})
        note: dict[str, str | int | float | bool | None] = {"start": start, "size": size}
        return Ask(f"{self._base()}/api/datasets/1.0/search/?{query}", purpose="version-1", note=note)

    def _base(self) -> str:
        return root_of(self.source.url).rstrip("/")

    def _where(self) -> dict[str, str]:
        filters = [str(self.source.options["where"])] if "where" in self.source.options else []
        if self.source.since is not None:
            filters.append(f"modified >= date'{self.source.since}'")
        return {"where": " and ".join(f"({each})" for each in filters)} if filters else {}

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The catalogue of version 2.1."""
        marked = seen.is_html and ("opendatasoft" in seen.text.lower() or "ods-" in seen.text)
        if seen.reported or marked:
            url = f"{seen.root}api/explore/v2.1/catalog/datasets?limit=1"
            shape = "/explore/" in seen.url or "opendatasoft" in seen.url or "/api/datasets/1.0" in seen.url
            weight, because = (80, "page-bears-marks") if marked else (28, "usual-place")
            weight = 58 if shape and not marked else weight
            yield Lead(url, weight, phrase(because, name="Opendatasoft"), "application/json")
            if shape:
                yield Lead(
                    f"{seen.root}api/datasets/1.0/search/?rows=1", 40, phrase("usual-place", name="Opendatasoft API 1")
                )

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The lists of either version."""
        answer = seen.json
        if isinstance(answer, dict):
            for count, listed, member, version in (
                ("total_count", "results", "dataset_id", "2"), ("nhits", "datasets", "datasetid", "1"),
            ):  # fmt: skip
                if isinstance(answer.get(count), int) and isinstance(answer.get(listed), list):
                    known = not answer[listed] or dig(answer[listed][0], member)
                    if known and (answer[listed] or "/catalog/datasets" in seen.url or "/api/datasets/1.0" in seen.url):
                        evidence = phrase("answers-with-datasets", name=f"Opendatasoft Explore API {version}")
                        return Recognised(95, seen.root, evidence, answer[count])
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset of either version."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(
                None,
                [
                    find(
                        "record-malformed",
                        value=record.id or "",
                        why=phrase("why-no-record-of", name="Opendatasoft"),
                    )
                ],
            )
        metas: dict[str, Any] = said["metas"] if isinstance(said.get("metas"), dict) else {}
        default: dict[str, Any] = metas["default"] if isinstance(metas.get("default"), dict) else metas
        reading = Reading(record.url)
        languages = reading.languages(
            default.get("metadata_languages") or default.get("language"), "metas.default.language"
        )
        tag = text_language(languages)
        publisher = reading.text(default.get("publisher"))
        base = root_of(record.url).rstrip("/")
        licence = default.get("license") or default.get("license_url")
        extra = {name: inner for name, inner in metas.items() if name != "default" and isinstance(inner, dict)}
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=_text(default.get("title"), tag, reading.text),
            descriptions=_text(default.get("description"), tag, reading.description),
            keywords={tag: words(default.get("keyword") if not isinstance(default.get("keyword"), str)
                                 else str(default["keyword"]).split(","))},
            languages=languages,
            publisher=Publisher(name=publisher) if publisher else None,
            modified=reading.moment(default.get("modified"), "metas.default.modified"),
            issued=reading.moment(dig(metas, "dcat", "issued") or dig(metas, "dcat", "created"), "metas.dcat.issued"),
            frequency=reading.frequency(dig(metas, "dcat", "accrualperiodicity"), "metas.dcat.accrualperiodicity"),
            spatial=read_places(default.get("territory") or dig(metas, "dcat", "spatial")),
            licences=[found] if licence and (found := _licence(default, reading)) else [],
            themes=words(default.get("theme")),
            more={
                **remainder(default, READ),
                **({"references": kept} if (kept := reading.text(default.get("references"))) else {}),
                **remainder(extra, ()),
                **remainder({"fields": said.get("fields")}, ()),
            },
        )  # fmt: skip
        homepage = f"{base}/explore/dataset/{quote(record.id)}/"
        return describe(source, additions, _drafts(said, base, record.id, reading), reading, homepage=homepage)


def _text(value: object, tag: str, clean: Any) -> LanguageMap:
    text = clean(value)
    return {tag: text} if text else {}


def _licence(default: dict[str, Any], reading: Reading) -> Any:
    return reading.licence("metas.default.license", id=default.get("license"), url=default.get("license_url"))


def _drafts(said: dict[str, Any], base: str, identifier: str, reading: Reading) -> list[Draft]:
    """The exports of a dataset that has records, its attachments and its alternative exports."""
    drafts = []
    if said.get("has_records"):
        spatial = "geo" in members(said.get("features"))
        for label, extension, media_type in (*EXPORTS, *(SPATIAL_EXPORTS if spatial else ())):
            url = f"{base}/api/explore/v2.1/catalog/datasets/{quote(identifier)}/exports/{extension}"
            drafts.append(
                Draft(path="", raw=url, download_url=url, format=label, media_type=media_type, titles={"und": label})
            )
    for kind in ("attachments", "alternative_exports"):
        for index, raw in enumerate(members(said.get(kind))):
            if isinstance(raw, dict):
                drafts.append(_attachment(raw, f"{kind}[{index}]", kind, base, identifier, reading))
    return drafts


def _attachment(raw: dict[str, Any], path: str, kind: str, base: str, identifier: str, reading: Reading) -> Draft:
    """An attachment; `odsfile:` addresses are the platform's inner ones, and have a public one by the attachment's id."""
    url = raw.get("url") or raw.get("href")
    if (not url or str(url).startswith("odsfile:")) and raw.get("id"):
        url = f"{base}/api/datasets/1.0/{quote(identifier)}/{kind}/{quote(str(raw['id']))}/"
    title = reading.text(raw.get("title"))
    return Draft(
        path=path, raw=raw, download_url=url, native_id=reading.text(raw.get("id")), titles={"und": title} if title else {},
        descriptions=_text(raw.get("description"), "und", reading.description), media_type=raw.get("mimetype"),
    )  # fmt: skip
