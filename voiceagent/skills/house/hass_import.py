"""From what a Home Assistant knows to a house that can be talked to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voiceagent.lang.en_house import GRAVE, HARMLESS, KINDS, UNITS
from voiceagent.skills.house.hass_registry import HassRow, HassSnapshot
from voiceagent.skills.house.house import DOMAINS, Area, Entity, HouseModel
from voiceagent.skills.house.house_names import alike, apart, clean, sayable

__all__ = ["ImportedHouse", "make_house"]

MOST = 1500
"""Things; every name is a path in the recogniser, and people know far fewer."""
LAST = ("sensor", "binary_sensor", "person", "script", "input_boolean")
"""Domains that go first where there are too many."""
COLOURS = {"hs", "xy", "rgb", "rgbw", "rgbww"}
POSITION = 4
"""The bit of a cover that can stand part of the way open."""
SIMPLE = ("switch", "script", "scene", "input_boolean")
"""Domains that anything may hide behind: the name tells whether it is grave."""


@dataclass(frozen=True, slots=True)
class ImportedHouse:
    """A house, and what did not become part of it."""

    model: HouseModel
    unsupported: Mapping[str, int] = field(default_factory=dict)
    """Things of domains that nothing here speaks about, counted."""
    hidden: int = 0
    """Hidden, disabled, and what devices say about themselves."""
    unsayable: Sequence[str] = ()
    """Ids of things whose names cannot be said."""
    too_many: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    """By id: the name that they had."""
    alike: Sequence[tuple[str, str]] = ()


def make_house(seen: HassSnapshot, *, exposed: bool = False) -> ImportedHouse:
    """A house of what was seen; `exposed`: of what Assist may use alone."""
    reader = _Reader(seen)
    areas = reader.areas()
    states = {
        row["entity_id"]: row
        for row in seen.states
        if isinstance(row.get("entity_id"), str)
    }
    wanted = [
        row
        for name, row in states.items()
        if not exposed or seen.exposed.get(name, False)
    ]
    known = [row for row in wanted if _domain(row) in DOMAINS]
    others = Counter(_domain(row) for row in wanted if _domain(row) not in DOMAINS)
    shown = [row for row in known if not reader.hides(row)]
    read = [reader.entity(row) for row in shown]
    said = [entity for entity in read if sayable(entity.name)]
    kept = sorted(said, key=lambda entity: entity.domain in LAST)[:MOST]
    kept = sorted(kept, key=lambda entity: (entity.domain, entity.id))
    named = apart(kept, areas)
    before = {entity.id: entity.name for entity in kept}
    return ImportedHouse(
        HouseModel("Home", tuple(areas), tuple(named)),
        unsupported=dict(sorted(others.items())),
        hidden=len(known) - len(shown),
        unsayable=[entity.id for entity in read if not sayable(entity.name)],
        too_many=len(said) - len(kept),
        renamed={e.id: before[e.id] for e in named if e.name != before[e.id]},
        alike=alike(named),
    )


def _domain(row: HassRow) -> str:
    return str(row["entity_id"]).partition(".")[0]


class _Reader:
    """Reads rows of a Home Assistant."""

    def __init__(self, seen: HassSnapshot) -> None:
        self._seen = seen
        self._devices = {row.get("id"): row for row in seen.devices}
        self._rooms: dict[Any, str] = {}
        """By id of the area: the name of the room."""

    def areas(self) -> list[Area]:
        """The rooms, each of another name."""
        floors = {
            row.get("floor_id"): clean(row.get("name")) for row in self._seen.floors
        }
        found: dict[str, Area] = {}
        for row in self._seen.areas:
            name = clean(row.get("name"))
            if not sayable(name):
                continue
            number, plain = 2, name
            while name.lower() in found:
                name, number = f"{plain} {number}", number + 1
            self._rooms[row.get("area_id")] = name
            floor = floors.get(row.get("floor_id"), "")
            found[name.lower()] = Area(name, _aliases(row), floor)
        return list(found.values())

    def hides(self, row: HassRow) -> bool:
        """Whether nobody wants to talk about it."""
        entry = self._seen.entities.get(row["entity_id"], {})
        reasons = ("hidden_by", "disabled_by", "entity_category")
        return any(entry.get(reason) for reason in reasons)

    def entity(self, row: HassRow) -> Entity:
        """One thing."""
        name_id, domain = str(row["entity_id"]), _domain(row)
        attributes = row.get("attributes")
        told: HassRow = attributes if isinstance(attributes, dict) else {}
        entry = self._seen.entities.get(name_id, {})
        kind = clean(entry.get("device_class") or told.get("device_class"))
        aliases, name = _aliases(entry), self._name(name_id, told, entry)
        if not sayable(name) and aliases:
            name, aliases = aliases[0], aliases[1:]
        entity = Entity(
            id=name_id,
            name=name,
            domain=domain,
            area=self._room(entry),
            aliases=aliases,
            features=tuple(_features(domain, told)),
            kind=_kind(domain, kind, name),
            unit=self._unit(domain, told),
        )
        return replace(entity, confirm=True) if _grave(entity) else entity

    def _name(self, name_id: str, told: HassRow, entry: HassRow) -> str:
        given = clean(entry.get("name") or told.get("friendly_name"))
        return given or clean(name_id.partition(".")[2])

    def _room(self, entry: HassRow) -> str:
        device = self._devices.get(entry.get("device_id"), {})
        return self._rooms.get(entry.get("area_id") or device.get("area_id"), "")

    def _unit(self, domain: str, told: HassRow) -> str:
        if domain == "climate":
            return "°F" if self._seen.fahrenheit else "°C"
        written = str(told.get("unit_of_measurement") or "")
        return UNITS.get(written, clean(written)) if domain == "sensor" else ""


def _aliases(row: HassRow) -> tuple[str, ...]:
    given = row.get("aliases")
    names = map(clean, given if isinstance(given, list) else ())
    return tuple(name for name in dict.fromkeys(names) if sayable(name))


def _features(domain: str, told: HassRow) -> Iterator[str]:
    modes = told.get("supported_color_modes")
    if domain == "light" and isinstance(modes, list):
        if not {*map(str, modes)} <= {"onoff", "unknown"}:
            yield "brightness"
        if COLOURS & {*map(str, modes)}:
            yield "color"
    bits = told.get("supported_features")
    if domain == "cover" and isinstance(bits, int) and bits & POSITION:
        yield "position"


def _kind(domain: str, kind: str, name: str) -> str:
    if domain not in ("cover", "sensor", "binary_sensor"):
        return ""
    words = name.lower().split()
    told = next((k for k in KINDS if k in words or f"{k}s" in words), "")
    return (kind or told) if domain == "cover" else kind.replace(" ", "_")


def _grave(entity: Entity) -> bool:
    """Whether a plain switch has a name that sounds of consequences."""
    words = {*entity.name.lower().split()}
    return entity.domain in SIMPLE and bool(GRAVE & words) and not HARMLESS & words
