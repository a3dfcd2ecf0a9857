"""The time and the date."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import clock_words
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return PlainSkill("clock", {"clock.time": _time, "clock.date": _date})


def _time(intent: Intent, context: TurnContext) -> Answer:
    return Answer(f"It is {clock_words(context.now)}")


def _date(intent: Intent, context: TurnContext) -> Answer:
    now = context.now
    return Answer(f"It is {now:%A}, {now:%B} {now.day}")
