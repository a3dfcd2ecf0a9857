"""Temperature in the rooms, what it should be, and other sensors."""

from __future__ import annotations

from dataclasses import replace

from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.following import SILENT
from voiceagent.skills.house.house import Entity
from voiceagent.skills.phrases import said_name, sentence, shown_number
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import named, silent_words

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    climate = Climate(host)
    return PlainSkill(
        "climate",
        {
            "climate.temperature": climate.temperature,
            "climate.set": climate.set,
            "sensor.read": climate.read,
        },
    )


class Climate:
    """Plans answers about a house."""

    def __init__(self, host: SkillHost) -> None:
        self._house, self._hands = host.house, Hands(host)

    def temperature(self, intent: Intent, context: TurnContext) -> Answer:
        """Read the thermometer that is meant: by name, room, or the nearest one."""
        area = str(intent.slots.get("area", ""))
        one = named(self._house.model, intent, context, "climate", "sensor")
        if one is not None and one.problem:
            return one.refusal
        source = one.entities[0] if one else self._thermometer(area, context)
        if "place" in intent.slots:
            return self._outside()
        if source is None:
            where = f"in the {said_name(area)}" if area else "here"
            return Answer(f"There is no thermometer {where}")
        value = self._degrees(source)
        if value is None:
            return Answer(sentence(silent_words([source])))
        where = f"in the {said_name(area)}" if area else "inside"
        if "name" in intent.slots:
            return Answer(f"The {said_name(source.name)} says {value} degrees")
        return Answer(f"It is {value} degrees {where}")

    def set(self, intent: Intent, context: TurnContext) -> Answer:
        """Ask the thermostat for a temperature."""
        area = str(intent.slots.get("area", ""))
        one = named(self._house.model, intent, context, "climate")
        if one is not None and one.problem:
            return one.refusal
        device = one.entities[0] if one else self._thermostat(area)
        if device is None:
            where = f"in the {said_name(area)}" if area else "here"
            return Answer(f"There is no thermostat {where}")
        if "power" in intent.slots:
            return self._power(intent, device)
        wanted = self._wanted(intent, device)
        if wanted is None:
            name = said_name(device.name)
            return Answer(f"The {name} does not tell what it is set to")

        name, degrees = said_name(device.name), f"{shown_number(wanted)} degrees"
        # A yes is to these degrees, wherever the thermostat stands by then.
        slots: dict[str, SlotValue] = {"name": device.name, "temperature": wanted}
        if device.area:
            slots["area"] = device.area
        return self._hands.do(
            replace(intent, slots=slots),
            [Wish([device], "set_temperature", {"temperature": wanted})],
            f"{sentence(name)} is set to {degrees}",
            claim=f"is set to {degrees}",
            words=f"set the {name} to {degrees}",
        )

    def _power(self, intent: Intent, device: Entity) -> Answer:
        """Off, or heating again."""
        mode = str(intent.slots["power"])
        name, word = said_name(device.name), "off" if mode == "off" else "on"
        return self._hands.do(
            intent,
            [Wish([device], "set_hvac_mode", {"hvac_mode": mode})],
            f"{sentence(name)} is {word}",
            claim=f"is {word}",
            words=f"turn {word} the {name}",
        )

    def read(self, intent: Intent, context: TurnContext) -> Answer:
        """Say what a sensor says."""
        one = named(self._house.model, intent, context, "sensor", "binary_sensor")
        if one is None:
            return Answer("There is no such sensor")
        if one.problem:
            return one.refusal
        sensor = one.entities[0]
        state, name = self._house.state(sensor).state, said_name(sensor.name)
        if state in SILENT:
            return Answer(sentence(silent_words([sensor], state)))
        return Answer(f"The {name} is {shown_number(state)} {sensor.unit}".rstrip())

    def _outside(self) -> Answer:
        for sensor in self._house.model.select("sensor", kind="temperature"):
            names = " ".join((sensor.name, *sensor.aliases)).lower()
            value = self._degrees(sensor)
            if value is not None and ("outdoor" in names or "outside" in names):
                return Answer(f"It is {value} degrees outside")
        return Answer("There is no thermometer outside")

    def _thermometer(self, area: str, context: TurnContext) -> Entity | None:
        model, place = self._house.model, area or context.area
        near = (
            *model.select("climate", area=place),
            *model.select("sensor", area=place, kind="temperature"),
        )
        anywhere = () if area else model.select("climate")
        return next(iter((*near, *anywhere)), None)

    def _thermostat(self, area: str) -> Entity | None:
        model = self._house.model
        # One thermostat usually serves the whole house, whatever room was said.
        every = (*model.select("climate", area=area), *model.select("climate"))
        return next(iter(every), None)

    def _degrees(self, entity: Entity) -> str | None:
        state = self._house.state(entity)
        value = state.attributes.get("current_temperature", "")
        if entity.domain == "sensor":
            value = state.state
        return None if value in SILENT else shown_number(value)

    def _wanted(self, intent: Intent, device: Entity) -> float | None:
        """Degrees; None where a step is asked for from nobody knows where."""
        part = float(intent.slots.get("half", 0))
        part += float(intent.slots.get("tenths", 0)) / 10
        if "change" in intent.slots:
            now = self._house.state(device).number("temperature")
            step = float(intent.slots["change"]) + part
            step *= float(intent.slots.get("way", 1))
            return None if now is None else now + step
        return float(intent.slots["temperature"]) + part
