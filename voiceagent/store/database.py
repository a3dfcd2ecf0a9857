"""How a SQLite file of ours is opened: made, checked, moved aside where it is none.

WAL and `synchronous=FULL`: a commit survives `kill -9` of the process. A file that is
no database is kept under another name, never deleted.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from voiceagent.errors import StoreError

__all__ = ["DatabaseFile"]

BUSY_MS = 2_000
"""How long to wait for another process that writes, before giving up."""


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """Where it lies and what is in it."""

    path: Path | None
    """None keeps everything in memory."""
    tables: str
    """What makes the tables that are not there yet."""
    schema: int
    """Raised when a table changes shape; an older program refuses a newer file."""
    setting: str
    """The key of the configuration that says where it lies."""
    wipes: bool = False
    """What is deleted is overwritten."""

    def open(self) -> tuple[sqlite3.Connection, Path | None]:
        """The connection, and where a file that was no database was put; raises
        `StoreError` for a place that cannot be written and for a newer file, and
        `sqlite3.OperationalError` where the file cannot be used."""
        self._make_folder()
        try:
            return self._prepared(), None
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = self._moved_aside()
        return self._prepared(), aside

    def _prepared(self) -> sqlite3.Connection:
        place = str(self.path) if self.path else ":memory:"
        db = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        try:
            self._set_up(db)
        except BaseException:
            db.close()
            raise
        return db

    def _set_up(self, db: sqlite3.Connection) -> None:
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if self.wipes:
            db.execute("PRAGMA secure_delete = ON")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > self.schema:
            raise StoreError(
                f"`{self.path}` was written by a newer voiceagent",
                cause=f"schema {found}, this program knows {self.schema}",
                hint=f"update voiceagent or set `{self.setting}` to another place",
            )
        db.executescript(self.tables)
        if found < self.schema:
            db.execute(f"PRAGMA user_version = {self.schema}")

    def _make_folder(self) -> None:
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(
                f"no folder at `{self.path.parent}`", error
            ) from error

    def _moved_aside(self) -> Path:
        assert self.path is not None
        number = 1
        while (aside := self.path.with_suffix(f".corrupt-{number}")).exists():
            number += 1
        try:
            for suffix in ("", "-wal", "-shm"):
                side = Path(f"{self.path}{suffix}")
                if side.exists():
                    side.replace(f"{aside}{suffix}")
        except OSError as error:
            what = f"`{self.path}` is no database and cannot be moved aside"
            raise self._unwritable(what, error) from error
        return aside

    def _unwritable(self, what: str, error: OSError) -> StoreError:
        hint = f"set `{self.setting}` to a place that you may write"
        return StoreError(what, cause=str(error), hint=hint)
