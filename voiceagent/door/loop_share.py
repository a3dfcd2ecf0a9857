"""The time of the event loop, shared: who uses much waits, where others are there.

All that is done for a subject counts: reading, what its events lead to, and sending.
Alone, a subject may have all of it; nobody waits for what another one uses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar

from voiceagent.clock import now, perf

__all__ = ["LoopShare", "Metered"]

T = TypeVar("T")

PART = 0.3
"""Of the loop's time, what one subject may use while others are there."""
SAVED = 0.2
"""Seconds of it that may be used at once."""
RECENT = 2.0
"""Seconds for which somebody is taken to be there after their last event."""
LEAST = 0.001
"""Seconds that are worth waiting."""
LONGEST = 2.0
"""Seconds that an event waits at most, where it is the next of its subject."""
MOST = 10_000
"""Subjects remembered."""


class LoopShare:
    """What was done for each subject; time is passed in, but for `turn`."""

    def __init__(self) -> None:
        self._debt: dict[str, tuple[float, float]] = {}
        self._latest = self._other = ("", float("-inf"))
        """The last two different subjects, and when each was there."""
        self._lines: dict[str, _Line] = {}
        """Of subjects that wait."""

    def used(self, whose: str, seconds: float, at: float) -> None:
        """So long was worked for that subject."""
        self._debt[whose] = self._left(whose, at) + seconds, at
        if len(self._debt) > MOST:
            del self._debt[next(iter(self._debt))]

    def wait(self, whose: str, at: float) -> float:
        """Seconds that an event of that subject has to wait."""
        debt = min(self._left(whose, at), SAVED + LONGEST * PART)
        if at - self._other[1] > RECENT:
            debt = min(debt, SAVED)
        self._debt[whose] = debt, at
        wait = (debt - SAVED) / PART
        return wait if wait >= LEAST else 0.0

    async def turn(self, whose: str) -> bool:
        """Until an event of that subject may be looked at; whether it had to wait. One
        of them after the other, over however many connections they come."""
        if whose not in self._lines and not self.wait(whose, now()):
            return False
        line = self._lines.setdefault(whose, _Line())
        line.waiting += 1
        try:
            async with line.lock:
                while wait := self.wait(whose, now()):  # noqa: ASYNC110
                    await asyncio.sleep(wait)
        finally:
            line.waiting -= 1
            if not line.waiting:
                del self._lines[whose]
        return True

    def _left(self, whose: str, at: float) -> float:
        if whose != self._latest[0]:
            self._other = self._latest
        self._latest = whose, at
        debt, before = self._debt.pop(whose, (0.0, at))
        return max(0.0, debt - (at - before) * PART)


class _Line:
    """Events of one subject that wait."""

    def __init__(self) -> None:
        self.lock, self.waiting = asyncio.Lock(), 0


class Metered(Awaitable[T], Generic[T]):
    """Work, each stretch of which on the loop is told."""

    def __init__(
        self, work: Coroutine[Any, Any, T], used: Callable[[float], None]
    ) -> None:
        """`used(seconds)`: the loop was held for so long."""
        self._work, self._used = work, used

    def __await__(self) -> Generator[Any, Any, T]:
        go_on = partial(self._work.send, None)
        while True:
            began = perf()
            try:
                waits_for = go_on()
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            finally:
                self._used(perf() - began)
            try:
                go_on = partial(self._work.send, (yield waits_for))
            except BaseException as error:  # a cancel, most of all
                go_on = partial(self._work.throw, error)
