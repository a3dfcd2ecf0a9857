"""Reminders: what somebody wants to be told at a time; the thing is never done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from voiceagent.clock import SENSIBLE, Zone, believed, uptime
from voiceagent.lang.quantities import rule_of
from voiceagent.lang.spoken import number_words
from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import clock_words, listed
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, Effect, Skill, SkillAlarm, TurnContext
from voiceagent.skills.timers.alarms import TIME_SLOTS, fitting
from voiceagent.skills.timers.clock_alarm import AlarmTable
from voiceagent.skills.timers.dates import (
    DAY_SLOTS,
    alarm_date,
    said_day,
    unsettable,
)
from voiceagent.skills.timers.heard import said_whens
from voiceagent.skills.timers.moves import moving
from voiceagent.skills.timers.set_times import SetTime, SetTimes, stamp_of, zone_of
from voiceagent.skills.timers.snooze import LastRung
from voiceagent.skills.timers.table import Stamp, Timer, TimerTable
from voiceagent.skills.timers.taking_back import RowKeeper
from voiceagent.skills.timers.which import which_time
from voiceagent.skills.timers.words import (
    UNSET,
    again_words,
    change_words,
    date_words,
    intent_seconds,
)
from voiceagent.skills.which import ask_for, ask_whether, picked
from voiceagent.store import Store

__all__ = ["Reminders", "create"]

RINGS = 120.0
"""Seconds for which it is told again and again where nobody stops it."""
GONE = "That reminder is gone already"
FRAMES = ("remind me at {}", "remind me in {}", "remind me {}")
CONDITIONS = (" when ", " if ", " once ", " as soon as ", " after ", " before ")
MOST = 10
"""Reminders that are read out; more are counted."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return Reminders(host.store)


