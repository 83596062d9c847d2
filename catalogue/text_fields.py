"""Columns for text: what no database keeps is replaced where it comes in.

PostgreSQL keeps no NUL in text and in JSON, and half a character (a surrogate) is no text to any database. Portals send both,
and one such value would end a whole run. So it becomes U+FFFD here, for every table and on every database alike; also in what
is looked for. Every column of the catalogue for text is one of these (a test looks). To migrations they are Django's own: the
tables are the same.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from harvesters.values import storable_json

__all__ = ["CharField", "JSONField", "TextField"]


class _Storable:
    """What the columns have in common, before a class of Django's."""

    def get_prep_value(self, value: Any) -> Any:
        """As the database takes it."""
        return storable_json(super().get_prep_value(value))  # type: ignore[misc]

    def deconstruct(self) -> Any:
        """As Django's own, for migrations."""
        name, _, positional, named = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{type(self).__name__}", positional, named


if TYPE_CHECKING:  # the checker's Django plugin knows the types of Django's own fields, and these have the same
    from django.db.models import CharField, JSONField, TextField
else:

    class TextField(_Storable, models.TextField):
        """Text of any length."""

    class CharField(_Storable, models.CharField):
        """Text of limited length."""

    class JSONField(_Storable, models.JSONField):
        """Values of JSON."""
