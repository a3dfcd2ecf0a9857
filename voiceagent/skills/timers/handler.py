"""Timers and alarms: several, named, kept in the store, late rather than lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from voiceagent.clock import believed, uptime
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import duration_words, listed, sentence
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, Skill, SkillAlarm, TurnContext
from voiceagent.skills.timers.alarms import RINGS, AlarmPlans
from voiceagent.skills.timers.clock_alarm import AlarmTable
from voiceagent.skills.timers.heard import said_lengths
from voiceagent.skills.timers.set_times import SetTimes
from voiceagent.skills.timers.snooze import LastRung, snooze
from voiceagent.skills.timers.table import Stamp, Timer, TimerTable
from voiceagent.skills.timers.taking_back import RowKeeper
from voiceagent.skills.timers.which import but, called_so, placed, which_timer
from voiceagent.skills.timers.words import (
    intent_seconds,
    label,
    left_words,
    timer_late,
    timer_rings,
)
from voiceagent.skills.which import ask_either, ask_for, picked
from voiceagent.store import Store

__all__ = ["Timers", "create"]


GONE = "That timer is gone already"
"""Said where it ended between the question which one and the answer."""
MORE = language().guards.directions.degrees[0]
LONGEST_NAME = 3
"""Words of a name that is taken as it is."""
LAST = datetime.max.replace(tzinfo=UTC).timestamp() - 1
"""The end of the calendar: what is later rings then."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return Timers(TimerTable(host.store), AlarmTable(host.store), host.store)


