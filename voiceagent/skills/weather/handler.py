"""The weather, as far as the house knows it; the rest is honestly refused."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.phrases import shown_number
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import named

__all__ = ["create"]

UNKNOWN = ("unknown", "unavailable", "")


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    house = host.house

    def now(intent: Intent, context: TurnContext) -> Answer:
        stations = house.model.select("weather")
        one = named(house.model, intent, context, "weather")
        if one is not None and one.problem:
            return one.refusal
        station = one.entities[0] if one else next(iter(stations), None)
        if station is None:
            return Answer(_offline("the weather"))
        place = station.name
        state = house.state(station)
        if state.state in UNKNOWN:
            return Answer(_offline(f"the weather in {place}"))
        sky = state.state.replace("-", " ")
        degrees = state.attributes.get("temperature")
        also = "" if degrees is None else f" and {shown_number(degrees)} degrees"
        return Answer(f"In {place} it is {sky}{also}")

    def forecast(intent: Intent, context: TurnContext) -> Answer:
        return Answer(_offline(f"the weather {intent.slots.get('day', 'to come')}"))

    return PlainSkill("weather", {"weather.now": now, "weather.forecast": forecast})


def _offline(what: str) -> str:
    return f"I cannot know {what}: that needs the network, and I work without it"
