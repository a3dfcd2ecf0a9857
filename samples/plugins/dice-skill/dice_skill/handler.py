"""Answers "roll a die"."""

import secrets

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext


def create(host: SkillHost) -> Skill:
    return PlainSkill("dice", {"dice.roll": _roll})


def _roll(intent: Intent, context: TurnContext) -> Answer:
    return Answer(
        f"It is a {secrets.choice(('one', 'two', 'three', 'four', 'five', 'six'))}"
    )
