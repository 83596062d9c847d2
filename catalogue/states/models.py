"""The parties to the Convention, as the database holds them. The facts are in `parties.csv`; see `reference`."""

from typing import ClassVar

from django.db import models

from catalogue.text_fields import CharField, JSONField


class State(models.Model):
    """A party: a State, or a regional economic integration organization. Fictional ones are for trying and testing."""

    code = CharField(max_length=2, primary_key=True, help_text="ISO 3166-1 alpha-2, or EU; XA to XZ are fictional")
    iso3 = CharField(max_length=3, blank=True)
    m49 = CharField(max_length=3, blank=True)
    kind = CharField(max_length=20)
    group = CharField(max_length=30, blank=True, help_text="UN regional group")
    names = JSONField(help_text="official short name by language: ar, zh, en, fr, ru, es")
    formal_names = JSONField(default=dict)
    party_date = CharField(max_length=10, blank=True, help_text="ISO 8601; empty where not known")
    party_action = CharField(max_length=30, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name("en")

    def name(self, language: str) -> str:
        """The official name in one of the six UN languages; in English where that one is missing."""
        names: dict[str, str] = self.names
        return names.get(language) or names["en"]
