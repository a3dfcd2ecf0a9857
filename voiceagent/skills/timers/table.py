"""Timers as rows of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

from voiceagent.store import Store

__all__ = ["Timer", "TimerTable"]


@dataclass(frozen=True, slots=True)
class Timer:
    """One timer or alarm. Times are seconds since 1970 on the wall clock."""

    id: str
    kind: str
    """`timer` or `alarm`."""
    name: str
    area: str
    seconds: float
    """What a timer was set for; 0 for an alarm."""
    due: float | None
    """When it rings; None while paused."""
    remaining: float | None
    """What is left while paused."""
    set_at: float

    @staticmethod
    def new(
        kind: str, now: float, *, seconds: float, due: float, name: str = ""
    ) -> Timer:
        """A running one; its id is its moment, so a repeated effect adds none."""
        # Two commands cannot be spoken within a millisecond.
        unique = f"{kind}-{round(now * 1000):x}"
        return Timer(unique, kind, name, "", seconds, due, None, now)

    def left(self, now: float) -> float:
        """Seconds until it rings."""
        if self.due is None:
            return self.remaining or 0.0
        return max(0.0, self.due - now)

    def paused(self, now: float) -> Timer:
        """The same, standing still."""
        return replace(self, due=None, remaining=self.left(now))

    def resumed(self, now: float) -> Timer:
        """The same, running on."""
        return replace(self, due=now + self.left(now), remaining=None)

    def longer(self, change: float, now: float) -> Timer:
        """The same with more or less time left, never less than none."""
        left = max(0.0, self.left(now) + change)
        total = max(0.0, self.seconds + change)
        if self.due is None:
            return replace(self, seconds=total, remaining=left)
        return replace(self, seconds=total, due=now + left)


class TimerTable:
    """All timers and alarms of the device."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self, kind: str = "") -> list[Timer]:
        """Those of a kind (or all), the next to ring first, paused ones last."""
        sql = (
            "SELECT * FROM timers WHERE ? IN ('', kind) "
            "ORDER BY due IS NULL, due, set_at, id"
        )
        return [Timer(*row) for row in self._store.read(sql, (kind,))]

    def add(self, timer: Timer) -> None:
        """Keep a new one; the same one twice is one."""
        sql = "INSERT OR IGNORE INTO timers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._store.write((sql, astuple(timer)))

    def replace(self, timer: Timer) -> None:
        """Change one; nothing happens if it has rung meanwhile."""
        sql = "UPDATE timers SET seconds = ?, due = ?, remaining = ? WHERE id = ?"
        values = (timer.seconds, timer.due, timer.remaining, timer.id)
        self._store.write((sql, values))

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them."""
        if ids:
            self._store.write(*(("DELETE FROM timers WHERE id = ?", (i,)) for i in ids))
