"""An alarm at a time of day: what clocks show when it rings, wherever they stand then.

"Seven in the morning" is kept as it was said. It rings when the clocks at the device
show it: after a change of summer time, a journey, or a correction of the date. Only one
that names another place (`pinned`) keeps to the clocks there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from voiceagent.clock import SENSIBLE, Uptime, Zone, instant, zone_named
from voiceagent.skills.timers.recurrence import (
    Recurrence,
    is_sound,
    recurrence,
)
from voiceagent.skills.timers.table import Beside, Stamp, stored_number, stored_text
from voiceagent.store import Store, StoredRow

__all__ = ["AlarmTable", "ClockAlarm"]

DAY = timedelta(days=1)
LAST_YEAR = datetime.max.year


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
    """Or when it rang last."""
    recurs: Recurrence | None = None

    @property
    def kind(self) -> str:
        """`alarm`, `reminder` or `plan`: its id begins with it."""
        kind = self.id.partition("-")[0]
        return kind if kind in ("reminder", "plan") else "alarm"

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

    def recurring(self, rule: str) -> ClockAlarm:
        """The same by a rule of RFC 5545; its first time is the first that fits.
        Raises `UsageError` where that is none."""
        rules = recurrence(rule, self.local)
        first = rules.after(self.local, inclusive=True) or self.local
        fold = self.fold if first == self.local else 0
        return replace(self, local=first, fold=fold, recurs=rules)

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
        """The local time that it rings for: of many that were missed, the latest.
        `now`: what the clocks show where it rings."""
        if self.recurs is None or self.local > now:
            return self.local
        return max(self.local, self.recurs.before(now) or self.local)

    def settled(self, now: Stamp, here: Zone) -> ClockAlarm:
        """The same, put right where it was set, or rang last, by a clock that was
        wrong: the time of day is what was meant, counted from that moment. The uptime
        tells it; after another start it is forgotten, and counted from now."""
        early, late = SENSIBLE.timestamp(), now.date + DAY.total_seconds()
        if now.date < early or early <= self.set_at.date <= late:
            return self
        same = now.up and self.set_at.up and now.up.boot == self.set_at.up.boot
        if not same:
            return replace(self, set_at=now)._counted_from(now, self.set_at, here)
        return self._counted_from(now.later(-self.set_at.until(now)), self.set_at, here)

    def advanced(self, now: Stamp, here: Zone) -> ClockAlarm | None:
        """The next one, when this has rung; None where it was the last."""
        alarm = self.settled(now, here)
        if alarm.recurs is None:
            return None
        local = _naive(now, self.where(here))
        rang = alarm.meant(local)
        rules = replace(alarm.recurs, last=rang)
        following = alarm._at(rules, rules.after(max(rang, local)))
        return following and replace(following, set_at=now)

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

    def _counted_from(self, began: Stamp, thought: Stamp, here: Zone) -> ClockAlarm:
        """With its next time after `began`, which was taken for `thought`."""
        zone = self.where(here)
        real, wrong = _naive(began, zone), _naive(thought, zone)
        rules = self.recurs
        if rules and SENSIBLE.replace(tzinfo=None) <= rules.start <= real:
            return self._at(replace(rules, last=None), rules.after(real)) or self
        days = (self.local.date() - wrong.date()).days
        if self.local.time() <= wrong.time():  # the next day because it had passed
            days -= 1
        date = real.date() + timedelta(days=max(0, days))
        local = datetime.combine(date, self.local.time())
        if local <= real:
            local += DAY
        if rules is None:
            return replace(self, local=local, fold=0)
        rules = replace(rules, start=local, last=None)
        return self._at(rules, rules.after(local, inclusive=True)) or self


class AlarmTable:
    """All alarms at a time of day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self) -> list[ClockAlarm]:
        """The next to ring first."""
        return self._where("? = '' ORDER BY local, id", "")

    def add(self, alarm: ClockAlarm, beside: Beside = lambda new: ()) -> None:
        """Keep a new one; the same one twice is one. `beside`: written with it."""
        unique, number = alarm, 1
        while self._where("id = ?", unique.id) not in ([], [unique]):
            unique = replace(alarm, id=f"{alarm.id}-{number}")
            number += 1
        marks = ", ".join("?" * len(_row(unique)))
        sql = f"INSERT OR IGNORE INTO alarms VALUES ({marks})"
        self._store.write((sql, _row(unique)), *beside(unique.id))

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
        found = self._where("id = ?", alarm_id)
        for alarm in found:
            self._put(alarm_id, alarm.skipping())
        return bool(found)

    def rang(self, alarm_id: str, now: Stamp, here: Zone) -> None:
        """It was played: it goes on to its next time, or is forgotten."""
        for alarm in self._where("id = ?", alarm_id):
            self._put(alarm_id, alarm.advanced(now, here))

    def _where(self, condition: str, value: str) -> list[ClockAlarm]:
        query = f"FROM alarms WHERE {condition}"
        return self._store.read_as(_alarm, "alarms", query, (value,))

    def _put(self, alarm_id: str, alarm: ClockAlarm | None) -> None:
        if alarm is None:
            self.remove([alarm_id])
        else:
            self.replace(alarm)


def _naive(moment: Stamp, zone: tzinfo) -> datetime:
    """What the clocks in `zone` show then."""
    return datetime.fromtimestamp(moment.date, zone).replace(tzinfo=None, fold=0)


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
    """Raises `TypeError` or `ValueError` for what is no alarm."""
    unique, name, local, fold, zone, pinned, date, boot, up, *again = row
    unique, name, local, zone = map(stored_text, (unique, name, local, zone))
    rule, start, skipped, last = map(stored_text, again)
    if fold not in (0, 1):
        raise ValueError("no such fold")
    rules = None
    if rule and is_sound(rule):
        times = tuple(map(_wall_time, skipped.split()))
        rang = _wall_time(last) if last else None
        rules = Recurrence(rule, _wall_time(start), times, rang)
    since = Uptime(stored_text(boot), stored_number(up)) if boot else None
    return ClockAlarm(
        unique,
        name,
        _wall_time(local),
        fold,
        zone,
        bool(pinned),
        Stamp(stored_number(date), since),
        rules,
    )


def _wall_time(text: str) -> datetime:
    """What clocks show, in a year that leaves room for every zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None or not datetime.min.year < found.year < LAST_YEAR:
        raise ValueError("no time of a clock on a wall")
    return found.replace(fold=0)
