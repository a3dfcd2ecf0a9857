"""The time of the event loop, shared: who uses much waits, where others are there.

Alone, a subject may have all of it.
"""

from __future__ import annotations

__all__ = ["LoopShare"]

PART = 0.2
"""Of a processor, what one subject's events may use while others are there."""
SAVED = 0.2
"""Seconds of it that may be used at once."""
RECENT = 2.0
"""Seconds for which somebody is taken to be there after their last event."""
LONGEST = 2.0
"""Seconds that somebody waits at most."""
MOST = 10_000
"""Subjects remembered."""


class LoopShare:
    """What the events of each subject have used; time is passed in."""

    def __init__(self) -> None:
        self._debt: dict[str, tuple[float, float]] = {}
        self._latest = self._other = ("", float("-inf"))
        """The last two different subjects, and when each was there."""

    def wait(self, whose: str, used: float, at: float) -> float:
        """Seconds to wait after an event of that subject has used so many seconds."""
        if whose != self._latest[0]:
            self._other = self._latest
        self._latest = whose, at
        debt, before = self._debt.pop(whose, (0.0, at))
        debt = max(0.0, debt - (at - before) * PART) + used
        if at - self._other[1] > RECENT:
            debt = min(debt, SAVED)
        self._debt[whose] = debt, at
        if len(self._debt) > MOST:
            del self._debt[next(iter(self._debt))]
        return min(LONGEST, max(0.0, debt - SAVED) / PART)
