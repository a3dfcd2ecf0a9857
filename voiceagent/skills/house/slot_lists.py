"""The lists that a house gives to templates: names of rooms, floors and things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from hassil.intents import SlotList, TextSlotList, TextSlotValue
from hassil.parse_expression import parse_sentence

from voiceagent.lang.spoken import spoken
from voiceagent.skills.house.house import Area, Entity, HouseModel, ways

__all__ = ["GROUPS", "house_lists"]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "light": ("light",),
    "cover": ("cover",),
    "lock": ("lock",),
    "climate": ("climate",),
    "sensor": ("sensor",),
    "binary_sensor": ("binary_sensor",),
    "scene": ("scene",),
    "script": ("script",),
    "media_player": ("media_player",),
    "todo": ("todo",),
    "vacuum": ("vacuum",),
    "weather": ("weather",),
    "fan": ("fan",),
    "alarm_panel": ("alarm_control_panel",),
    "switchable": ("light", "switch", "fan", "media_player"),
}
"""Lists of names that templates may use, and the domains that they are made of."""


def house_lists(house: HouseModel) -> dict[str, SlotList]:
    """`area`, `floor`, `name` and one list per domain."""
    lists: dict[str, SlotList] = {
        name: TextSlotList(name, _names(house.select(*domains)))
        for name, domains in GROUPS.items()
    }
    areas = [(said, area.name) for area in house.areas for said in _said(area)]
    lists["area"] = TextSlotList(
        "area",
        [TextSlotValue(_chunk(said), name, {"area": name}) for said, name in areas],
    )
    floors = dict.fromkeys(a.floor for a in house.areas if spoken(a.floor))
    lists["floor"] = TextSlotList(
        "floor", [TextSlotValue(_chunk(spoken(name)), name) for name in floors]
    )
    lists["name"] = TextSlotList("name", _names(house.entities))
    return lists


def _names(entities: Iterable[Entity]) -> list[TextSlotValue]:
    """Every way to say every name. What several things are called stands for all of
    them: a name before an alias, the first one's where only aliases agree."""
    every = list(entities)
    meant: dict[str, str] = {}
    for entity in every:
        for said in ways(entity.name):
            meant.setdefault(said, entity.name)
    many = Counter(said for e in every for a in e.aliases for said in ways(a))
    for entity in every:
        for alias in entity.aliases:
            for said in ways(alias):
                meant.setdefault(said, entity.name if many[said] == 1 else alias)
    return [
        TextSlotValue(_chunk(said), meant[said], _context(entity))
        for entity in every
        for said in _said(entity)
    ]


def _context(entity: Entity) -> dict[str, str]:
    """What templates may ask of a thing (`requires_context`)."""
    context = {"domain": entity.domain}
    if entity.area:
        context["area"] = entity.area
    if entity.kind:
        context["device_class"] = entity.kind
    return context


def _said(thing: Area | Entity) -> list[str]:
    """How a name and its aliases sound, without doubles and what cannot be said."""
    names = (thing.name, *thing.aliases)
    return list(dict.fromkeys(said for name in names for said in ways(name)))


def _chunk(text: str) -> object:
    return parse_sentence(text).expression
