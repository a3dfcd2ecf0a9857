"""From an intent to the answer of whoever it is for, or of all of them as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from voiceagent.agent.together import as_one
from voiceagent.agent.undoing import LastDeed
from voiceagent.clock import Compute
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import LATER, Intent
from voiceagent.nlu.parts import together
from voiceagent.skills.later.schedule import Schedule
from voiceagent.skills.skill import Answer, Skill, TurnContext

__all__ = ["LaterPlans", "Planner"]

UNSPARED = "I can't leave anything out of that. Nothing was done"
"""What is said where a skill knows no exceptions."""


NO_LATER = "I can't do anything later here. Nothing was done"
UNPLANNED = "So I have planned nothing"
NOT_LATER = "I can't do that later"


class LaterPlans(Protocol):
    """Whoever keeps what is not for now."""

    def schedule(self, intent: Intent, context: TurnContext) -> Schedule | Answer:
        """What a `LATER` waits for; else what to say or ask instead."""
        ...

    def kept(
        self,
        command: Intent,
        schedule: Schedule,
        context: TurnContext,
        *,
        agreed: bool,
    ) -> Answer:
        """The answer that keeps a command for then."""
        ...


class Planner:
    """Asks skills what would follow; changes nothing."""

    def __init__(
        self,
        skill_for: Callable[[str], Skill | None],
        compute: Compute,
        plans: LaterPlans | None = None,
    ) -> None:
        """`skill_for(name)`: who answers that intent; `plans`: None where nothing can
        be done later."""
        self._skill_for, self._compute, self._plans = skill_for, compute, plans
        self._deed = LastDeed()

    def knows(self, intent: Intent) -> bool:
        """Whether there is somebody for it, and for all of its parts."""
        if intent.parts:
            return all(map(self.knows, intent.parts))
        try:
            return self._skill_for(intent.name) is not None
        except VoiceAgentError:
            return False

    async def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What follows from `intent`, with all of its parts; raises what a skill
        raises."""
        context = replace(context, undo=self._deed.plan())
        return self._deed.watched(await self._whole(intent, context))

    async def _whole(self, intent: Intent, context: TurnContext) -> Answer:
        if intent.name == LATER:
            return await self._later(intent, context)
        if not intent.parts:
            return await self._one(intent, context)
        answers = [await self._whole(part, context) for part in intent.parts]
        return as_one(intent, answers)

    async def _later(self, intent: Intent, context: TurnContext) -> Answer:
        """The command is planned as if it were for now, so that nothing is kept that
        cannot be done; then it is kept instead."""
        if self._plans is None:
            return Answer(NO_LATER)
        schedule = await self._compute("skill", self._plans.schedule, intent, context)
        if isinstance(schedule, Answer):
            return schedule
        command = _now(intent)
        answer = await self._whole(command, context)
        if schedule.at_once:
            return answer
        if not (answer.effects or answer.question):
            return Answer(f"{answer.text.rstrip('.') or NOT_LATER}. {UNPLANNED}")
        question = answer.question and _for_then(answer.question, intent, schedule)
        if question is not None and len(question.options) != 1:
            return Answer(question.text, ask=True, question=question)
        kept = self._plans.kept(command, schedule, context, agreed=question is not None)
        return replace(kept, question=question if kept.effects else None)

    async def _one(self, intent: Intent, context: TurnContext) -> Answer:
        skill = self._skill_for(intent.name)
        if skill is None:
            raise VoiceAgentError(f"no skill answers `{intent.name}`")
        if intent.without and intent.name not in getattr(skill, "spares", ()):
            return Answer(UNSPARED)
        return await self._compute("skill", skill.answer, intent, context)


def _for_then(question: Question, intent: Intent, schedule: Schedule) -> Question:
    """A skill's question about a command, asked of the same command later."""

    def later(one: Intent) -> Intent:
        return replace(intent, parts=one.parts or (one,))

    which = len(question.options) > 1
    options = tuple(
        replace(option, intent=later(_named(option) if which else option.intent))
        for option in question.options
    )
    text, several, wants = question.text, question.together, question.wants
    if len(options) == 1 and text.endswith("?"):
        text = f"{text[:-1]} {schedule.when.rstrip(',')}?"
    if several is not None:
        join = several
        several = lambda chosen: later(join([_now(one) for one in chosen]))  # noqa: E731
    if wants is not None:
        make = wants.make
        wants = replace(wants, make=lambda found: _perhaps(make(found), later))
    return replace(question, text=text, options=options, together=several, wants=wants)


def _named(option: Option) -> Intent:
    """What was chosen, with the words that say so: they are said back."""
    one = option.intent
    return replace(one, text=f"{one.text}, {option.words}")


def _now(intent: Intent) -> Intent:
    """The command of one that is for later."""
    return together(intent.parts, intent.text)


def _perhaps(made: Intent | None, later: Callable[[Intent], Intent]) -> Intent | None:
    return None if made is None else later(made)
