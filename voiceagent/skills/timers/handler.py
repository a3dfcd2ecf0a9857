"""Timers and alarms: several, named, kept in the store, late rather than lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import clock_words, duration_words, listed, sentence
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, Skill, SkillAlarm, TurnContext
from voiceagent.skills.timers.dates import alarm_date
from voiceagent.skills.timers.table import Timer, TimerTable

__all__ = ["Timers", "create"]

SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1}


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return Timers(TimerTable(host.store))


class Timers:
    """Plans answers about a table of timers."""

    name = "timers"

    def __init__(self, table: TimerTable) -> None:
        self._table = table
        self._plans = {
            "timer.set": self._set,
            "timer.cancel": self._cancel,
            "timer.pause": self._pause,
            "timer.resume": self._resume,
            "timer.status": self._status,
            "timer.add": self._add,
            "alarm.set": self._set_alarm,
            "alarm.cancel": self._cancel,
            "alarm.status": self._alarms,
        }

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What the table and the words make of it."""
        return self._plans[intent.name](intent, context)

    def alarms(self) -> Sequence[SkillAlarm]:
        """All that run, earliest first; those that fell due while off come at once."""
        return [
            SkillAlarm(timer.id, datetime.fromtimestamp(due, UTC), _ringing(timer))
            for timer in self._table.every()
            if (due := timer.due) is not None
        ]

    def rang(self, alarm_id: str) -> None:
        """Forget it."""
        self._table.remove([alarm_id])

    def close(self) -> None:
        """Nothing to let go of; the store belongs to the host."""

    def _set(self, intent: Intent, context: TurnContext) -> Answer:
        seconds, now = _seconds(intent), context.now.timestamp()
        name = str(intent.slots.get("name", "")).lower()
        timer = Timer.new("timer", now, name=name, seconds=seconds, due=now + seconds)
        text = f"{_label(name)} set for {duration_words(seconds)}"
        return act(sentence(text), "timer.set", lambda: self._table.add(timer))

    def _set_alarm(self, intent: Intent, context: TurnContext) -> Answer:
        now = context.now
        if "hour" in intent.slots:
            when = alarm_date(intent.slots, now)
        else:
            when = datetime.fromtimestamp(
                now.timestamp() + _seconds(intent), now.tzinfo
            )
        due = when.timestamp()
        timer = Timer.new("alarm", now.timestamp(), seconds=0, due=due)
        text = f"Alarm set for {_date_words(when, now)}"
        return act(text, "alarm.set", lambda: self._table.add(timer))

    def _cancel(self, intent: Intent, context: TurnContext) -> Answer:
        kind = intent.name.split(".")[0]
        found = self._meant(intent, context)
        if not found:
            return Answer(self._none(kind, intent))
        if len(found) > 1 and intent.slots.get("scope") != "all":
            return Answer(_which(found, context), ask=True)
        ids = [timer.id for timer in found]
        what = f"All {kind}s" if len(found) > 1 else sentence(_title(found[0], context))
        run = self._table.remove
        return act(f"{what} cancelled", f"{kind}.cancel", lambda: run(ids))

    def _pause(self, intent: Intent, context: TurnContext) -> Answer:
        found = [t for t in self._meant(intent, context) if t.due is not None]
        problem = self._not_one(found, intent, context, "running")
        if problem:
            return problem
        paused = found[0].paused(context.now.timestamp())
        left = duration_words(paused.remaining or 0)
        text = sentence(f"{_label(paused.name)} paused with {left} left")
        return act(text, "timer.pause", lambda: self._table.replace(paused))

    def _resume(self, intent: Intent, context: TurnContext) -> Answer:
        found = [t for t in self._meant(intent, context) if t.due is None]
        problem = self._not_one(found, intent, context, "paused")
        if problem:
            return problem
        timer = found[0].resumed(context.now.timestamp())
        left = duration_words(timer.left(context.now.timestamp()))
        text = sentence(f"{_label(timer.name)} goes on with {left} left")
        return act(text, "timer.resume", lambda: self._table.replace(timer))

    def _add(self, intent: Intent, context: TurnContext) -> Answer:
        change = _seconds(intent) * int(intent.slots["sign"])
        found = self._meant(intent, context, length="total_")
        problem = self._not_one(found, intent, context, "set")
        if problem:
            return problem
        now = context.now.timestamp()
        timer = found[0].longer(change, now)
        text = f"{_label(timer.name)} has {duration_words(timer.left(now))} left"
        return act(sentence(text), "timer.add", lambda: self._table.replace(timer))

    def _status(self, intent: Intent, context: TurnContext) -> Answer:
        found = self._meant(intent, context)
        if not found:
            return Answer(self._none("timer", intent))
        now = context.now.timestamp()
        return Answer(sentence(listed([_left(timer, now) for timer in found])))

    def _alarms(self, intent: Intent, context: TurnContext) -> Answer:
        dates = [
            _date_words(
                datetime.fromtimestamp(timer.due, context.now.tzinfo), context.now
            )
            for timer in self._table.every("alarm")
            if timer.due is not None
        ]
        if not dates:
            return Answer("There is no alarm set")
        return Answer(f"Your alarm is set for {listed(dates)}")

    def _meant(
        self, intent: Intent, context: TurnContext, *, length: str = ""
    ) -> list[Timer]:
        """The timers or alarms that fit the name, length or time that was said;
        `length` begins the names of the slots that hold it."""
        found = self._table.every(intent.name.split(".")[0])
        slots = intent.slots
        if "name" in slots:
            name = str(slots["name"]).lower()
            found = [timer for timer in found if timer.name == name]
        if seconds := _seconds(intent, length):
            found = [timer for timer in found if timer.seconds == seconds]
        if "hour" in slots:
            due = alarm_date(slots, context.now).timestamp()
            found = [timer for timer in found if timer.due == due]
        return found

    def _not_one(
        self, found: list[Timer], intent: Intent, context: TurnContext, state: str
    ) -> Answer | None:
        """The answer when there is not exactly one timer to work on."""
        if len(found) == 1:
            return None
        if found:
            return Answer(_which(found, context), ask=True)
        named = f" {intent.slots['name']}" if "name" in intent.slots else ""
        return Answer(f"There is no{named} timer {state}")

    def _none(self, kind: str, intent: Intent) -> str:
        if not self._table.every(kind):
            return f"There is no {kind} set"
        return f"There is no such {kind}"


