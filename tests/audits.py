"""Records of a gateway, for tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from voiceagent.gateway.audit import AUDIT_FILE, AuditBook
from voiceagent.gateway.audit_entry import AuditEntry

__all__ = ["audit_entry", "audited", "opened_audit"]


def audit_entry(number: int = 0, **more: Any) -> AuditEntry:
    """A call that was made."""
    told = {
        "principal": "kiosk",
        "caller": "client",
        "server": "house",
        "tool": "house__set_lock",
        "klass": "effect",
        "decision": "allowed",
        "outcome": "ok",
        "arguments": f"{number:032x}",
        "fields": ("door", "locked"),
        **more,
    }
    return AuditEntry(**told)


def audited(folder: Path, count: int) -> Path:
    """A folder with so many records."""
    book = AuditBook(folder, most=count + 1)
    for number in range(count):
        book.book(audit_entry(number))
    assert book.close()
    return folder


@contextmanager
def opened_audit(folder: Path) -> Iterator[sqlite3.Connection]:
    """The file, as somebody opens it who wants to change it."""
    with closing(sqlite3.connect(folder / AUDIT_FILE)) as db:
        yield db
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
