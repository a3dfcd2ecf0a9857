"""The record of what was decided: a signed chain (`privacy/chain.py`) over SQLite.

    audit = AuditBook(folder)
    if words := audit.unbooked(tool.klass, leaves=True): ...   # then it is not called
    audit.book(entry)            # at once; kept a moment later, in groups
    await audit.run(compute)     # in the task of its owner

A record is a decision, made or refused. Where the folder cannot be written, effects
that others ask for and whatever leaves this machine stop; the rest goes on, and how
many records are missing is noted in the chain when it can be written again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any

from voiceagent.clock import Compute, outside, waited
from voiceagent.errors import StoreError
from voiceagent.gateway.audit_entry import AuditEntry
from voiceagent.gateway.tool import ToolClass
from voiceagent.privacy.chain import ChainHead, SignedChain
from voiceagent.privacy.chain_key import ChainKey
from voiceagent.privacy.chain_sqlite import SqliteLog

__all__ = ["AUDIT_FILE", "AUDIT_KEY", "AUDIT_NAME", "AuditBook"]

AUDIT_NAME, AUDIT_FILE, AUDIT_KEY = "record", "audit.sqlite", "audit.key"
LARGEST = 32_000_000
"""Bytes of a part; three older ones are kept besides the newest."""
TOGETHER = 0.05
"""Seconds for which records are gathered: one wait for the disk serves all of them."""
AGAIN = 2.0
"""Seconds after which a folder that failed is tried again."""
GROUP = 500
"""Records of one transaction."""
MOST_WAITING = 2000
"""Records that wait to be written; beyond that they are counted and lost."""


class AuditBook:
    """Puts decisions on record; for the loop, and one thread that writes."""

    def __init__(
        self,
        folder: Path | None,
        *,
        tell: Callable[[StoreError], None] | None = None,
        most: int = MOST_WAITING,
    ) -> None:
        """`folder`: None keeps them in memory; `tell`: told once of each trouble, from
        the thread that writes. Opened by `write`, where that first succeeds."""
        self.trouble: StoreError | None = None
        """Why nothing can be kept now; None: it can."""
        self.lost = 0
        """Records that could not even wait; noted in the chain later."""
        self._folder, self._tell, self._most = folder, tell, most
        self._waiting: deque[dict[str, Any]] = deque()
        self._lock, self._writing = RLock(), RLock()
        self._log: SqliteLog | None = None
        self._chain: SignedChain | None = None
        self._key = b""
        self._some = asyncio.Event()

    @property
    def key(self) -> bytes:
        """For the hashes of arguments; made with the chain."""
        return self._key or b"not kept"

    @property
    def waiting(self) -> int:
        """Records that are not on the disk yet."""
        return len(self._waiting)

    def unbooked(
        self, klass: ToolClass, *, leaves: bool, caller: str = "client"
    ) -> str:
        """Why a call must not be made, since it could not be put on record; empty: it
        may. `leaves`: the server is on another machine."""
        why = self._behind()
        if not why or (not leaves and klass is ToolClass.READ):
            return ""
        # A lamp of one's own goes on although the disk is full.
        return "" if not leaves and caller == "agent" else why

    def book(self, entry: AuditEntry) -> None:
        """Put it on record; neither waits nor fails."""
        fields = entry.told()
        fields["at"] = fields.get("at") or outside().isoformat(timespec="milliseconds")
        with self._lock:
            if len(self._waiting) >= self._most:
                self.lost += 1
            else:
                self._waiting.append(fields)
        self._some.set()

    async def run(self, compute: Compute) -> None:
        """Keep what is booked, until it is cancelled; `close` keeps what waits then."""
        await compute("audit", self.write)
        while True:
            await waited(self._some, AGAIN if self.trouble else None)
            self._some.clear()
            await asyncio.sleep(TOGETHER)
            while await compute("audit", self.write):
                pass

    def write(self) -> bool:
        """Keep a group of what waits, as one; whether more is waiting. Blocking."""
        with self._writing:
            return self._group_kept()

    def _group_kept(self) -> bool:
        with self._lock:
            group = [self._waiting[n] for n in range(min(GROUP, len(self._waiting)))]
            lost, missed = self.lost, self.trouble is not None
        if self._chain is not None and not (group or lost or missed):
            return False
        try:
            self._keep(group, lost if missed or lost else None)
        except StoreError as error:
            self._failed(error)
            return False
        with self._lock:
            for _ in group:
                self._waiting.popleft()
            self.lost -= lost
            self.trouble = None
            return bool(self._waiting)

    def head(self) -> ChainHead | None:
        """How far it reaches, to be signed elsewhere; None: there is nothing yet."""
        return self._chain.head() if self._chain else None

    def close(self) -> bool:
        """Keep what waits; whether all of it was kept. Blocking."""
        while self.write():
            pass
        if self._log is not None:
            self._log.close()
        return not self._waiting and not self.lost

    def _keep(self, group: list[dict[str, Any]], lost: int | None) -> None:
        """`lost`: records that are missing, after a time in which nothing was kept."""
        notes: list[dict[str, Any]] = []
        if self._chain is None:
            notes.append({"note": "begun", "at": _today()})
        if lost is not None:
            notes.append({"note": "gap", "at": _today(), "lost": lost})
        self._opened().append_all([*notes, *group])

    def _opened(self) -> SignedChain:
        if self._log is None or self._chain is None:
            path = self._folder / AUDIT_FILE if self._folder else None
            log = SqliteLog(path)
            try:
                self._key = self._made_key(log)
            except StoreError:
                log.close()
                raise
            self._log = log
            self._chain = SignedChain(log, self._key, name=AUDIT_NAME, largest=LARGEST)
        return self._chain

    def _made_key(self, log: SqliteLog) -> bytes:
        if self._folder is not None:
            own = ChainKey(self._folder, AUDIT_KEY, AUDIT_NAME, whose="this gateway")
            return own.made(log)
        SignedChain(log, b"in memory", name=AUDIT_NAME).begin()
        return b"in memory"

    def _failed(self, error: StoreError) -> None:
        known, self.trouble = self.trouble, error
        if self._tell is not None and (known is None or str(known) != str(error)):
            self._tell(error)

    def _behind(self) -> str:
        if self.trouble is not None:
            return self.trouble.brief
        if len(self._waiting) >= self._most // 2:
            return "the record of calls is behind; try again in a moment"
        return ""


def _today() -> str:
    return outside().isoformat(timespec="milliseconds")
