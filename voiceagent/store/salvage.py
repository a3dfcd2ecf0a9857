"""What can still be read of a database that is damaged or cannot be written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from voiceagent.store.scratch import ScratchFolder

__all__ = ["copied", "salvage"]

TYPES: dict[str, tuple[type, ...]] = {
    "TEXT": (str,),
    "REAL": (float, int),
    "INTEGER": (int,),
    "BLOB": (bytes,),
}
"""What a column of a declared type may hold besides nothing."""
MOST = 256 << 20
"""Bytes of a file that is copied to be read: what is larger is not held in memory."""


def salvage(db: sqlite3.Connection, into: sqlite3.Connection) -> int:
    """Copy the rows that can be read into the tables of `into`; gives their number.

    Pages that are broken end the reading: it then begins again from the other end.
    """
    names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = [str(row[0]) for row in into.execute(names)]
    saved = 0
    for table in tables:
        known = {str(row[1]) for row in _rows(db, f"PRAGMA table_info({table})")}
        columns = into.execute(f"PRAGMA table_info({table})").fetchall()
        # A file of an older version may lack some.
        columns = [column for column in columns if column[1] in known]
        if not columns:
            continue
        for order in ("ORDER BY rowid", "ORDER BY rowid DESC"):
            saved += _copied(db, into, table, columns, order)
    return saved


def _copied(
    db: sqlite3.Connection,
    into: sqlite3.Connection,
    table: str,
    columns: list[Any],
    order: str,
) -> int:
    names = ", ".join(str(column[1]) for column in columns)
    marks = ", ".join("?" for _ in columns)
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"
    saved = 0
    into.execute("BEGIN IMMEDIATE")
    for row in _rows(db, f"SELECT {names} FROM {table} {order}"):
        if all(
            _fits(value, str(column[2]))
            for value, column in zip(row, columns, strict=True)
        ):
            saved += max(0, into.execute(insert, row).rowcount)
    into.execute("COMMIT")
    return saved


def _rows(db: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    """As many as come before the first one that cannot be read."""
    with suppress(sqlite3.Error, OverflowError):
        yield from db.execute(sql)


def _fits(value: object, declared: str) -> bool:
    return value is None or isinstance(value, TYPES.get(declared.upper(), (object,)))


def copied(path: Path) -> sqlite3.Connection | None:
    """A copy in memory, damage and all, of a file that cannot be used where it lies;
    None where it cannot be read. What stands in its write-ahead log belongs to it."""
    for way in (_in_place, _through_a_copy, _alone):
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            if path.is_file() and path.stat().st_size <= MOST:
                way(path, memory)
                return memory
        except (sqlite3.Error, OSError):
            memory.close()
            continue
        memory.close()
    return None


def _in_place(path: Path, memory: sqlite3.Connection) -> None:
    wal = Path(f"{path}-wal")
    settled = not wal.exists() or wal.stat().st_size == 0
    # A file system that cannot be written has no shared memory for readers.
    mode = "immutable=1" if settled else "mode=ro"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as db:
        db.backup(memory)


def _through_a_copy(path: Path, memory: sqlite3.Connection) -> None:
    with ScratchFolder() as folder:
        copy = folder.path / "copy.sqlite"
        shutil.copyfile(path, copy)
        wal = Path(f"{path}-wal")
        if wal.exists():
            shutil.copyfile(wal, f"{copy}-wal")
        with closing(sqlite3.connect(copy)) as db:
            db.backup(memory)


def _alone(path: Path, memory: sqlite3.Connection) -> None:
    """Without shared memory, which needs room: for a disk that is full."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.backup(memory)
