"""What the API takes. What is not a field of these is refused: a misspelt name would be lost otherwise."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from django.utils import translation
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from catalogue.desk.api.paging import Paging
from catalogue.desk.api.schemas import Language
from catalogue.register.fields import FIELDS
from catalogue.register.fields import Field as RegisterField
from catalogue.register.life_cycle import Status
from harvesters.values import clean_text

MAX_ENTRIES = 500
"""Of one list: as many as a State has ever sent at once, several times over."""

IN_LANGUAGE = "of the texts; else the one that the header Accept-Language asks for, else en"

STRICT = ConfigDict(extra="forbid")


def _day(value: Any) -> Any:
    """Only a day as ISO 8601 writes it: a number would be read as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
        return value
    raise PydanticCustomError("no-day", "no day of ISO 8601")


def _yes_no(value: Any) -> Any:
    if value in (True, False, "true", "false"):
        return value
    raise PydanticCustomError("not-true-or-false", "neither true nor false")


def _line(value: Any) -> Any:
    """One line of text, without controls."""
    return " ".join((clean_text(value) or "").split()) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Line = Annotated[str, BeforeValidator(_line)]


def _said(field: RegisterField) -> str:
    """A field in words, for the OpenAPI document."""
    choices = f"One of: {', '.join(value for value, _ in field.choices)}." if field.choices else ""
    needed = "Needed." if field.needed else ""
    return " ".join(text for text in (f"{field.label}.", str(field.help), choices, needed) if text)


def _entry_model() -> type[Schema]:
    """An entry of a request: every field of `register.fields`. All may be left out; what is missing is then remarked upon."""
    kinds: dict[str, Any] = {}
    with translation.override("en"):
        for field in FIELDS:
            kind = str | list[str] | None if field.shape == "list" else str | None
            kinds[field.name] = (kind, Field(None, description=_said(field)))
    model: type[Schema] = create_model(
        "EntryIn", __base__=Schema, __module__=__name__, __doc__="An entry, as the State says it.", **kinds
    )
    return model


class _Strict(Schema):
    model_config = STRICT


_Fields: Any = _entry_model()


class EntryIn(_Fields):  # type: ignore[misc]
    """An entry, as the State says it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "source",
                    "title": "Public contracts of Xanadu",
                    "language": "en",
                    "authority": "Ministry of Finance of Xanadu",
                    "url": "https://contracts.xa.example",
                    "articles": ["9(1)", "10"],
                }
            ]
        },
    )


class SubmissionIn(_Strict):
    """A list of entries, and the document that transmits it."""

    document: Line = Field(
        min_length=1, max_length=200, description="number of the note verbale, or document symbol",
        examples=["Note verbale 1/2026"],
    )  # fmt: skip
    received: Day = Field(description="date of the document", examples=["2026-01-31"])
    language: Language = Field(description="of the original", examples=["en"])
    transmitted_by: Line = Field(
        min_length=1, max_length=300, description="ministry or mission that transmits it",
        examples=["Permanent Mission of Xanadu"],
    )  # fmt: skip
    covers: Line = Field("", max_length=200, description="period or session")
    consent: Literal["publish", "secretariat"] = Field(description="whether it may be published")
    entries: list[EntryIn] = Field(min_length=1, max_length=MAX_ENTRIES)


class CheckIn(_Strict):
    """An address to be looked at."""

    url: Line = Field(min_length=1, max_length=2000, examples=["https://data.xa.example"])


class InLanguage(_Strict):
    """In which language texts are."""

    language: Language | None = Field(None, description=IN_LANGUAGE)


class PagingInLanguage(Paging):
    """Which part of a list, and in which language its texts are."""

    language: Language | None = Field(None, description=IN_LANGUAGE)


class Submitting(InLanguage):
    """How a list is submitted."""

    dry_run: YesNo = Field(False, description="only judge the list, and submit nothing")


class EntryFilter(Paging):
    """Which entries."""

    kind: Literal["initiative", "source"] | None = Field(None, description="only initiatives, or only sources")
    state: str | None = Field(None, max_length=2, description="only of the State with this code", examples=["XA"])
    q: str | None = Field(
        None,
        max_length=200,
        description="only with this text in the title or the authority, whatever its case and accents",
    )


class Since(Paging):
    """From which day on."""

    since: Day | None = Field(None, description="changes from this day on, in UTC", examples=["2026-01-31"])


class SourceFilter(PagingInLanguage):
    """Which sources."""

    state: str | None = Field(None, max_length=2, description="only of the State with this code", examples=["XA"])


class VersionFilter(PagingInLanguage):
    """Which versions of a State's own register."""

    status: Status | None = Field(None, description="only those that stand there")
