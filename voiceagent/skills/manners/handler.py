"""What people say to each other, and the name of this thing."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext

__all__ = ["create"]

SAID = {
    "manners.thanks": "You're welcome",
    "manners.bye": "Goodbye",
    "manners.who": "I'm a voice agent, a program on this device. "
    "Ask what I can do, and I say what works here",
    "manners.how": "I'm running fine, thank you",
    "manners.sorry": "No harm done",
}
NOON, EVENING = 12, 18
"""Hours from which on one wishes a good afternoon, a good evening."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    plain = {name: _saying(text) for name, text in SAID.items()}
    return PlainSkill("manners", {**plain, "manners.greet": _greet})


def _saying(text: str) -> Callable[[Intent, TurnContext], Answer]:
    return lambda intent, context: Answer(text)


def _greet(intent: Intent, context: TurnContext) -> Answer:
    """By the clock, whatever was wished."""
    hour = context.now.hour
    part = "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"
    return Answer(f"Good {part}")
