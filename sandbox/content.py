"""What the sandbox portals hold: datasets that a State might publish to prevent corruption, in the six UN languages.

Everything is made from a State's code and a dataset's number: no clock, no chance, so that dataset 17 of XA is the same
today, tomorrow, and in a catalogue of any size. The words are in `phrases.json`.
"""

import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import msgspec

from sandbox.vocabulary import FORMATS, FREQUENCIES, LICENCES

LanguageMap = dict[str, str]

NAMESPACE = uuid.UUID("2b1a7c1e-8a53-5f0e-9d0c-6f1f5f0a3c11")
"""Chosen once; every identifier of the sandbox derives from it."""

FIRST_YEAR, YEARS = 2018, 8
OLDEST = datetime(2019, 1, 7, tzinfo=UTC)
NEWEST = datetime(2025, 6, 30, tzinfo=UTC)
WITHOUT_DISTRIBUTIONS_EVERY = 9
"""About one dataset in nine is listed without anything to download, as in real inventories."""

ONE_LANGUAGE_EVERY = 4
"""About one dataset in four of a multilingual portal is described in its first language alone."""


class Organization(msgspec.Struct, frozen=True):
    """A public body. key: short and the same in every State. mailbox: of the office, never of a person."""

    key: str
    id: str
    names: LanguageMap
    mailbox: str


class Distribution(msgspec.Struct, frozen=True):
    """One way to get a dataset. url: absolute, or relative to the portal's address. modified: as the portal has it."""

    id: str
    titles: LanguageMap
    url: str
    format: str
    size_bytes: int | None
    modified: str | None
    licence: str | None


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset before any protocol has put it into its own words.

    id: the portal's own (None in a record that is flawed so). titles, descriptions, keywords: by language. issued and
    modified: ISO 8601 as the publisher states them. created_at, changed_at: when the portal's record was made and last
    changed (naive UTC with microseconds, as CKAN writes them). period: first and last day. licence, frequency,
    distributions' format: keys of `vocabulary`. flaw: what is wrong on purpose, if anything is.
    """

    id: str | None
    name: str
    titles: LanguageMap
    descriptions: LanguageMap
    keywords: dict[str, list[str]]
    theme: str
    publisher: Organization
    licence: str | None
    frequency: str | None
    issued: str
    modified: str
    created_at: str
    changed_at: str
    period: tuple[str, str] | None
    place: str
    distributions: tuple[Distribution, ...]
    flaw: str | None = None


class Country(msgspec.Struct, frozen=True):
    """Whose datasets they are: the code and names of a fictional State, and its languages, the first one first."""

    code: str
    names: LanguageMap
    languages: tuple[str, ...]


@cache
def phrases() -> dict[str, Any]:
    """The words, by kind and language."""
    words: dict[str, Any] = msgspec.json.decode(files("sandbox").joinpath("phrases.json").read_bytes())
    return words


def make_datasets(country: Country, count: int, first: int = 0) -> list[Dataset]:
    """The datasets number `first` to `first + count - 1` of a State."""
    return [make_dataset(country, number) for number in range(first, first + count)]


def make_dataset(country: Country, number: int) -> Dataset:
    """One dataset; every detail follows from the State's code and the number."""
    words = phrases()
    chance = Random(f"{country.code}/{number}")  # noqa: S311 (plausible variety, no secret)
    topic = words["topics"][number % len(words["topics"])]
    turn = number // len(words["topics"])
    scope = words["scopes"][turn % len(words["scopes"])]
    year = FIRST_YEAR + (turn // len(words["scopes"]) + chance.randrange(2)) % YEARS
    languages = country.languages if number % ONE_LANGUAGE_EVERY else country.languages[:1]
    name = f"{topic['key']}-{country.code.lower()}-{number:05}"
    created, changed = sorted(_moment(chance) for _ in range(2))
    publisher = organization(country, topic["publisher"])
    licence = chance.choice([*LICENCES, "cc-by", "cc-by", None])
    return Dataset(
        id=identifier(country.code, "dataset", number),
        name=name,
        titles={tag: f"{topic['title'][tag]} – {scope[tag]} ({year}/{number:03})" for tag in languages},
        descriptions={tag: topic["description"][tag] for tag in languages},
        keywords={tag: topic["keywords"][tag] for tag in languages},
        theme=topic["theme"],
        publisher=publisher,
        licence=licence,
        frequency=chance.choice([*FREQUENCIES, None]),
        issued=created.date().isoformat(),
        modified=changed.isoformat(timespec="seconds"),
        created_at=_naive(created),
        changed_at=_naive(changed),
        period=(f"{year}-01-01", f"{year}-12-31") if chance.random() < 0.7 else None,
        place=country.names[country.languages[0]],
        distributions=tuple(
            Distribution(
                id=identifier(country.code, "distribution", number, place),
                titles={tag: f"{topic['title'][tag]} ({label})" for tag in languages},
                url=f"files/{name}/{place}.{FORMATS[label].extension}",
                format=label,
                size_bytes=chance.randrange(2_000, 4_000_000) if chance.random() < 0.6 else None,
                modified=_naive(changed) if chance.random() < 0.7 else None,
                licence=licence,
            )
            for place, label in enumerate(_formats(topic["formats"], number, chance))
        ),
    )


def organization(country: Country, key: str) -> Organization:
    """A public body of a State, in the languages of the State."""
    names = phrases()["publishers"][key]
    return Organization(
        key=key,
        id=identifier(country.code, "organization", key),
        names={tag: names[tag] for tag in country.languages},
        mailbox=f"opendata@{key}.{country.code.lower()}.example",
    )


def identifier(*parts: object) -> str:
    """A UUID that belongs to these parts for ever."""
    return str(uuid.uuid5(NAMESPACE, "/".join(map(str, parts))))


def _formats(usual: list[str], number: int, chance: Random) -> list[str]:
    """The formats that a dataset comes in: some of those usual for its subject, or none."""
    if number % WITHOUT_DISTRIBUTIONS_EVERY == WITHOUT_DISTRIBUTIONS_EVERY - 1:
        return []
    return usual[: chance.randint(1, len(usual))]


def _moment(chance: Random) -> datetime:
    return OLDEST + timedelta(seconds=chance.randrange(int((NEWEST - OLDEST).total_seconds())))


def _naive(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")
