"""A call with an effect is made once: who comes again with the same key is given what
became of the first, and never a second effect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cachetools import TTLCache

from voiceagent.clock import now

__all__ = ["CallKeys", "KeptCall"]

LARGEST = 16_384
"""Bytes of an answer that is kept."""
KEPT, MOST = 600.0, 10_000
"""Seconds for which a key is remembered, and how many are."""


@dataclass(slots=True)
class KeptCall:
    """One call that was begun under a key."""

    arguments: bytes
    """The same key for something else is a mistake."""
    ended: asyncio.Event
    result: Mapping[str, Any] | None = None
    """None while it runs, and where nobody knows whether it was done."""

    def keep(self, result: Mapping[str, Any]) -> None:
        """What became of it; of a long answer, that it was given."""
        small = len(msgspec.json.encode(result)) <= LARGEST
        told = {"type": "text", "text": "it was done; its answer is not kept"}
        self.result = result if small else {"content": [told], "isError": False}


class CallKeys:
    """Remembers them in this process."""

    def __init__(self) -> None:
        self._calls: TTLCache[tuple[str, str, str], KeptCall] = TTLCache(
            MOST, KEPT, timer=now
        )

    def begin(
        self, subject: str, listed: str, key: str, arguments: bytes
    ) -> tuple[KeptCall, bool]:
        """The call under that key, and whether it is new: then it is to be made."""
        found = self._calls.get((subject, listed, key))
        if found is not None:
            return found, False
        made = self._calls[subject, listed, key] = KeptCall(arguments, asyncio.Event())
        return made, True
