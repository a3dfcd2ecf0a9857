"""Home Assistant's own intents (`HassTurnOn`, ...), answered on the house.

Its template files can be loaded unchanged; this is what acts on them. Where the home
pack has a skill for the same thing (timers, lists, climate, media, clock, weather) the
intent is put into that skill's words; the rest is done here. What nobody here can do is
said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module

from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import VERBS, Hands
from voiceagent.skills.hass_targets import find_meant, tell_state
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Value
from voiceagent.skills.phrases import sentence
from voiceagent.skills.skill import Answer, Skill, SkillAlarm, TurnContext
from voiceagent.skills.targets import are

__all__ = ["create"]

SAME = {
    "HassStartTimer": "timer.set",
    "HassCancelTimer": "timer.cancel",
    "HassPauseTimer": "timer.pause",
    "HassUnpauseTimer": "timer.resume",
    "HassTimerStatus": "timer.status",
    "HassGetCurrentTime": "clock.time",
    "HassGetCurrentDate": "clock.date",
    "HassGetWeather": "weather.now",
    "HassListAddItem": "list.add",
    "HassListCompleteItem": "list.remove",
    "HassClimateGetTemperature": "climate.temperature",
    "HassClimateSetTemperature": "climate.set",
    "HassMediaPause": "media.pause",
    "HassMediaUnpause": "media.play",
    "HassMediaNext": "media.next",
    "HassMediaPrevious": "media.previous",
    "HassNevermind": "dialog.never_mind",
}
"""Intents that a skill of the home pack answers as well, slots and all."""
SKILLS = ("timers", "clock", "weather", "lists", "climate", "media", "dialog")
SERVICES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "HassTurnOn": {
        "cover": ("open_cover", "open"),
        "valve": ("open_valve", "open"),
        "lock": ("lock", "locked"),
        "scene": ("turn_on", "active"),
        "script": ("turn_on", "running"),
    },
    "HassTurnOff": {
        "cover": ("close_cover", "closed"),
        "valve": ("close_valve", "closed"),
        "lock": ("unlock", "unlocked"),
    },
}
"""What "on" and "off" mean for things that are neither; with the word for it after."""
SWITCHED = {"HassTurnOn": ("turn_on", "on"), "HassTurnOff": ("turn_off", "off")}
FIXED = ("sensor", "binary_sensor", "weather", "person", "todo")
"""Things that cannot be switched."""
REFUSED = {
    "HassMediaSearchAndPlay": "I cannot search for music or films here",
    "HassBroadcast": "I cannot speak in other rooms",
}
SAID = {
    "data": "What you say stays on this device",
    "listening": "I listen for my name, on this device only",
    "recording": "I listen for my name and record nothing",
    "say": "You can ask me to switch, set and find out things in the house",
    "ask": "You can ask me to switch, set and find out things in the house",
    "made": "The people of this project made me",
    "created": "The people of this project made me",
}
"""Small talk, by a word of the question."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    modules = (import_module(f"voiceagent.skills.{name}.handler") for name in SKILLS)
    skills: dict[str, Skill] = {}
    for module in modules:
        skill: Skill = module.create(host)
        skills[skill.name] = skill
    return Hass(host, skills)


