"""A loop whose time is its own: hours pass in seconds, and alike each time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from typing import TypeVarTuple, Unpack

from voiceagent.clock.clocks import Clocks, LoopClocks, ReplayClocks

__all__ = ["VIRTUAL_EPOCH", "VirtualLoop"]

Ts = TypeVarTuple("Ts")

VIRTUAL_EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The date that every replay starts at (a Monday), so that goldens hold."""
TICK = 1e-9
"""Timers for the same instant are set this far apart, so that they fire in the order
they were made: asyncio's heap compares the time only."""


class _JumpSelector(selectors.SelectSelector):
    """Never waits: tells the loop to move its clock by the time it wanted to wait."""

    jump: Callable[[float], None]

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("virtual loop: nothing is ready and no timer is left")
        self.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps from timer to timer and starts at zero."""

    def __init__(self, *, today: bool = False, start: datetime = VIRTUAL_EPOCH) -> None:
        """`today`: it begins now; else at `start`, the same for every replay."""
        self.clocks: Clocks = (
            LoopClocks(self.time) if today else ReplayClocks(start, self.time)
        )
        """What the date is read from while it runs."""
        self._now = 0.0
        self._taken: set[float] = set()
        selector = _JumpSelector()
        selector.jump = self._advance
        super().__init__(selector)
        self._clock_resolution = TICK / 4

    def _advance(self, seconds: float) -> None:
        self._now += max(seconds, 0.0)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Schedule as usual, a tick later where another timer has that instant."""
        if len(self._taken) > 4096:
            self._taken = {taken for taken in self._taken if taken > self._now}
        while when in self._taken:
            when += TICK
        self._taken.add(when)
        return super().call_at(when, callback, *args, context=context)
