"""Plans are carried out when it is time: by the skills, as a turn would do it.

What a plan comes to is told at that moment. Where it fails, that is told once more with
the next answer: nobody may have heard it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from voiceagent.agent.effects import Effects
from voiceagent.agent.missed import Missed
from voiceagent.agent.planner import Planner
from voiceagent.agent.readings import asked_first
from voiceagent.clock import Compute, local, now, steady, uptime, waited
from voiceagent.errors import VoiceAgentError
from voiceagent.skills.later.later import LOOK, DuePlan, PlansSeen
from voiceagent.skills.later.plans import KeptPlan
from voiceagent.skills.later.words import lower
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.trace.events import PlanRan

__all__ = ["PlanKeeper", "WaitingPlans"]

GLANCE = 10.0
"""Seconds after which clocks that can be set are looked at again."""
SOON = 0.05
"""Seconds between two looks at the least."""


class WaitingPlans(Protocol):
    """Whoever keeps plans: a skill."""

    def look(self, *, people: bool) -> PlansSeen:
        """What is due by now; `people`: those who are waited for are looked at too."""
        ...

    def claim(self, plan: KeptPlan) -> bool:
        """Begin it; false where it is another's, or gone."""
        ...

    def done(self, plan: KeptPlan) -> None:
        """It was carried out, or told."""
        ...


@dataclass(slots=True)
class _Noted:
    """What effects of a plan are noted for: no turn."""

    turn: int = 0
    done: list[str] = field(default_factory=list)


class PlanKeeper:
    """Waits for plans, and carries them out."""

    def __init__(
        self,
        plans: WaitingPlans,
        planner: Planner,
        effects: Effects,
        compute: Compute,
        emit: Callable[[PlanRan], None],
        tell: Callable[[str], None],
        missed: Missed | None = None,
    ) -> None:
        """`tell(text)`: say it in the next pause; `missed`: and with the next
        answer."""
        self._plans, self._planner, self._effects = plans, planner, effects
        self._compute, self._emit, self._tell = compute, emit, tell
        self._missed = missed
        self._changed = asyncio.Event()
        self._people_at = float("-inf")

    def changed(self) -> None:
        """An effect ran: there may be another plan."""
        self._changed.set()

    async def run(self) -> None:
        """Carry out every plan when it is due; runs until cancelled."""
        while True:
            self._changed.clear()
            people = now() - self._people_at >= LOOK
            look = partial(self._plans.look, people=people)
            seen = await self._compute("look", look)
            if people:
                self._people_at = now()
            ours = [one for one in seen.due if self._planner.knows(one.plan.command)]
            for one in ours:
                await self._carry_out(one)
            if not ours:
                await waited(self._changed, self._seconds(seen))

    def _seconds(self, seen: PlansSeen) -> float | None:
        waits = [] if seen.wait is None else [max(seen.wait, SOON)]
        if seen.due:  # another pack's: nobody here can carry it out
            waits.append(LOOK)
        if seen.people:
            waits.append(max(SOON, self._people_at + LOOK - now()))
        if waits and not steady():
            waits.append(GLANCE)
        elif not steady():  # another program may have planned something
            waits.append(LOOK)
        return min(waits, default=None)

    async def _carry_out(self, due: DuePlan) -> None:
        """Once, whoever else sees it, and whatever comes of it."""
        plan = due.plan
        if not plan.began and not await self._compute(
            "alarms", self._plans.claim, plan
        ):
            return
        text, ok = due.lost, False
        if not due.lost:
            text, ok = ("", True) if due.idle else await self._done(plan)
        await self._compute("alarms", self._plans.done, plan)
        why = "its condition does not hold" if due.idle else ""
        self._emit(
            PlanRan(
                id=plan.id,
                pii_text=text,
                ok=ok,
                why=why,
                late_seconds=round(max(0.0, due.late), 3),
            )
        )
        if text:
            self._tell(text)
        if not ok and self._missed is not None:
            await self._compute("alarms", self._missed.note, text)

    async def _done(self, plan: KeptPlan) -> tuple[str, bool]:
        """What came of it, in words, and whether it was done."""
        context = TurnContext(local(), plan.area, None, uptime())
        try:
            answer = await self._planner.answer(plan.command, context)
            if why := _held_up(answer, agreed=plan.agreed):
                return f"I did not {plan.words}: {lower(why)}", False
            said = await self._effects.commit(_Noted(), answer.effects, answer.text)
        except VoiceAgentError as error:
            told = error.said or error.what
            return f"I was to {plan.words}. {told}", False
        except Exception as error:  # of whoever wrote the skill
            return f"I could not {plan.words}: {type(error).__name__}", False
        return f"As planned: {lower(said or answer.text)}", True


def _held_up(answer: Answer, *, agreed: bool) -> str:
    """Why nothing is done now, though it could be when it was planned."""
    asked = asked_first(answer, agreed=agreed)
    if asked is not None:
        return f"I would have to ask: {asked.text}"
    return "" if answer.effects else answer.text or "there is nothing to do"
