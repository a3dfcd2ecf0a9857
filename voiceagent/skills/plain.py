"""A skill that is a table: intent name to the function that plans the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from voiceagent.nlu.intent import Intent
from voiceagent.skills.skill import Answer, Effect, SkillAlarm, TurnContext

__all__ = ["SkillPlan", "PlainSkill", "act"]

SkillPlan = Callable[[Intent, TurnContext], Answer]
"""Plans an answer; reads state, changes nothing."""


@dataclass(slots=True)
class PlainSkill:
    """Answers each intent with its function; never rings."""

    name: str
    plans: Mapping[str, SkillPlan]
    spares: frozenset[str] = frozenset()
    """Intents of which something may be left out (`intent.without`)."""

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What the function of the intent plans."""
        return self.plans[intent.name](intent, context)

    def alarms(self) -> Sequence[SkillAlarm]:
        """None, ever."""
        return ()

    def rang(self, alarm_id: str) -> None:
        """Nothing of ours rings."""

    def close(self) -> None:
        """Nothing to let go of; the store belongs to the host."""


def act(
    text: str,
    key: str,
    run: Callable[[], str | None],
    undo: Callable[[], Answer] | None = None,
) -> Answer:
    """Say `text` and run one effect; `undo`: plans what takes it back then."""
    return Answer(text, (Effect(key, run, undo),))
