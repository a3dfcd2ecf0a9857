"""A chain of signed lines: what was changed, dropped, moved or made up shows.

    {"chain":1,"id":"receipt-7", ... ,"before":"<of 6>","signature":"<of this>"}

Each line is signed with a key and names the signature of the line before. The head,
signed apart, says how many lines there are and how the last one is signed, so that ends
that were cut off show as well. Who holds the key, or puts all of an older set back, can
undo that: only somebody elsewhere who has seen the head can tell then.

Lines are appended under a lock that reads the end anew, so that several writers make
one chain. The line is written first, then the head: after a crash there is at most one
line more than the head says, or a piece of one, which is cut off; a line says so.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from voiceagent.errors import StoreError
from voiceagent.privacy.chain_log import ChainLog

__all__ = ["FIRST", "SignedChain", "ChainHead", "ChainLine", "Seal"]

FIRST = "0" * 64
"""What the first line names as the signature before."""
LARGEST = 8_000_000
"""Bytes of a part; then another one is begun."""
KEPT = 3
"""Parts that are kept besides the newest."""
MARK = b',"signature":"'
SIGNED = len(MARK) + 64 + 2
TORN, NO_HEAD = "torn", "no head"
"""Notes that a chain writes about itself."""


class ChainHead(Struct, frozen=True, kw_only=True):
    """How far the chain reaches."""

    chain: int = 1
    count: int = 0
    """The number of the last line."""
    first: int = 1
    """The number of the first one that is kept."""
    last: str = FIRST
    """The signature of the last line."""


class ChainLine(Struct, frozen=True, kw_only=True):
    """One line that was signed, or says that it is."""

    number: int
    body: bytes
    """JSON, without the signature."""
    before: str
    signature: str
    signed: bool
    """By this key."""
    note: str = ""
    """What it says of the chain itself; empty: it is an entry."""


class _Names(Struct, frozen=True):
    """What a chain needs to know of its lines."""

    id: str
    before: str = ""
    note: str = ""
    chain: int = 0


class Seal:
    """A key that signs objects of JSON, each for one purpose."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, body: bytes) -> bytes:
        """The object with its signature as the last member."""
        return body[:-1] + MARK + self._of(purpose, body).encode() + b'"}'

    def holds(self, purpose: str, raw: bytes) -> bool:
        """Whether this key has signed that."""
        body, signature = split(raw)
        return hmac.compare_digest(self._of(purpose, body), signature)

    def _of(self, purpose: str, body: bytes) -> str:
        data = purpose.encode() + b"\n" + body
        return hmac.new(self._key, data, hashlib.sha256).hexdigest()


def split(raw: bytes) -> tuple[bytes, str]:
    """An object and its signature; empty where it has none."""
    at = len(raw) - SIGNED
    end = raw[at:] if at > 0 else b""
    if not (end.startswith(MARK) and end.endswith(b'"}') and end.isascii()):
        return raw, ""
    return raw[:at] + b"}", end[len(MARK) : -2].decode()


