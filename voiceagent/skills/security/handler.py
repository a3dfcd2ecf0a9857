"""Alarm panels: armed, disarmed after a yes, asked about."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.following import SILENT
from voiceagent.skills.phrases import sentence
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import Targets, named, silent_words

__all__ = ["create"]

DOMAIN = "alarm_control_panel"


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    house, hands = host.house, Hands(host)

    def found(intent: Intent, context: TurnContext) -> Targets:
        one = named(house.model, intent, context, DOMAIN)
        return one or Targets((), "", "There is no alarm panel of that name")

    def arm(intent: Intent, context: TurnContext) -> Answer:
        panel, mode = found(intent, context), str(intent.slots.get("mode", "away"))
        if panel.problem:
            return panel.refusal
        return hands.call(intent, panel, f"alarm_arm_{mode}", {}, f"arming for {mode}")

    def disarm(intent: Intent, context: TurnContext) -> Answer:
        panel = found(intent, context)
        if panel.problem:
            return panel.refusal
        return hands.call(intent, panel, "alarm_disarm", {}, "disarmed")

    def ask(intent: Intent, context: TurnContext) -> Answer:
        panel = found(intent, context)
        if panel.problem:
            return panel.refusal
        state = house.state(panel.entities[0]).state
        if state in SILENT:
            return Answer(sentence(silent_words(panel.entities, state)))
        return Answer(_told(panel.phrase, state, str(intent.slots.get("state", ""))))

    plans = {"security.arm": arm, "security.disarm": disarm, "security.state": ask}
    return PlainSkill("security", plans)


def _told(phrase: str, state: str, wanted: str) -> str:
    words = state.replace("_", " ")
    if not wanted:
        return sentence(f"{phrase} is {words}")
    armed = state.startswith("armed")
    yes = armed if wanted == "armed" else state == "disarmed"
    return f"{'Yes' if yes else 'No'}, {phrase} is {words}"
