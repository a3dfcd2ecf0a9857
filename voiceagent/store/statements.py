"""SQL that is run as one thing, and may be run again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["SqlStatement", "StoredRow", "again", "each", "run", "transaction"]

StoredRow = tuple[Any, ...]
"""One row of a result."""
SqlStatement = tuple[str, Sequence[object]]
"""SQL with its values."""


def run(db: sqlite3.Connection, statements: Sequence[SqlStatement]) -> int:
    """As one transaction; gives the rows changed by the last."""
    with transaction(db):
        return each(db, statements)


def each(db: sqlite3.Connection, statements: Sequence[SqlStatement]) -> int:
    """One after the other, in a transaction of the caller's."""
    changed = 0
    for sql, values in statements:
        changed = db.execute(sql, values).rowcount
    return changed


def again(db: sqlite3.Connection, statements: Sequence[SqlStatement]) -> None:
    """What was written in memory; another program may have made it impossible."""
    db.execute("SAVEPOINT one")
    try:
        each(db, statements)
    except sqlite3.IntegrityError:
        db.execute("ROLLBACK TO one")
    db.execute("RELEASE one")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    # By hand: a failed BEGIN or COMMIT must leave the connection usable.
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
        raise
