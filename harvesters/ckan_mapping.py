"""From one CKAN dataset to a Data Package: the core fields, extras, and the fields of scheming and fluent.

Pure. Fields that several portals spell differently are looked for under each spelling, among the dataset's own keys and
among its extras; what no field of ours holds is kept under `more` by the portal's own keys.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from harvesters.base import Source
from harvesters.errors import NOT_JSON
from harvesters.findings import find
from harvesters.mapping import (
    LEFT_OUT,
    Draft,
    Reading,
    bounded_keywords,
    build_resources,
    compose,
    language_map,
    text_language,
)
from harvesters.package import Additions, LanguageMap, Mapped, Origin, Place, Publisher
from harvesters.phrases import phrase
from harvesters.places import read_places
from harvesters.spool_lines import Record
from harvesters.values import Licence, clean_text, read_url, without_personal_mail

MODIFIED = ("metadata_modified",)
STATED_MODIFIED = ("modified", "dct_modified", "date_modified", "dateLastUpdated", "last_modified", "date_updated")
ISSUED = ("issued", "dct_issued", "date_published", "dateFirstPublished", "release_date", "date_released")
FREQUENCY = (
    "frequency", "accrual_periodicity", "accrualPeriodicity", "update_frequency", "updateInterval", "frequency-of-update",
    "Frequência de atualização", "Frequência de Atualização", "Periodicidade", "Periodicidade de atualização",
    "frecuencia", "Actualización", "maintenance_and_update_frequency",
)  # fmt: skip
LANGUAGE = ("language", "languages", "dct_language", "metadata_language", "Idioma", "Langue")
SPATIAL = (
    "spatial_text",
    "spatial_uri",
    "spatial",
    "geographic_coverage",
    "geographical_coverage",
    "spatial_coverage",
    "Cobertura geográfica",
)
TEMPORAL = ("temporal", "temporal_coverage", "timeRange", "Cobertura temporal", "temporal_text")
TEMPORAL_ENDS = (
    ("temporal_start", "temporal_end"),
    ("temporal_coverage-from", "temporal_coverage-to"),
    ("time_period_coverage_start", "time_period_coverage_end"),
)
ACCESS_RIGHTS = ("access_rights", "accessRights", "access_level", "accessLevel")
THEMES = ("theme", "themes", "theme-primary", "theme-secondary", "data_theme", "subject")
CONFORMS_TO = ("conforms_to", "conformsTo")
IDENTIFIERS = ("identifier", "alternate_identifier", "guid", "doi")
HOMEPAGE = ("url", "landing_page", "landingPage")

READ = frozenset(
    {
        *("id", "name", "title", "notes", "title_translated", "notes_translated", "keywords", "tags", "resources", "extras"),
        *("organization", "groups", "license_id", "license_title", "license_url", "isopen", "version", "metadata_created"),
        *MODIFIED, *STATED_MODIFIED, *ISSUED, *FREQUENCY, *LANGUAGE, *SPATIAL, *TEMPORAL, *ACCESS_RIGHTS, *THEMES,
        *CONFORMS_TO, *IDENTIFIERS, *HOMEPAGE, *(key for pair in TEMPORAL_ENDS for key in pair),
        *("harvest_source_title", "harvest_source_id", "harvest_object_id", "publisher_name", "publisher_uri"),
    }
)  # fmt: skip

BOOKKEEPING = frozenset(
    {
        *("author", "author_email", "maintainer", "maintainer_email", "contact_name", "contact_email", "contact_point"),
        *(
            "creator_user_id",
            "revision_id",
            "revision_timestamp",
            "num_resources",
            "num_tags",
            "owner_org",
            "state",
            "type",
        ),
        *("private", "relationships_as_object", "relationships_as_subject", "tracking_summary", "plugin_data"),
        *("total_downloads", "ratings_average", "ratings_count"),
    }
)
"""Not kept: names and addresses of persons, and CKAN's own bookkeeping, some of which changes with every visit."""

PERSONAL = re.compile(
    r"e-?mail|phone|telefon|tel[eé]f|conta[ck]?t|author(?!i)|maintainer|corr?eio|correo|respons[aá](?:ble|vel)|courriel|"
    r"\bau?teur|\bautor(?:\b|[_-])|ansprechpartner|контакт|автор|почт|ответственн|联系|电话|邮箱|作者|البريد|الهاتف|المسؤول",
    re.IGNORECASE,
)
"""Keys under which portals give persons: not kept, wherever they stand."""

RESOURCE_READ = frozenset(
    {
        *(
            "id",
            "name",
            "description",
            "name_translated",
            "description_translated",
            "url",
            "format",
            "mimetype",
            "size",
        ),
        *("hash", "created", "last_modified", "language", "license", "license_id", "license_url", "conforms_to"),
        *("package_id", "position", "state", "revision_id", "revision_timestamp", "tracking_summary", "cache_url"),
        *("cache_last_updated", "webstore_url", "webstore_last_updated", "url_type", "resource_type", "mimetype_inner"),
        *(
            "metadata_modified",
            "datastore_active",
            "resource_group_id",
            "datastore_contains_all_records_of_source_file",
        ),
    }
)


