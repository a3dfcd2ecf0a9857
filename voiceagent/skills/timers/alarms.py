"""What is answered about alarms: those at a time of day, and those after a while."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from voiceagent.clock import SENSIBLE, Zone, local, zone
from voiceagent.errors import StoreError
from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import LATE, ago_words, clock_words, listed, sentence
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, SkillAlarm, TurnContext
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.dates import alarm_date, times_of_day
from voiceagent.skills.timers.recurrence import Recurrence
from voiceagent.skills.timers.table import Stamp, Timer, TimerTable
from voiceagent.skills.timers.which import ask_which, picked
from voiceagent.skills.timers.words import (
    UNSET,
    again_words,
    alarm_late,
    change_words,
    date_words,
    time_ways,
)

__all__ = ["RINGS", "AlarmPlans"]

RINGS = 600.0
"""Seconds for which an alarm wakes somebody; a timer is done after a few rounds."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Set:
    """An alarm of either kind, as it is now."""

    id: str
    when: datetime
    """In the zone of the device."""
    remove: Callable[[Sequence[str]], None]
    recurs: Recurrence | None = None


class AlarmPlans:
    """Plans answers about alarms, and says when they ring."""

    def __init__(self, alarms: AlarmTable, timers: TimerTable) -> None:
        """`timers`: where alarms after a while are kept."""
        self._alarms, self._timers = alarms, timers
        self._unkept: dict[str, ClockAlarm] = {}
        """What was put right and could not be written."""

    def rings(self, now: Stamp) -> Iterator[SkillAlarm]:
        """All at a time of day."""
        here = zone()
        for kept in self._alarms.every():
            alarm = self._settled(kept, now, here)
            where = alarm.where(here)
            date = datetime.fromtimestamp(now.date, UTC).astimezone(where)
            meant = alarm.meant(date.replace(tzinfo=None, fold=0))
            yield SkillAlarm(
                alarm.id,
                alarm.due(here, meant),
                "This is your alarm",
                late=alarm_late(meant),
                occurrence=meant.isoformat() if alarm.recurs else "once",
                rings=RINGS,
            )

    def rang(self, alarm_id: str, now: Stamp) -> None:
        """It was played."""
        self._unkept.pop(alarm_id, None)
        self._alarms.rang(alarm_id, now, zone())

    def set(self, intent: Intent, context: TurnContext) -> Answer:
        """A new one, at a time of day or after a while."""
        now = Stamp(context.now.timestamp(), context.uptime)
        unset = UNSET if context.now < SENSIBLE else ""
        if "hour" not in intent.slots:
            timer = Timer.new("alarm", now, seconds=intent_seconds(intent))
            when = _shown(now.later(intent_seconds(intent)), context)
            text = f"Alarm set for {date_words(when, context.now)}{unset}"
            return act(text, "alarm.set", lambda: self._timers.add(timer))
        alarm = ClockAlarm.new(alarm_date(intent.slots, context.now), now)
        if rule := intent.slots.get("rule"):
            alarm = alarm.recurring(str(rule))
        here = _zone(context)
        when = alarm.due(Zone(here)).astimezone(here)
        changes = change_words(alarm.local, alarm.fold, here)
        again = again_words(alarm.recurs)
        text = f"Alarm set for {date_words(when, context.now)}{again}{changes}{unset}"
        return act(text, "alarm.set", lambda: self._alarms.add(alarm))

    def skip(self, intent: Intent, context: TurnContext) -> Answer:
        """Leave out the next time of one that recurs."""
        found = [a for a in _meant(self._every(context), intent, context) if a.recurs]
        if not found:
            return Answer("There is no such alarm that comes again")
        if len(found) > 1:
            return _which(found, intent, context)
        (alarm,) = found

        def skip() -> str | None:
            done = self._alarms.skip(alarm.id)
            return None if done else "That alarm is gone already"

        text = f"I skip the alarm for {date_words(alarm.when, context.now)}"
        return act(text, "alarm.skip", skip)

    def cancel(self, intent: Intent, context: TurnContext) -> Answer:
        """Forget the one that is meant, or all."""
        every = self._every(context)
        found = _meant(every, intent, context)
        if not found and picked(intent):
            return Answer("That alarm is gone already")
        if not found:
            return Answer(f"There is no {'such alarm' if every else 'alarm set'}")
        if len(found) > 1 and intent.slots.get("scope") != "all" and not picked(intent):
            return _which(found, intent, context, together=True)
        what = "All alarms" if len(found) > 1 else sentence(_title(found[0]))
        return act(f"{what} cancelled", "alarm.cancel", lambda: _remove(found))

    def status(self, intent: Intent, context: TurnContext) -> Answer:
        """Which are set, and which were missed."""
        found, now = self._every(context), context.now
        if not found:
            return Answer("There is no alarm set")
        late = [alarm for alarm in found if _late(alarm, now) >= LATE]
        parts = [f"was for {', and '.join(_ago(alarm, now) for alarm in late)}"]
        parts = parts if late else []
        if dates := [
            f"{date_words(alarm.when, now)}{again_words(alarm.recurs)}"
            for alarm in found
            if alarm not in late
        ]:
            parts.append(f"is set for {listed(dates)}")
        return Answer(f"Your alarm {', and '.join(parts)}")

    def _every(self, context: TurnContext) -> list[_Set]:
        """Both kinds, the next to ring first."""
        now, here = Stamp(context.now.timestamp(), context.uptime), _zone(context)
        found = []
        for kept in self._alarms.every():
            alarm = self._settled(kept, now, Zone(here), keep=False)
            when = alarm.due(Zone(here)).astimezone(here)
            found.append(_Set(alarm.id, when, self._alarms.remove, alarm.recurs))
        for timer in self._timers.every("alarm"):
            if timer.due is not None:
                when = _shown(now.later(now.until(timer.due)), context)
                found.append(_Set(timer.id, when, self._timers.remove))
        return sorted(found, key=lambda alarm: alarm.when.astimezone(UTC))

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
            self._alarms.replace(alarm)
            del self._unkept[kept.id]
        except StoreError as error:  # it holds in this session all the same
            log.warning("an alarm is not kept", extra={"cause": error.cause})
        return alarm