class Timers:
    """Plans answers about a table of timers."""

    name = "timers"
    spares = frozenset(("timer.cancel", "alarm.cancel"))
    """Intents of which something may be left out."""

    def __init__(
        self, table: TimerTable, alarms: AlarmTable, store: Store | None = None
    ) -> None:
        """`store`: where is kept what rang last, so that it can be put off."""
        self._table, self._store = table, store or Store(None)
        self._times = SetTimes("alarm", alarms, table)
        self._keeper = RowKeeper(table, alarms)
        self._alarms = AlarmPlans(self._times)
        self._plans = {
            "timer.set": self._set,
            "timer.cancel": self._cancel,
            "timer.pause": self._pause,
            "timer.resume": self._resume,
            "timer.status": self._status,
            "timer.add": self._add,
            "alarm.set": self._alarms.set,
            "timer.rename": self._rename,
            "alarm.cancel": self._alarms.cancel,
            "alarm.move": self._alarms.move,
            "alarm.snooze": self._snooze,
            "alarm.skip": self._alarms.skip,
            "alarm.status": self._alarms.status,
        }

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What the table and the words make of it."""
        return self._keeper.undoable(self._plans[intent.name](intent, context))

    def alarms(self) -> Sequence[SkillAlarm]:
        """All that run, earliest first; those that fell due while off come at once."""
        now = _now()
        ours = [
            timer for timer in self._table.every() if timer.kind in ("timer", "alarm")
        ]
        running = [_rings(timer, now) for timer in ours if timer.due]
        every = [*running, *self._alarms.rings(now)]
        return sorted(every, key=lambda alarm: alarm.due)

    def rang(self, alarm_id: str) -> None:
        """Forget it, or go on to its next time."""
        now = _now()
        timers = [t for t in self._table.every("timer") if t.id == alarm_id]
        self._table.remove([timer.id for timer in timers])
        kind = "timer" if timers else "alarm"
        name = timers[0].name if timers else self._times.rang(alarm_id, now)
        if name is not None:
            LastRung(kind, name, now.date).keep(self._store)

    def close(self) -> None:
        """Nothing to let go of; the store belongs to the host."""

    def _snooze(self, intent: Intent, context: TurnContext) -> Answer:
        answer = snooze(self._store, self._table, intent, context)
        more = MORE in spoken(intent.text).split()
        alone = len(self._table.every("timer")) == 1
        if more and alone and not answer.effects:  # nothing rang: the timer has more
            slots = {**intent.slots, "sign": 1}
            return self._add(replace(intent, slots=slots), context)
        return answer

    def _set(self, intent: Intent, context: TurnContext) -> Answer:
        seconds = intent_seconds(intent)
        name = str(intent.slots.get("name", "")).lower()
        if not seconds:
            return _ask_length(name, intent)
        if asked := doubtful_name(name, intent):
            return asked
        timer = Timer.new("timer", _stamp(context), name=name, seconds=seconds)
        text = f"{label(name)} set for {duration_words(seconds)}"
        return act(sentence(text), "timer.set", lambda: self._table.add(timer))

    def _cancel(self, intent: Intent, context: TurnContext) -> Answer:
        found = self._meant(intent)
        spared = [self._meant(each) for each in intent.without]
        if not found or not all(spared):
            return Answer(self._none(intent))
        found = but(found, spared)
        if not found:
            return Answer("There is no other timer")
        if len(found) > 1 and intent.slots.get("scope") != "all" and not picked(intent):
            return which_timer(found, intent, _stamp(context), together=True)
        ids = [timer.id for timer in found]
        every = len(found) == len(self._table.every("timer"))
        what = "All timers" if len(found) > 1 and every else _named(found)
        run = self._table.remove
        return act(f"{what} cancelled", "timer.cancel", lambda: run(ids))

    def _pause(self, intent: Intent, context: TurnContext) -> Answer:
        found = [t for t in self._meant(intent) if t.due is not None]
        problem = self._not_one(found, intent, context, "running")
        if problem:
            return problem
        paused = found[0].paused(_stamp(context))
        left = duration_words(paused.remaining or 0)
        text = sentence(f"{label(paused.name)} paused with {left} left")
        return act(text, "timer.pause", lambda: self._table.replace(paused))

    def _resume(self, intent: Intent, context: TurnContext) -> Answer:
        found = [t for t in self._meant(intent) if t.due is None]
        problem = self._not_one(found, intent, context, "paused")
        if problem:
            return problem
        timer = found[0].resumed(_stamp(context))
        left = duration_words(timer.left(_stamp(context)))
        text = sentence(f"{label(timer.name)} goes on with {left} left")
        return act(text, "timer.resume", lambda: self._table.replace(timer))

    def _add(self, intent: Intent, context: TurnContext) -> Answer:
        found = self._meant(intent, length="total_")
        problem = self._not_one(found, intent, context, "set")
        if problem:
            return problem
        now, times = _stamp(context), float(intent.slots.get("times", 1))
        change = intent_seconds(intent) * int(intent.slots.get("sign", 1))
        timer = found[0].longer(change + found[0].seconds * (times - 1), now)
        text = f"{label(timer.name)} has {duration_words(timer.left(now))} left"
        return act(sentence(text), "timer.add", lambda: self._table.replace(timer))

    def _rename(self, intent: Intent, context: TurnContext) -> Answer:
        new = str(intent.slots["new_name"]).lower()
        found = self._meant(intent)
        problem = self._not_one(found, intent, context, "set")
        if problem:
            return problem
        old, timer = label(found[0].name), replace(found[0], name=new)
        text = sentence(f"the {old} is called {new} now")
        return act(text, "timer.rename", lambda: self._table.replace(timer))

    def _status(self, intent: Intent, context: TurnContext) -> Answer:
        found = self._meant(intent)
        if not found:
            return Answer(self._none(intent))
        now = _stamp(context)
        found.sort(key=lambda timer: (timer.due is None, timer.left(now)))
        return Answer(sentence(listed([left_words(timer, now) for timer in found])))

    def _meant(self, intent: Intent, *, length: str = "") -> list[Timer]:
        """The timers that fit the name or length that was said; `length` begins the
        names of the slots that hold it."""
        found = self._table.every("timer")
        if ids := picked(intent):
            return [timer for timer in found if timer.id in ids]
        if "name" in intent.slots:
            found = called_so(found, str(intent.slots["name"]))
        if seconds := intent_seconds(intent, length):
            found = [timer for timer in found if timer.seconds == seconds]
        return placed(found, intent, lambda timer: timer.set_at)

    def _not_one(
        self, found: list[Timer], intent: Intent, context: TurnContext, state: str
    ) -> Answer | None:
        """The answer when there is not exactly one timer to work on."""
        if len(found) == 1:
            return None
        if picked(intent):
            return Answer(self._none(intent))
        if found:
            return which_timer(found, intent, _stamp(context))
        named = f" {intent.slots['name']}" if "name" in intent.slots else ""
        return Answer(f"There is no{named} timer {state}")

    def _none(self, intent: Intent) -> str:
        if picked(intent):
            return GONE
        there = self._table.every("timer")
        return "There is no such timer" if there else "There is no timer set"


def _stamp(context: TurnContext) -> Stamp:
    return Stamp(context.now.timestamp(), context.uptime)


def _now() -> Stamp:
    return Stamp(believed().timestamp(), uptime())


def _rings(timer: Timer, now: Stamp) -> SkillAlarm:
    assert timer.due is not None
    return SkillAlarm(
        timer.id,
        datetime.fromtimestamp(min(timer.due.date, LAST), UTC),
        timer_rings(timer),
        late=timer_late(timer, now),
        at=timer.due.up,
        rings=RINGS if timer.kind == "alarm" else 0.0,
    )


def _ask_length(name: str, intent: Intent) -> Answer:
    if "count" in intent.slots:
        count = int(intent.slots["count"])
        said = number_words(count)
        ways = [
            (f"{said} {unit}", {unit: count})
            for unit in ("minutes", "hours", "seconds")
        ]
        return ask_either(f"{sentence(said)} minutes, hours or seconds?", intent, ways)
    text = f"For how long{' is the ' + label(name) if name else ''}?"
    frames = ("set a timer for {}", "set a {} timer")
    slots = ("hours", "minutes", "seconds")
    unsure = {"set a timer for {} minutes": "{} minutes?"}
    heard = said_lengths()
    return ask_for(text, intent, frames, slots, doubtful=unsure, heard=heard)


def doubtful_name(name: str, intent: Intent) -> Answer | None:
    """What is asked where a name is so long that it may be something else."""
    if len(name.split()) <= LONGEST_NAME or "sure" in intent.slots:
        return None
    ways = (("yes", {"sure": "yes"}),)
    asked = ask_either(f"Do you want to call the timer {name}?", intent, ways)
    return asked


def _named(found: Sequence[Timer]) -> str:
    names = [label(timer.name) for timer in found]
    return sentence(listed(list(dict.fromkeys(names))))
