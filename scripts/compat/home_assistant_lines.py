#!/usr/bin/env python3
"""A few rooms for Home Assistant's demo house, and 40 commands to it.

Said or typed: `home_assistant_house.py`, `home_assistant_spoken.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ROOMS: Mapping[str, list[dict[str, Any]]] = {
    "Kitchen": [
        {"entity_id": "light.kitchen_lights"},
        {"entity_id": "cover.kitchen_window"},
        {"entity_id": "switch.ac", "aliases": ["Air Conditioner"]},
    ],
    "Bedroom": [
        {"entity_id": "light.bed_light"},
        {"entity_id": "fan.ceiling_fan", "name": "Fan"},
    ],
    "Living Room": [
        {"entity_id": "light.living_room_rgbww_lights", "name": "Corner Lamp"},
        {"entity_id": "fan.living_room_fan", "name": "Fan"},
        {"entity_id": "cover.living_room_window"},
        {"entity_id": "climate.heatpump"},
    ],
    "Hall": [
        {"entity_id": "cover.hall_window"},
    ],
}
Test = Callable[[str, Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Line:
    """A command, and what Home Assistant says afterwards."""

    said: str
    entity: str
    right: Test
    answer: str = ""
    """A part of what is answered."""
    yes: bool = False
    also: tuple[str, ...] = ()
    """What else it changes."""

    def may_change(self) -> set[str]:
        """All that may be another afterwards."""
        return {self.entity, *self.also}


def state(*wanted: str) -> Test:
    return lambda found, _: found in wanted


def attribute(key: str, wanted: float, near: float = 0.02) -> Test:
    def right(_: str, attributes: Mapping[str, Any]) -> bool:
        got = attributes.get(key)
        return isinstance(got, int | float) and abs(got - wanted) <= near

    return right


def colour(red: bool, green: bool, blue: bool) -> Test:
    def right(_: str, attributes: Mapping[str, Any]) -> bool:
        shown = attributes.get("rgb_color") or (0, 0, 0)
        return [part > 120 for part in shown] == [red, green, blue]

    return right


ON, OFF = state("on"), state("off")
LINES = [
    Line("turn off the ceiling lights", "light.ceiling_lights", OFF),
    Line("turn on the ceiling lights", "light.ceiling_lights", ON),
    Line("turn off the decorative lights", "switch.decorative_lights", OFF),
    Line("switch the decorative lights on", "switch.decorative_lights", ON),
    Line("set the bed light to blue", "light.bed_light", colour(False, False, True)),
    Line("set the bed light to red", "light.bed_light", colour(True, False, False)),
    Line(
        "set the kitchen lights to 30 percent",
        "light.kitchen_lights",
        attribute("brightness", 76, 3),
    ),
    Line("turn off the lights in the kitchen", "light.kitchen_lights", OFF),
    Line(
        "dim the bed light to 10 percent",
        "light.bed_light",
        attribute("brightness", 26, 3),
    ),
    Line("turn on the corner lamp", "light.living_room_rgbww_lights", ON),
    Line("turn off the living room lights", "light.living_room_rgbww_lights", OFF),
    Line("turn on the fan in the bedroom", "fan.ceiling_fan", ON),
    Line("turn on the living room fan", "fan.living_room_fan", ON),
    Line("turn off the bedroom fan", "fan.ceiling_fan", OFF),
    Line("turn on the fan", "fan.ceiling_fan", OFF, "Which fan"),
    Line("turn on the air conditioner", "switch.ac", ON),
    Line("turn off AC", "switch.ac", OFF),
    Line("open the kitchen window", "cover.kitchen_window", state("open", "opening")),
    Line(
        "close the living room window",
        "cover.living_room_window",
        state("closing", "closed"),
    ),
    Line(
        "open the garage door",
        "cover.garage_door",
        state("closed"),
        "Do you want me to",
    ),
    Line(
        "open the garage door", "cover.garage_door", state("opening", "open"), yes=True
    ),
    Line(
        "unlock the front door", "lock.front_door", state("locked"), "Do you want me to"
    ),
    Line("unlock the front door", "lock.front_door", state("unlocked"), yes=True),
    Line("lock the front door", "lock.front_door", state("locked")),
    Line("lock the kitchen door", "lock.kitchen_door", state("locked")),
    Line(
        "set the heat pump to 22 degrees",
        "climate.heatpump",
        attribute("temperature", 22),
    ),
    Line("set hvac to 19 degrees", "climate.hvac", attribute("temperature", 19)),
    Line(
        "set hvac to 29 degrees",
        "climate.hvac",
        attribute("temperature", 19),
        "Do you want",
    ),
    Line("pause the walkman", "media_player.walkman", state("paused")),
    Line("resume the walkman", "media_player.walkman", state("playing")),
    Line("pause the kitchen player", "media_player.kitchen", state("paused")),
    Line(
        "set the walkman volume to 20 percent",
        "media_player.walkman",
        attribute("volume_level", 0.2),
    ),
    Line("mute the walkman", "media_player.walkman", lambda _, a: a["is_volume_muted"]),
    Line("is the bed light on", "light.bed_light", ON, "Yes, the bed light is on"),
    Line("is the front door locked", "lock.front_door", state("locked"), "Yes"),
    Line(
        "what is the outside humidity",
        "sensor.outside_humidity",
        state("54"),
        "54 percent",
    ),
    Line(
        "what is the outside temperature",
        "sensor.outside_temperature",
        state("15.6"),
        "15.6",
    ),
    Line("turn off the lights in the bedroom", "light.bed_light", OFF),
    Line(
        "turn off everything in the kitchen",
        "switch.ac",
        OFF,
        also=("light.kitchen_lights",),
    ),
    Line("turn on the patio lights", "light.bed_light", OFF, "can't"),
]
GONE = {
    "light.bed_light": "turn on the bed light",
    "light.ceiling_lights": "turn off the ceiling lights",
    "switch.ac": "turn on the air conditioner",
    "switch.decorative_lights": "turn off the decorative lights",
    "fan.ceiling_fan": "turn on the bedroom fan",
    "cover.kitchen_window": "close the kitchen window",
    "cover.hall_window": "close the hall window",
    "climate.heatpump": "set the heat pump to 20 degrees",
    "climate.hvac": "set hvac to 20 degrees",
    "sensor.outside_humidity": "what is the outside humidity",
}
