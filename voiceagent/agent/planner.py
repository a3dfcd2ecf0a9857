"""From an intent to the answer of whoever it is for, or of all of them as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voiceagent.agent.together import as_one
from voiceagent.agent.undoing import LastDeed
from voiceagent.clock import Compute
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.intent import Intent
from voiceagent.skills.skill import Answer, Skill, TurnContext

__all__ = ["Planner"]

UNSPARED = "I can't leave anything out of that. Nothing was done"
"""What is said where a skill knows no exceptions."""


class Planner:
    """Asks skills what would follow; changes nothing."""

    def __init__(
        self, skill_for: Callable[[str], Skill | None], compute: Compute
    ) -> None:
        """`skill_for(name)`: who answers that intent."""
        self._skill_for, self._compute = skill_for, compute
        self._deed = LastDeed()

    async def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What follows from `intent`, with all of its parts; raises what a skill
        raises."""
        context = replace(context, undo=self._deed.plan())
        return self._deed.watched(await self._whole(intent, context))

    async def _whole(self, intent: Intent, context: TurnContext) -> Answer:
        if not intent.parts:
            return await self._one(intent, context)
        answers = [await self._whole(part, context) for part in intent.parts]
        return as_one(intent, answers)

    async def _one(self, intent: Intent, context: TurnContext) -> Answer:
        skill = self._skill_for(intent.name)
        if skill is None:
            raise VoiceAgentError(f"no skill answers `{intent.name}`")
        if intent.without and intent.name not in getattr(skill, "spares", ()):
            return Answer(UNSPARED)
        return await self._compute("skill", skill.answer, intent, context)
