"""Values of JSON records in the shapes in which portals send them: one or a list, a word or an object that holds it."""

from collections.abc import Callable
from typing import Any

from harvesters.package import LanguageMap
from harvesters.values import clean_text

Clean = Callable[[object], str | None]


def dig(value: object, *keys: str) -> Any:
    """What stands at a path of keys; None where anything on the way is missing or no object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def members(value: object) -> list[Any]:
    """A list as it is, anything else as a list of it; nothing as an empty list."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def word(value: object) -> object:
    """The words of a value: of an object its label, of a list of one its member."""
    if isinstance(value, list):
        return word(value[0]) if len(value) == 1 else None
    if isinstance(value, dict):
        keys = ("prefLabel", "name", "title", "fn", "notation", "@value", "@id")
        return next((word(value[key]) for key in keys if value.get(key)), None)
    return value


def words(value: object) -> list[str]:
    """The words of a value or of the members of a list, cleaned, each once."""
    found = (clean_text(word(member)) for member in members(value))
    return list(dict.fromkeys(text for text in found if text))


def texts(value: object, tag: str, clean: Clean) -> LanguageMap:
    """A text as a map of one, an object of texts by tag as it is."""
    if isinstance(value, dict) and "@value" not in value:
        return {str(key): text for key, raw in value.items() if isinstance(raw, str) and (text := clean(raw))}
    if isinstance(value, dict):
        tag, value = str(value.get("@language") or tag), value["@value"]
    if isinstance(value, list):
        return {key: text for member in reversed(value) for key, text in texts(member, tag, clean).items()}
    text = clean(value)
    return {tag: text} if text else {}
