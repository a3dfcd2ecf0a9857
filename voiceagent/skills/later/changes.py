"""Plans that are there: told, moved, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from voiceagent.lang.number_words import number_words
from voiceagent.lang.quantities import seconds_of
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import LATER, SEVERAL, Intent, SlotValue
from voiceagent.nlu.later import BESIDE
from voiceagent.nlu.replanned import said_of
from voiceagent.skills.later.people import People, Somebody
from voiceagent.skills.later.plans import KeptPlan, PlanTable
from voiceagent.skills.later.schedule import FARTHEST, LIMIT, NOTHING, Schedule
from voiceagent.skills.later.words import at_words, command_words, will
from voiceagent.skills.phrases import duration_words, listed, sentence
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.timers.dates import impossible, said_day, times_of_day
from voiceagent.skills.timers.moves import moving
from voiceagent.skills.timers.set_times import SetTime, SetTimes, stamp_of
from voiceagent.skills.timers.table import Stamp
from voiceagent.skills.timers.words import again_words, time_ways
from voiceagent.skills.which import ask_whether, ask_which, picked

__all__ = ["NEWEST", "PlanChanges", "covering"]

NEWEST, ANEW = "newest", "anew"
"""Of slots: the plan that was made last; a while that begins now."""
NONE, NO_SUCH = "Nothing is planned", "There is no such plan"
GONE = "That plan is gone already"
MOST = 8
"""Plans that are read out; more are counted."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A plan, and when it is due; None: when people say so."""

    plan: KeptPlan
    when: str
    time: SetTime | None = None

    @property
    def told(self) -> str:
        """`turn off the lights at nine tonight`."""
        return f"{self.plan.words} {self.when}"


