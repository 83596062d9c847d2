"""Socrata (Tyler Data & Insights): the Discovery API of a domain."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

from harvesters import socrata_views as views
from harvesters.base import Answer, Event, Failure, LastPage, Option, Parts, Source, no_parts
from harvesters.errors import MalformedAnswer
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonstream import ArrayMembers
from harvesters.jsonvalues import dig, words
from harvesters.mapping import Draft, Reading, describe, language_map
from harvesters.package import Additions, Mapped, Origin, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Ask, Record

KINDS = "dataset,map,file,href,federated_href,filter"
"""Of Socrata's assets, what holds data or leads to it; charts, stories, calendars and forms show data that is listed itself."""

TABULAR = frozenset({"dataset", "filter", "map"})
EXPORTS = (
    ("CSV", "rows.csv?accessType=DOWNLOAD", "text/csv"),
    ("JSON", "rows.json?accessType=DOWNLOAD", "application/json"),
)
READ = frozenset(
    {
        *(
            "name",
            "id",
            "description",
            "attribution",
            "contact_email",
            "type",
            "updatedAt",
            "createdAt",
            "download_count",
        ),
        *("page_views", "data_updated_at", "metadata_updated_at", "publication_date", "columns_name", "columns_format"),
        *(
            "columns_field_name",
            "columns_datatype",
            "columns_description",
            "parent_fxf",
            "provenance",
            "lens_view_type",
        ),
        *("lens_display_type", "blob_mime_type", "hide_from_data_json", "publication_stage"),
    }
)
TAG = "und"


