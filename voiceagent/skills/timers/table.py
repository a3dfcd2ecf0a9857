"""Timers as rows of the store: a while that runs, or stands still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voiceagent.clock import Uptime
from voiceagent.store import Store, StoredRow
from voiceagent.store.statements import SqlStatement

__all__ = ["Beside", "Stamp", "Timer", "TimerTable", "stored_number", "stored_text"]

Beside = Callable[[str], Sequence[SqlStatement]]
"""What is written with a new row, in one step; it is given the id of the row."""
KINDS = ("timer", "alarm", "reminder", "plan")
FARTHEST = 1e14
"""Seconds from 1970 (three million years): what a clock set wrongly may have shown, and
still far from where sums of dates break."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What both clocks show at once."""

    date: float
    """Seconds since 1970, by the date that can be set."""
    up: Uptime | None = None
    """Since the machine was started; None where the date is as good."""

    def later(self, seconds: float) -> Stamp:
        """That much further on."""
        up = self.up and Uptime(self.up.boot, self.up.seconds + seconds)
        return Stamp(self.date + seconds, up)

    def until(self, due: Stamp) -> float:
        """Seconds from here to there: the uptime counts while it is the same one, and
        the date only after another start."""
        if self.up and due.up and self.up.boot == due.up.boot:
            return due.up.seconds - self.up.seconds
        return due.date - self.date


@dataclass(frozen=True, slots=True)
class Timer:
    """One timer, or an alarm or reminder after a while."""

    id: str
    kind: str
    """One of `KINDS`."""
    name: str
    area: str
    seconds: float
    """What a timer was set for; 0 for the others."""
    due: Stamp | None
    """When it rings; None while paused."""
    remaining: float | None
    """What is left while paused."""
    set_at: float
    """The date, in seconds since 1970."""

    @staticmethod
    def new(kind: str, now: Stamp, *, seconds: float, name: str = "") -> Timer:
        """A running one; its id is its moment, so a repeated effect adds none."""
        # Two commands cannot be spoken within a millisecond.
        unique = f"{kind}-{round(now.date * 1000):x}"
        total = seconds if kind == "timer" else 0.0
        due = now.later(seconds)
        return Timer(unique, kind, name, "", total, due, None, now.date)

    def left(self, now: Stamp) -> float:
        """Seconds until it rings."""
        return max(0.0, -self.late(now))

    def late(self, now: Stamp) -> float:
        """Seconds since it should have rung; negative before that."""
        if self.due is None:
            return -(self.remaining or 0.0)
        return -now.until(self.due)

    def paused(self, now: Stamp) -> Timer:
        """The same, standing still."""
        return replace(self, due=None, remaining=self.left(now))

    def resumed(self, now: Stamp) -> Timer:
        """The same, running on."""
        return replace(self, due=now.later(self.left(now)), remaining=None)

    def longer(self, change: float, now: Stamp) -> Timer:
        """The same with more or less time left, never less than none."""
        left = max(0.0, self.left(now) + change)
        total = max(0.0, self.seconds + change)
        if self.due is None:
            return replace(self, seconds=total, remaining=left)
        return replace(self, seconds=total, due=now.later(left))


class TimerTable:
    """All timers of the device, and alarms that ring after a while."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self, kind: str = "") -> list[Timer]:
        """Those of a kind (or all), the next to ring first, paused ones last."""
        return self._where(
            "? IN ('', kind) ORDER BY due IS NULL, due, set_at, id", kind
        )

    def add(self, timer: Timer, beside: Beside = lambda new: ()) -> None:
        """Keep a new one; the same one twice is one. `beside`: written with it."""
        timer = self._unlike_others(timer)
        sql = "INSERT OR IGNORE INTO timers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        due = timer.due.date if timer.due else None
        head = (timer.id, timer.kind, timer.name, timer.area, timer.seconds)
        row = (*head, due, timer.remaining, timer.set_at)
        self._store.write((sql, row), *_uptime(timer), *beside(timer.id))

    def replace(self, timer: Timer) -> None:
        """Change one; nothing happens if it has rung meanwhile."""
        sql = (
            "UPDATE timers SET name = ?, seconds = ?, due = ?, remaining = ? "
            "WHERE id = ?"
        )
        due = timer.due.date if timer.due else None
        values = (timer.name, timer.seconds, due, timer.remaining, timer.id)
        self._store.write(*_uptime(timer), (sql, values))

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them."""
        tables = ("uptimes", "timers")
        gone = [(f"DELETE FROM {t} WHERE id = ?", (i,)) for i in ids for t in tables]
        if gone:
            self._store.write(*gone)

    def _where(self, condition: str, value: str) -> list[Timer]:
        joined = ", boot, up FROM timers LEFT JOIN uptimes USING (id) WHERE"
        query = f"{joined} {condition}"
        return self._store.read_as(_timer, "timers", query, (value,))

    def _unlike_others(self, timer: Timer) -> Timer:
        """A clock that was set back may bring the same moment again."""
        unique, number = timer, 1
        while self._where("id = ?", unique.id) not in ([], [unique]):
            unique = replace(timer, id=f"{timer.id}-{number}")
            number += 1
        return unique


def _timer(row: StoredRow) -> Timer:
    """Raises `TypeError` or `ValueError` for what is no timer."""
    *words, seconds, date, remaining, set_at, boot, up = row
    unique, kind, name, area = map(stored_text, words)
    if kind not in KINDS:
        raise ValueError(kind)
    since = None if boot is None else Uptime(stored_text(boot), stored_number(up))
    due = None if date is None else Stamp(stored_number(date), since)
    left = None if remaining is None else stored_number(remaining)
    length, began = stored_number(seconds), stored_number(set_at)
    return Timer(unique, kind, name, area, length, due, left, began)


def stored_text(value: object) -> str:
    """A text that was kept; raises `TypeError` for anything else."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def stored_number(value: object) -> float:
    """A number of seconds that was kept; raises `TypeError`, and `ValueError` for one
    that no clock shows."""
    if not isinstance(value, int | float):
        raise TypeError("no number")
    if not abs(value) <= FARTHEST:
        raise ValueError("beyond any clock")
    return value


def _uptime(timer: Timer) -> list[tuple[str, Sequence[object]]]:
    gone = ("DELETE FROM uptimes WHERE id = ?", (timer.id,))
    if timer.due is None or timer.due.up is None:
        return [gone]
    up = timer.due.up
    sql = "INSERT INTO uptimes SELECT id, ?, ? FROM timers WHERE id = ?"
    return [gone, (sql, (up.boot, up.seconds, timer.id))]