def map_dataset(record: Record, source: Source) -> Mapped:
    """The package of one dataset in CKAN's JSON; blocks only where there is no identifier or no JSON object."""
    try:
        dataset = msgspec.json.decode(record.json)
    except NOT_JSON as error:
        return Mapped(
            None, [find("record-malformed", value=bytes(record.json)[:200].decode("utf-8", "replace"), why=error)]
        )
    if not isinstance(dataset, dict):
        return Mapped(None, [find("record-malformed", value=dataset, why=phrase("why-not-an-object"))])
    if record.id is None:
        return Mapped(None, [find("no-identifier", value=clean_text(dataset.get("title")) or "")])
    said = _said(dataset)
    reading = Reading(source.url)
    languages = reading.languages(_first(said, LANGUAGE), "language")
    language = text_language(languages)
    built = build_resources(
        [_draft(r, i, language, reading) for i, r in enumerate(_list(dataset.get("resources")))], languages, reading
    )
    licence = reading.licence(
        "license_id", id=dataset.get("license_id"), title=dataset.get("license_title"), url=dataset.get("license_url")
    )
    additions = Additions(
        source=source.id,
        native_id=record.id,
        protocol="ckan",
        titles=_texts(said, ("title_translated", "title"), language, reading.text),
        descriptions=_texts(said, ("notes_translated", "notes"), language, reading.description),
        keywords=bounded_keywords(_keywords(said, language), reading),
        languages=languages,
        publisher=_publisher(dataset, said, language, reading),
        issued=reading.moment(_first(said, ISSUED), "issued")
        or reading.moment(dataset.get("metadata_created"), "metadata_created"),
        modified=reading.moment(_first(said, STATED_MODIFIED), "modified")
        or reading.moment(_first(said, MODIFIED), "metadata_modified"),
        frequency=reading.frequency(_scalar(_first(said, FREQUENCY)), "frequency"),
        temporal=_temporal(said, reading),
        spatial=_places(said),
        access_rights=reading.text(_scalar(_first(said, ACCESS_RIGHTS))),
        licences=[licence] if isinstance(licence, Licence) else [],
        themes=list(
            dict.fromkeys(
                [*(t for key in THEMES for t in _strings(said.get(key))), *_group_names(dataset.get("groups"))]
            )
        ),
        conforms_to=_strings(_first(said, CONFORMS_TO)),
        identifiers=[text for key in IDENTIFIERS for text in _strings(said.get(key)) if text != record.id],
        origin=_origin(said),
        more=_more(said, READ | BOOKKEEPING, built.left_out),
    )
    homepage = read_url(_first(said, HOMEPAGE), source.url).url or _page_of(dataset, source)
    return compose(
        source, additions, built.resources, reading, homepage=homepage, version=reading.text(dataset.get("version"))
    )


