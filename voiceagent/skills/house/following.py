"""Whether a thing says that it did what it was asked for."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Mapping

from voiceagent.skills.house.house import Entity, EntityState, Value

__all__ = ["SILENT", "follows"]

SILENT = ("unavailable", "unknown", "missing", "")
"""States that say nothing of a thing."""
OFF = ("off", "standby", "idle")
STATES: Mapping[str, tuple[str, ...]] = {
    "open_cover": ("open", "opening"),
    "close_cover": ("closed", "closing"),
    "open_valve": ("open", "opening"),
    "close_valve": ("closed", "closing"),
    "lock": ("locked", "locking"),
    "unlock": ("unlocked", "unlocking", "open", "opening"),
    "media_play": ("playing", "buffering", "on"),
    "media_pause": ("paused", "idle"),
    "media_stop": ("idle", "off", "standby"),
    "start": ("cleaning", "on"),
    "return_to_base": ("returning", "docked"),
    "alarm_disarm": ("disarmed",),
    "alarm_arm_home": ("armed_home", "arming", "pending"),
    "alarm_arm_away": ("armed_away", "arming", "pending"),
    "alarm_arm_night": ("armed_night", "arming", "pending"),
}
"""By service: states that say so, the way there included."""
HUES = {
    "red": 0,
    "orange": 39,
    "yellow": 60,
    "green": 120,
    "turquoise": 174,
    "blue": 240,
    "purple": 300,
    "pink": 350,
}
"""Degrees on the circle of colours, as Home Assistant's names have them."""
NEAR = 30
"""Degrees of hue within which a lamp may miss a colour."""
STARTED = ("scene", "script", "button")
"""Domains whose state is no more than when they were started."""


def follows(
    entity: Entity,
    service: str,
    data: Mapping[str, Value],
    before: EntityState,
    after: EntityState,
) -> bool:
    """Whether `after` says that `service` was done; `before`: how it was."""
    if after.state in ("unavailable", "missing"):
        return False
    if entity.domain in STARTED and service == "turn_on":
        # They tell by a date, which two starts in one second have in common.
        return True
    if service in STATES:
        return after.state in STATES[service]
    check = VALUES.get(service)
    if check is not None:
        return check(data, before, after)
    if service in ("turn_on", "turn_off"):
        return _switched(service == "turn_on", data, after)
    return True


def _switched(on: bool, data: Mapping[str, Value], after: EntityState) -> bool:
    if after.state in SILENT:
        return False
    if not on:
        return after.state in OFF
    return after.state not in OFF and _lit(data, after) and _coloured(data, after)


def _lit(data: Mapping[str, Value], after: EntityState) -> bool:
    wanted, got = data.get("brightness_pct"), after.number("brightness")
    if wanted is None:
        return True
    return got is not None and abs(got / 2.55 - float(wanted)) <= 3


def _coloured(data: Mapping[str, Value], after: EntityState) -> bool:
    name = str(data.get("color_name", ""))
    if not name:
        return True
    shown = [after.number(f"rgb_{letter}") for letter in "rgb"]
    found = [part / 255 for part in shown if part is not None]
    if len(found) < 3:
        return False
    red, green, blue = found
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    if name not in HUES:  # white, brown, black: hardly any colour, or another's dark
        return name != "white" or saturation < 0.35
    apart = abs(hue * 360 - HUES[name])
    return min(apart, 360 - apart) <= NEAR


ValueCheck = Callable[[Mapping[str, Value], EntityState, EntityState], bool]


def _is_at(attribute: str, key: str, near: float) -> ValueCheck:
    def check(
        data: Mapping[str, Value], before: EntityState, after: EntityState
    ) -> bool:
        got = after.number(attribute)
        return got is not None and abs(got - float(data[key])) <= near

    return check


def _positioned(
    data: Mapping[str, Value], before: EntityState, after: EntityState
) -> bool:
    """It is there, or on its way."""
    if after.state in ("opening", "closing"):
        return True
    wanted, at = float(data["position"]), after.number("current_position")
    if at is None:
        return False
    was = before.number("current_position")
    left = abs(at - wanted)
    return left <= 2 or (was is not None and left < abs(was - wanted))


def _muted(data: Mapping[str, Value], before: EntityState, after: EntityState) -> bool:
    return after.attributes.get("is_volume_muted") == data["is_volume_muted"]


VALUES: Mapping[str, ValueCheck] = {
    "set_cover_position": _positioned,
    "set_valve_position": _positioned,
    "set_temperature": _is_at("temperature", "temperature", 0.6),
    "volume_set": _is_at("volume_level", "volume_level", 0.02),
    "volume_mute": _muted,
}
"""By service: whether the values say so."""
