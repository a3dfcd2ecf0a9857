"""How a SQLite file of ours is opened: made, checked, and mended where it is damaged.

WAL and `synchronous=FULL`: a commit survives `kill -9` of the process. A damaged file
is kept under another name, never deleted; what can still be read of it is saved into a
new one.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from voiceagent.errors import StoreError
from voiceagent.store.files import folder_locked, keep_private, private_folder
from voiceagent.store.reach import explained, is_damage
from voiceagent.store.salvage import copied, salvage

__all__ = ["BUSY", "DatabaseFile", "OpenedFile"]

BUSY = 1.0
"""Seconds to wait for another process that writes, before giving up."""
LOG_PAGES = 50
"""After how many pages the log is written into the file: small disks stay small."""
CHECKED = 64 << 20
"""Bytes up to which a file is read through when it is opened: a larger one would hold
up the start, and damage shows where it is read."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A connection, and what has to be told about the file."""

    db: sqlite3.Connection
    trouble: str = ""
    """What was wrong with it and is mended; empty: nothing."""
    aside: Path | None = None
    """Where the damaged file was put."""


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
    steps: tuple[str, ...] = ()
    """What brings a file of each schema, from the first one on, to the next."""

    def open(self, *, wait: float = BUSY, check: bool = True) -> OpenedFile:
        """The connection; raises `StoreError` for a place that cannot be written and
        for a newer file. `wait`: seconds for another program that writes; `check`: it
        is read through."""
        try:
            self._make_place()
            return self._opened(wait, check)
        except (sqlite3.Error, OSError) as error:
            raise self.error("opened", error) from error

    def in_memory(self) -> sqlite3.Connection:
        """The same tables, empty and gone with the process."""
        return self._prepared(":memory:", None)

    def rescued(
        self, live: sqlite3.Connection | None = None
    ) -> tuple[sqlite3.Connection, int]:
        """All that can be read of the file, in memory, and how many rows are in it;
        no row where it cannot be read at all or is a newer one. `live`: a connection
        that is still open, for a file that may have gone."""
        memory = self.in_memory()
        saved = salvage(live, memory) if live else 0
        if saved or self.path is None or (raw := copied(self.path)) is None:
            return memory, saved
        with closing(raw):
            found = _version(raw)
            if found > self.schema:
                return memory, 0
            saved = salvage(raw, memory)
            memory.executescript(self._steps_from(found))
            return memory, saved

    def error(self, verb: str, error: sqlite3.Error | OSError) -> StoreError:
        """What went wrong with the file, in words that help."""
        place = str(self.path) if self.path else "the memory store"
        cause, hint = explained(error, self.path, self.setting)
        return StoreError(f"`{place}` could not be {verb}", cause=cause, hint=hint)

    def _opened(self, wait: float, check: bool) -> OpenedFile:
        if self.path is None:
            return OpenedFile(self.in_memory())
        empty = self._claimed(self.path)
        try:
            db = self._prepared(str(self.path), wait, check)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return self._mended(self.path, wait)
        why = f"`{self.path}` was empty; a new one was begun" if empty else ""
        return OpenedFile(db, why)

    def _prepared(
        self, place: str, wait: float | None, check: bool = True
    ) -> sqlite3.Connection:
        db = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        # Text that is none stops the row that holds it, not the reading of all rows.
        db.text_factory = _text
        try:
            self._set_up(db, wait, check and wait is not None)
        except BaseException:
            db.close()
            raise
        return db

    def _set_up(self, db: sqlite3.Connection, wait: float | None, check: bool) -> None:
        """`wait`: None in memory."""
        if wait is not None:
            db.execute(f"PRAGMA busy_timeout = {round(wait * 1000)}")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        if self.wipes:
            db.execute("PRAGMA secure_delete = ON")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > self.schema:
            raise self._newer(found)
        if check:
            self._check(db)
        db.executescript(self.tables)
        if found < self.schema:
            steps = self._steps_from(found)
            version = f"PRAGMA user_version = {self.schema}"
            db.executescript(f"BEGIN IMMEDIATE; {steps} {version}; COMMIT")

    def _check(self, db: sqlite3.Connection) -> None:
        assert self.path is not None
        if self.path.stat().st_size > CHECKED:
            return
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            error = sqlite3.DatabaseError(str(found))
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

    def _make_place(self) -> None:
        if self.path is None:
            return
        try:
            private_folder(self.path.parent)
        except OSError as error:
            raise StoreError(
                f"no folder at `{self.path.parent}`",
                cause=str(error),
                hint=f"set `{self.setting}` to a place that you may write",
            ) from error

    def _claimed(self, path: Path) -> bool:
        """Make the file for this user alone; whether there was one of no bytes."""
        try:
            _make(path)
        except FileExistsError:
            if not path.is_file():
                return False
            for suffix in ("", "-wal", "-shm"):
                keep_private(Path(f"{path}{suffix}"))
            return path.stat().st_size == 0
        return False

    def _mended(self, path: Path, wait: float) -> OpenedFile:
        """A new file, with what could be read of the damaged one."""
        with folder_locked(path.parent):
            try:  # somebody else may have mended it meanwhile
                return OpenedFile(self._prepared(str(path), wait))
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
            memory, saved = self.rescued()
            with closing(memory):
                aside = self._exchanged(path, memory)
        rows = "1 entry was" if saved == 1 else f"{saved or 'no'} entries were"
        why = f"the file was damaged and is kept as `{aside}`; {rows} saved from it"
        return OpenedFile(self._prepared(str(path), wait), why, aside)

    def _exchanged(self, path: Path, memory: sqlite3.Connection) -> Path:
        """`memory` stands in its place; gives where the damaged file now is."""
        number = 1
        while (aside := path.with_suffix(f".corrupt-{number}")).exists():
            number += 1
        fresh = path.with_name(f"{path.name}.mended")
        try:
            fresh.unlink(missing_ok=True)
            _make(fresh)
            with closing(sqlite3.connect(fresh)) as db:
                memory.backup(db)
            # A log without its file is harmless, a file with another's log is not.
            for suffix in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    Path(f"{path}{suffix}").replace(f"{aside}{suffix}")
            with suppress(OSError):  # under both names, the exchange is one step
                os.link(path, aside)
            if not aside.exists():
                path.replace(aside)
            fresh.replace(path)
        except (OSError, sqlite3.Error) as error:
            fresh.unlink(missing_ok=True)
            raise StoreError(
                f"`{path}` is damaged and cannot be moved aside",
                cause=str(error),
                hint=f"set `{self.setting}` to a place that you may write",
            ) from error
        return aside

    def _steps_from(self, found: int) -> str:
        """A file of no schema is new: it has nothing to be brought on."""
        return "".join(self.steps[found - 1 :]) if found else ""

    def _newer(self, found: int) -> StoreError:
        return StoreError(
            f"`{self.path}` was written by a newer voiceagent",
            cause=f"schema {found}, this program knows {self.schema}",
            hint=f"update voiceagent or set `{self.setting}` to another place",
        )


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _make(path: Path) -> None:
    # The two files beside it get the rights that it has.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _version(db: sqlite3.Connection) -> int:
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:  # so damaged that it has none
        return 0
