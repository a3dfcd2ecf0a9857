"""Countersigns how far the receipts of devices reach, and remembers what it signed.

A head is signed where it goes on from the one that was signed before. For everything
else the answer is that one: who cannot show it among their receipts has lost some.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from voiceagent.clock import outside
from voiceagent.privacy.countersign import Countersignature
from voiceagent.realtime.steps import Countersign
from voiceagent.store.book import Book
from voiceagent.store.database import DatabaseFile
from voiceagent.store.keys import own_key

__all__ = ["Notary"]

SCHEMA = 1
TABLE = """
CREATE TABLE IF NOT EXISTS heads (
    subject TEXT NOT NULL, chain TEXT NOT NULL, signed TEXT NOT NULL,
    PRIMARY KEY (subject, chain));
"""
MOST = 64
"""Chains of one subject: a device begins a new one with a new key."""
UNSIGNED = "0" * 128


class Notary:
    """Signs with a key of this server; blocking, for any thread."""

    def __init__(self, folder: Path | None, region: str) -> None:
        """`folder`: None remembers nothing after a restart. Raises `StoreError` and
        `ImportError`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._region = region
        if folder is None:
            self._key = Ed25519PrivateKey.generate()
        else:
            file = folder / "countersign.key"
            raw = own_key(file, whose="this server", setting="memory.folder")
            self._key = Ed25519PrivateKey.from_private_bytes(raw)
        self.public = self._key.public_key().public_bytes_raw().hex()
        path = folder / "heads.sqlite" if folder else None
        file_of = DatabaseFile(path, TABLE, SCHEMA, "memory.folder")
        self._book = Book(file_of, "what was countersigned")

    def sign(self, subject: str, asked: Countersign) -> Mapping[str, Any] | None:
        """What is signed now or was before; None: there are too many chains. Raises
        `StoreError` where it cannot be remembered: then nothing is signed."""
        return self._book.transact(lambda db: self._signed(db, subject, asked))

    def close(self) -> None:
        """Close the book."""
        self._book.close()

    def _signed(
        self, db: sqlite3.Connection, subject: str, asked: Countersign
    ) -> Mapping[str, Any] | None:
        row = db.execute(
            "SELECT signed FROM heads WHERE subject = ? AND chain = ?",
            (subject, asked.chain),
        ).fetchone()
        before = msgspec.json.decode(row[0], type=Countersignature) if row else None
        if before is not None and not _goes_on(before, asked):
            return _told(before)
        if before is None and self._too_many(db, subject):
            return None
        made = self._made(asked)
        db.execute(
            "INSERT OR REPLACE INTO heads VALUES (?, ?, ?)",
            (subject, asked.chain, msgspec.json.encode(made).decode()),
        )
        return _told(made)

    def _too_many(self, db: sqlite3.Connection, subject: str) -> bool:
        sql = "SELECT COUNT(*) FROM heads WHERE subject = ?"
        return int(db.execute(sql, (subject,)).fetchone()[0]) >= MOST

    def _made(self, asked: Countersign) -> Countersignature:
        plain = Countersignature(
            chain=asked.chain,
            count=asked.count,
            last=asked.last,
            at=outside().isoformat(timespec="seconds"),
            region=self._region,
            key=self.public,
            signature=UNSIGNED,
        )
        signature = self._key.sign(plain.signed()).hex()
        return msgspec.structs.replace(plain, signature=signature)


def _goes_on(before: Countersignature, asked: Countersign) -> bool:
    """Whether it says that what was signed is among its receipts, and has no fewer."""
    known = (asked.from_count, asked.from_last) == (before.count, before.last)
    same = asked.count == before.count and asked.last == before.last
    return same or (known and asked.count > before.count)


def _told(signed: Countersignature) -> Mapping[str, Any]:
    told: Mapping[str, Any] = msgspec.to_builtins(signed)
    return told
