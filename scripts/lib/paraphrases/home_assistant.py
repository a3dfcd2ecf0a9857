"""Home Assistant's own tests: their house, their sentences, our effects.

Each test has an intent with slots and a house that they speak of. The house becomes one
of ours, in which everything is as it should not be afterwards, and the slots say which
things change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lib.paraphrases.case import Paraphrase, Way, does
from voiceagent.evaluation.templates import TemplateCase, read_template_tests
from voiceagent.skills.house.house import Entity, HouseModel, ways

__all__ = ["requests"]

OURS = (
    "light",
    "switch",
    "fan",
    "cover",
    "lock",
    "climate",
    "scene",
    "script",
    "media_player",
    "todo",
)
ON = {
    "light": "on",
    "switch": "on",
    "fan": "on",
    "cover": "open",
    "lock": "locked",
    "scene": "on",
    "script": "on",
    "media_player": "on",
}
OFF = {"light": "off", "switch": "off", "fan": "off", "cover": "closed"}
OFF |= {"lock": "unlocked", "media_player": "off"}
FEATURES = {"light": ["brightness", "color"], "cover": ["position"]}
ASKED = ("garage", "door", "gate")
"""Kinds of covers that are asked about before they open."""
SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1}


def requests(folder: Path) -> Iterator[Paraphrase]:
    """Every sentence of a test whose intent we have, and what it may come to."""
    for case in read_template_tests(folder):
        if "/" in case.file or len(case.text) > 90:
            continue  # further tests, of combinations, say the same again
        found = _read(case)
        if found is None:
            continue
        area = str(case.context.get("area") or "")
        wanted = OFF if case.intent == "HassTurnOn" else ON
        house = _house(case.house, wanted)
        kind = f"{case.intent} {' '.join(sorted(case.slots))}".strip()
        ways, before = found
        yield Paraphrase(
            "home assistant", kind, case.text, ways, before, house, area
        )  # fmt: skip


def _read(case: TemplateCase) -> tuple[tuple[Way, ...], tuple[str, ...]] | None:
    slots = {name: _one(value) for name, value in case.slots.items()}
    match case.intent:
        case "HassTurnOn" | "HassTurnOff":
            return _turned(case, slots, ON if case.intent == "HassTurnOn" else OFF)
        case "HassLightSet":
            return _lit(case, slots)
        case "HassStartTimer":
            return _timer(slots)
        case "HassClimateSetTemperature" if set(slots) == {"name", "temperature"}:
            thing = f"{_id(case.house, slots)}=heat temperature={slots['temperature']}"
            return does(thing), ()
        case "HassSetVolume" if "name" in slots:
            return does(_volume(case.house, slots)), ()
        case "HassGetCurrentTime":
            return ({"says": "six oh five|18:05"},), ()
        case "HassGetCurrentDate":
            return ({"says": "tuesday|march|tenth"},), ()
        case "HassListAddItem" if slots.get("name") == "Chores":
            return does(f"+item todo.chores {slots['item']}"), ()
        case "HassListCompleteItem" if slots.get("name") == "Chores":
            first = f"add {slots['item']} to chores"
            return does(f"-item todo.chores {slots['item']}"), (first,)
        case "HassNevermind":
            return ("nothing",), ()
    return None


def _one(value: Any) -> Any:
    one = value[0] if isinstance(value, list) else value
    return one.strip() if isinstance(one, str) else one


def _turned(
    case: TemplateCase, slots: Mapping[str, Any], to: Mapping[str, str]
) -> tuple[tuple[Way, ...], tuple[str, ...]] | None:
    things = _things(case.house, slots)
    if not things or any(thing.domain not in to for thing in things):
        return None
    wanted = does(*(f"{thing.id}={to[thing.domain]}" for thing in things))
    unlocks = to is OFF and any(thing.domain == "lock" for thing in things)
    opens = to is ON and any(thing.kind in ASKED for thing in things)
    return (*wanted, "ask") if unlocks or opens else wanted, ()


def _things(house: HouseModel, slots: Mapping[str, Any]) -> Sequence[Entity]:
    if name := slots.get("name"):
        return [e for e in house.named(str(name)) if e.domain in OURS]
    if not slots.get("domain") or slots["domain"] not in OURS:
        return []
    areas = None
    if floor := slots.get("floor"):
        areas = {area.name for area in house.areas if area.floor == floor}
    return [
        thing
        for thing in house.select(str(slots["domain"]), kind=_kind(slots))
        if (not slots.get("area") or thing.area == slots["area"])
        and (areas is None or thing.area in areas)
    ]


def _kind(slots: Mapping[str, Any]) -> str:
    return str(slots.get("device_class") or "")


def _lit(
    case: TemplateCase, slots: Mapping[str, Any]
) -> tuple[tuple[Way, ...], tuple[str, ...]] | None:
    things = _things(case.house, {"domain": "light", **slots})
    if not things:
        return None
    more = f"brightness_pct={slots.get('brightness')}"
    if "color" in slots:
        more = f"color_name={slots['color']}"
    return does(*(f"{thing.id}=on {more}" for thing in things)), ()


def _timer(
    slots: Mapping[str, Any],
) -> tuple[tuple[Way, ...], tuple[str, ...]] | None:
    if "conversation_command" in slots:
        return ("later", "nothing"), ()
    total = sum(SECONDS[name] * slots[name] for name in SECONDS if name in slots)
    name = f"{str(slots['name']).lower()} " if slots.get("name") else ""
    return does(f"+timer {name}{total:g}"), ()


def _id(house: HouseModel, slots: Mapping[str, Any]) -> str:
    things = _things(house, slots)
    return things[0].id if things else "?"


def _volume(house: HouseModel, slots: Mapping[str, Any]) -> str:
    return f"{_id(house, slots)}=* volume_level={slots['volume_level'] / 100:g}"


def _house(model: HouseModel, other: Mapping[str, str]) -> str:
    """A `house.toml`; things are as in `other`, so that a change shows."""
    lines = ['name = "Tests"']
    for area in model.areas:
        if area.name:
            names = {"name": area.name, "floor": area.floor, "aliases": area.aliases}
            lines += ["[[area]]", *_pairs(names)]
    for thing in _told_apart(model.entities):
        state = "heat" if thing.domain == "climate" else other.get(thing.domain, "")
        values = {
            "name": thing.name,
            "id": _plain(thing.id),
            "domain": thing.domain,
            "area": thing.area,
            "kind": thing.kind,
            "aliases": thing.aliases,
            "features": FEATURES.get(thing.domain, ()),
            "state": state if thing.domain not in ("scene", "script") else "",
        }
        lines += ["[[entity]]", *_pairs(values)]
    return "\n".join(lines) + "\n"


def _told_apart(things: Sequence[Entity]) -> Iterator[Entity]:
    """Those that we have, each name once."""
    said: set[str] = set()
    for thing in things:
        names = {way for name in (thing.name, *thing.aliases) for way in ways(name)}
        if thing.domain in OURS and not names & said:
            said |= names
            yield thing


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_.]", "_", text.lower())


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if value:
            shown = list(value) if isinstance(value, tuple) else value
            yield f"{key} = {json.dumps(shown, ensure_ascii=False)}"
