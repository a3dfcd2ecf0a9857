"""How long somebody waits for a response, and giving up on those nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from voiceagent.clock import now
from voiceagent.routing.remote import Envelope

__all__ = ["GRACE", "STRUCK", "UNHURRIED", "AskedFor", "GiveUp"]

GRACE = 0.5
"""Seconds that the region goes on beyond what the edge waits: where the line holds, the
edge's own cancel comes first, and its words are about its own waiting."""
UNHURRIED = 120.0
"""Seconds between two pieces of an answer where nobody told of a deadline: a slow
machine reads a long prompt for a minute."""

STRUCK = 8.0
"""Seconds after which an answer is over that lost a process which worked at it: whoever
asks again sooner is served sooner."""
LEFT = 1.0
"""Seconds that it has left at least."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A response that was asked for: by whom, and since when the time runs."""

    envelope: Envelope | None
    at: float
    """Loop time at which it was asked for."""

    @property
    def deadline(self) -> float | None:
        """Loop time at which the first words should be out; None: no hurry."""
        return self.at + self.envelope.remaining if self.envelope else None

    @property
    def until(self) -> float:
        """Loop time at which nobody waits for the first words any more."""
        if self.envelope is None:
            return self.at + UNHURRIED
        return self.at + self.envelope.remaining + self.envelope.wait + GRACE

    @property
    def struck(self) -> float:
        """Loop time at which it ends where what works at it is lost now."""
        return max(self.at + STRUCK, now() + LEFT)

    @property
    def pause(self) -> float:
        """Seconds that are waited for more words once there are some."""
        return self.envelope.wait + GRACE if self.envelope else UNHURRIED


class GiveUp:
    """Calls when a time is over, for many things by name."""

    def __init__(self, late: Callable[[str], None]) -> None:
        self._late = late
        self._until: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def at(self, name: str, until: float) -> None:
        """Call at that loop time; never sooner than was said before."""
        self._until[name] = max(until, self._until.get(name, until))
        if name not in self._timers:
            self._arm(name)

    def clear(self, name: str) -> None:
        """It is over in time."""
        self._until.pop(name, None)
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _arm(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_at(self._until[name], self._due, name)

    def _due(self, name: str) -> None:
        del self._timers[name]
        if now() < self._until[name]:
            self._arm(name)
        else:
            del self._until[name]
            self._late(name)