class PlanChanges:
    """Answers about plans; reads alone, and gives effects."""

    def __init__(self, times: SetTimes, table: PlanTable, people: People) -> None:
        self._times, self._table, self._people = times, table, people
        self._ways = {
            "later.status": self._status,
            "later.cancel": self._cancel,
            "later.move": self._move,
        }

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What the plans and the words make of it."""
        return self._ways[intent.name](intent, context)

    def _status(self, intent: Intent, context: TurnContext) -> Answer:
        every = self._every(context)
        day = said_day(intent.slots, context.now)
        if day is not None:
            every = [one for one in every if one.time and one.time.when.date() == day]
        if not every:
            return Answer(NONE if day is None else f"{NONE} for then")
        told = [will(one.when, one.plan.words) for one in every[:MOST]]
        more = len(every) - MOST
        return Answer(". ".join([*told, *([f"And {more} more"] if more > 0 else [])]))

    def _cancel(self, intent: Intent, context: TurnContext) -> Answer:
        every = self._every(context)
        found = _fitting(every, intent, context)
        if not found:
            return Answer(_none(intent, every))
        everything = intent.slots.get("scope") == "all"
        if len(found) > 1 and not everything and not picked(intent):
            return _which(found, intent)
        question = None
        if len(found) > 1 and everything:
            many = number_words(len(found))
            words = f"cancel all {many} plans"
            text = f"Do you want me to {words}?"
            seen = " ".join(one.plan.id for one in found)
            question = ask_whether(text, words, intent, seen=seen, reason="all")
        what = listed([one.told for one in found[:MOST]])
        text = "All plans cancelled" if question else f"I won't {what}"
        ids = [one.plan.id for one in found]
        answer = act(text, "later.cancel", lambda: self._table.remove(ids))
        return replace(answer, question=question)

    def _move(self, intent: Intent, context: TurnContext) -> Answer:
        every = self._every(context)
        found = _fitting(every, intent, context)
        if not found:
            return Answer(_none(intent, every))
        if len(found) > 1:
            return _which(found, intent)
        (one,) = found
        if one.time is None:
            return Answer(f"That plan waits for somebody, not for a time, {NOTHING}")
        if ANEW in intent.slots:
            return self._after(one, intent, context)
        slots = {**intent.slots, "which": "every"}
        times = _Moved(self._times, self._table, one.plan)
        answer = moving(times, one.time, replace(intent, slots=slots), context)
        renamed = (replace(effect, key="later.move") for effect in answer.effects)
        return replace(answer, effects=tuple(renamed))

    def _after(self, one: _Shown, intent: Intent, context: TurnContext) -> Answer:
        """It is due after another while, from now on."""
        seconds, now = seconds_of(intent.slots), stamp_of(context)
        if seconds > FARTHEST:
            return Answer(f"{LIMIT}, {NOTHING}")
        beside = self._table.renamed(one.plan.id)
        set_after, words = self._times.set_after, one.plan.words
        when = f"in {duration_words(seconds)}"
        return act(
            will(when, words),
            "later.move",
            lambda: set_after(seconds, now, words, beside),
        )

    def taken_back(self, ids: Sequence[str], told: str) -> Answer:
        """The answer that forgets plans made just now."""
        kept = {plan.id for plan in self._table.every()}
        if not kept.intersection(ids):
            return Answer(GONE)
        return act(f"I won't {told}", "later.cancel", lambda: self._table.remove(ids))

    def _every(self, context: TurnContext) -> list[_Shown]:
        """All, the next one first; those that wait for people last."""
        plans = {plan.id: plan for plan in self._table.every()}
        found = []
        for one in self._times.every(context):
            plan = plans.pop(one.id, None)
            if plan is not None:
                again = again_words(one.recurs)
                when = f"{at_words(one.when, context.now)}{again}"
                if plan.sort:
                    when += f", if {self._somebody(plan).so},"
                found.append(_Shown(plan, when, one))
        for plan in plans.values():
            if plan.sort in ("wait", "each"):
                often = "every time" if plan.sort == "each" else "when"
                found.append(_Shown(plan, f"{often} {self._somebody(plan).does}"))
        return found

    def _somebody(self, plan: KeptPlan) -> Somebody:
        every = {one.id: one.name for one in self._people.every}
        return Somebody(plan.who, plan.place, every.get(plan.who, "somebody"))


class _Moved(SetTimes):
    """The times of plans, where one that is moved takes its command with it."""

    def __init__(self, times: SetTimes, table: PlanTable, plan: KeptPlan) -> None:
        super().__init__(times.kind, times.alarms, times.timers)
        self._table, self._plan = table, plan

    def move(self, one: SetTime, when: datetime, now: Stamp) -> None:
        """It is due at `when` instead."""
        self.add(self.moved(one, when, now), self._table.renamed(self._plan.id))


def covering(intent: Intent, schedule: Schedule) -> Answer:
    """Ask how much of a sentence a time was meant for."""
    at = int(intent.slots[BESIDE]) - 1
    slots = {key: value for key, value in intent.slots.items() if key != BESIDE}
    whole = Intent(LATER, slots, text=intent.text, parts=intent.parts)
    later = Intent(LATER, slots, parts=intent.parts[at : at + 1])
    parts = (*intent.parts[:at], later, *intent.parts[at + 1 :])
    one = Intent(SEVERAL, text=intent.text, parts=parts)
    words = command_words(intent.parts[at])
    many = "both" if len(intent.parts) == 2 else "all of it"
    text = f"{sentence(many)} {schedule.when}, or only {words}?"
    options = (
        Option(many, whole, ("both", "all", "all of it", "everything", "all of them")),
        Option(f"only {words}", one, (words, f"just {words}", "only that")),
    )
    return Answer(text, ask=True, question=Question(text, options, "several ways"))


def _fitting(
    found: Sequence[_Shown], intent: Intent, context: TurnContext
) -> list[_Shown]:
    if ids := picked(intent):
        return [one for one in found if one.plan.id in ids]
    left, slots = list(found), intent.slots
    if "place" in slots and slots["place"] != NEWEST:
        left = _placed(left, slots["place"])
    if slots.get("place") == NEWEST:
        left = [one for one in left if _said(one.plan) == slots.get("said")]
        return [max(left, key=lambda one: one.plan.set_at)] if left else []
    if "hour" in slots and not impossible(slots, context.now):
        clocks, day = times_of_day(slots), said_day(slots, context.now)
        left = [
            one
            for one in left
            if one.time
            and one.time.when.time().replace(second=0, microsecond=0) in clocks
            and day in (None, one.time.when.date())
        ]
    if name := str(slots.get("name", "")).lower().strip():
        wanted = {*name.split()} - {"the", "my", "to", "a"}
        left = [one for one in left if wanted <= {*one.plan.words.lower().split()}]
    return left


def _placed(found: Sequence[_Shown], place: SlotValue) -> list[_Shown]:
    """The one whose place was said, in the order in which they are told, or in which
    they were made: both are given where they differ."""
    made = sorted(found, key=lambda one: one.plan.set_at)
    at = {"next": 0, "last": -1}.get(str(place))
    if at is None:
        at = int(place) - 1
    some = [order[at] for order in (found, made) if -1 <= at < len(order)]
    some = some[:1] if place == "next" else some
    return [*{one.plan.id: one for one in some}.values()]


def _said(plan: KeptPlan) -> str:
    return said_of(plan.command.parts or (plan.command,))


def _which(found: Sequence[_Shown], intent: Intent) -> Answer:
    names = []
    for one in found:
        ways = time_ways(one.time.when) if one.time else ()
        names.append((one.told, one.plan.words, one.when, *ways))
    ids = [one.plan.id for one in found]
    return ask_which(names, ids, intent, together=intent.name == "later.cancel")


def _none(intent: Intent, every: Sequence[_Shown]) -> str:
    if picked(intent) or "said" in intent.slots:
        return GONE
    return NO_SUCH if every else NONE