class SignedChain:
    """Appends to the lines of a log and reads them."""

    def __init__(
        self,
        log: ChainLog,
        key: bytes,
        *,
        name: str,
        largest: int = LARGEST,
        kept: int = KEPT,
    ) -> None:
        """`name`: what a line is called; it is signed for that alone."""
        self._log, self._seal, self._name = log, Seal(key), name
        self._largest, self._kept = largest, kept

    def begin(self) -> None:
        """The head of a chain that has no line yet."""
        self._put(ChainHead())

    def append(self, fields: Mapping[str, Any]) -> ChainLine:
        """Sign and keep it; raises `StoreError` where it cannot be kept."""
        with self._log.locked():
            head = self._whole()
            return self._add(head, fields)

    def append_all(self, group: Iterable[Mapping[str, Any]]) -> None:
        """Sign and keep all of these, or none: for a log whose lock is a transaction.
        The head is written once, behind the last."""
        with self._log.locked():
            head = before = self._whole()
            for fields in group:
                head = self._line(self._roomy(head), fields)[0]
            if head is not before:
                self._put(head)

    def head(self) -> ChainHead | None:
        """How far it reaches by its head; None: there is none that is signed."""
        return self.head_of(self._log.head())

    def head_of(self, raw: bytes) -> ChainHead | None:
        """What such a head says; None where it is not signed."""
        if not self._seal.holds(f"{self._name} head", raw):
            return None
        return msgspec.json.decode(raw, type=ChainHead)

    def lines(self) -> Iterator[tuple[bytes, ChainLine | None]]:
        """All that is kept, oldest first; None: it is no line of a chain. A piece at
        the end that was never finished is not there."""
        return ((row, self.line(row)) for row in self.rows())

    def rows(self) -> Iterator[bytes]:
        """The same, as they were written."""
        parts = self._log.parts()
        for number, part in enumerate(parts, 1):
            rows = part.split(b"\n")
            if number == len(parts) or not rows[-1]:
                rows.pop()
            yield from rows

    def line(self, raw: bytes) -> ChainLine | None:
        """A line as it can be read; None: it cannot be."""
        body, signature = split(raw)
        try:
            names = msgspec.json.decode(body, type=_Names)
            number = int(names.id.rpartition("-")[2])
        except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
            return None
        signed = self._seal.holds(self._name, raw)
        return ChainLine(
            number=number,
            body=body,
            before=names.before,
            signature=signature,
            signed=signed and names.chain == 1,
            note=names.note,
        )

    def _whole(self) -> ChainHead:
        """The head that the next line follows, with what a crash left put right."""
        tail = self._log.tail()
        whole, _, torn = tail.rpartition(b"\n")
        last = self.line(whole.rpartition(b"\n")[2]) if whole else None
        head = self._caught_up(last if last is not None and last.signed else None)
        if torn:
            self._log.cut(len(torn))
            digest = hashlib.sha256(torn).hexdigest()
            head = self._note(head, TORN, bytes=len(torn), sha256=digest)
        return head

    def _caught_up(self, last: ChainLine | None) -> ChainHead:
        """The head, or what the last line says where that is further on. A line that
        the head knows and that is gone leaves its number free: that shows."""
        head = self.head()
        if head is None:
            count = last.number if last else 0
            head = ChainHead(count=count, last=last.signature if last else FIRST)
            return self._note(head, NO_HEAD)
        if last is None or last.number <= head.count:
            return head
        ahead = last.number > head.count + 1 or last.before != head.last
        head = msgspec.structs.replace(head, count=last.number, last=last.signature)
        if ahead:
            return self._note(head, NO_HEAD)
        self._put(head)
        return head

    def _note(self, head: ChainHead, note: str, **about: Any) -> ChainHead:
        made = self._add(head, {"note": note, **about})
        now = self.head()
        assert now is not None and now.last == made.signature
        return now

    def _add(self, head: ChainHead, fields: Mapping[str, Any]) -> ChainLine:
        after, raw = self._line(self._roomy(head), fields)
        made = self.line(raw)
        assert made is not None
        try:
            self._put(after)
        except BaseException:
            # What was not counted must not look as if it had been kept.
            with suppress(StoreError):
                self._log.cut(len(raw) + 1)
            raise
        return made

    def _line(
        self, head: ChainHead, fields: Mapping[str, Any]
    ) -> tuple[ChainHead, bytes]:
        """Keep it; gives the head that is right from then on, and the line."""
        number = head.count + 1
        body = msgspec.json.encode(
            {
                "chain": 1,
                "id": f"{self._name}-{number}",
                **fields,
                "before": head.last,
            }
        )
        raw = self._seal.sign(self._name, body)
        self._log.append(raw + b"\n")
        last = split(raw)[1]
        return msgspec.structs.replace(head, count=number, last=last), raw

    def _roomy(self, head: ChainHead) -> ChainHead:
        return self._divided(head) if self._log.size() > self._largest else head

    def _divided(self, head: ChainHead) -> ChainHead:
        """Another part is begun. The head says that the oldest goes before it goes."""
        gone = self._log.divide(head.count, self._kept)
        if gone:
            head = msgspec.structs.replace(head, first=gone + 1)
            self._put(head)
            self._log.drop(gone)
        return head

    def _put(self, head: ChainHead) -> None:
        body = msgspec.json.encode(head)
        self._log.put_head(self._seal.sign(f"{self._name} head", body))
