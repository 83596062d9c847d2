"""CKAN's own schema.xml: which fields there are, what each holds, how it is analysed and where it is copied to."""

import fnmatch
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from portal.local.search.analysis import Grams, Words
from portal.local.search.errors import BadRequest, SchemaError


class Kind(Enum):
    """What the values of a field are."""

    STRING = "string"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    DATE = "date"
    WORDS = "words"
    GRAMS = "grams"


CLASSES = {
    "StrField": Kind.STRING,
    "BinaryField": Kind.STRING,
    "BoolField": Kind.BOOLEAN,
    "IntPointField": Kind.INTEGER,
    "LongPointField": Kind.INTEGER,
    "FloatPointField": Kind.REAL,
    "DoublePointField": Kind.REAL,
    "DatePointField": Kind.DATE,
}

HARMLESS = {"FlattenGraphFilterFactory", "SynonymGraphFilterFactory"}
"""Filters passed over: the first is about Lucene's token graphs; the second's synonyms are examples of Solr's own."""


@dataclass(frozen=True)
class FieldType:
    """One fieldType of the schema; the analysers are set for WORDS and GRAMS alone."""

    kind: Kind
    multi_valued: bool
    gap: int
    """Positions left free between two values of one field, so that no phrase is found across them."""
    index: Words | None = None
    query: Words | None = None
    grams: Grams | None = None


@dataclass(frozen=True)
class Field:
    """What the schema says of one field or of one pattern of fields."""

    type: FieldType
    indexed: bool
    stored: bool
    multi_valued: bool
    default: str | None

    @property
    def kind(self) -> Kind:
        return self.type.kind


@dataclass(frozen=True)
class Schema:
    """A schema, read. `source` are the bytes it was read from, which CKAN asks for to see the version."""

    source: bytes
    key: str
    required: tuple[str, ...]
    fields: dict[str, Field]
    patterns: tuple[tuple[str, Field], ...]
    """Dynamic fields, the longest pattern first: the first that fits counts."""
    copies: tuple[tuple[str, str], ...]

    def field(self, name: str) -> Field:
        """What is known of a field. Raises BadRequest for one that the schema has no place for."""
        known = self.fields.get(name)
        if known is not None:
            return known
        for pattern, found in self.patterns:
            if _fits(name, pattern):
                return found
        raise BadRequest(f'undefined field: "{name}"')

    def copied_to(self, name: str) -> list[str]:
        """The fields that this one's values are copied to."""
        return [target for source, target in self.copies if target != name and _fits(name, source)]


@lru_cache(65536)
def _fits(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern)


def read(source: bytes) -> Schema:
    """Read a schema.xml. Raises SchemaError where it asks for an analysis that is not built here."""
    root = ET.fromstring(source)  # noqa: S314 the file is CKAN's own
    types = {_name(e): _type(e) for e in root.iter() if e.tag.lower() == "fieldtype"}
    plain = list(root.iter("field"))
    patterns = [(_name(e), _field(e, types)) for e in root.iter("dynamicField")]
    return Schema(
        source=source,
        key=root.findtext("uniqueKey") or "id",
        required=tuple(_name(e) for e in plain if e.get("required") == "true"),
        fields={_name(e): _field(e, types) for e in plain},
        patterns=tuple(sorted(patterns, key=lambda pair: -len(pair[0]))),
        copies=tuple((e.get("source", ""), e.get("dest", "")) for e in root.iter("copyField")),
    )


def _name(element: ET.Element) -> str:
    return element.get("name", "")


def _field(element: ET.Element, types: dict[str, FieldType]) -> Field:
    try:
        kind = types[element.get("type", "")]
    except KeyError as error:
        raise SchemaError(f"The schema's field {_name(element)} has a type that it does not define.") from error
    multi = element.get("multiValued")
    return Field(
        type=kind,
        indexed=element.get("indexed") != "false",
        stored=element.get("stored") != "false",
        multi_valued=kind.multi_valued if multi is None else multi == "true",
        default=element.get("default"),
    )


def _type(element: ET.Element) -> FieldType:
    class_name = element.get("class", "").removeprefix("solr.")
    multi, gap = element.get("multiValued") == "true", int(element.get("positionIncrementGap", "0"))
    if class_name != "TextField":
        if class_name not in CLASSES:
            raise SchemaError(f"The schema's type {_name(element)} is a {class_name}, which is not built here.")
        return FieldType(CLASSES[class_name], multi, gap)
    chains = {e.get("type", "index"): e for e in element.iter("analyzer")}
    index, query = chains["index"], chains.get("query", chains["index"])
    tokenizer = index.find("tokenizer")
    if tokenizer is not None and "NGram" in tokenizer.get("class", ""):
        grams = Grams(int(tokenizer.get("minGramSize", "1")), int(tokenizer.get("maxGramSize", "2")))
        return FieldType(Kind.GRAMS, multi, gap, grams=grams)
    return FieldType(Kind.WORDS, multi, gap, index=_words(index), query=_words(query))


def _words(analyzer: ET.Element) -> Words:
    filters = {e.get("class", "").removeprefix("solr."): e for e in analyzer.iter("filter")}
    tokenizer = analyzer.find("tokenizer")
    steps = {} if tokenizer is None else {tokenizer.get("class", "").removeprefix("solr."): tokenizer}
    delimiter = filters.pop("WordDelimiterGraphFilterFactory", None)
    stemmer = filters.pop("SnowballPorterFilterFactory", None)
    lower = filters.pop("LowerCaseFilterFactory", None)
    fold = filters.pop("ASCIIFoldingFilterFactory", None)
    unknown = set(filters) - HARMLESS | (set(steps) - {"WhitespaceTokenizerFactory"})
    if unknown or delimiter is None or lower is None:
        raise SchemaError(
            f"The schema's analysers use {', '.join(sorted(unknown)) or 'no word delimiter'}: not built here."
        )
    return Words(
        split_on_case=delimiter.get("splitOnCaseChange") == "1",
        catenate=delimiter.get("catenateWords") == "1",
        language=None if stemmer is None else stemmer.get("language"),
        fold=fold is not None,
    )
