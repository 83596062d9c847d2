"""Parts of records that a portal sends apart from them, looked up by identifier while records are mapped.

A linked-data feed may send a dataset on one page and its distributions on another. The parts of a spool are put into a
small SQLite file beside it, which worker processes read; the last version of a part wins.
"""

import functools
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from harvesters.spool_lines import Part

BATCH_ROWS = 1000


def collect(lines: Iterable[object], path: Path) -> int:
    """Write the parts among the lines of a spool to a new file at path; gives how many there are."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    try:
        database.execute("PRAGMA synchronous=OFF")  # made anew from the spool whenever it is wanted
        database.execute("CREATE TABLE part (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID")
        rows: list[tuple[str, str]] = []
        for line in lines:
            if isinstance(line, Part):
                rows.append((line.id, line.text))
                if len(rows) >= BATCH_ROWS:
                    database.executemany("INSERT OR REPLACE INTO part VALUES (?, ?)", rows)
                    rows.clear()
        database.executemany("INSERT OR REPLACE INTO part VALUES (?, ?)", rows)
        database.commit()
        return int(database.execute("SELECT count(*) FROM part").fetchone()[0])
    finally:
        database.close()


@functools.lru_cache(maxsize=1)
def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)


def look_up(path: Path, identifier: str) -> str | None:
    """The text of a part, or None."""
    row = _opened(path).execute("SELECT text FROM part WHERE id = ?", (identifier,)).fetchone()
    return str(row[0]) if row else None
