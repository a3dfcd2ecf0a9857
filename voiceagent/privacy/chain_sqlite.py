"""A chain kept in SQLite: many lines are one transaction, and safe when it ends.

with log.locked():          # one BEGIN, one COMMIT, one wait for the disk
    for fields in group:
        chain.append(fields)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock

from voiceagent.errors import StoreError
from voiceagent.store.database import DatabaseFile
from voiceagent.store.files import identity
from voiceagent.store.salvage import copied
from voiceagent.store.statements import transaction

__all__ = ["KeptLines", "SqliteLog", "kept_lines"]

TABLES = """
CREATE TABLE IF NOT EXISTS lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER NOT NULL, line BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS parts (part INTEGER PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY, data BLOB NOT NULL);
"""
PART = "(SELECT COALESCE(MAX(part), 0) + 1 FROM parts)"
"""The newest part: those before it are closed."""


class SqliteLog:
    """Lines and head in one file; what a crash leaves is whole."""

    def __init__(self, path: Path | None, setting: str = "store.folder") -> None:
        """`path`: None keeps them in memory. Raises `StoreError`."""
        self.path = path
        self._file = DatabaseFile(path, TABLES, 1, setting)
        self._lock, self._depth = RLock(), 0
        self._size = 0
        self._open()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """All that happens meanwhile is kept as one, or not at all."""
        with self._lock:
            if self._depth:
                yield
                return
            with self._told("written"):
                if identity(self.path) != self._inode:  # taken away, or another one
                    self._db.close()
                    self._open()
                before, self._depth = self._size, 1
                try:
                    with transaction(self._db):
                        yield
                except BaseException:
                    self._size = before
                    raise
                finally:
                    self._depth = 0

    def parts(self) -> Sequence[bytes]:
        """A line each."""
        with self._told("read"):
            rows = self._db.execute("SELECT line FROM lines ORDER BY id").fetchall()
        return [bytes(row[0]) + b"\n" for row in rows]

    def tail(self) -> bytes:
        """The last line."""
        with self._told("read"):
            row = self._db.execute(
                "SELECT line FROM lines ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return bytes(row[0]) + b"\n" if row else b""

    def size(self) -> int:
        """Bytes of the newest part, as far as this process has written it."""
        return self._size

    def append(self, data: bytes) -> None:
        """Kept when the lock is left."""
        line = data.removesuffix(b"\n")
        with self._told("written"):
            self._db.execute(
                f"INSERT INTO lines (part, line) VALUES ({PART}, ?)", (line,)
            )
        self._size += len(data)

    def cut(self, count: int) -> None:
        """Whole lines off the end, and a piece of the one before."""
        with self._told("written"):
            while count > 0 and (row := self._last()):
                number, line = row
                if count > len(line):
                    self._db.execute("DELETE FROM lines WHERE id = ?", (number,))
                else:
                    rest = line[: len(line) + 1 - count]
                    self._db.execute(
                        "UPDATE lines SET line = ? WHERE id = ?", (rest, number)
                    )
                count -= len(line) + 1

    def divide(self, last: int, keep: int) -> int:
        """The newest part is closed."""
        with self._told("written"):
            self._db.execute(f"INSERT INTO parts VALUES ({PART}, ?)", (last,))
            closed = self._db.execute("SELECT last FROM parts ORDER BY part").fetchall()
        self._size = 0
        gone = closed[:-keep]
        return int(gone[-1][0]) if gone else 0

    def drop(self, last: int) -> None:
        """Rows of older parts go."""
        with self._told("written"):
            old = "(SELECT part FROM parts WHERE last <= ?)"
            self._db.execute(f"DELETE FROM lines WHERE part IN {old}", (last,))
            # The newest one that is closed says which part is the open one.
            self._db.execute(
                "DELETE FROM parts WHERE last <= ? "
                "AND part < (SELECT MAX(part) FROM parts)",
                (last,),
            )

    def head(self) -> bytes:
        """As it was put."""
        with self._told("read"):
            row = self._db.execute("SELECT data FROM head").fetchone()
        return bytes(row[0]) if row else b""

    def put_head(self, data: bytes) -> None:
        """Instead of the one before."""
        with self._told("written"):
            self._db.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (data,))

    def close(self) -> None:
        """Nothing is waiting to be written."""
        with self._lock:
            self._db.close()

    def _open(self) -> None:
        self._db = self._file.open().db
        self._inode = identity(self.path)
        row = self._db.execute(
            f"SELECT COALESCE(SUM(LENGTH(line)), 0) FROM lines WHERE part = {PART}"
        ).fetchone()
        self._size = int(row[0])

    def _last(self) -> tuple[int, bytes] | None:
        row = self._db.execute(
            "SELECT id, line FROM lines ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return (int(row[0]), bytes(row[1])) if row else None

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._file.error(verb, error) from error


class KeptLines:
    """What can be read of such a file, whatever was done to it; for checking."""

    def __init__(self, lines: list[bytes], head: bytes, damaged: bool) -> None:
        self.lines, self.head = lines, head
        self.damaged = damaged
        """Some of the file cannot be read at all."""


def kept_lines(path: Path) -> KeptLines:
    """Read a file without changing anything; raises `StoreError` where there is none
    that can be read."""
    db = copied(path)
    if db is None:
        raise StoreError(f"`{path}` cannot be read", hint="see `ls -l` and the disk")
    with closing(db):
        first, whole = _rows(db, "SELECT id, line FROM lines ORDER BY id")
        found = dict(first)
        if not whole:
            found |= _rows(db, "SELECT id, line FROM lines ORDER BY id DESC")[0]
        head, _ = _rows(db, "SELECT 1, data FROM head")
    rows = [line for _, line in sorted(found.items())]
    return KeptLines(rows, head[0][1] if head else b"", not whole)


def _rows(db: sqlite3.Connection, sql: str) -> tuple[list[tuple[int, bytes]], bool]:
    """Rows up to the first that cannot be read; whether these are all."""
    found: list[tuple[int, bytes]] = []
    try:
        for number, line in db.execute(sql):
            raw = line.encode("utf-8", "replace") if isinstance(line, str) else line
            found.append((number, raw if isinstance(raw, bytes) else b""))
    except sqlite3.Error:
        return found, False
    return found, True
