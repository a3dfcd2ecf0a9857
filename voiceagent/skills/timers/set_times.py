"""What rings once it is time: alarms, or reminders, of both kinds seen as one.

Those at a time of day follow the clocks (`clock_alarm.py`), those after a while count
seconds (`table.py`). Whoever answers about them sees when each rings, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from voiceagent.clock import Zone, local, zone
from voiceagent.errors import StoreError
from voiceagent.skills.skill import TurnContext
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.recurrence import Recurrence
from voiceagent.skills.timers.table import Beside, Stamp, Timer, TimerTable

__all__ = ["Ringing", "SetTime", "SetTimes", "stamp_of", "zone_of"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SetTime:
    """One thing that rings, as it is now."""

    when: datetime
    """In the zone of the device."""
    clock: ClockAlarm | None = None
    timer: Timer | None = None
    """One of the two it is."""

    @property
    def kept(self) -> ClockAlarm | Timer:
        """As it stands in the store."""
        found = self.clock or self.timer
        assert found is not None
        return found

    @property
    def id(self) -> str:
        """The same for as long as it is set."""
        return self.kept.id

    @property
    def name(self) -> str:
        """What it is called, or what it is about."""
        return self.kept.name

    @property
    def recurs(self) -> Recurrence | None:
        """None: it rings once."""
        return self.clock.recurs if self.clock else None


@dataclass(frozen=True, slots=True)
class Ringing:
    """One at a time of day, as it is to ring next."""

    alarm: ClockAlarm
    due: datetime
    meant: datetime
    """What the clocks show then."""


class SetTimes:
    """Everything of one kind that is to ring."""

    def __init__(self, kind: str, alarms: AlarmTable, timers: TimerTable) -> None:
        """`kind`: `alarm`, `reminder` or `plan`; `timers`: where those after a while
        are."""
        self.kind = kind
        self.alarms, self.timers = alarms, timers
        self._unkept: dict[str, ClockAlarm] = {}
        """What was put right and could not be written."""

    def rings(self, now: Stamp) -> Iterator[Ringing]:
        """All at a time of day."""
        here = zone()
        for kept in self._of_clocks():
            alarm = self._settled(kept, now, here)
            where = alarm.where(here)
            date = datetime.fromtimestamp(now.date, UTC).astimezone(where)
            meant = alarm.meant(date.replace(tzinfo=None, fold=0))
            yield Ringing(alarm, alarm.due(here, meant), meant)

    def rang(self, alarm_id: str, now: Stamp) -> str | None:
        """It was played; its name, and None where it is none of these."""
        found = [alarm for alarm in self._of_clocks() if alarm.id == alarm_id]
        self._unkept.pop(alarm_id, None)
        if found:
            self.alarms.rang(alarm_id, now, zone())
            return found[0].name
        timers = [t for t in self.timers.every(self.kind) if t.id == alarm_id]
        self.timers.remove([timer.id for timer in timers])
        return timers[0].name if timers else None

    def every(self, context: TurnContext) -> list[SetTime]:
        """Both sorts, the next to ring first."""
        now, here = stamp_of(context), zone_of(context)
        found = []
        for kept in self._of_clocks():
            alarm = self._settled(kept, now, Zone(here), keep=False)
            when = alarm.due(Zone(here)).astimezone(here)
            found.append(SetTime(when, clock=alarm))
        for timer in self.timers.every(self.kind):
            if timer.due is not None:
                later = now.later(now.until(timer.due))
                found.append(SetTime(_date(later, here), timer=timer))
        return sorted(found, key=lambda one: one.when.astimezone(UTC))

    def set_after(
        self,
        seconds: float,
        now: Stamp,
        name: str = "",
        beside: Beside = lambda new: (),
    ) -> None:
        """A new one after a while; `beside`: written with it."""
        timer = Timer.new(self.kind, now, seconds=seconds, name=name)
        self.timers.add(timer, beside)

    def add(self, alarm: ClockAlarm, beside: Beside = lambda new: ()) -> None:
        """A new one at a time of day; `beside`: written with it."""
        self.alarms.add(alarm, beside)

    def after_a_while(self) -> list[Timer]:
        """Those after a while, the next to ring first."""
        return [timer for timer in self.timers.every(self.kind) if timer.due]

    def remove(self, found: Sequence[SetTime]) -> None:
        """Forget them."""
        self.alarms.remove([one.id for one in found if one.clock])
        self.timers.remove([one.id for one in found if one.timer])

    def skip(self, one: SetTime) -> bool:
        """Leave out its next time; false where it is gone."""
        return self.alarms.skip(one.id)

    def move(self, one: SetTime, when: datetime, now: Stamp) -> None:
        """It rings at `when` instead; one that recurs does so at that time from then
        on."""
        moved = self.moved(one, when, now)
        self.remove([one])
        self.add(moved)

    def moved(self, one: SetTime, when: datetime, now: Stamp) -> ClockAlarm:
        """The same at `when`, not kept yet."""
        rule = one.recurs.rule if one.recurs is not None else ""
        return self.fresh(when, now, one.name, rule)

    def fresh(
        self, when: datetime, now: Stamp, name: str = "", rule: str = ""
    ) -> ClockAlarm:
        """One of this kind, not kept yet; `rule`: by which it recurs."""
        alarm = ClockAlarm.new(when, now, name=name)
        # Plans of both sorts have rows of one table: their ids must not meet.
        kind = "plan-at" if self.kind == "plan" else self.kind
        alarm = replace(alarm, id=alarm.id.replace("alarm", kind, 1))
        return alarm.recurring(rule) if rule else alarm

    def _of_clocks(self) -> list[ClockAlarm]:
        return [alarm for alarm in self.alarms.every() if alarm.kind == self.kind]

    def _settled(
        self, kept: ClockAlarm, now: Stamp, here: Zone, *, keep: bool = True
    ) -> ClockAlarm:
        """As it should be; what was put right is kept, unless it is only looked at."""
        alarm = self._unkept.get(kept.id, kept).settled(now, here)
        # While the machine is up the same comes out each time, and a clock that is put
        # right once more finds the alarm as it was set.
        if alarm.set_at == kept.set_at or not keep:
            return alarm
        self._unkept[kept.id] = alarm
        try:
            self.alarms.replace(alarm)
            del self._unkept[kept.id]
        except StoreError as error:  # it holds in this session all the same
            log.warning("an alarm is not kept", extra={"cause": error.cause})
        return alarm


def stamp_of(context: TurnContext) -> Stamp:
    """What both clocks show in a turn."""
    return Stamp(context.now.timestamp(), context.uptime)


def zone_of(context: TurnContext) -> tzinfo:
    """The zone of the device."""
    return context.now.tzinfo or local().tzinfo or UTC


def _date(when: Stamp, here: tzinfo) -> datetime:
    return datetime.fromtimestamp(when.date, here)
