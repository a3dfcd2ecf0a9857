"""What a device can know by itself: sums, units, days, letters and chance."""

from __future__ import annotations

import random

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.knowing.dates import ahead, between, since, until, weekday
from voiceagent.skills.knowing.spelling import spell
from voiceagent.skills.knowing.sums import percentage, work_out
from voiceagent.skills.knowing.units import convert
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return PlainSkill(
        "knowing",
        {
            "know.sum": work_out,
            "know.percent": percentage,
            "know.convert": convert,
            "know.until": until,
            "know.since": since,
            "know.between": between,
            "know.ahead": ahead,
            "know.weekday": weekday,
            "know.spell": spell,
            "know.coin": _coin,
            "know.die": _die,
        },
    )


def _chance(context: TurnContext) -> random.Random:
    """The same for the same turn: an answer may be planned more than once."""
    return random.Random(context.now.isoformat())


def _coin(intent: Intent, context: TurnContext) -> Answer:
    return Answer(_chance(context).choice(("Heads", "Tails")))


def _die(intent: Intent, context: TurnContext) -> Answer:
    chance = _chance(context)
    dice = [chance.randint(1, 6) for _ in range(int(intent.slots.get("dice", 1)))]
    return Answer(" and ".join(map(str, dice)))
