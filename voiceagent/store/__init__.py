"""Where skills keep what must survive: timers, lists, the state of the house.

One SQLite file in WAL mode. A commit survives `kill -9` of the process (WAL,
`synchronous=FULL` for the few writes a turn makes: milliseconds, off the path to the
first sample). Where the file fails the agent goes on with what is in memory (`Book`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar

from msgspec import Struct

from voiceagent.store.book import Book, BookTrouble
from voiceagent.store.database import DatabaseFile
from voiceagent.store.places import state_folder
from voiceagent.store.statements import SqlStatement, StoredRow

__all__ = ["BookTrouble", "StoreConfig", "StoredRow", "Store", "state_folder"]

T = TypeVar("T")

SCHEMA = 2
TABLES = """
CREATE TABLE IF NOT EXISTS timers (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, area TEXT NOT NULL,
    seconds REAL NOT NULL, due REAL, remaining REAL, set_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS uptimes (
    id TEXT PRIMARY KEY, boot TEXT NOT NULL, up REAL NOT NULL);
CREATE TABLE IF NOT EXISTS alarms (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, local TEXT NOT NULL, fold INTEGER NOT NULL,
    zone TEXT NOT NULL, pinned INTEGER NOT NULL, set_at REAL NOT NULL,
    boot TEXT NOT NULL, up REAL NOT NULL, rule TEXT NOT NULL, start TEXT NOT NULL,
    skipped TEXT NOT NULL, last TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS plans (
    id TEXT PRIMARY KEY, command TEXT NOT NULL, words TEXT NOT NULL, area TEXT NOT NULL,
    agreed INTEGER NOT NULL, sort TEXT NOT NULL, who TEXT NOT NULL, place TEXT NOT NULL,
    held TEXT NOT NULL, looked REAL NOT NULL, set_at REAL NOT NULL,
    began REAL NOT NULL);
CREATE TABLE IF NOT EXISTS entities (id TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    list TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (list, item));
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS set_aside (source TEXT NOT NULL, entry TEXT NOT NULL);
"""
WHAT = "timers, lists and house state"

STEPS = (
    # 2: an alarm at a time of day was a moment, reckoned by the offset of the day on
    # which it was set. What is on no whole minute was to ring after a while.
    """
    INSERT OR IGNORE INTO alarms SELECT id, name,
        strftime('%Y-%m-%dT%H:%M:%S', due - CAST(set_at AS INTEGER)
            + strftime('%s', set_at, 'unixepoch', 'localtime'), 'unixepoch'),
        0, '', 0, set_at, '', 0.0, '', '', '', ''
        FROM timers WHERE kind = 'alarm' AND due / 60 = CAST(due / 60 AS INTEGER);
    DELETE FROM timers WHERE kind = 'alarm' AND id IN (SELECT id FROM alarms);
    """,
)
"""What brings a file of each schema to the next, from the first one on; each may be run
twice."""


class StoreConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept on this device."""

    folder: str = ""
    """Timers, lists, house state; empty for the user's state folder."""


class Store:
    """The book of the skills, safe to use from the worker threads of the agent."""

    def __init__(self, path: Path | None = None) -> None:
        """Open or make the file at `path`; `None` keeps everything in memory. What is
        wrong with the file is told by `troubles`."""
        self.path = path
        self.unkept = 0
        """Promises that were made and are in memory alone."""
        file = DatabaseFile(path, TABLES, SCHEMA, "store.folder", steps=STEPS)
        self._book = Book(file, WHAT)
        self.troubles = self._book.troubles
        self._glanced: dict[str, str] = {}
        self._lock = Lock()
        self._version: object = None
        self._see()

    @property
    def kept(self) -> bool:
        """Whether everything that was written is on the disk."""
        return self._book.kept

    @property
    def moved_aside(self) -> Path | None:
        """Where a damaged file was put; None if all was well."""
        return self._book.moved_aside

    def read(self, sql: str, values: Sequence[object] = ()) -> list[StoredRow]:
        """All rows of a query; blocking."""
        rows = self._book.read(sql, values)
        self._see()
        return rows

    def read_as(
        self,
        make: Callable[[StoredRow], T],
        table: str,
        query: str = "",
        values: Sequence[object] = (),
    ) -> list[T]:
        """What `make` gives for each row of a table; one that it cannot read is told
        and set aside, and the others are given; blocking.

        `query`: what follows `SELECT hex(TABLE.id), TABLE.*`; empty for the table.
        """
        select = f"SELECT hex({table}.id), {table}.*"
        found = []
        for key, *row in self.read(f"{select} {query or f'FROM {table}'}", values):
            try:
                found.append(make(tuple(row)))
            except (TypeError, ValueError, KeyError, OverflowError, RecursionError):
                self._set_aside(table, key, row)
        return found

    def write(self, *statements: SqlStatement, passing: bool = False) -> int:
        """Run statements as one transaction; gives the rows changed by the last.

        Where they cannot be kept on the disk they hold while the program runs, and
        whoever asked for them is told so, unless they are `passing`: nobody counts on
        them after a restart. Blocking.
        """
        changed = self._book.write(*statements)
        if not passing and not self._book.kept:
            self.unkept += 1
        return changed

    def setting(self, key: str, default: str = "") -> str:
        """A remembered value; blocking."""
        rows = self.read("SELECT value FROM settings WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else default

    def remember(self, key: str, value: str) -> None:
        """Keep a value under a key; blocking."""
        sql = "INSERT OR REPLACE INTO settings VALUES (?, ?)"
        self.write((sql, (key, value)), passing=True)
        with self._lock:
            self._glanced[key] = value

    def glance(self, key: str, default: str = "") -> str:
        """A remembered value as it was when the store was last read or written: at
        once, for whoever must not wait for a disk."""
        with self._lock:
            return self._glanced.get(key, default)

    def close(self) -> bool:
        """Close the file: whether all that was written is in it, at last. Further use
        raises `StoreError`."""
        return self._book.close()

    def _set_aside(self, table: str, key: str, row: list[object]) -> None:
        # Under its key: another program may have changed or moved it meanwhile.
        where = f"FROM {table} WHERE hex(id) = ?"
        kept = f"INSERT INTO set_aside SELECT ?, ? {where}"
        entry = json.dumps(row, default=repr)
        gone = (f"DELETE {where}", (key,))
        if self.write((kept, (table, entry, key)), gone, passing=True):
            self._book.tell(
                BookTrouble(
                    WHAT,
                    f"an entry of `{table}` cannot be read; it was set aside",
                    "all others go on; it stands in the table `set_aside` of the file",
                    f"I can't read one of my {table}. I set it aside.",
                )
            )

    def _see(self) -> None:
        # Changes when another program has written, or the file was opened anew.
        version = self._book.read("PRAGMA data_version")[0], self._book.kept
        if version != self._version:
            rows = self._book.read("SELECT key, value FROM settings")
            seen = {str(key): str(value) for key, value in rows}
            with self._lock:
                self._version, self._glanced = version, seen
