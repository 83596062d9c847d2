"""One document as Solr takes it: typed, checked, with its copies; and as it gives it back."""

import json
from datetime import UTC, datetime
from typing import Any

from portal.local.search import dates
from portal.local.search.errors import BadRequest
from portal.local.search.schema import Field, Kind, Schema

type_name = {dict: "OBJECT_START", list: "ARRAY_START"}

LONGEST_STRING = 32766
"""Bytes of UTF-8 that one indexed string may have: the longest term of a Lucene index."""

Value = str | int | float | bool
Values = dict[str, list[Value]]


def complete(document: dict[str, Any], schema: Schema, now: datetime) -> dict[str, Any]:
    """The document with the schema's defaults filled in (`indexed_ts` is the time of indexing)."""
    defaults = {n: f.default for n, f in schema.fields.items() if f.default is not None and document.get(n) is None}
    return {**document, **{n: dates.written(dates.milliseconds(now)) if d == "NOW" else d for n, d in defaults.items()}}


def values(document: dict[str, Any], schema: Schema) -> Values:
    """Every field's values, copies included. Raises BadRequest where Solr would refuse the document."""
    key = document.get(schema.key)
    found: Values = {}
    copies: list[tuple[str, list[Value]]] = []
    for name, given in document.items():
        typed = _typed(name, given, schema, key)
        if typed:
            found[name] = typed
            copies.extend((target, typed) for target in schema.copied_to(name))
    # Copies are made of what was given, never of other copies.
    for target, copied in copies:
        found.setdefault(target, [])
        found[target] = found[target] + [_text(value) for value in copied]
    for name in schema.required:
        if not found.get(name):
            raise BadRequest(f"[doc={key}] missing required field: {name}")
    for name, several in found.items():
        if len(several) > 1 and not schema.field(name).multi_valued:
            raise BadRequest(
                f"ERROR: [doc={key}] multiple values encountered for non multiValued field {name}: {several[:3]}"
            )
    return found


def stored(document: dict[str, Any], schema: Schema, wanted: list[str]) -> dict[str, Any]:
    """The stored fields of a document among those wanted (`*`: all), as Solr gives them back."""
    everything = "*" in wanted
    found: dict[str, Any] = {}
    for name, several in values(document, schema).items():
        field = schema.field(name)
        if field.stored and (everything or name in wanted):
            given = [dates.written(v) if field.kind is Kind.DATE and isinstance(v, int) else v for v in several]
            found[name] = given if field.multi_valued else given[0]
    return found


def _typed(name: str, given: object, schema: Schema, key: object) -> list[Value]:
    field = schema.field(name)
    several = given if isinstance(given, list) else [given]
    return [_one(name, value, field, key) for value in several if value is not None]


def _one(name: str, value: object, field: Field, key: object) -> Value:
    if isinstance(value, dict | list):
        raise BadRequest(
            f"Error parsing JSON field value. Unexpected {type_name[type(value)]} for field {name}, [doc={key}]"
        )
    text = _text(value)
    try:
        if field.kind is Kind.DATE:
            return dates.parse(text, datetime.now(UTC))
        if field.kind is Kind.INTEGER:
            return int(text)
        if field.kind is Kind.REAL:
            return float(text)
        if field.kind is Kind.BOOLEAN:
            return text[:1] in ("1", "t", "T")
    except BadRequest as error:
        raise BadRequest(f"ERROR: [doc={key}] Error adding field '{name}'='{text[:100]}' msg={error}") from error
    except ValueError as error:
        message = (
            f"ERROR: [doc={key}] Error adding field '{name}'='{text[:100]}' msg=For input string: \"{text[:100]}\""
        )
        raise BadRequest(message) from error
    if field.kind is Kind.STRING and field.indexed and len(text) > LONGEST_STRING // 4:
        length = len(text.encode("utf-8", "replace"))
        if length > LONGEST_STRING:
            raise BadRequest(
                f"Exception writing document id {key} to the index; possible analysis error: Document contains at least one "
                f'immense term in field="{name}" (whose UTF8 encoding is longer than the max length {LONGEST_STRING})'
            )
    return text


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)