def _said(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """The dataset's own fields and its extras in one mapping; its own fields win where they say something."""
    extras = dataset.get("extras")
    said: dict[str, Any] = {}
    if isinstance(extras, dict):
        said.update(extras)
    for extra in _list(extras):
        if isinstance(extra, dict) and isinstance(extra.get("key"), str):
            said.setdefault(extra["key"], extra.get("value"))
    own = {key: value for key, value in dataset.items() if key != "extras"}
    said.update({key: value for key, value in own.items() if key not in said or not _says_nothing(value)})
    return said


def _first(said: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((said[key] for key in keys if not _says_nothing(said.get(key))), None)


def _says_nothing(value: object) -> bool:
    """Whether a value is empty, or one of the words for nothing ("N/A"), which must not hide another spelling's value."""
    return clean_text(value) is None if isinstance(value, str) else value in (None, [], {})


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _scalar(value: Any) -> Any:
    """The only member of a list of one, as scheming's multiple choices are sent; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _strings(value: object) -> list[str]:
    """Plain texts from a text, a list, or a list as JSON inside a text."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        value = _inner_json(value)
    values = value if isinstance(value, list) else [value]
    return [text for text in (clean_text(v) for v in values if isinstance(v, str | int | float)) if text]


def _inner_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _texts(said: Mapping[str, Any], keys: Iterable[str], language: str, clean: Any) -> LanguageMap:
    """A language map from fluent's field or else from the plain one; a map may come as JSON inside a text."""
    for key in keys:
        value = said.get(key)
        if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
            value = _inner_json(value)
        if isinstance(value, dict):
            texts = {str(tag): text for tag, raw in value.items() if (text := clean(raw))}
        else:
            texts = language_map(clean(value), language)
        if texts:
            return texts
    return {}


def _keywords(said: Mapping[str, Any], language: str) -> dict[str, list[str]]:
    tags = [
        tag.get("display_name") or tag.get("name") if isinstance(tag, dict) else tag for tag in _list(said.get("tags"))
    ]
    words = {language: _strings(tags)}
    fluent = said.get("keywords")
    if isinstance(fluent, str) and fluent.startswith("{"):
        fluent = _inner_json(fluent)
    if isinstance(fluent, dict):
        for tag, values in fluent.items():
            words[str(tag)] = [*words.get(str(tag), []), *_strings(values)]
    else:
        words[language] = [*words[language], *_strings(fluent)]
    return words


def _publisher(
    dataset: Mapping[str, Any], said: Mapping[str, Any], language: str, reading: Reading
) -> Publisher | None:
    organization = dataset.get("organization")
    if not isinstance(organization, dict):
        organization = {}
    names = _texts(
        {
            "t": organization.get("title_translated"),
            "p": said.get("publisher_name") or organization.get("title") or organization.get("name"),
        },
        ("t", "p"),
        language,
        reading.text,
    )
    if not names:
        return None
    return Publisher(
        name=next(iter(names.values())),
        names=names if len(names) > 1 else {},
        url=read_url(said.get("publisher_uri"), None).url,
        id=clean_text(organization.get("id") or organization.get("name")),
    )


def _temporal(said: Mapping[str, Any], reading: Reading) -> list[Any]:
    for start, end in TEMPORAL_ENDS:
        ends = [clean_text(said.get(start)), clean_text(said.get(end))]
        if any(ends):
            period = reading.period(f"{ends[0] or '..'}/{ends[1] or '..'}", start)
            return [period] if period else []
    period = reading.period(_scalar(_first(said, TEMPORAL)), "temporal")
    return [period] if period else []


def _places(said: Mapping[str, Any]) -> list[Place]:
    """Words and shapes: ckanext-spatial keeps GeoJSON as text under `spatial`, and portals write the words beside it."""
    found = [place for key in SPATIAL for text in _strings(said.get(key)) for place in read_places(text)]
    return list({(place.text, place.iri, place.bbox): place for place in found}.values())


def _group_names(groups: object) -> list[str]:
    return _strings([group.get("title") or group.get("name") for group in _list(groups) if isinstance(group, dict)])


def _origin(said: Mapping[str, Any]) -> Origin | None:
    portal, identifier = clean_text(said.get("harvest_source_title")), clean_text(said.get("guid"))
    return Origin(portal=portal, id=identifier) if portal or said.get("harvest_source_id") else None


def _page_of(dataset: Mapping[str, Any], source: Source) -> str | None:
    """The portal's page of a dataset, which CKAN has at a fixed place."""
    name = dataset.get("name")
    return read_url(f"{source.url.rstrip('/')}/dataset/{name}", None).url if isinstance(name, str) and name else None


def _more(said: Mapping[str, Any], read: frozenset[str], left_out: list[Any]) -> dict[str, Any]:
    more = {
        key: _impersonal(value)
        for key, value in said.items()
        if key not in read and value not in (None, "", [], {}) and not PERSONAL.search(key)
    }
    return {**more, LEFT_OUT: left_out} if left_out else more


def _impersonal(value: Any) -> Any:
    """A value without the mail addresses of persons, wherever it nests them."""
    if isinstance(value, str):
        return without_personal_mail(value)
    if isinstance(value, list):
        return [_impersonal(member) for member in value]
    if isinstance(value, dict):
        return {key: _impersonal(member) for key, member in value.items() if not PERSONAL.search(key)}
    return value


def _draft(raw: object, index: int, language: str, reading: Reading) -> Draft:
    path = f"resources[{index}]"
    resource = raw if isinstance(raw, dict) else {}
    licence = None
    if any(resource.get(key) for key in ("license_id", "license", "license_url")):
        licence = reading.licence(
            f"{path}.license", id=resource.get("license_id") or resource.get("license"), url=resource.get("license_url")
        )
    return Draft(
        path=path,
        raw=raw,
        download_url=resource.get("url"),
        keys=("url", "access_url"),
        native_id=clean_text(resource.get("id")),
        titles=_texts(resource, ("name_translated", "name"), language, reading.text),
        descriptions=_texts(resource, ("description_translated", "description"), language, reading.description),
        format=resource.get("format"),
        media_type=resource.get("mimetype"),
        size=resource.get("size"),
        digest=resource.get("hash"),
        issued=reading.moment(resource.get("created"), f"{path}.created"),
        modified=reading.moment(resource.get("last_modified"), f"{path}.last_modified"),
        licence=licence,
        languages=reading.languages(resource.get("language"), f"{path}.language"),
        conforms_to=_strings(resource.get("conforms_to")),
        more=_more(resource, RESOURCE_READ, []),
    )
