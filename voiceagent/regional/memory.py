"""Conversations kept by the region: one document each, with versions.

A document is written only by who has read its last version (compare and set), so that
two fronts that hold the same conversation cannot undo each other's turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from voiceagent.errors import ConflictError, StoreError

__all__ = ["LARGEST", "Memory", "Stored", "decode", "encode", "save_merged"]

Item = Mapping[str, Any]
LARGEST = 4_000_000
"""Bytes of one conversation."""
TRIES = 5
"""Times that a conversation is read again when somebody else was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A conversation as it is kept."""

    version: int
    items: tuple[Item, ...]
    answered: Mapping[str, Item]
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
        items: tuple[Item, ...],
        answered: Mapping[str, Item],
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

    async def close(self) -> None:
        """Let go of files and connections."""
        ...


def encode(items: tuple[Item, ...], answered: Mapping[str, Item]) -> bytes:
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


async def save_merged(
    memory: Memory,
    conversation: str,
    items: tuple[Item, ...],
    answered: Mapping[str, Item],
    *,
    expected: int,
) -> int:
    """Save; where somebody else was faster, put what is new here behind what is there.

    Raises `ConflictError` where that goes on, and `StoreError`.
    """
    for _ in range(TRIES):
        try:
            return await memory.save(conversation, items, answered, expected=expected)
        except ConflictError:
            there = await memory.load(conversation)
            if there is None:
                expected = 0
                continue
            ours = {item["id"]: item for item in items}
            merged = [ours.pop(item["id"], item) for item in there.items]
            items = (*merged, *ours.values())
            answered = {**there.answered, **answered}
            expected = there.version
    raise ConflictError(
        f"conversation `{conversation}` is written by others all the time",
        hint="let one edge at a time hold a conversation",
    )
