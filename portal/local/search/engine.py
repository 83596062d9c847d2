"""Index and store together: what the HTTP server does its requests with. One request at a time."""

import threading
from datetime import UTC, datetime
from typing import Any

from portal.local.search import document, query
from portal.local.search.evaluate import Evaluator
from portal.local.search.index import Index
from portal.local.search.schema import Schema
from portal.local.search.select import Parameters, select
from portal.local.search.store import Store


class Engine:
    """A search index that outlives its process. Writes are seen by the next search; there is no commit to wait for."""

    def __init__(self, schema: Schema, store: Store) -> None:
        self.schema = schema
        self._store = store
        self._index = Index(schema)
        self._lock = threading.Lock()

    def load(self) -> int:
        """Index what the store holds; to be called once, before any other. Gives the number of documents."""
        with self._lock:
            for key, stored in self._store:
                self._index.add(key, document.values(stored, self.schema))
            return len(self._index.documents)

    def __len__(self) -> int:
        return len(self._index.documents)

    def add(self, documents: list[dict[str, Any]]) -> None:
        """Take in documents, all or none. Raises BadRequest where one cannot be taken."""
        now = datetime.now(UTC)
        whole = [document.complete(given, self.schema, now) for given in documents]
        ready = [(str(given[self.schema.key]), given, values) for given, values in self._checked(whole)]
        with self._lock:
            self._store.change(put=[(key, given) for key, given, _ in ready])
            for key, _, values in ready:
                self._index.add(key, values)

    def _checked(self, whole: list[dict[str, Any]]) -> list[tuple[dict[str, Any], document.Values]]:
        return [(given, document.values(given, self.schema)) for given in whole]

    def delete(self, keys: list[str], queries: list[str]) -> None:
        """Remove documents by key and by query. Raises BadRequest for a query that cannot be read."""
        nodes = [query.parse(text, "text", "OR") for text in queries]
        with self._lock:
            evaluator = Evaluator(self._index)
            found = [self._index.key(number) for node in nodes for number in evaluator.matching(node)]
            doomed = list(dict.fromkeys([*keys, *found]))
            self._store.change(drop=doomed)
            for key in doomed:
                self._index.remove(key)

    def select(self, given: dict[str, list[str]]) -> dict[str, Any]:
        """Answer a search. Raises BadRequest."""
        with self._lock:
            return select(self._index, Parameters(given), self._fetch)

    def _fetch(self, key: str, wanted: list[str]) -> dict[str, Any]:
        return document.stored(self._store.get(key), self.schema, wanted)
