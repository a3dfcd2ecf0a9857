"""Receipts: for every question to a larger tier, what left, where to and why.

One JSON line each, without any content, in a chain that is signed with a key of the
device (`privacy/chain.py` says what that shows and what not).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct, field

from voiceagent.errors import StoreError
from voiceagent.privacy.chain import ChainHead, SignedChain
from voiceagent.privacy.chain_check import (
    ChainFinding,
    ChainVerdict,
    Tampering,
    check_chain,
)
from voiceagent.privacy.chain_key import ChainKey
from voiceagent.privacy.chain_log import ChainLog, FileLog, MemoryLog

__all__ = ["KEY", "LateReceipts", "Receipt", "ReceiptTaker", "Receipts"]

NAME, FILES = "receipt", "receipts"
KEY = "device.key"
LONGEST = 500
"""Letters of the reason on a receipt: names of strangers may stand in it."""
NOTES = {
    "torn": "a receipt before this one was never finished",
    "no head": "before this one the head was gone, changed or older",
}


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


class ReceiptTaker(Protocol):
    """Keeps receipts."""

    def add(self, receipt: Receipt) -> Receipt:
        """Sign and keep it; raises `StoreError` where it cannot be kept."""
        ...


class Receipts:
    """The receipts of a folder; `None` keeps them in memory (replay)."""

    def __init__(self, folder: Path | None, *, reading: bool = False) -> None:
        """`reading`: nothing is made or written. Raises `StoreError` where the key can
        neither be read nor made."""
        self._log: ChainLog = FileLog(folder, FILES) if folder else MemoryLog()
        key: bytes | None = b"in memory"
        if folder is not None:
            own = ChainKey(folder, KEY, NAME)
            key = own.kept(self._log) if reading else own.made(self._log)
        self._key = key
        self._chain = SignedChain(self._log, key or b"", name=NAME)
        if folder is None:
            self._chain.begin()

    def add(self, receipt: Receipt) -> Receipt:
        """Sign and keep it; raises `StoreError` where it cannot be kept."""
        told = msgspec.structs.replace(receipt, why=receipt.why[:LONGEST])
        fields = msgspec.to_builtins(told)
        for name in ("id", "before", "signature"):
            fields.pop(name, None)
        made = self._chain.append(fields)
        return msgspec.structs.replace(
            told,
            id=f"{NAME}-{made.number}",
            before=made.before,
            signature=made.signature,
        )

    def all(self) -> Iterator[Receipt]:
        """The receipts that are kept, oldest first; lines that are none say so."""
        for raw, line in self._chain.lines():
            try:
                receipt = msgspec.json.decode(raw, type=Receipt)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                yield Receipt(why="unreadable")
                continue
            note = NOTES.get(line.note, line.note) if line is not None else ""
            yield msgspec.structs.replace(receipt, why=note) if note else receipt

    @property
    def chain(self) -> str:
        """What others may call the chain by; empty: it has no key."""
        if self._key is None:
            return ""
        return hmac.new(self._key, b"name of the chain", hashlib.sha256).hexdigest()[
            :32
        ]

    def head(self) -> ChainHead | None:
        """How many there are by their head; None: there is none that is signed."""
        return self._chain.head()

    def has(self, seen: ChainHead) -> bool:
        """Whether the receipt that a head ended with is among them, or so old that it
        is not kept any more."""
        head = self.head()
        if head is None or seen.count > head.count + 1:
            return False
        mark = f'"id":"{NAME}-{seen.count}"'.encode()
        rows = (raw for raw in self._chain.rows() if mark in raw)
        found = [line for line in map(self._chain.line, rows) if line is not None]
        found = [line for line in found if line.number == seen.count]
        if not found:
            return seen.count < head.first
        return any(line.signed and line.signature == seen.last for line in found)

    def verify(self, seen: ChainHead | None = None) -> ChainVerdict:
        """Whether they are as they were written; `seen`: a head that somebody elsewhere
        has countersigned."""
        with ExitStack() as stack:
            with suppress(StoreError):  # a folder that is only read, or a writer hangs
                stack.enter_context(self._log.locked())
            raw, rows = self._log.head(), [line for _, line in self._chain.lines()]
        head = self._chain.head_of(raw)
        if self._key is None:
            return _without_key(len(rows), raw, seen)
        return check_chain(rows, head, head_there=bool(raw), name=NAME, seen=seen)


class LateReceipts:
    """Opened when the first one is to be kept, and again where that failed: a folder
    that cannot be used keeps what would leave here, and nothing else."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._open: Receipts | None = None

    def add(self, receipt: Receipt) -> Receipt:
        """Sign and keep it; raises `StoreError` where it cannot be kept."""
        if self._open is None:
            self._open = Receipts(self._folder)
        return self._open.add(receipt)


def _without_key(count: int, head: bytes, seen: ChainHead | None) -> ChainVerdict:
    """Nothing can be checked; which is right where there is nothing."""
    if not (count or head or seen):
        return ChainVerdict(0)
    what = f"the key `{KEY}`, by which receipts are checked, is gone"
    return ChainVerdict(0, (ChainFinding(Tampering.KEY_GONE, 1, what),))
