"""Where skills keep what must survive: one SQLite file in WAL mode.

Timers, lists and the state of the house live here. A commit survives `kill -9` of the
process (WAL, `synchronous=FULL` for the few writes a turn makes: milliseconds, off the
path to the first sample). A file that is no database is moved aside, never deleted.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from msgspec import Struct

from voiceagent.errors import StoreError
from voiceagent.store.database import DatabaseFile

__all__ = ["StoreConfig", "StoredRow", "Store", "state_folder"]

StoredRow = tuple[Any, ...]
"""One row of a result."""

SCHEMA = 1
TABLES = """
CREATE TABLE IF NOT EXISTS timers (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, area TEXT NOT NULL,
    seconds REAL NOT NULL, due REAL, remaining REAL, set_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS entities (id TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    list TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (list, item));
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY);
"""


class StoreConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept on this device."""

    folder: str = ""
    """Timers, lists, house state; empty for the user's state folder."""


class Store:
    """A small SQLite database, safe to use from the worker threads of the agent."""

    def __init__(self, path: Path | None = None) -> None:
        """Open or make the file at `path`; `None` keeps everything in memory.

        Raises `StoreError` if the place cannot be written or the file is newer.
        """
        self.path = path
        self._lock = RLock()
        file = DatabaseFile(path, TABLES, SCHEMA, "store.folder")
        with self._translated("opened"):
            self._db, self.moved_aside = file.open()
        """`moved_aside`: where a corrupt file was put; None if all was well."""

    def read(self, sql: str, values: Sequence[object] = ()) -> list[StoredRow]:
        """All rows of a query."""
        with self._lock, self._translated("read"):
            return self._db.execute(sql, values).fetchall()

    def write(self, *statements: tuple[str, Sequence[object]]) -> int:
        """Run statements as one transaction; gives the rows changed by the last."""
        with self._lock, self._translated("written"), self._transaction():
            changed = 0
            for sql, values in statements:
                changed = self._db.execute(sql, values).rowcount
            return changed

    def setting(self, key: str, default: str = "") -> str:
        """A remembered value."""
        rows = self.read("SELECT value FROM settings WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else default

    def remember(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        sql = "INSERT OR REPLACE INTO settings VALUES (?, ?)"
        self.write((sql, (key, value)))

    def close(self) -> None:
        """Close the file; further use raises `StoreError`."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # By hand: a failed BEGIN or COMMIT must leave the connection usable.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _translated(self, verb: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(verb, error) from error

    def _error(self, verb: str, error: sqlite3.Error) -> StoreError:
        place = str(self.path) if self.path else "the memory store"
        cause = str(error)
        hint = f"look at the rights and the disk of `{place}`, then say it again"
        if "full" in cause:
            hint = f"free some space on the disk that holds `{place}` (`df -h`)"
        elif "locked" in cause:
            hint = "another voiceagent uses the store; stop it or set `store.folder`"
        elif "closed" in cause:
            hint = "the agent is shutting down; nothing was changed"
        return StoreError(f"`{place}` could not be {verb}", cause=cause, hint=hint)


def state_folder() -> Path:
    """Where a user's state is kept by default."""
    home = os.environ.get("STATE_DIRECTORY") or os.environ.get("XDG_STATE_HOME")
    return Path(home) if home else Path.home() / ".local" / "state" / "voiceagent"
