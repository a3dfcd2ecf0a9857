"""Scenes and scripts."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import said_name, sentence
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import named

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    house, hands = host.house, Hands(host)

    def start(intent: Intent, context: TurnContext) -> Answer:
        domain = intent.name.partition(".")[0]
        one = named(house.model, intent, context, domain)
        if one is None:
            return Answer("There is nothing of that name")
        if one.problem:
            return one.refusal
        (entity,) = one.entities
        word = "is running" if entity.domain == "script" else "is active"

        name = said_name(entity.name)
        return hands.do(
            intent,
            [Wish([entity], "turn_on", {})],
            sentence(f"{name} {word}"),
            claim=word,
            words=f"start {name}",
            key=f"{entity.domain}.turn_on",
        )

    return PlainSkill("scenes", {"scene.activate": start, "script.run": start})
