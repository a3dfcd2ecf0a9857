"""An alarm at a time of day: what clocks show when it rings, wherever they stand then.

"Seven in the morning" is kept as it was said. It rings when the clocks at the device
show it: after a change of summer time, a journey, or a correction of the date. Only one
that names another place (`pinned`) keeps to the clocks there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from voiceagent.clock import SENSIBLE, Uptime, Zone, instant, zone_named
from voiceagent.skills.timers.recurrence import Recurrence
from voiceagent.skills.timers.table import Stamp
from voiceagent.store import Store, StoredRow

__all__ = ["AlarmTable", "ClockAlarm"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClockAlarm:
    """One alarm; `local` is when it rings next."""

    id: str
    name: str
    local: datetime
    """What the clocks show then."""
    fold: int
    """1: the second time, where they show it twice."""
    zone: str
    """Where it was said; empty if that has no name."""
    pinned: bool
    """Whether it keeps to the clocks there."""
    set_at: Stamp
    recurs: Recurrence | None = None

    @staticmethod
    def new(
        when: datetime,
        now: Stamp,
        *,
        name: str = "",
        pinned: bool = False,
        recurs: Recurrence | None = None,
    ) -> ClockAlarm:
        """One for `when` in its zone; its id is its moment, as a timer's is."""
        unique = f"alarm-{round(now.date * 1000):x}"
        zone = str(getattr(when.tzinfo, "key", None) or "")
        local = when.replace(tzinfo=None, fold=0)
        return ClockAlarm(
            unique, name, local, when.fold, zone, pinned and bool(zone), now, recurs
        )

    def where(self, here: Zone) -> tzinfo:
        """The zone whose clocks it follows. One that is not known any more gives way:
        an alarm by the wrong clocks is better than none."""
        if self.pinned or here.trouble:
            return zone_named(self.zone) or here.info
        return here.info

    def due(self, here: Zone, local: datetime | None = None) -> datetime:
        """The moment at which it rings next, or for `local` instead."""
        return instant(local or self.local, self.where(here), self.fold)

    def meant(self, now: datetime) -> datetime:
        """The local time that it rings for: of many that were missed, the latest."""
        if self.recurs is None or self.local > now:
            return self.local
        return max(self.local, self.recurs.before(now) or self.local)

    def settled(self, now: Stamp, here: Zone) -> ClockAlarm:
        """The same, put right where it was set, or rang, by a clock that was wrong."""
        date = datetime.fromtimestamp(now.date, UTC)
        if date < SENSIBLE:
            return self
        local = _naive(date, self.where(here))
        wrong = SENSIBLE.timestamp(), now.date + DAY.total_seconds()
        if not wrong[0] <= self.set_at.date <= wrong[1]:
            return self._from_the_beginning(now, here)
        rules = self.recurs
        if rules and rules.last and rules.last - DAY > local:
            again = replace(rules, last=None)
            return replace(self, local=again.after(local) or self.local, recurs=again)
        return self

    def advanced(self, now: datetime) -> ClockAlarm | None:
        """The next one, when this has rung; None where it was the last. `now`: what
        the clocks show where it rings."""
        if self.recurs is None:
            return None
        rang = self.meant(now)
        rules = replace(self.recurs, last=rang)
        return self._at(rules, rules.after(max(rang, now)))

    def skipping(self) -> ClockAlarm | None:
        """The same without its next time; None where it was the last."""
        if self.recurs is None:
            return None
        rules = self.recurs.without(self.local)
        return self._at(rules, rules.after(self.local))

    def _at(self, rules: Recurrence, local: datetime | None) -> ClockAlarm | None:
        if local is None:
            return None
        return replace(self, local=local, fold=0, recurs=rules)

    def _from_the_beginning(self, now: Stamp, here: Zone) -> ClockAlarm:
        """Set while the clock was not: the time of day is what was meant, counted from
        when it was said, which the uptime tells; else from now."""
        zone = self.where(here)
        same = now.up and self.set_at.up and now.up.boot == self.set_at.up.boot
        since = self.set_at.until(now) if same else 0.0
        said = now.later(-since)
        began = _naive(datetime.fromtimestamp(said.date, UTC), zone)
        thought = _naive(datetime.fromtimestamp(self.set_at.date, UTC), zone)
        days = (self.local.date() - thought.date()).days
        if self.local.time() <= thought.time():  # the next day because it had passed
            days -= 1
        local = datetime.combine(
            began.date() + timedelta(days=max(0, days)), self.local.time()
        )
        if local <= began:
            local += DAY
        rules = self.recurs and replace(self.recurs, start=local, last=None)
        if rules:
            local = rules.after(local, inclusive=True) or local
        return replace(self, local=local, fold=0, set_at=said, recurs=rules)


