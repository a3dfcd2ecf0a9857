"""A book that never stands in the way of the thing: a SQLite file that may fail.

    book = Book(DatabaseFile(path, TABLES, 1, "store.folder"), "timers and lists")
    book.write((sql, values))              # kept, or remembered while the disk is full
    book.write((sql, values), must=True)   # kept, or `StoreError`
    for trouble in book.troubles(tell): ...  # said once; `tell` hears of later ones

Where the file cannot be used, everything that was in it goes on in memory, and what is
written meanwhile is written to the file, in its order, as soon as that works again. A
file that turns out to be damaged is mended (`DatabaseFile`) and said so.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import TypeVar

from voiceagent.clock import perf
from voiceagent.errors import StoreError
from voiceagent.store.database import BUSY, DatabaseFile
from voiceagent.store.files import identity
from voiceagent.store.reach import SPOKEN, is_damage, is_full, is_out_of_reach
from voiceagent.store.salvage import salvage
from voiceagent.store.statements import (
    SqlStatement,
    StoredRow,
    again,
    each,
    run,
    transaction,
)

__all__ = ["Book", "BookTrouble"]

T = TypeVar("T")

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0
"""Seconds after which a file that failed is first tried again; doubled each time."""
LOOK_LATEST = 30.0
LITTLE = 0.05
"""Seconds to wait for another program while the book goes on in memory."""
AGAIN = 3600.0
"""Seconds after which the same trouble is worth another word."""
MOST = 10_000
"""Transactions that are remembered for a file that cannot be written."""


@dataclass(frozen=True, slots=True)
class BookTrouble:
    """Something that has to be said about a book, once."""

    what: str
    """Which book, as a user calls it: "timers, lists and house state"."""
    why: str
    hint: str
    said: str
    """The same for ears."""


@dataclass(slots=True)
class _Adrift:
    """What has happened since the file went out of reach."""

    error: StoreError
    look: float
    """When it is tried again."""
    pause: float = LOOK_AGAIN
    waiting: list[tuple[SqlStatement, ...]] = field(default_factory=list)
    """Transactions that are not in the file yet."""
    overflowed: bool = False
    """More was written than is remembered: the file is not touched any more."""

    def remember(self, statements: tuple[SqlStatement, ...]) -> None:
        """One transaction more."""
        self.overflowed = self.overflowed or len(self.waiting) >= MOST
        if not self.overflowed:
            self.waiting.append(statements)


class Book:
    """Rows that outlive the process where that is possible; for any thread."""

    def __init__(self, file: DatabaseFile, what: str) -> None:
        """`what`: how a user calls it. A file that fails raises nothing: `troubles`."""
        self.what, self.path = what, file.path
        self.moved_aside: Path | None = None
        """Where a damaged file was put; None if all was well."""
        # Behind a link: the log lies beside the file, and is mended with it.
        real = Path(os.path.realpath(file.path)) if file.path is not None else None
        self._file, self._lock = replace(file, path=real), RLock()
        self._adrift: _Adrift | None = None
        self._inode: object = None
        self._closed = False
        self._untold: list[BookTrouble] = []
        self._tell: Callable[[BookTrouble], None] = self._untold.append
        self._told: dict[str, float] = {}
        try:
            self._db = self._opened()
        except StoreError as error:
            self._db = self._file.rescued()[0]
            self._lost_reach(error)

    @property
    def kept(self) -> bool:
        """Whether everything that was written is on the disk."""
        return self._adrift is None

    def troubles(
        self, tell: Callable[[BookTrouble], None] | None = None
    ) -> list[BookTrouble]:
        """What has happened so far and was not told yet; `tell` is called, from
        whatever thread, with what happens from now on."""
        with self._lock:
            found = list(self._untold)
            self._untold.clear()
            self._tell = tell or self._tell
            return found

    def read(self, sql: str, values: Sequence[object] = ()) -> list[StoredRow]:
        """All rows of a query."""

        def rows(db: sqlite3.Connection) -> list[StoredRow]:
            return db.execute(sql, values).fetchall()

        with self._lock:
            self._look()
            try:
                return self._guarded("read", rows)
            except _Unusable as failed:
                self._go_adrift(failed.error)
            return self._guarded("read", rows)

    def write(self, *statements: SqlStatement, must: bool = False) -> int:
        """Run statements as one transaction; gives the rows changed by the last.

        `must`: raises `StoreError` where they cannot be kept on the disk, and then
        nothing was changed. Statements may be run again when the file is back: they
        have to give the same whenever they are run.
        """
        if must:
            return self.transact(lambda db: each(db, statements))
        with self._lock:
            self._look()
            try:
                changed = self._guarded("written", lambda db: run(db, statements))
            except _Unusable as failed:
                self._go_adrift(failed.error)
                changed = self._guarded("written", lambda db: run(db, statements))
            if self._adrift is not None:
                self._adrift.remember(statements)
            return changed

    def transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` as one transaction on the file; what it gives. Raises `StoreError`
        where that is not kept, and what `work` raises: then nothing was changed."""
        with self._lock:
            self._look(now=True)
            if self._adrift is not None:
                raise self._adrift.error

            def whole(db: sqlite3.Connection) -> T:
                with transaction(db):
                    return work(db)

            try:
                return self._guarded("written", whole)
            except _Unusable as failed:
                raise failed.error from failed

    def tell(self, trouble: BookTrouble) -> None:
        """Something is wrong with it, or with what is in it; the same once an hour."""
        at = perf()
        if at - self._told.get(trouble.said, -AGAIN) < AGAIN:
            return
        self._told[trouble.said] = at
        log.info("%s: %s", trouble.what, trouble.why)
        self._tell(trouble)

    def close(self) -> bool:
        """Close the file, tried once more where it was out of reach: whether all that
        was written is in it. Further use raises `StoreError`."""
        with self._lock:
            self._look(now=True)
            kept = self._adrift is None
            self._closed, self._adrift = True, None
            self._db.close()
            return kept

    def _opened(self) -> sqlite3.Connection:
        # One that was only out of reach need not be read through each time.
        known = self._adrift is not None and self._inode == identity(self.path)
        wait = LITTLE if self._adrift else BUSY
        opened = self._file.open(wait=wait, check=not known)
        self.moved_aside = opened.aside or self.moved_aside
        self._inode = identity(self.path)
        if opened.trouble:
            hint = "nothing to do; what is set from now on is kept"
            said = f"My book of {self.what} was damaged. I saved what I could."
            self.tell(BookTrouble(self.what, opened.trouble, hint, said))
        return opened.db

    def _guarded(self, verb: str, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work`, on a mended file where it turns out to be damaged; raises `_Unusable`
        where the file is out of reach, and `StoreError`."""
        try:
            return work(self._db)
        except sqlite3.Error as error:
            if self._adrift is None and is_full(error):
                # Written into the file, the log is written over from its beginning.
                with suppress(sqlite3.Error):
                    self._db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
            elif self._adrift is None and is_damage(error):
                self._reopen()
            else:
                raise self._sorted(verb, error) from error
        try:
            return work(self._db)
        except sqlite3.Error as error:
            raise self._sorted(verb, error) from error

    def _sorted(self, verb: str, error: sqlite3.Error) -> StoreError:
        told = self._file.error(verb, error)
        on_disk = self.path is not None and self._adrift is None
        return _Unusable(told) if on_disk and is_out_of_reach(error) else told

    def _reopen(self) -> None:
        """The file as it is now, whatever was wrong with it."""
        before = self._db
        try:
            self._db = self._opened()
        except StoreError as error:
            self._go_adrift(error)
        else:
            before.close()

    def _go_adrift(self, error: StoreError) -> None:
        """What is still open can be read: it goes on in memory."""
        before = self._db
        self._db, _ = self._file.rescued(before)
        with suppress(sqlite3.Error):
            before.close()
        self._lost_reach(error)

    def _lost_reach(self, error: StoreError) -> None:
        self._adrift = _Adrift(error, perf() + LOOK_AGAIN)
        cause = error.cause or error.what
        why = f"{error.what}: {cause}; they last as long as this program"
        spoken = f": {cause}" if cause in SPOKEN else ""
        said = f"I can't keep {self.what} now{spoken}."
        self.tell(BookTrouble(self.what, why, error.hint, said))

    def _look(self, *, now: bool = False) -> None:
        """Whether the file is still the one, and whether it can be used again."""
        adrift = self._adrift
        if self._closed:
            return
        if adrift is None:
            if self._inode != identity(
                self.path
            ):  # taken away, or another one put there
                self._reopen()
        elif not adrift.overflowed and (now or perf() >= adrift.look):
            adrift.pause = min(2 * adrift.pause, LOOK_LATEST)
            adrift.look = perf() + adrift.pause
            with suppress(StoreError, sqlite3.Error, OSError):
                self._come_back(adrift)

    def _come_back(self, adrift: _Adrift) -> None:
        assert self.path is not None
        gone = not self.path.exists()
        db = self._opened()
        try:
            if gone:
                salvage(self._db, db)
            with transaction(db):
                for statements in adrift.waiting:
                    again(db, statements)
        except sqlite3.Error:
            db.close()
            raise
        self._db.close()
        self._db, self._adrift = db, None
        log.info("%s are kept again", self.what)


class _Unusable(StoreError):
    """The file cannot be written now."""

    def __init__(self, error: StoreError) -> None:
        super().__init__(error.what, cause=error.cause, hint=error.hint)
        self.error = error
