"""Pins: a tool stays what it was when it was first seen, or nobody can call it.

    book = PinBook(folder / "gateway.sqlite3", servers={"clock", "house"})
    for seen in book.look({"house": tools, "clock": others}):
        if seen.state is PinState.PINNED: ...

First sight is trusted for servers that the configuration names, and for no other. A
tool that changed, that was renamed, or whose name another one claims is in quarantine
until a person has looked at the difference and pins it. All processes that share the
file hold the same pins: whoever sees a tool first decides what it is for all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voiceagent.clock import outside
from voiceagent.gateway.fingerprint import differences
from voiceagent.gateway.pin_judge import (
    KnownTool,
    PinJudge,
    PinState,
    SeenTool,
    ToolKey,
)
from voiceagent.gateway.tool import UpstreamTool
from voiceagent.store.book import Book
from voiceagent.store.database import DatabaseFile

__all__ = ["OfferedTool", "PinBook", "PinState", "SeenTool"]

TABLES = """
CREATE TABLE IF NOT EXISTS pins (
    server TEXT NOT NULL, name TEXT NOT NULL, pin TEXT NOT NULL, body TEXT NOT NULL,
    form TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (server, name));
CREATE TABLE IF NOT EXISTS offers (
    server TEXT NOT NULL, name TEXT NOT NULL, pin TEXT NOT NULL, body TEXT NOT NULL,
    form TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (server, name));
"""
OFFERED = """
SELECT o.server, o.name, o.pin, o.reason, o.at, COALESCE(p.form, '{}'), o.form
FROM offers o LEFT JOIN pins p USING (server, name) ORDER BY o.server, o.name
"""
AT_FIRST_SIGHT = "INSERT OR IGNORE INTO pins VALUES (?, ?, ?, ?, ?, ?)"
TO_BE_LOOKED_AT = "INSERT OR REPLACE INTO offers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
THAT = "server = ? AND name = ? AND pin = ?"
AS_OFFERED = (
    "INSERT OR REPLACE INTO pins "
    f"SELECT server, name, pin, body, form, ? FROM offers WHERE {THAT}"
)


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """One that waits for somebody to look at it."""

    server: str
    name: str
    pin: str
    """What somebody who has looked at it names."""
    reason: str
    at: str
    """When it was last seen to be another one."""
    differences: tuple[str, ...]
    """From what is pinned, a line each; all of it where nothing is."""


class PinBook:
    """The pins of one file; for any thread, and for several processes."""

    def __init__(self, path: Path | None, servers: Collection[str]) -> None:
        """`path`: None keeps them in memory; `servers`: what the configuration names.
        A file that fails raises nothing: what is pinned meanwhile is not kept."""
        self._servers = frozenset(servers)
        self.book = Book(DatabaseFile(path, TABLES, 1, "store.folder"), "pins of tools")
        self._unread = not self.book.kept

    def look(self, told: Mapping[str, Sequence[UpstreamTool]]) -> tuple[SeenTool, ...]:
        """Judge all that these servers list now, in their order; raises `StoreError`.

        A server that did not answer is not among them. Names are held against each
        other among these alone: give all lists that hold, not only the new one.
        """
        unread = self._unread and not self.book.kept
        unsure = unread or self.book.moved_aside is not None
        pins, offers = self._pins(told), self._offers(told)
        judge = PinJudge(self._servers, pins, offers, unsure)
        seen = tuple(judge.judge(told))
        if judge.first or judge.offered:
            self._keep(judge)
        if judge.first:  # another process may have seen it first, and otherwise
            pins = self._pins(told)
            seen = tuple(_held(one, pins) for one in seen)
        return seen

    def offers(self) -> list[OfferedTool]:
        """What is in quarantine until somebody has looked, in a fixed order."""
        return [
            OfferedTool(
                server, name, pin, reason, at, tuple(differences(before, after))
            )
            for server, name, pin, reason, at, before, after in self.book.read(OFFERED)
        ]

    def pinned(self) -> list[tuple[str, str]]:
        """Servers, and the forms of their tools as they are pinned: also of a server
        that is not there, so that a policy can name what it will have."""
        return [
            (str(server), str(form))
            for server, form in self.book.read(
                "SELECT server, form FROM pins ORDER BY server, name"
            )
        ]

    def pin(self, server: str, name: str, pin: str) -> bool:
        """Somebody has looked at it: it is that from now on. False where it is not
        offered, or not any more what they have looked at. Raises `StoreError`."""

        def settled(db: sqlite3.Connection) -> bool:
            key = (server, name, pin)
            made = db.execute(AS_OFFERED, (_today(), *key)).rowcount
            db.execute(f"DELETE FROM offers WHERE {THAT}", key)
            return made > 0

        return self.book.transact(settled)

    def forget(self, server: str) -> int:
        """All of a server's goes: what it lists next is a first sight. Gives how many
        pins that were."""
        offers = ("DELETE FROM offers WHERE server = ?", (server,))
        pins = ("DELETE FROM pins WHERE server = ?", (server,))
        return self.book.write(offers, pins, must=True)

    def close(self) -> bool:
        """Whether all that was pinned is kept."""
        return self.book.close()

    def _pins(self, servers: Collection[str]) -> dict[ToolKey, KnownTool]:
        return dict(self._rows("pins", "'pinned', ''", servers))

    def _offers(self, servers: Collection[str]) -> dict[ToolKey, KnownTool]:
        return dict(self._rows("offers", "state, reason", servers))

    def _rows(
        self, table: str, more: str, servers: Collection[str]
    ) -> list[tuple[ToolKey, KnownTool]]:
        columns = f"server, name, pin, body, LENGTH(form), {more}"
        marks = ", ".join("?" * len(servers))
        rows = self.book.read(
            f"SELECT {columns} FROM {table} WHERE server IN ({marks})", list(servers)
        )
        return [
            ((server, name), KnownTool(pin, body, size, _state(state), reason))
            for server, name, pin, body, size, state, reason in rows
        ]

    def _keep(self, judge: PinJudge) -> None:
        at = _today()
        self.book.write(
            *(
                (AT_FIRST_SIGHT, (*key, of.pin, of.body, of.form, at))
                for key, of in judge.first.items()
            ),
            *(
                (
                    TO_BE_LOOKED_AT,
                    (*key, of.pin, of.body, of.form, seen.state, seen.reason, at),
                )
                for key, (of, seen) in judge.offered.items()
            ),
        )


def _held(seen: SeenTool, pins: Mapping[ToolKey, KnownTool]) -> SeenTool:
    """What was pinned just now, as the file has it."""
    known = pins.get((seen.tool.server, seen.tool.name))
    if seen.state is not PinState.PINNED or (known and known.pin == seen.pin):
        return seen
    what = "another process has pinned something else under this name"
    return replace(seen, state=PinState.CHANGED, reason=what)


def _state(told: str) -> PinState:
    """A word that is none, from a damaged file, is no reason to trust."""
    return PinState(told) if told in set(PinState) else PinState.UNSURE


def _today() -> str:
    return outside().isoformat(timespec="seconds")
