"""Conversations in one SQLite file: for a region with one front.

A save survives `kill -9` (WAL, `synchronous=FULL`), and what is erased is overwritten.
A file that is no database is moved aside, never deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from voiceagent.clock import wall
from voiceagent.errors import StoreError
from voiceagent.region.memory import MemoryItem, Stored, conflict, decode, encode
from voiceagent.store.book import Book, BookTrouble
from voiceagent.store.database import DatabaseFile

__all__ = ["SqliteMemory"]

T = TypeVar("T")
SCHEMA = 1
TABLE = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
    updated TEXT NOT NULL);
"""


class SqliteMemory:
    """One thread owns the file; the loop never waits for the disk.

    Where the file fails, conversations are not kept: whoever saves or erases is told,
    and what was kept before can still be read.
    """

    def __init__(self, path: Path | None) -> None:
        """`path`: None keeps everything in memory. What is wrong with the file is told
        by `troubles`."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory")
        file = DatabaseFile(path, TABLE, SCHEMA, "memory.folder", wipes=True)
        self._book = Book(file, "conversations")

    def troubles(self) -> Sequence[BookTrouble]:
        """What is wrong with the file and was not told yet; they are told by this."""
        return self._book.troubles()

    @property
    def moved_aside(self) -> Path | None:
        """Where a damaged file was put; None if all was well."""
        return self._book.moved_aside

    async def load(self, conversation: str) -> Stored | None:
        """The conversation; None where there is none."""
        return await self._run(self._load, conversation)

    async def save(
        self,
        conversation: str,
        items: tuple[MemoryItem, ...],
        answered: Mapping[str, MemoryItem],
        *,
        expected: int,
    ) -> int:
        """Write version `expected + 1`."""
        return await self._run(self._save, conversation, items, answered, expected)

    async def erase(self, conversation: str) -> bool:
        """Overwrite it."""
        sql = "DELETE FROM conversations WHERE id = ?"
        return await self._run(self._changed, sql, (conversation,)) > 0

    async def conversations(self) -> list[str]:
        """The names of all, the latest first."""
        sql = "SELECT id FROM conversations ORDER BY updated DESC, id"
        return [str(row[0]) for row in await self._run(self._rows, sql, ())]

    async def expire(self, before: datetime) -> int:
        """Erase what was not written since."""
        sql = "DELETE FROM conversations WHERE updated < ?"
        return await self._run(self._changed, sql, (before.isoformat(),))

    async def close(self) -> None:
        """Close the file."""
        await self._run(self._book.close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        loop = asyncio.get_running_loop()
        try:
            # A save that has begun is finished, whoever is cancelled meanwhile.
            running = loop.run_in_executor(self._thread, work, *args)
            return await asyncio.shield(running)
        except RuntimeError as error:  # the thread has ended
            hint = "the region is shutting down; nothing was changed"
            what = "conversations cannot be kept any more"
            raise StoreError(what, cause=str(error), hint=hint) from error

    def _load(self, conversation: str) -> Stored | None:
        sql = "SELECT body, version, updated FROM conversations WHERE id = ?"
        rows = self._rows(sql, (conversation,))
        if not rows:
            return None
        body, version, updated = rows[0]
        return decode(body, version, datetime.fromisoformat(updated))

    def _save(
        self,
        conversation: str,
        items: tuple[MemoryItem, ...],
        answered: Mapping[str, MemoryItem],
        expected: int,
    ) -> int:
        body, at = encode(items, answered), wall().isoformat()
        if expected == 0:
            sql = "INSERT OR IGNORE INTO conversations VALUES (?, 1, ?, ?)"
            changed = self._changed(sql, (conversation, body, at))
        else:
            sql = (
                "UPDATE conversations SET version = version + 1, body = ?, updated = ? "
                "WHERE id = ? AND version = ?"
            )
            changed = self._changed(sql, (body, at, conversation, expected))
        if not changed:
            raise conflict(conversation, expected)
        return expected + 1

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        return self._book.read(sql, values)

    def _changed(self, sql: str, values: tuple[Any, ...]) -> int:
        return self._book.write((sql, values), must=True)