def _seconds(intent: Intent, prefix: str = "") -> float:
    said = ((intent.slots.get(prefix + key, 0), size) for key, size in SECONDS.items())
    return sum(float(value) * size for value, size in said)


def _label(name: str) -> str:
    return f"{name} timer" if name else "timer"


def _title(timer: Timer, context: TurnContext) -> str:
    if timer.kind == "alarm" and timer.due is not None:
        when = datetime.fromtimestamp(timer.due, context.now.tzinfo)
        return f"alarm for {clock_words(when)}"
    return _label(timer.name)


def _left(timer: Timer, now: float) -> str:
    name = timer.name or duration_words(timer.seconds)
    paused = ", paused" if timer.due is None else ""
    return f"{duration_words(timer.left(now))} left on the {name} timer{paused}"


def _which(found: list[Timer], context: TurnContext) -> str:
    if found[0].kind == "alarm":
        names = [f"the {_title(timer, context)}" for timer in found]
    else:
        names = [f"the {t.name or duration_words(t.seconds)} one" for t in found]
    return f"Which one: {', '.join(names[:-1])} or {names[-1]}?"


def _ringing(timer: Timer) -> str:
    if timer.kind == "alarm":
        return "This is your alarm"
    if timer.name:
        return f"Your {timer.name} timer is done"
    return f"Your timer for {duration_words(timer.seconds)} is done"


def _date_words(when: datetime, now: datetime) -> str:
    days = (when.date() - now.date()).days
    return f"{clock_words(when)} tomorrow" if days == 1 else clock_words(when)