class Socrata(JsonPages):
    """The Discovery API (`/api/catalog/v1`) of one domain, with a stated total; where it is closed, the domain's data.json, and
    else its views (`/api/views.json`).
    Read are datasets, filtered views, maps, files and links, which an option changes. Ids repeat across domains where
    assets are federated; the domain an asset comes from is kept as its origin. A table can be had as CSV and JSON.
    """

    protocol = "socrata"
    title = "Socrata Discovery API"
    version = 2
    standard = "https://dev.socrata.com/docs/other/discovery"
    options = (
        Option("only", f"the kinds of assets that are read; {KINDS} unless it is set"),
        Option("page_size", "datasets a page, where the portal needs fewer than 1,000"),
    )
    page_sizes = (1000, 100)
    totals = (("resultSetSize",),)
    id_paths = (("resource", "id"), ("id",))

    def page_url(self, start: int, size: int) -> str:
        """A page of the domain's assets, in the order of their creation."""
        domain = urlsplit(self.source.url).hostname or ""
        query = {
            "domains": domain, "search_context": domain, "only": str(self.source.options.get("only", KINDS)),
            "order": "createdAt", "offset": start, "limit": size,
        }  # fmt: skip
        return f"{root_of(self.source.url)}api/catalog/v1?{urlencode(query)}"

    def instead(self, ask: Ask, failure: Failure) -> Iterable[Ask]:
        """The data.json that every domain has unless it was switched off, and then the views."""
        if ask.protocol is None:
            yield Ask(f"{root_of(self.source.url)}data.json", protocol="dcat-us")
        else:
            yield self._views(1)

    def _views(self, number: int) -> Ask:
        query = urlencode({"limit": views.PAGE, "page": number})
        return Ask(f"{root_of(self.source.url)}api/views.json?{query}", purpose="views", note={"page": number})

    def read(self, answer: Answer) -> Iterable[Event]:
        """A page of assets, or of views."""
        return self._read_views(answer) if answer.ask.purpose == "views" else super().read(answer)

    def _read_views(self, answer: Answer) -> Iterator[Event]:
        received = 0
        wanted = str(self.source.options.get("only", KINDS)).split(",")
        with answer.open() as file:
            listed = ArrayMembers(file, ((),), self.source.max_record_bytes, None, answer.url)
            for member in listed:
                received += 1
                for event in self.member(member, answer):
                    kind = views.kind_of(decoded_json(event) or {}) if isinstance(event, Record) else wanted[0]
                    if kind in wanted:
                        yield event
            if not listed.found or (received == 0 and answer.ask.note["page"] == 1):
                raise MalformedAnswer(phrase("lists-no-dataset", url=answer.url), phrase("do-check-protocol"))
        if received < views.PAGE:
            yield LastPage()
        else:
            yield self._views(int(answer.ask.note["page"] or 1) + 1)

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The Discovery API of the domain."""
        marked = seen.is_html and ("socrata" in seen.text.lower() or "x-socrata-requestid" in seen.headers)
        if seen.reported or marked:
            domain = urlsplit(seen.url).hostname or ""
            query = urlencode({"domains": domain, "search_context": domain, "limit": 1})
            weight, because = (80, "page-bears-marks") if marked else (26, "usual-place")
            url = f"{seen.root}api/catalog/v1?{query}"
            yield Lead(url, weight, phrase(because, name="Socrata"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """The Discovery API's list."""
        answer = seen.json
        if isinstance(answer, dict) and isinstance(answer.get("resultSetSize"), int):
            listed = answer.get("results")
            if isinstance(listed, list) and all(dig(member, "resource", "id") for member in listed):
                count = answer["resultSetSize"]
                return Recognised(
                    95 if count else 60, seen.root, phrase("answers-with-datasets", name="Socrata Discovery API"), count
                )
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one asset."""
        said = decoded_json(record)
        if views.is_view(said):
            said = views.as_asset(said, root_of(record.url))
        asset = dig(said, "resource")
        if not isinstance(asset, dict) or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-lacks", field="resource"))]
            )
        reading = Reading(record.url)
        classification = said["classification"] if isinstance(said.get("classification"), dict) else {}
        name = reading.text(asset.get("attribution"))
        homepage = next(
            (url for key in ("permalink", "link") if (raw := said.get(key)) and (url := reading.link(raw, key))), None
        )
        metadata = said["metadata"] if isinstance(said.get("metadata"), dict) else {}
        licence = reading.licence("metadata.license", id=metadata["license"]) if metadata.get("license") else None
        home = urlsplit(source.url).hostname
        domain = reading.text(metadata.get("domain"))
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles=language_map(reading.text(asset.get("name")), TAG),
            descriptions=language_map(reading.description(asset.get("description")), TAG),
            keywords={TAG: [*words(classification.get("domain_tags")), *words(classification.get("tags"))]},
            publisher=Publisher(name=name) if name else None,
            issued=reading.moment(asset.get("createdAt"), "resource.createdAt"),
            modified=reading.moment(asset.get("data_updated_at") or asset.get("updatedAt"), "resource.data_updated_at"),
            licences=[licence] if licence else [],
            themes=[*words(classification.get("domain_category")), *words(classification.get("categories"))],
            origin=Origin(portal=domain, id=record.id) if domain and domain != home else None,
            more={
                **remainder(asset, READ),
                **({"type": asset["type"]} if isinstance(asset.get("type"), str) else {}),
                **_columns(asset),
                **_custom(classification.get("domain_metadata")),
            },
        )
        return describe(source, additions, _drafts(asset, homepage, record, reading), reading, homepage=homepage)


def _drafts(asset: dict[str, Any], homepage: str | None, record: Record, reading: Reading) -> list[Draft]:
    """A table's exports at the domain of the asset; a file by its download address; anything else by its page."""
    if homepage is None:
        return []
    base = root_of(homepage)
    kind = str(asset.get("type"))
    if kind in TABULAR:
        urls = [(label, f"{base}api/views/{record.id}/{path}", media_type) for label, path, media_type in EXPORTS]
    elif kind == "file":
        media_type = reading.text(asset.get("blob_mime_type"))
        urls = [("", f"{base}api/views/{record.id}/files/?download=true", media_type or "")]
    else:
        return [Draft(path="link", raw=homepage, access_url=homepage, titles={"und": "Link"})]
    return [
        Draft(
            path="",
            raw=url,
            download_url=url,
            format=label or None,
            media_type=media_type,
            titles={"und": label} if label else {},
        )
        for label, url, media_type in urls
    ]


def _columns(asset: dict[str, Any]) -> dict[str, Any]:
    """A table's columns, from five lists of equal length to one list."""
    names = asset.get("columns_name")
    if not isinstance(names, list) or not names:
        return {}
    keys = {
        "name": "columns_name",
        "field": "columns_field_name",
        "type": "columns_datatype",
        "description": "columns_description",
    }
    lists = {
        key: asset[name]
        for key, name in keys.items()
        if isinstance(asset.get(name), list) and len(asset[name]) == len(names)
    }
    columns = [{key: values[index] for key, values in lists.items() if values[index]} for index in range(len(names))]
    return remainder({"columns": columns}, ())


def _custom(value: object) -> dict[str, Any]:
    """The domain's own fields, which come as pairs whose key has its section in front."""
    pairs = value if isinstance(value, list) else []
    stated: dict[str, list[Any]] = {}
    for pair in pairs:
        if isinstance(pair, dict) and isinstance(pair.get("key"), str):
            stated.setdefault(pair["key"], []).append(pair.get("value"))
    one_or_all = {key: values[0] if len(values) == 1 else values for key, values in stated.items()}
    return remainder({"domain_metadata": one_or_all}, ()) if one_or_all else {}
