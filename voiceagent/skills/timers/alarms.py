"""What is answered about alarms: those at a time of day, and those after a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from voiceagent.clock import SENSIBLE, Zone
from voiceagent.lang.quantities import rule_of
from voiceagent.lang.spoken import number_words
from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import LATE, ago_words, clock_words, listed, sentence
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, Effect, SkillAlarm, TurnContext
from voiceagent.skills.timers.dates import (
    DAY_SLOTS,
    REPEAT_SLOTS,
    alarm_date,
    impossible,
    said_day,
    times_of_day,
    unsettable,
)
from voiceagent.skills.timers.heard import said_times
from voiceagent.skills.timers.moves import moving
from voiceagent.skills.timers.set_times import SetTime, SetTimes, stamp_of, zone_of
from voiceagent.skills.timers.table import Stamp
from voiceagent.skills.timers.which import but, called_so, newest, placed, which_time
from voiceagent.skills.timers.words import (
    UNSET,
    again_words,
    alarm_late,
    change_words,
    date_words,
    intent_seconds,
)
from voiceagent.skills.which import ask_for, ask_whether, picked

__all__ = ["RINGS", "TIME_SLOTS", "AlarmPlans", "fitting"]

RINGS = 600.0
"""Seconds for which an alarm wakes somebody; a timer is done after a few rounds."""
TIME_SLOTS = (
    DAY_SLOTS
    | REPEAT_SLOTS
    | {
        *("hour", "minute", "half", "weeks", "days", "hours", "minutes", "seconds"),
    }
)
"""Slots that tell when."""
GONE = "That alarm is gone already"


class AlarmPlans:
    """Plans answers about alarms, and says when they ring."""

    def __init__(self, alarms: SetTimes) -> None:
        self._alarms = alarms

    def rings(self, now: Stamp) -> Iterator[SkillAlarm]:
        """All at a time of day."""
        for one in self._alarms.rings(now):
            name = f"{one.alarm.name} " if one.alarm.name else ""
            yield SkillAlarm(
                one.alarm.id,
                one.due,
                f"This is your {name}alarm",
                late=alarm_late(one.meant, one.alarm.name),
                occurrence=one.meant.isoformat() if one.alarm.recurs else "once",
                rings=RINGS,
            )

    def set(self, intent: Intent, context: TurnContext) -> Answer:
        """A new one, at a time of day or after a while."""
        if wrong := unsettable(intent.slots, context.now):
            return Answer(wrong)
        if "hour" not in intent.slots and not intent_seconds(intent):
            frames = ("set an alarm for {}", "set an alarm {}", "wake me {}")
            text = "For what time?"
            return ask_for(text, intent, frames, TIME_SLOTS, heard=said_times())
        now, name = stamp_of(context), said_name_of(intent)
        unset = UNSET if context.now < SENSIBLE else ""
        what = sentence(f"{name} alarm" if name else "alarm")
        if "hour" not in intent.slots:
            seconds = intent_seconds(intent)
            when = datetime.fromtimestamp(now.later(seconds).date, zone_of(context))
            text = f"{what} set for {date_words(when, context.now)}{unset}"
            set_after = self._alarms.set_after
            return act(text, "alarm.set", lambda: set_after(seconds, now, name))
        date, rule = alarm_date(intent.slots, context.now), rule_of(intent.slots)
        alarm = self._alarms.fresh(date, now, name, rule)
        here = zone_of(context)
        when = alarm.due(Zone(here)).astimezone(here)
        changes = change_words(alarm.local, alarm.fold, here)
        again = again_words(alarm.recurs)
        said = f"{date_words(when, context.now)}{again}{changes}{unset}"
        if any(_same(one, when, name, alarm.recurs) for one in self._every(context)):
            return Answer(f"There is an alarm for {said} already")
        return act(
            f"{what} set for {said}", "alarm.set", lambda: self._alarms.add(alarm)
        )

    def skip(self, intent: Intent, context: TurnContext) -> Answer:
        """Leave out the next time of one that recurs."""
        every = [one for one in self._every(context) if one.recurs]
        found = fitting(every, intent, context)
        if not found and picked(intent):
            return Answer(GONE)
        if not found:
            return Answer("There is no such alarm that comes again")
        if len(found) > 1:
            return which_time(found, intent, context)
        (alarm,) = found

        def skip() -> str | None:
            return None if self._alarms.skip(alarm) else GONE

        text = f"I skip the alarm for {date_words(alarm.when, context.now)}"
        return act(text, "alarm.skip", skip)

    def cancel(self, intent: Intent, context: TurnContext) -> Answer:
        """Forget the one that is meant, or all, which is asked about first."""
        every = self._every(context)
        found = fitting(every, intent, context)
        if not found and picked(intent):
            return Answer(GONE)
        spared = [fitting(found, each, context) for each in intent.without]
        if not found or not all(spared):
            return Answer(f"There is no {'such alarm' if every else 'alarm set'}")
        found = but(found, spared)
        if not found:
            return Answer("There is no other alarm")
        everything = intent.slots.get("scope") == "all"
        if len(found) > 1 and not everything and not picked(intent):
            return which_time(found, intent, context, together=True)
        question = None
        if len(found) > 1 and everything:
            told = listed([date_words(one.when, context.now) for one in found[:4]])
            more = f" and {len(found) - 4} more" if len(found) > 4 else ""
            words = f"cancel all {number_words(len(found))} alarms"
            text = f"Do you want me to {words}: {told}{more}?"
            seen = " ".join(one.id for one in found)
            question = ask_whether(text, words, intent, seen=seen, reason="all")
        effect = Effect("alarm.cancel", lambda: self._alarms.remove(found))
        return Answer(f"{_these(found, every)} cancelled", (effect,), question=question)

    def move(self, intent: Intent, context: TurnContext) -> Answer:
        """One rings at another time instead."""
        every = self._every(context)
        found = fitting(every, intent, context)
        if not found and picked(intent):
            return Answer(GONE)
        if not found:
            return Answer(f"There is no {'such alarm' if every else 'alarm set'}")
        if len(found) > 1:
            return which_time(found, intent, context)
        return moving(self._alarms, found[0], intent, context)

    def status(self, intent: Intent, context: TurnContext) -> Answer:
        """Which are set, and which were missed."""
        found, now = self._every(context), context.now
        if not found:
            return Answer("There is no alarm set")
        if intent.slots.get("place") == "next":
            found = found[:1]
        late = [alarm for alarm in found if _late(alarm, now) >= LATE]
        parts = [f"was for {', and '.join(_ago(alarm, now) for alarm in late)}"]
        parts = parts if late else []
        if dates := [
            f"{date_words(alarm.when, now)}{again_words(alarm.recurs)}{_called(alarm)}"
            for alarm in found
            if alarm not in late
        ]:
            parts.append(f"is set for {listed(dates)}")
        return Answer(f"Your alarm {', and '.join(parts)}")

    def _every(self, context: TurnContext) -> list[SetTime]:
        return self._alarms.every(context)


def fitting(
    found: Sequence[SetTime], intent: Intent, context: TurnContext
) -> list[SetTime]:
    """Those that fit what was said: what was picked; the name; the next such time,
    else that time of any day; the place in the row."""
    if ids := picked(intent):
        return [one for one in found if one.id in ids]
    left = list(found)
    if "hour" in intent.slots and not impossible(intent.slots, context.now):
        said = alarm_date(intent.slots, context.now)
        times = times_of_day(intent.slots)
        exact = [one for one in left if _at_once(one.when, said)]
        left = exact or [one for one in left if one.when.time() in times]
    elif DAY_SLOTS & intent.slots.keys():
        day = said_day(intent.slots, context.now)
        left = [one for one in left if one.when.date() == day]
    if name := said_name_of(intent):
        left = called_so(left, name)
    return placed(left, intent, newest)


def said_name_of(intent: Intent) -> str:
    """The name that was said, as it is kept."""
    return str(intent.slots.get("name", "")).lower().strip()


def _at_once(when: datetime, said: datetime) -> bool:
    return when.astimezone(UTC) == said.astimezone(UTC)


def _same(one: SetTime, when: datetime, name: str, recurs: object) -> bool:
    return _at_once(one.when, when) and (one.name, one.recurs) == (name, recurs)


def _these(found: Sequence[SetTime], every: Sequence[SetTime]) -> str:
    if len(found) == 1:
        return sentence(_title(found[0]))
    if len(found) == len(every):
        return "All alarms"
    return sentence(listed([_title(one) for one in found]))


def _title(alarm: SetTime) -> str:
    name = f"{alarm.name} " if alarm.name else ""
    return f"{name}alarm for {clock_words(alarm.when)}"


def _called(alarm: SetTime) -> str:
    return f", called {alarm.name}" if alarm.name else ""


def _late(alarm: SetTime, now: datetime) -> float:
    return now.timestamp() - alarm.when.timestamp()


def _ago(alarm: SetTime, now: datetime) -> str:
    return f"{clock_words(alarm.when)}, {ago_words(_late(alarm, now))}"
