"""Texts as everybody may read them."""

from collections.abc import Mapping
from typing import Any

from catalogue.register.fields import BY_NAME
from harvesters.values import without_personal_mail


def plain(text: object) -> str:
    """A text without the e-mail addresses of persons."""
    return without_personal_mail(str(text or ""))


def plain_fields(fields: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """What a State says of an entry, without the e-mail addresses of persons."""
    return {
        name: [plain(each) for each in value] if isinstance(value, list) else plain(value)
        for name, value in fields.items()
        if name in BY_NAME
    }
