"""What the columns of a list of entries mean: the recogniser of the harvesters with the words that an entry's fields need.

The headers of the template, in any of the six languages, leave no doubt; other headers are compared with the words of
`entry_words.json`, and then with those of the harvesters' lists.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

import msgspec
from django.utils import translation

from catalogue.register.fields import BY_NAME, FIELDS
from catalogue.states.languages import DJANGO_LANGUAGES
from harvesters.columns import MEANINGS, Column, Vocabulary
from harvesters.columns.headers import CERTAIN, dataset_words, fold, known_words
from harvesters.columns.recognise import STATED
from harvesters.phrases import Phrase, clauses, phrase
from harvesters.values import clean_text

FIELD_OF = {"publisher": "authority", "page": "url", "theme": "themes", "spatial": "coverage", "temporal": "period"}
"""Where a meaning of the harvesters' lists and the entry's field have different names. Where the file is (`download`) is the
address for programs, or the address itself where the list has no other; see `fields_of`."""

MEANING_OF = {field: meaning for meaning, field in FIELD_OF.items()}

CONTACT = "contact"
"""The meaning of columns on persons: they are not taken over, and the column says so."""

ENOUGH_CHOICES = 0.5
"""The share of a column's values that must be choices of its field, where the list is not the template: many lists have a
"type" or a "status" of quite another kind."""


class ListedColumn(msgspec.Struct, frozen=True):
    """One column. header: as it stands, made unique. field: of `fields.BY_NAME`, or None for what is kept beside the entry.
    confidence: 0 to 100. evidence: why, for a person, in English; said: the same as phrases. meaning: as the harvesters call
    it. language: of the texts, where the header names one."""

    header: str
    field: str | None = None
    confidence: int = 0
    evidence: str = ""
    meaning: str | None = None
    language: str | None = None
    said: tuple[Phrase, ...] = ()


class _Words(msgspec.Struct, frozen=True):
    """`entry_words.json`."""

    headers: dict[str, dict[str, list[str]]]
    choices: dict[str, dict[str, list[str]]]


@cache
def _words() -> _Words:
    return msgspec.json.decode(
        resources.files("catalogue.register").joinpath("entry_words.json").read_bytes(), type=_Words
    )


@cache
def vocabulary() -> Vocabulary:
    """The words for the columns of a list of entries."""
    names = {MEANING_OF.get(field.name, field.name) for field in FIELDS}
    return Vocabulary(
        known=known_words(_words().headers, dataset_words()),
        meanings=MEANINGS | names,
        certain=_labels(),
        addresses=frozenset({"page", "download", "endpoint"}),
        keeps_pages=True,
        schemeless=True,
    )


def _labels() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Meaning and languages by folded label of a field. The names of the fields, as the API has them, are labels too."""
    labels: dict[str, tuple[str, tuple[str, ...]]] = {
        fold(field.name): (MEANING_OF.get(field.name, field.name), ()) for field in FIELDS
    }
    for language, code in DJANGO_LANGUAGES.items():
        with translation.override(code):
            for field in FIELDS:
                key, meaning = fold(str(field.label)), MEANING_OF.get(field.name, field.name)
                known = labels.get(key, (meaning, ()))
                labels[key] = (known[0], (*known[1], language))
    return labels


def as_meanings(stated: Mapping[str, str | None]) -> dict[str, str | None]:
    """What a person confirmed, by header: names of fields become meanings; meanings stay, and anything else is none."""
    known = vocabulary().meanings
    named = {header: MEANING_OF.get(said or "", said) for header, said in stated.items()}
    return {header: meaning if meaning in known else None for header, meaning in named.items()}


def fields_of(columns: Sequence[Column], rows: Sequence[Mapping[str, str]]) -> list[ListedColumn]:
    """The field of each column. rows: cells by header, for what their values say about it."""
    meanings = {column.meaning for column in columns}
    surest = {STATED, CERTAIN} if _is_template(columns) else {STATED}
    listed = []
    taken: set[str] = set()
    for column in columns:
        field = _field(column, meanings)
        # The first download is the address; further ones stand beside it.
        if column.meaning == "download" and field in taken:
            field = None
        said, confidence = column.said, column.confidence
        if field is not None and column.confidence not in surest and _no_choices(field, column, rows):
            field, confidence = None, 0
            said = (*said, phrase("column-no-choices"))
        if column.meaning == CONTACT:
            said = (*said, phrase("column-contacts"))
        if field is not None:
            taken.add(field)
        listed.append(
            ListedColumn(column.header, field, confidence, clauses(said), column.meaning, column.language, said)
        )
    return listed


def _is_template(columns: Sequence[Column]) -> bool:
    """Whether every column that an entry cannot do without has a header of the template. One header alone may come from
    elsewhere: the template calls the kind "Type" in French, and many lists have a type of quite another kind."""
    certain = {column.meaning for column in columns if column.confidence == CERTAIN}
    return all(MEANING_OF.get(field.name, field.name) in certain for field in FIELDS if field.needed)


def _field(column: Column, meanings: Iterable[str | None]) -> str | None:
    if column.meaning == "download":
        if "page" not in meanings:
            return "url"
        return "endpoint" if "endpoint" not in meanings else None
    name = FIELD_OF.get(column.meaning or "", column.meaning or "")
    return name if name in BY_NAME else None


def _no_choices(field: str, column: Column, rows: Iterable[Mapping[str, str]]) -> bool:
    """Whether most values of a column that seems to hold choices are none."""
    if not BY_NAME[field].choices:
        return False
    values = [row[column.header] for row in rows if column.header in row]
    found = sum(chosen(field, value) is not None for value in values)
    return bool(values) and found < ENOUGH_CHOICES * len(values)


@lru_cache(maxsize=4096)
def chosen(field: str, text: str) -> str | None:
    """The value of the choice that a text names in any language known here; None for another text."""
    return _choices(field).get(fold(text))


@cache
def _choices(field: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, words in _words().choices.get(field, {}).items():
        for word in words:
            found.setdefault(fold(word), value)
    for code in DJANGO_LANGUAGES.values():
        with translation.override(code):
            for value, label in BY_NAME[field].choices:
                found[fold(str(label))] = found[fold(value)] = value
    return found


def forget() -> None:
    """Read the labels anew: the messages of the six languages have changed."""
    vocabulary.cache_clear()
    _choices.cache_clear()
    chosen.cache_clear()


def plain(cell: object) -> str | None:
    """A cell as text; None for one that says nothing. A workbook's truth values are yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return clean_text(cell)
