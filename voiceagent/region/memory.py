"""Conversations kept by the region: one document each, with versions.

A document is written only by who has read its last version (compare and set), so that
two fronts that hold the same conversation cannot undo each other's turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from voiceagent.errors import ConflictError, StoreError
from voiceagent.store import BookTrouble

__all__ = ["LARGEST", "Keeper", "Memory", "Stored", "conflict", "decode", "encode"]

MemoryItem = Mapping[str, Any]
LARGEST = 4_000_000
"""Bytes of one conversation."""
TRIES = 30
"""Times that a conversation is read again when somebody else was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A conversation as it is kept."""

    version: int
    items: tuple[MemoryItem, ...]
    answered: Mapping[str, MemoryItem]
    """Finished responses by idempotency key."""
    updated: datetime | None = None


class Memory(Protocol):
    """Keeps conversations; nothing of it blocks the loop."""

    async def load(self, conversation: str) -> Stored | None:
        """The conversation; None where there is none. Raises `StoreError`."""
        ...

    async def save(
        self,
        conversation: str,
        items: tuple[MemoryItem, ...],
        answered: Mapping[str, MemoryItem],
        *,
        expected: int,
    ) -> int:
        """Write a new version and give its number; `expected`: the version that it
        replaces, 0 where there must be none. Raises `ConflictError`, `StoreError`."""
        ...

    async def erase(self, conversation: str) -> bool:
        """Forget it for good; false where there was none."""
        ...

    async def conversations(self) -> list[str]:
        """The names of all."""
        ...

    async def expire(self, before: datetime) -> int:
        """Erase what was not written since; gives how many."""
        ...

    def troubles(self) -> Sequence[BookTrouble]:
        """What is wrong with the place and was not told yet; they are told by this."""
        ...

    async def close(self) -> None:
        """Let go of files and connections."""
        ...


def conflict(conversation: str, expected: int) -> ConflictError:
    """Somebody else wrote a version after the one that was read."""
    return ConflictError(
        f"conversation `{conversation}` was changed by somebody else",
        cause=f"version {expected} was expected",
        hint="read it again",
    )


def encode(items: tuple[MemoryItem, ...], answered: Mapping[str, MemoryItem]) -> bytes:
    """A document; raises `StoreError` where it is too large."""
    data = msgspec.json.encode({"items": items, "answered": answered})
    if len(data) > LARGEST:
        raise StoreError(
            "the conversation is too long to be kept",
            cause=f"{len(data)} bytes, at most {LARGEST}",
            hint="begin a new one",
        )
    return data


def decode(data: bytes, version: int, updated: datetime | None = None) -> Stored:
    """A document back; raises `StoreError` where it is broken."""
    try:
        found = msgspec.json.decode(data)
        return Stored(
            version=version,
            items=tuple(found["items"]),
            answered=dict(found["answered"]),
            updated=updated,
        )
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise StoreError(
            "a kept conversation cannot be read", cause=str(error)
        ) from error


class Keeper:
    """Writes one conversation, together with whoever else does."""

    def __init__(self, memory: Memory, version: int = 0) -> None:
        """`version`: the one that was read."""
        self._memory, self.version = memory, version
        self._theirs: tuple[MemoryItem, ...] = ()
        """Items of others that were found there."""

    async def save(
        self,
        conversation: str,
        items: tuple[MemoryItem, ...],
        answered: Mapping[str, MemoryItem],
    ) -> None:
        """Save; where somebody else was faster, keep what they wrote too.

        Raises `ConflictError` where that goes on, and `StoreError`.
        """
        for _ in range(TRIES):
            whole = (*self._theirs, *items)
            try:
                self.version = await self._memory.save(
                    conversation, whole, answered, expected=self.version
                )
            except ConflictError:
                there = await self._memory.load(conversation)
                ours = {item["id"] for item in items}
                found = there.items if there else ()
                self._theirs = tuple(i for i in found if i["id"] not in ours)
                answered = {**(there.answered if there else {}), **answered}
                self.version = there.version if there else 0
            else:
                return
        raise ConflictError(
            f"conversation `{conversation}` is written by others all the time",
            hint="let one edge at a time hold a conversation",
        )