class Hass:
    """Answers Home Assistant's intents with the house and the home pack's skills."""

    name = "home_assistant"

    def __init__(self, host: SkillHost, skills: Mapping[str, Skill]) -> None:
        self._house, self._hands = host.house, Hands(host)
        self._skills = skills
        plan = Callable[[Intent, TurnContext], Answer]
        self._plans: dict[str, plan] = {
            "HassTurnOn": self._switch,
            "HassTurnOff": self._switch,
            "HassLightSet": self._light,
            "HassSetPosition": self._position,
            "HassGetState": self._state,
            "HassSetVolume": self._volume,
            "HassVacuumStart": self._vacuum,
            "HassVacuumReturnToBase": self._vacuum,
            "HassCancelAllTimers": self._cancel_all,
            "HassIncreaseTimer": self._change_timer,
            "HassDecreaseTimer": self._change_timer,
            "HassShoppingListAddItem": self._shopping,
            "HassShoppingListCompleteItem": self._shopping,
            "HassRespond": self._small_talk,
        }

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """What the house or a skill makes of it, or an honest refusal."""
        if "conversation_command" in intent.slots:
            return Answer("I can set timers, but not do things later")
        if intent.name in self._plans:
            return self._plans[intent.name](intent, context)
        if intent.name in SAME:
            return self._as(SAME[intent.name], intent, context)
        cannot = "I understood that, but nothing here can do it"
        return Answer(REFUSED.get(intent.name, cannot))

    def alarms(self) -> Sequence[SkillAlarm]:
        """Those of the timers."""
        return self._skills["timers"].alarms()

    def rang(self, alarm_id: str) -> None:
        """Tell the timers."""
        self._skills["timers"].rang(alarm_id)

    def close(self) -> None:
        """Close the skills."""
        for skill in self._skills.values():
            skill.close()

    def _as(
        self, name: str, intent: Intent, context: TurnContext, /, **more: SlotValue
    ) -> Answer:
        """The answer of the skill that knows the same intent by another name."""
        slots = {
            key.removeprefix("start_"): value
            for key, value in {**intent.slots, **more}.items()
            if key != "domain"
        }
        skill = {"timer": "timers", "list": "lists"}.get(kind := name.split(".")[0])
        area = str(slots.get("area", context.area))
        if kind == "media":
            context = replace(context, area=area)
        meant = replace(intent, name=name, slots=slots)
        answer = self._skills[skill or kind].answer(meant, context)
        return _renamed(answer, intent.name)

    def _switch(self, intent: Intent, context: TurnContext) -> Answer:
        meant = find_meant(self._house.model, intent, context)
        able = [e for e in meant.entities if e.domain not in FIXED]
        if meant.problem:
            return meant.refusal
        if not able:
            return Answer(sentence(f"{meant.phrase} cannot be switched"))
        special = SERVICES[intent.name]
        services = {e: special.get(e.domain, SWITCHED[intent.name]) for e in able}
        word = next(iter(services.values()))[1]

        wishes = [
            Wish([e for e, pair in services.items() if pair[0] == service], service, {})
            for service in dict.fromkeys(pair[0] for pair in services.values())
        ]
        verb = VERBS.get(wishes[0].service, "change")
        return self._hands.do(
            intent,
            wishes,
            are(meant, word),
            claim=f"is {word}",
            words=f"{verb} {meant.phrase}",
        )

    def _light(self, intent: Intent, context: TurnContext) -> Answer:
        meant = find_meant(self._house.model, intent, context, domain="light")
        if meant.problem:
            return meant.refusal
        data: dict[str, Value] = {}
        words = []
        if "brightness" in intent.slots:
            data["brightness_pct"] = float(intent.slots["brightness"])
            words.append(f"at {intent.slots['brightness']} percent")
        if "color" in intent.slots:
            data["color_name"] = str(intent.slots["color"])
            words.append(str(intent.slots["color"]))
        return self._hands.call(intent, meant, "turn_on", data, " and ".join(words))

    def _position(self, intent: Intent, context: TurnContext) -> Answer:
        meant = find_meant(self._house.model, intent, context, domain="cover")
        if meant.problem:
            return meant.refusal
        percent = int(float(intent.slots["position"]))
        valve = all(entity.domain == "valve" for entity in meant.entities)
        service = "set_valve_position" if valve else "set_cover_position"
        word = f"going to {percent} percent"
        return self._hands.call(intent, meant, service, {"position": percent}, word)

    def _vacuum(self, intent: Intent, context: TurnContext) -> Answer:
        meant = find_meant(self._house.model, intent, context, domain="vacuum")
        if meant.problem:
            return meant.refusal
        start = intent.name == "HassVacuumStart"
        service, word = ("start", "off") if start else ("return_to_base", "going home")
        return self._hands.call(intent, meant, service, {}, word)

    def _state(self, intent: Intent, context: TurnContext) -> Answer:
        meant = find_meant(self._house.model, intent, context)
        if meant.problem:
            return meant.refusal
        return Answer(tell_state(self._house, meant, intent))

    def _volume(self, intent: Intent, context: TurnContext) -> Answer:
        volume = int(float(intent.slots["volume_level"]))
        return self._as("media.volume", intent, context, volume=volume)

    def _cancel_all(self, intent: Intent, context: TurnContext) -> Answer:
        return self._as("timer.cancel", intent, context, scope="all")

    def _change_timer(self, intent: Intent, context: TurnContext) -> Answer:
        slots = {k: v for k, v in intent.slots.items() if not k.startswith("start_")}
        sign = 1 if intent.name == "HassIncreaseTimer" else -1
        return self._as("timer.add", replace(intent, slots=slots), context, sign=sign)

    def _shopping(self, intent: Intent, context: TurnContext) -> Answer:
        lists = self._house.model.select("todo")
        named = [e.name for e in lists if "shopping" in e.name.lower()]
        if not named:
            return Answer("There is no shopping list here")
        name = "list.add" if intent.name == "HassShoppingListAddItem" else "list.remove"
        return self._as(name, intent, context, name=named[0])

    def _small_talk(self, intent: Intent, context: TurnContext) -> Answer:
        words = intent.text.lower().strip(" ?!.").split()
        return Answer(next((SAID[word] for word in words if word in SAID), "Hello"))


def _renamed(answer: Answer, name: str) -> Answer:
    """What is asked back about an intent of ours is about Home Assistant's."""
    question = answer.question
    if question is None:
        return answer
    options = tuple(
        replace(option, intent=replace(option.intent, name=name))
        for option in question.options
    )
    return replace(answer, question=replace(question, options=options))
