"""The documents as they were sent, in one SQLite file: what outlives the process, and where stored fields are read from."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

COMPRESSION = 1
"""zlib's fastest level: a CKAN dataset, held twice over in its document, shrinks to a seventh."""


class Store:
    """Documents by key. One connection, used under its owner's lock. `path` may be ":memory:"."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("pragma journal_mode = wal")
        # What was written survives the death of this process, if not the machine's: `ckan search-index rebuild` mends that.
        self._database.execute("pragma synchronous = off")
        self._database.execute(
            "create table if not exists document (key text primary key, body blob not null) without rowid"
        )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, body in self._database.execute("select key, body from document"):
            yield key, _unpacked(body)

    def get(self, key: str) -> dict[str, Any]:
        """The document with this key. Raises KeyError."""
        row = self._database.execute("select body from document where key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return _unpacked(row[0])

    def change(self, put: Iterable[tuple[str, dict[str, Any]]] = (), drop: Iterable[str] = ()) -> None:
        """Write and remove documents, all or none."""
        rows = [(key, zlib.compress(json.dumps(document).encode(), COMPRESSION)) for key, document in put]
        with self._database:
            self._database.execute("begin immediate")
            self._database.executemany("insert or replace into document values (?, ?)", rows)
            self._database.executemany("delete from document where key = ?", [(key,) for key in drop])


def _unpacked(body: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(zlib.decompress(body))
    return document