class Reminders:
    """Plans answers about reminders, and tells them at their time."""

    name = "reminders"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._table = TimerTable(store)
        alarms = AlarmTable(store)
        self._times = SetTimes("reminder", alarms, self._table)
        self._keeper = RowKeeper(self._table, alarms)
        self._plans = {
            "reminder.set": self._set,
            "reminder.cancel": self._cancel,
            "reminder.move": self._move,
            "reminder.status": self._status,
        }

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What the table and the words make of it."""
        return self._keeper.undoable(self._plans[intent.name](intent, context))

    def alarms(self) -> Sequence[SkillAlarm]:
        """All that are to be told, earliest first."""
        now = Stamp(believed().timestamp(), uptime())
        every = [_after(timer) for timer in self._table.every("reminder")]
        for one in self._times.rings(now):
            words = one.alarm.name
            again = one.meant.isoformat() if one.alarm.recurs else "once"
            late = f"{_told(words)}. It was for {clock_words(one.meant)}, {{ago}}"
            every.append(
                SkillAlarm(
                    *(one.alarm.id, one.due, _told(words)),
                    late=late,
                    occurrence=again,
                    rings=RINGS,
                )
            )
        return sorted(every, key=lambda alarm: alarm.due)

    def rang(self, alarm_id: str) -> None:
        """It was told: forget it, or go on to its next time."""
        now = Stamp(believed().timestamp(), uptime())
        words = self._times.rang(alarm_id, now)
        if words is not None:
            LastRung("reminder", words, now.date).keep(self._store)

    def close(self) -> None:
        """Nothing to let go of; the store belongs to the host."""

    def _set(self, intent: Intent, context: TurnContext) -> Answer:
        words = str(intent.slots.get("what", "")).strip()
        if wrong := unsettable(intent.slots, context.now):
            return Answer(wrong)
        if "hour" not in intent.slots and not intent_seconds(intent):
            return _ask_when(words, intent)
        now, here = stamp_of(context), zone_of(context)
        unset = UNSET if context.now < SENSIBLE else ""
        to = _to(words, intent)
        if "hour" not in intent.slots:
            seconds = intent_seconds(intent)
            when = datetime.fromtimestamp(now.later(seconds).date, here)
            text = f"I'll remind you{to} at {date_words(when, context.now)}{unset}"
            set_after = self._times.set_after
            return act(text, "reminder.set", lambda: set_after(seconds, now, words))
        date, rule = alarm_date(intent.slots, context.now), rule_of(intent.slots)
        made = self._times.fresh(date, now, words, rule)
        when = made.due(Zone(here)).astimezone(here)
        changes = change_words(made.local, made.fold, here)
        again = again_words(made.recurs)
        said = f"at {date_words(when, context.now)}{again}{changes}{unset}"
        if any(_same(one, when, words) for one in self._times.every(context)):
            return Answer(f"I'll remind you{to} {said} already")
        text = f"I'll remind you{to} {said}"
        return act(text, "reminder.set", lambda: self._times.add(made))

    def _cancel(self, intent: Intent, context: TurnContext) -> Answer:
        every = self._times.every(context)
        found = fitting(every, intent, context)
        if not found:
            return Answer(_none(intent, every))
        everything = intent.slots.get("scope") == "all"
        if len(found) > 1 and not everything and not picked(intent):
            return which_time(found, intent, context, together=True)
        question = None
        if len(found) > 1 and everything:
            words = f"cancel all {number_words(len(found))} reminders"
            seen = " ".join(one.id for one in found)
            text = f"Do you want me to {words}?"
            question = ask_whether(text, words, intent, seen=seen, reason="all")
        names = [one.name or clock_words(one.when) for one in found]
        what = "All reminders" if question else f"Reminder {listed(names)}"
        effect = Effect("reminder.cancel", lambda: self._times.remove(found))
        return Answer(f"{what} cancelled", (effect,), question=question)

    def _move(self, intent: Intent, context: TurnContext) -> Answer:
        every = self._times.every(context)
        found = fitting(every, intent, context)
        if not found:
            return Answer(_none(intent, every))
        if len(found) > 1:
            return which_time(found, intent, context)
        return moving(self._times, found[0], intent, context)

    def _status(self, intent: Intent, context: TurnContext) -> Answer:
        every = self._times.every(context)
        found = fitting(every, intent, context)
        if (day := said_day(intent.slots, context.now)) is not None:
            found = [one for one in every if one.when.date() == day]
        if not found:
            return Answer(_none(intent, every))
        told = [
            f"{one.name or 'a reminder'} at {date_words(one.when, context.now)}"
            f"{again_words(one.recurs)}"
            for one in found[:MOST]
        ]
        more = [f"{len(found) - MOST} more"] if len(found) > MOST else []
        many = "reminder is" if len(found) == 1 else "reminders are"
        return Answer(f"Your {many}: {listed([*told, *more])}")


def _ask_when(words: str, intent: Intent) -> Answer:
    text = "At what time?" if DAY_SLOTS & intent.slots.keys() else "When?"
    if any(condition in f" {words.lower()} " for condition in CONDITIONS):
        text = f"I can only remind you at a time. {text}"
    return ask_for(text, intent, FRAMES, TIME_SLOTS, heard=said_whens())


def _to(words: str, intent: Intent) -> str:
    if not words:
        return ""
    return f" of {words}" if intent.slots.get("form") == "about" else f" to {words}"


def _told(words: str) -> str:
    return f"Reminder: {words}" if words else "This is your reminder"


def _after(timer: Timer) -> SkillAlarm:
    assert timer.due is not None
    due = datetime.fromtimestamp(timer.due.date, UTC)
    late = f"{_told(timer.name)}. It was due {{ago}}"
    return SkillAlarm(
        *(timer.id, due, _told(timer.name)), late=late, at=timer.due.up, rings=RINGS
    )


def _same(one: SetTime, when: datetime, words: str) -> bool:
    return one.name == words and one.when.astimezone(UTC) == when.astimezone(UTC)


def _none(intent: Intent, every: Sequence[SetTime]) -> str:
    if picked(intent):
        return GONE
    return "There is no such reminder" if every else "There is no reminder set"
