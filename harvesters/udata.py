"""udata: the platform of data.gouv.fr and of other national portals."""

from collections.abc import Iterable
from urllib.parse import urlencode

from harvesters.base import Option, Parts, Source, no_parts
from harvesters.evidence import Lead, Recognised, Seen, root_of
from harvesters.findings import find
from harvesters.jsonpages import JsonPages
from harvesters.jsonrecord import decoded_json, remainder
from harvesters.jsonvalues import dig, words
from harvesters.mapping import Draft, Reading, describe
from harvesters.package import Additions, Mapped, Origin, Publisher
from harvesters.phrases import phrase
from harvesters.spool_lines import Record

READ = frozenset(
    {
        *(
            "id",
            "title",
            "description",
            "tags",
            "organization",
            "owner",
            "created_at",
            "last_modified",
            "frequency",
            "page",
        ),
        *(
            "temporal_coverage",
            "license",
            "resources",
            "uri",
            "slug",
            "harvest",
            "contact_points",
            "contact_point",
            "metrics",
        ),
        *("created_at_internal", "last_modified_internal", "internal", "quality", "permissions"),
    }
)
RESOURCE_READ = frozenset(
    {
        *("id", "title", "description", "url", "latest", "format", "mime", "filesize", "checksum", "created_at"),
        *("last_modified", "metrics", "internal", "preview_url"),
    }
)
TAG = "und"
"""udata does not say in which language a dataset is described."""


class Udata(JsonPages):
    """The API of udata in pages of up to 100, with a stated total. Datasets that the platform itself harvested name their
    origin; an owner who is a person is not taken over. It has no filter by date, so each harvest reads all.
    """

    protocol = "udata"
    title = "udata API"
    standard = "https://guides.data.gouv.fr/guide-data.gouv.fr/api/reference"
    options = (
        Option("organization", "only the datasets of this organization, by its id"),
        Option("page_size", "datasets a page, where the portal needs fewer than 100"),
    )
    lists = (("data",),)
    totals = (("total",),)

    def page_url(self, start: int, size: int) -> str:
        """A page by its number, the oldest datasets first, so that what is added comes last."""
        query: dict[str, str | int] = {"page": start // size + 1, "page_size": size, "sort": "created"}
        if "organization" in self.source.options:
            query["organization"] = str(self.source.options["organization"])
        return f"{root_of(self.source.url)}api/1/datasets/?{urlencode(query)}"

    @classmethod
    def leads(cls, seen: Seen) -> Iterable[Lead]:
        """The list of datasets."""
        marked = "udata" in seen.generator or (
            seen.is_html and ("udata" in seen.text or "/api/1/datasets" in seen.text)
        )
        if seen.reported or marked:
            weight, because = (80, "page-bears-marks") if marked else (22, "usual-place")
            url = f"{seen.root}api/1/datasets/?page_size=1"
            yield Lead(url, weight, phrase(because, name="udata"), "application/json")

    @classmethod
    def recognise(cls, seen: Seen) -> Recognised | None:
        """A page of the list."""
        answer = seen.json
        if isinstance(answer, dict) and {"data", "page", "page_size", "total"} <= answer.keys():
            listed = answer["data"]
            if isinstance(listed, list) and all(
                isinstance(m, dict) and {"id", "title", "resources"} <= m.keys() for m in listed
            ):
                return Recognised(95, seen.root, phrase("answers-with-datasets", name="udata"), answer["total"])
        return None

    @classmethod
    def package(cls, record: Record, source: Source, parts: Parts = no_parts) -> Mapped:
        """Map one dataset."""
        said = decoded_json(record)
        if not isinstance(said, dict) or record.id is None:
            return Mapped(
                None, [find("record-malformed", value=record.id or "", why=phrase("why-no-record-of", name="udata"))]
            )
        reading = Reading(record.url)
        title, description = reading.text(said.get("title")), reading.description(said.get("description"))
        internal = said.get("internal") or {}
        temporal = said.get("temporal_coverage")
        period = None
        if isinstance(temporal, dict):
            stated = f"{temporal.get('start') or '..'}/{temporal.get('end') or '..'}"
            period = reading.period(stated, "temporal_coverage") if stated != "../.." else None
        licence = (
            reading.licence("license", id=said.get("license"))
            if said.get("license") not in (None, "notspecified")
            else None
        )
        zones = words(dig(said, "spatial", "zones"))
        additions = Additions(
            source=source.id,
            native_id=record.id,
            protocol=cls.protocol,
            titles={TAG: title} if title else {},
            descriptions={TAG: description} if description else {},
            keywords={TAG: words(said.get("tags"))},
            publisher=_publisher(said.get("organization"), reading),
            issued=reading.moment(
                said.get("created_at") or said.get("created_at_internal") or internal.get("created_at_internal"),
                "created_at",
            ),
            modified=reading.moment(
                said.get("last_modified")
                or said.get("last_modified_internal")
                or internal.get("last_modified_internal"),
                "last_modified",
            ),
            frequency=reading.frequency(said.get("frequency"), "frequency")
            if said.get("frequency") != "unknown"
            else None,
            temporal=[period] if period else [],
            licences=[licence] if licence else [],
            origin=_origin(said.get("harvest")),
            more=remainder(said, READ) | ({"zones": zones} if zones else {}),
        )
        homepage = reading.link(said["page"], "page") if said.get("page") else None
        if homepage is None and isinstance(said.get("slug"), str):
            homepage = f"{root_of(record.url)}datasets/{said['slug']}/"
        return describe(source, additions, _drafts(said.get("resources"), reading), reading, homepage=homepage)


def _publisher(value: object, reading: Reading) -> Publisher | None:
    """The organization; an owner is a person, and is not taken over."""
    if not isinstance(value, dict):
        return None
    name, identifier = reading.text(value.get("name")), reading.text(value.get("id"))
    url = reading.link(value["url"], "organization.url") if value.get("url") else None
    return Publisher(name=name, url=url, id=identifier) if name or identifier else None


def _origin(value: object) -> Origin | None:
    if not isinstance(value, dict):
        return None
    portal, identifier = value.get("remote_url") or value.get("domain"), value.get("remote_id")
    return (
        Origin(portal=str(portal) if portal else None, id=str(identifier) if identifier else None)
        if portal or identifier
        else None
    )


def _drafts(value: object, reading: Reading) -> list[Draft]:
    drafts = []
    for index, raw in enumerate(value if isinstance(value, list) else []):
        if not isinstance(raw, dict):
            continue
        path = f"resources[{index}]"
        title, description = reading.text(raw.get("title")), reading.description(raw.get("description"))
        checksum = raw.get("checksum") if isinstance(raw.get("checksum"), dict) else {}
        drafts.append(
            Draft(
                path=path,
                raw=raw,
                keys=("url", "latest"),
                download_url=raw.get("url"),
                access_url=raw.get("latest"),
                native_id=reading.text(raw.get("id")),
                titles={TAG: title} if title else {},
                descriptions={TAG: description} if description else {},
                format=raw.get("format"),
                media_type=raw.get("mime"),
                size=raw.get("filesize"),
                digest=dig(checksum, "value"),
                digest_algorithm=dig(checksum, "type"),
                issued=reading.moment(raw.get("created_at"), f"{path}.created_at"),
                modified=reading.moment(raw.get("last_modified"), f"{path}.last_modified"),
                more=remainder(raw, RESOURCE_READ),
            )
        )
    return drafts
