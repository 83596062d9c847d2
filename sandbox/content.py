"""What the portals of fictional States hold: plausible datasets on preventing corruption, in the six UN languages.

Deterministic: the same State and number always give the same dataset, without clock or chance.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
FORMATS = ("CSV", "JSON", "XLSX", "PDF", ".csv", "application/json")
LICENCES = ("cc-by-4.0", "cc-zero", "odc-odbl", "notspecified", "Licence of the ministry")
FREQUENCIES = ("monthly", "R/P1Y", "anual", "每年", "ежеквартально", "irregular")
DATES = ("2025-03-14", "2024", "2025-06", "14.02.2025", "2025-01-31T09:30:00Z", "in spring")


@dataclass(frozen=True)
class Distribution:
    """A file of a dataset."""

    id: str
    title: str
    url: str
    format: str


@dataclass(frozen=True)
class Dataset:
    """One dataset, before a protocol renders it. titles and descriptions: by language."""

    id: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    publisher: str
    keywords: list[str]
    licence: str
    frequency: str
    modified: str
    distributions: list[Distribution] = field(default_factory=list)


def datasets(state: str, languages: tuple[str, ...], count: int) -> Iterator[Dataset]:
    """The datasets of a State's portal, told in these languages; every ninth has no file, and a few are flawed."""
    subjects: list[dict[str, Any]] = json.loads(resources.files("sandbox").joinpath("phrases.json").read_text("utf-8"))
    for number in range(count):
        subject = subjects[number % len(subjects)]
        year = 2015 + number // len(subjects) % 11
        identifier = f"{state.lower()}-{number:05}"
        files = 0 if number % 9 == 8 else 1 + number % 3
        yield Dataset(
            id=identifier,
            titles={language: f"{subject['title'][language]} {year}" for language in languages},
            descriptions={language: subject["description"][language] for language in languages},
            publisher=subject["publisher"][languages[0]],
            keywords=[subject["theme"], *subject["keywords"]],
            licence=LICENCES[number % len(LICENCES)],
            frequency=FREQUENCIES[number % len(FREQUENCIES)],
            modified=DATES[number % len(DATES)],
            distributions=[_file(state, identifier, index, number) for index in range(files)],
        )


def _file(state: str, identifier: str, index: int, number: int) -> Distribution:
    kind = FORMATS[(number + index) % len(FORMATS)]
    url = f"https://data.{state.lower()}.example/{identifier}/{index}.csv"
    if number % 40 == 7:
        url = ""  # a flaw that real portals have
    elif number % 40 == 17:
        url = "javascript:void(0)"
    return Distribution(f"{identifier}-{index}", f"{identifier} ({kind})", url, kind)
