"""Receipts: for every question to a larger tier, what left, where to and why.

One JSON line each, without any content. Lines are chained and signed with a key of the
device, so that one that was changed, dropped or made up shows.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct, field

from voiceagent.errors import StoreError
from voiceagent.store.keys import own_key

__all__ = ["Receipt", "Receipts", "ChainVerdict"]

LARGEST = 8_000_000
"""Bytes of a file of receipts; then another one is begun, and three are kept."""
KEPT = 3
FIRST = "0" * 64


class Receipt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What left the device in one turn, or why nothing did."""

    id: str = ""
    at: str = ""
    """Date and time."""
    session: str = ""
    turn: int = 0
    to: str = ""
    """The leg that it went to."""
    region: str = ""
    """The region that the leg has proved to stand in; empty: none."""
    task: str = ""
    left: str = "nothing"
    """The data class."""
    bytes: int = 0
    messages: int = 0
    """Earlier messages that went along."""
    replaced: dict[str, int] = field(default_factory=dict)
    """Secrets replaced, by kind."""
    why: str = ""
    before: str = ""
    """Signature of the receipt before."""
    signature: str = ""


class ChainVerdict(Struct, frozen=True):
    """Whether the receipts can be believed."""

    count: int
    wrong: int
    """Number of the first receipt that is not what was written; 0: all are."""


class Receipts:
    """The file of receipts; `None` keeps them in memory (replay)."""

    def __init__(self, folder: Path | None) -> None:
        """Raises `StoreError` where the key can neither be read nor made."""
        self.path = folder / "receipts.jsonl" if folder else None
        self._key = b"in memory"
        if folder is not None:
            file = folder / "device.key"
            self._key = own_key(file, whose="this device", setting="store.folder")
        self._memory: list[Receipt] = []
        self._lock = Lock()
        self._last = FIRST
        self._count = 0
        for receipt in self.all():
            self._last, self._count = receipt.signature, self._count + 1

    def add(self, receipt: Receipt) -> Receipt:
        """Sign and keep it; raises `StoreError` where it cannot be kept."""
        with self._lock:
            number = self._count + 1
            named = msgspec.structs.replace(
                receipt, id=f"receipt-{number}", before=self._last
            )
            signed = msgspec.structs.replace(named, signature=self._sign(named))
            self._write(signed)
            self._last, self._count = signed.signature, number
        return signed

    def all(self) -> Iterator[Receipt]:
        """The receipts of the current file, oldest first; broken lines are skipped."""
        if self.path is None:
            yield from list(self._memory)
            return
        for line in self._lines():
            try:
                yield msgspec.json.decode(line, type=Receipt)
            except (msgspec.DecodeError, UnicodeDecodeError):
                yield Receipt(why="unreadable")

    def verify(self) -> ChainVerdict:
        """Whether every receipt follows the one before and is signed by this device."""
        before, count = None, 0
        for receipt in self.all():
            count += 1
            plain = msgspec.structs.replace(receipt, signature="")
            follows = before is None or receipt.before == before
            if not (
                follows and hmac.compare_digest(self._sign(plain), receipt.signature)
            ):
                return ChainVerdict(count, count)
            before = receipt.signature
        return ChainVerdict(count, 0)

    def _sign(self, receipt: Receipt) -> str:
        data = msgspec.json.encode(receipt, order="deterministic")
        return hmac.new(self._key, data, hashlib.sha256).hexdigest()

    def _write(self, receipt: Receipt) -> None:
        if self.path is None:
            self._memory.append(receipt)
            return
        try:
            if self.path.exists() and self.path.stat().st_size > LARGEST:
                self._rotate(self.path)
            with self.path.open("ab") as file:
                file.write(msgspec.json.encode(receipt) + b"\n")
        except OSError as error:
            raise StoreError(
                f"`{self.path}` could not be written",
                cause=str(error),
                hint="nothing leaves without a receipt: look at the disk",
            ) from error

    def _lines(self) -> list[bytes]:
        assert self.path is not None
        try:
            return self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(
                f"`{self.path}` could not be read", cause=str(error)
            ) from error

    def _rotate(self, path: Path) -> None:
        for number in range(KEPT - 1, 0, -1):
            older = path.with_suffix(f".{number}.jsonl")
            if older.exists():
                older.replace(path.with_suffix(f".{number + 1}.jsonl"))
        path.replace(path.with_suffix(".1.jsonl"))