def intent_seconds(intent: Intent, prefix: str = "") -> float:
    """The while that was said, in slots that begin with `prefix`."""
    said = ((intent.slots.get(prefix + key, 0), size) for key, size in SIZES.items())
    return sum(float(value) * size for value, size in said)


SIZES = {"hours": 3600, "minutes": 60, "seconds": 1}


def _meant(found: list[_Set], intent: Intent, context: TurnContext) -> list[_Set]:
    """Those that fit the time that was said: the next such time, else that time of any
    day."""
    if ids := picked(intent):
        return [alarm for alarm in found if alarm.id in ids]
    if "hour" not in intent.slots:
        return found
    said = alarm_date(intent.slots, context.now)
    exact = [alarm for alarm in found if _same(alarm.when, said)]
    times = times_of_day(intent.slots)
    return exact or [alarm for alarm in found if alarm.when.time() in times]


def _same(when: datetime, said: datetime) -> bool:
    return when.astimezone(UTC) == said.astimezone(UTC)


def _remove(found: Sequence[_Set]) -> None:
    for alarm in found:
        alarm.remove([alarm.id])


def _which(
    found: Sequence[_Set],
    intent: Intent,
    context: TurnContext,
    *,
    together: bool = False,
) -> Answer:
    told = [date_words(alarm.when, context.now) for alarm in found]
    names = [
        (f"the one for {said}", said, *time_ways(alarm.when))
        for said, alarm in zip(told, found, strict=True)
    ]
    ids = [alarm.id for alarm in found]
    return ask_which(names, ids, intent, together=together)


def _title(alarm: _Set) -> str:
    return f"alarm for {clock_words(alarm.when)}"


def _late(alarm: _Set, now: datetime) -> float:
    return now.timestamp() - alarm.when.timestamp()


def _ago(alarm: _Set, now: datetime) -> str:
    return f"{clock_words(alarm.when)}, {ago_words(_late(alarm, now))}"


def _zone(context: TurnContext) -> tzinfo:
    return context.now.tzinfo or local().tzinfo or UTC


def _shown(when: Stamp, context: TurnContext) -> datetime:
    return datetime.fromtimestamp(when.date, _zone(context))
