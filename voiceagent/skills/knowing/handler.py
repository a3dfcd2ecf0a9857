"""What a device can know by itself: sums, how far the feasts are, and chance."""

from __future__ import annotations

import random

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.knowing.days import feast
from voiceagent.skills.knowing.saying import counted
from voiceagent.skills.knowing.sums import percentage, work_out
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
            "know.until": _until,
            "know.weekday": _weekday,
            "know.coin": _coin,
            "know.die": _die,
        },
    )


def _day(intent: Intent, context: TurnContext) -> tuple[str, int]:
    """How the day is called, and how far away it is."""
    today = context.now.date()
    day = feast(str(intent.slots["holiday"]), today)
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%A}, {day:%B} {day.day}{year}", (day - today).days


def _until(intent: Intent, context: TurnContext) -> Answer:
    name, days = _day(intent, context)
    if days == 0:
        return Answer("That is today")
    if int(intent.slots.get("count", 1)) == 7 and days >= 7:
        weeks, rest = divmod(days, 7)
        more = f" and {counted(rest, 'day')}" if rest else ""
        return Answer(f"{counted(weeks, 'week')}{more}, it is {name}")
    return Answer(f"{counted(days, 'day')}, it is {name}")


def _weekday(intent: Intent, context: TurnContext) -> Answer:
    return Answer(f"It is {_day(intent, context)[0]}")


def _chance(context: TurnContext) -> random.Random:
    """The same for the same turn: an answer may be planned more than once."""
    return random.Random(context.now.isoformat())


def _coin(intent: Intent, context: TurnContext) -> Answer:
    return Answer(_chance(context).choice(("Heads", "Tails")))


def _die(intent: Intent, context: TurnContext) -> Answer:
    chance = _chance(context)
    dice = [chance.randint(1, 6) for _ in range(int(intent.slots.get("dice", 1)))]
    return Answer(" and ".join(map(str, dice)))
