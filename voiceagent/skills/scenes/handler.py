"""Scenes and scripts."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import said_name, sentence
from voiceagent.skills.plain import PlainSkill, act
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import named

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    house = host.house

    def start(intent: Intent, context: TurnContext) -> Answer:
        entity = named(house.model, intent)
        if entity is None:
            return Answer("There is nothing of that name")
        word = "is running" if entity.domain == "script" else "is active"

        def run() -> None:
            house.call([entity], "turn_on", {})

        text = sentence(f"{said_name(entity.name)} {word}")
        return act(text, f"{entity.domain}.turn_on", run)

    return PlainSkill("scenes", {"scene.activate": start, "script.run": start})
