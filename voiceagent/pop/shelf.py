"""Answers that outlive the process: a SQLite file that stands in nobody's way.

It is a copy of what is in memory, written a little later and in groups. Damaged or of a
newer version, it is left alone or moved aside, and the cache begins empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import msgspec

from voiceagent.pop.cache import AnswerShelf, CachedAnswer
from voiceagent.store.book import Book
from voiceagent.store.database import DatabaseFile
from voiceagent.store.statements import SqlStatement, StoredRow

__all__ = ["SqliteShelf"]

SCHEMA = 1
TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    digest BLOB PRIMARY KEY, tenant TEXT NOT NULL, scope TEXT NOT NULL,
    intent TEXT NOT NULL, documents TEXT NOT NULL, text TEXT NOT NULL,
    made REAL NOT NULL, max_age REAL NOT NULL, stale REAL NOT NULL);
"""
WHAT = "cached answers"
MOST_ROWS = 100_000
MOST_WAITING = 10_000
"""Rows that wait to be written; what comes on top is in memory alone."""
PUT = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
FORGET = (
    "DELETE FROM answers WHERE (? = '' OR intent = ?) AND (? = '' OR tenant = ?) "
    "AND (? = '' OR scope = ?) AND (? = '' OR EXISTS "
    "(SELECT 1 FROM json_each(documents) WHERE value = ?))"
)
TRIM = (
    "DELETE FROM answers WHERE digest NOT IN "
    "(SELECT digest FROM answers ORDER BY made DESC, rowid DESC LIMIT ?)"
)
NEWEST = (
    "SELECT * FROM answers WHERE typeof(digest) = 'blob' AND length(digest) = 32 "
    "AND typeof(tenant) = 'text' AND typeof(scope) = 'text' "
    "AND typeof(intent) = 'text' AND typeof(documents) = 'text' "
    "AND typeof(text) = 'text' AND abs(made) < 1e12 AND typeof(made) = 'real' "
    "AND abs(max_age) < 1e12 AND typeof(max_age) = 'real' "
    "AND abs(stale) < 1e12 AND typeof(stale) = 'real' "
    "ORDER BY made DESC, rowid DESC LIMIT ?"
)
"""Rows of ours: whatever somebody else has written there is not read."""


class SqliteShelf(AnswerShelf):
    """Puts are remembered, and written by `flush`, which blocks."""

    def __init__(self, path: Path, *, most: int = MOST_ROWS) -> None:
        """`most`: rows that the file has, a tenth more at most."""
        file = DatabaseFile(path, TABLES, SCHEMA, "store.folder", wipes=True)
        self._book = Book(file, WHAT)
        self.troubles = self._book.troubles
        self.unwritten = 0
        """Answers that are in memory alone, since too many waited."""
        self._most = most
        self._waiting: dict[object, SqlStatement] = {}
        self._lock, self._writing = Lock(), Lock()

    def load(self, most: int) -> Iterator[tuple[bytes, CachedAnswer]]:
        """The newest, the oldest of them first; rows that are none are left out."""
        for row in reversed(self._book.read(NEWEST, (most,))):
            if (found := _read(row)) is not None:
                yield found

    def put(self, digest: bytes, entry: CachedAnswer) -> None:
        """Remember it for the next `flush`."""
        documents = msgspec.json.encode(entry.documents).decode()
        values = (
            *(digest, entry.tenant, entry.scope, entry.intent, documents),
            *(entry.text, entry.at, entry.max_age, entry.stale),
        )
        with self._lock:
            self._waiting.pop(digest, None)
            if len(self._waiting) < MOST_WAITING:
                self._waiting[digest] = (PUT, values)
            else:
                self.unwritten += 1

    def forget(self, *, intent: str, document: str, tenant: str, user: str) -> None:
        """Remember that they are gone; what is put after this stays."""
        pairs = (intent, tenant, user, document)
        values = tuple(one for part in pairs for one in (part, part))
        with self._lock:
            self._waiting[object()] = (FORGET, values)

    def flush(self) -> None:
        """Write what waits, as one transaction."""
        with self._writing:
            with self._lock:
                waiting, self._waiting = list(self._waiting.values()), {}
            if waiting:
                self._book.write(*waiting)
            (rows,) = self._book.read("SELECT COUNT(*) FROM answers")
            if int(rows[0]) > 1.1 * self._most:
                self._book.write((TRIM, (self._most,)))

    def close(self) -> None:
        """Write the rest and let go of the file."""
        self.flush()
        self._book.close()


def _read(row: StoredRow) -> tuple[bytes, CachedAnswer] | None:
    """An answer of a row; None where somebody else wrote it."""
    digest, tenant, scope, intent, documents, text, made, max_age, stale = row
    named: tuple[str, ...] = ()
    if documents != "[]":
        try:
            named = msgspec.json.decode(documents, type=tuple[str, ...])
        except ValueError:
            return None
    return digest, CachedAnswer(
        tenant, scope, intent, named, text, made, max_age, stale
    )
