"""Commands that wait: kept, listed, moved, cancelled, and given out when it is time.

What is done then is not known here: whoever carries a plan out asks the skill that the
command is for, as in a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from voiceagent.clock import believed, local, uptime
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.later import BESIDE
from voiceagent.skills.house.house import House
from voiceagent.skills.later.changes import PlanChanges, covering
from voiceagent.skills.later.people import People, Somebody
from voiceagent.skills.later.plans import KeptPlan, PlanTable
from voiceagent.skills.later.schedule import Schedule, scheduled
from voiceagent.skills.later.words import at_words, command_words, lower, will
from voiceagent.skills.skill import Answer, Effect, SkillAlarm, TurnContext
from voiceagent.skills.timers.clock_alarm import AlarmTable
from voiceagent.skills.timers.set_times import SetTimes, stamp_of
from voiceagent.skills.timers.table import Stamp, TimerTable
from voiceagent.store import Store
from voiceagent.store.statements import SqlStatement

__all__ = ["DuePlan", "LaterSkill", "PlansSeen"]

LATE = 600.0
"""Seconds by which a plan may be late and is still carried out; after that it is told,
and not done: who planned it counted on it then, not now."""
BROKEN_OFF = 120.0
"""Seconds after which a plan that was begun is one that something broke off."""
HEARTBEAT = 240.0
"""Seconds after which it is noted anew how people are."""
LOOK = 30.0
"""Seconds between two looks at who is at home."""
MOST = 100
"""Plans that are kept."""
FULL = "I have a hundred plans already. Cancel some of them first"


@dataclass(frozen=True, slots=True)
class DuePlan:
    """One whose time has come."""

    plan: KeptPlan
    late: float = 0.0
    """Seconds since it was due."""
    lost: str = ""
    """Why it is not carried out any more; the sentence that tells it."""
    idle: bool = False
    """Its condition does not hold: nothing is done, and nothing told."""


@dataclass(frozen=True, slots=True)
class PlansSeen:
    """What is due, and how long nothing else is."""

    due: Sequence[DuePlan] = ()
    wait: float | None = None
    """Seconds until the next one that is not due yet; None: until something
    changes."""
    people: bool = False
    """Whether any waits for people: they are looked at every `LOOK` seconds."""


class LaterSkill:
    """Keeps plans, and answers about them."""

    name = "later"

    def __init__(self, store: Store, house: House) -> None:
        self._house = house
        self._table = PlanTable(store)
        alarms, timers = AlarmTable(store), TimerTable(store)
        self._times = SetTimes("plan", alarms, timers)
        self._people = People(house)
        self._changes = PlanChanges(self._times, self._table, self._people)

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """About what is planned."""
        return self._changes.answer(intent, context)

    def alarms(self) -> Sequence[SkillAlarm]:
        """None: a plan is carried out, and does not ring."""
        return ()

    def rang(self, alarm_id: str) -> None:
        """Nothing of ours rings."""

    def close(self) -> None:
        """Nothing to let go of; the store belongs to the host."""

    def schedule(self, intent: Intent, context: TurnContext) -> Schedule | Answer:
        """What `intent` (a `LATER`) waits for; else what to say or ask instead."""
        found = scheduled(intent, context, self._times, self._people)
        if BESIDE in intent.slots and isinstance(found, Schedule):
            return covering(intent, found)
        return found

    def kept(
        self,
        command: Intent,
        schedule: Schedule,
        context: TurnContext,
        *,
        agreed: bool,
    ) -> Answer:
        """The answer that keeps `command` for then."""
        if len(self._table.every()) >= MOST:
            return Answer(FULL)
        if self._is_kept(command, schedule, context):
            return Answer("That is planned already")
        words, now = command_words(command), stamp_of(context)
        somebody = schedule.somebody
        plan = KeptPlan(
            f"plan-on-{round(now.date * 1000):x}",
            command,
            words,
            context.area,
            agreed,
            sort=schedule.sort,
            who=somebody.who if somebody else "",
            place=somebody.place if somebody else "",
            set_at=now.date,
        )
        text = will(schedule.when, words)
        ids: list[str] = []
        effect = Effect(
            "later.plan",
            lambda: self._keep(plan, schedule, now, ids),
            undo=lambda: self._changes.taken_back(
                ids, f"{words} {lower(schedule.when)}"
            ),
        )
        return Answer(text, (effect,))

    def look(self, *, people: bool) -> PlansSeen:
        """What is due by now; `people`: those who are waited for are looked at too.
        Blocking, raises `VoiceAgentError`."""
        now = Stamp(believed().timestamp(), uptime())
        plans = {plan.id: plan for plan in self._table.every()}
        left = self._left(now)
        due: list[DuePlan] = []
        for plan in plans.values():
            if plan.began:
                due += self._broken_off(plan, now)
            elif plan.id in left:
                due += self._timed(plan, -left[plan.id])
            elif people and plan.sort in ("wait", "each"):
                due += self._waited(plan, now)
        waits = [
            seconds
            for unique, seconds in left.items()
            if seconds > 0 and unique in plans and not plans[unique].began
        ]
        begun = [BROKEN_OFF for plan in plans.values() if plan.began]
        watched = any(p.sort and p.id not in left for p in plans.values())
        return PlansSeen(due, min((*waits, *begun), default=None), watched)

    def claim(self, plan: KeptPlan) -> bool:
        """Begin it; false where another program has, or it was cancelled."""
        return self._table.claim(plan.id, believed().timestamp())

    def done(self, plan: KeptPlan) -> None:
        """It was carried out, or told: it is forgotten, or goes on to its next time."""
        now = Stamp(believed().timestamp(), uptime())
        recurs = any(
            ring.alarm.id == plan.id and ring.alarm.recurs is not None
            for ring in self._times.rings(now)
        )
        if plan.sort == "each":
            self._table.free(plan.id)
        elif recurs:
            self._times.rang(plan.id, now)
            self._table.free(plan.id)
        else:
            self._table.remove([plan.id])

    def _keep(
        self, plan: KeptPlan, schedule: Schedule, now: Stamp, ids: list[str]
    ) -> None:
        """`ids`: where its id is noted; that of `plan` is of one without a time."""

        def beside(unique: str) -> Sequence[SqlStatement]:
            ids.append(unique)
            return self._table.beside(plan)(unique)

        if schedule.seconds:
            self._times.set_after(schedule.seconds, now, plan.words, beside)
        elif schedule.alarm is not None:
            self._times.add(replace(schedule.alarm, name=plan.words), beside)
        else:
            ids.append(self._table.add(self._noted(plan, now)))

    def _is_kept(
        self, command: Intent, schedule: Schedule, context: TurnContext
    ) -> bool:
        """Whether the same waits for the same."""
        same = [p for p in self._table.every() if p.command.meaning == command.meaning]
        if schedule.alarm is None:
            somebody = schedule.somebody
            wanted = somebody and (schedule.sort, somebody.who, somebody.place)
            people = {(plan.sort, plan.who, plan.place) for plan in same}
            return schedule.seconds == 0 and wanted in people
        ids, meant = {plan.id for plan in same}, schedule.alarm
        return any(
            ring.alarm.id in ids
            and (ring.alarm.local, ring.alarm.recurs) == (meant.local, meant.recurs)
            for ring in self._times.rings(stamp_of(context))
        )

    def _noted(self, plan: KeptPlan, now: Stamp) -> KeptPlan:
        """With how the people are now: what is waited for is that it changes."""
        return replace(plan, held=self._held(plan), looked=now.date)

    def _held(self, plan: KeptPlan) -> str:
        holds = self._holds(plan)
        return "" if holds is None else "yes" if holds else "no"

    def _holds(self, plan: KeptPlan) -> bool | None:
        """Whether its condition does; None where nobody can tell."""
        try:
            return self._people.holds(Somebody(plan.who, plan.place))
        except VoiceAgentError:  # it is looked at again, and told where it matters
            return None

    def _left(self, now: Stamp) -> dict[str, float]:
        """Seconds until each is due, by id."""
        left = {}
        for ring in self._times.rings(now):
            left[ring.alarm.id] = ring.due.timestamp() - now.date
        for one in self._times.after_a_while():
            assert one.due is not None
            left[one.id] = now.until(one.due)
        return left

    def _broken_off(self, plan: KeptPlan, now: Stamp) -> list[DuePlan]:
        if now.date - plan.began < BROKEN_OFF:
            return []
        lost = f"I was broken off when I was to {plan.words}, and can't tell if I did"
        return [DuePlan(plan, lost=lost)]

    def _timed(self, plan: KeptPlan, late: float) -> list[DuePlan]:
        if late < 0:
            return []
        if late > LATE:
            here = local()
            when = datetime.fromtimestamp(here.timestamp() - late, here.tzinfo)
            lost = f"I was off {at_words(when, here)}, and did not {plan.words}"
            return [DuePlan(plan, late, lost)]
        idle = False
        if plan.sort == "if":
            holds = self._holds(plan)
            if holds is None:
                lost = f"I could not tell who is at home, and did not {plan.words}"
                return [DuePlan(plan, late, lost)]
            idle = not holds
        return [DuePlan(plan, late, idle=idle)]

    def _waited(self, plan: KeptPlan, now: Stamp) -> list[DuePlan]:
        """Whether it has become so since the last look."""
        held = self._held(plan)
        if not held:
            return []
        if held == "no" or plan.held != "no":
            if held != plan.held or now.date - plan.looked > HEARTBEAT:
                self._table.held(plan, held, now.date)
            return []
        if now.date - plan.looked > LATE:
            lost = f"I was off for a while, and did not {plan.words}"
            return [DuePlan(plan, lost=lost)]
        return [DuePlan(plan)]
