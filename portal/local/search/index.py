"""The index in memory: every field's postings, and which documents live. Adding and removing cost what the document holds."""

from collections.abc import KeysView

from portal.local.search.analysis import Token
from portal.local.search.document import Value, Values
from portal.local.search.postings import GramPostings, Postings, ValuePostings, WordPostings
from portal.local.search.schema import Kind, Schema

COMPACT_FROM = 2000
"""Removed documents from which compacting is worth its pause."""

COMPACT_SHARE = 0.25
"""Removed documents, as a share of the living, from which compacting is worth its pause (some 2 s at 20,000)."""

LONGEST_SORT_KEY = 64
"""Characters of an analysed text that are kept to sort by."""


class Index:
    """Documents by number, found by field. Not locked: its owner sees to that."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.numbers: dict[str, int] = {}
        """Key of each living document to its number."""
        self.sort_keys: dict[str, dict[int, Value]] = {}
        """Analysed single-valued fields: document to the start of its text."""
        self._keys: dict[int, str] = {}
        self._fields: dict[int, tuple[str, ...]] = {}
        self._postings: dict[str, Postings] = {}
        self._next = 0
        self._removed = 0

    @property
    def documents(self) -> KeysView[int]:
        """The living documents."""
        return self._keys.keys()

    def key(self, document: int) -> str:
        """The key of a living document."""
        return self._keys[document]

    def postings(self, name: str) -> Postings:
        """A field's postings, empty where no document has it. Raises BadRequest for a field unknown to the schema."""
        known = self._postings.get(name)
        return self._empty(name) if known is None else known

    def _empty(self, name: str) -> Postings:
        field = self.schema.field(name)
        if field.type.grams is not None:
            return GramPostings(field.type.grams)
        return WordPostings() if field.kind is Kind.WORDS else ValuePostings()

    def add(self, key: str, values: Values) -> None:
        """Take in a document, in place of the one with the same key."""
        if key in self.numbers:
            self.remove(key)
        document = self._next
        self._next += 1
        indexed = {name: several for name, several in values.items() if self.schema.field(name).indexed}
        for name, several in indexed.items():
            postings = self._postings.get(name)
            if postings is None:
                postings = self._postings[name] = self._empty(name)
            self._add(postings, document, name, several)
        self.numbers[key] = document
        self._keys[document] = key
        self._fields[document] = tuple(indexed)

    def _add(self, postings: Postings, document: int, name: str, several: list[Value]) -> None:
        match postings:
            case ValuePostings():
                postings.add(document, several)
            case GramPostings():
                postings.add(document, [str(value) for value in several])
            case WordPostings():
                postings.add(document, *self._tokens(name, several))
                if not self.schema.field(name).multi_valued:
                    self.sort_keys.setdefault(name, {})[document] = str(several[0])[:LONGEST_SORT_KEY]

    def _tokens(self, name: str, several: list[Value]) -> tuple[list[Token], int]:
        """The tokens of all values of a field, with gaps between the values; and the number of words."""
        kind = self.schema.field(name).type
        assert kind.index is not None  # noqa: S101 every WORDS type has one (schema._type)
        tokens: list[Token] = []
        start = length = 0
        for value in several:
            found, width = kind.index.tokens(str(value))
            tokens.extend(Token(token.term, start + token.position) for token in found)
            start += width + kind.gap
            length += width
        return tokens, length

    def remove(self, key: str) -> bool:
        """Forget a document; False if there was none."""
        document = self.numbers.pop(key, None)
        if document is None:
            return False
        del self._keys[document]
        for name in self._fields.pop(document):
            self._postings[name].remove(document)
            self.sort_keys.get(name, {}).pop(document, None)
        self._removed += 1
        if self._removed > max(COMPACT_FROM, COMPACT_SHARE * len(self._keys)):
            self._compact()
        return True

    def _compact(self) -> None:
        self._removed = 0
        for name, postings in list(self._postings.items()):
            if isinstance(postings, WordPostings):
                postings.compact()
            if not postings.present():
                del self._postings[name]
                self.sort_keys.pop(name, None)
