"""The numbered tail of what was sent, so that a cut line can be caught up with."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from voiceagent.realtime.weight import weight

__all__ = ["Ring", "number_of"]

PREFIX = "event_"


class Ring:
    """Keeps the last events sent, up to a count and a size."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.dropped = 0
        self._events: deque[tuple[int, Mapping[str, Any], int]] = deque()
        self._most, self._most_bytes = most, most_bytes
        self.size = 0
        """Bytes of what is kept."""

    def keep(self, number: int, event: Mapping[str, Any]) -> None:
        """Remember an event under its number."""
        size = weight(event)
        self._events.append((number, event, size))
        self.size += size
        while len(self._events) > self._most or self.size > self._most_bytes:
            self.size -= self._events.popleft()[2]
            self.dropped += 1

    def after(self, number: int) -> list[Mapping[str, Any]] | None:
        """The events behind that number; None where some of them are gone."""
        if self._events and self._events[0][0] > number + 1:
            return None
        return [event for n, event, _ in self._events if n > number]


def number_of(event_id: str) -> int:
    """The number in `event_12`; 0 where there is none."""
    digits = event_id.removeprefix(PREFIX)
    return int(digits) if digits.isdecimal() and len(digits) < 16 else 0