class AlarmTable:
    """All alarms at a time of day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self) -> list[ClockAlarm]:
        """The next to ring first."""
        sql = "SELECT * FROM alarms ORDER BY local, id"
        return [_alarm(row) for row in self._store.read(sql)]

    def add(self, alarm: ClockAlarm) -> None:
        """Keep a new one; the same one twice is one."""
        taken = {other.id: other for other in self.every()}
        unique, number = alarm, 1
        while unique.id in taken and taken[unique.id] != unique:
            unique = replace(alarm, id=f"{alarm.id}-{number}")
            number += 1
        marks = ", ".join("?" * len(_row(unique)))
        sql = f"INSERT OR IGNORE INTO alarms VALUES ({marks})"
        self._store.write((sql, _row(unique)))

    def replace(self, alarm: ClockAlarm) -> None:
        """Change one; nothing happens if it was cancelled meanwhile."""
        sql = (
            "UPDATE alarms SET name = ?, local = ?, fold = ?, zone = ?, pinned = ?, "
            "set_at = ?, boot = ?, up = ?, rule = ?, start = ?, skipped = ?, last = ? "
            "WHERE id = ?"
        )
        unique, *values = _row(alarm)
        self._store.write((sql, (*values, unique)))

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them."""
        if ids:
            self._store.write(*(("DELETE FROM alarms WHERE id = ?", (i,)) for i in ids))

    def skip(self, alarm_id: str) -> bool:
        """Leave out its next time; false where there is no such alarm. One that does
        not recur, or ends with that, is forgotten."""
        for alarm in self.every():
            if alarm.id == alarm_id:
                self._put(alarm_id, alarm.skipping())
                return True
        return False

    def rang(self, alarm_id: str, now: Stamp, here: Zone) -> None:
        """It was played: it goes on to its next time, or is forgotten."""
        date = datetime.fromtimestamp(now.date, UTC)
        for alarm in self.every():
            if alarm.id == alarm_id:
                local = _naive(date, alarm.where(here))
                self._put(alarm_id, alarm.advanced(local))

    def _put(self, alarm_id: str, alarm: ClockAlarm | None) -> None:
        if alarm is None:
            self.remove([alarm_id])
        else:
            self.replace(alarm)


def _naive(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _row(alarm: ClockAlarm) -> tuple[object, ...]:
    up, rules = alarm.set_at.up, alarm.recurs
    head = (alarm.id, alarm.name, alarm.local.isoformat(), alarm.fold, alarm.zone)
    since = (up.boot, up.seconds) if up else ("", 0.0)
    again: tuple[object, ...] = ("", "", "", "")
    if rules:
        skipped = " ".join(time.isoformat() for time in rules.skipped)
        last = rules.last.isoformat() if rules.last else ""
        again = (rules.rule, rules.start.isoformat(), skipped, last)
    return (*head, int(alarm.pinned), alarm.set_at.date, *since, *again)


def _alarm(row: StoredRow) -> ClockAlarm:
    unique, name, local, fold, zone, pinned, date, boot, up, *again = row
    rule, start, skipped, last = again
    rules = None
    if rule:
        times = tuple(map(datetime.fromisoformat, skipped.split()))
        rang = datetime.fromisoformat(last) if last else None
        rules = Recurrence(rule, datetime.fromisoformat(start), times, rang)
    since = Uptime(boot, up) if boot else None
    return ClockAlarm(
        unique,
        name,
        datetime.fromisoformat(local),
        fold,
        zone,
        bool(pinned),
        Stamp(date, since),
        rules,
    )
