"""Socrata's older interface, `/api/views.json`: views in the shape of the Discovery API, which says the same in other words.

https://dev.socrata.com/docs/other/metadata
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.jsonvalues import dig, members

PAGE = 200
"""Views a page; the interface gives no count."""

KINDS = {"tabular": "dataset", "geo": "map", "blobby": "file", "href": "href"}
"""Kinds of views that hold data or lead to it, as the Discovery API names them; others are charts, stories and forms."""

FILTER = "filter"
"""A saved view of another dataset, which the Discovery API calls so (`displayType` table, with a `modifyingViewUid`)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_view(said: object) -> bool:
    """Whether a record is a view, and not an asset of the Discovery API."""
    return isinstance(said, dict) and "viewType" in said and "resource" not in said


def kind_of(view: Mapping[str, Any]) -> str | None:
    """The kind of a view as the Discovery API names it; None for what holds no data itself."""
    if view.get("modifyingViewUid"):
        return FILTER
    return KINDS.get(str(view.get("viewType")))


def as_asset(view: Mapping[str, Any], root: str) -> dict[str, Any]:
    """A view as the Discovery API would give it. root: of the domain, with a slash at the end."""
    columns = [each for each in members(view.get("columns")) if isinstance(each, dict)]
    custom = dig(view, "metadata", "custom_fields")
    sections = custom.items() if isinstance(custom, dict) else ()
    pairs = [
        {"key": f"{section}_{key}", "value": value}
        for section, fields in sections
        if isinstance(fields, dict)
        for key, value in fields.items()
    ]
    return {
        "resource": {
            "id": view.get("id"),
            "name": view.get("name"),
            "description": view.get("description"),
            "attribution": view.get("attribution"),
            "type": kind_of(view),
            "createdAt": _moment(view.get("createdAt")),
            "updatedAt": _moment(view.get("viewLastModified")),
            "data_updated_at": _moment(view.get("rowsUpdatedAt")),
            "columns_name": [each.get("name") for each in columns],
            "columns_field_name": [each.get("fieldName") for each in columns],
            "columns_datatype": [each.get("dataTypeName") for each in columns],
            "columns_description": [each.get("description") for each in columns],
            "blob_mime_type": view.get("blobMimeType"),
        },
        "classification": {
            "domain_category": view.get("category"),
            "domain_tags": view.get("tags"),
            "domain_metadata": pairs,
        },
        "metadata": {"license": dig(view, "license", "name") or view.get("licenseId")},
        "permalink": f"{root}d/{view.get('id')}",
    }


def _moment(seconds: object) -> object:
    """Seconds since 1970 as a date with its time in UTC; anything else as it is."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return seconds
    try:
        return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return str(seconds)
