"""The house: areas and entities with the names people call them, and their state.

`HouseModel` is what a `house.toml` says; it never changes while the agent runs.
`House` is how skills read and change the world: `LocalHouse` keeps states in the store
(a demo, or a house without a hub); the Home Assistant adapter takes the same calls.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from voiceagent.lang.spoken import spoken
from voiceagent.store import Store, StoredRow
from voiceagent.store.statements import SqlStatement

__all__ = [
    "DOMAINS",
    "Area",
    "Entity",
    "EntityState",
    "House",
    "HouseModel",
    "LocalHouse",
    "Unmoved",
    "Value",
    "ways",
]

Value = str | int | float | bool
"""What an attribute of an entity can be."""

DOMAINS: Mapping[str, str] = {
    "light": "off",
    "switch": "off",
    "fan": "off",
    "cover": "closed",
    "lock": "locked",
    "climate": "heat",
    "sensor": "unknown",
    "binary_sensor": "off",
    "media_player": "off",
    "scene": "",
    "script": "",
    "todo": "",
    "vacuum": "docked",
    "weather": "unknown",
    "valve": "closed",
    "person": "unknown",
    "input_boolean": "off",
    "alarm_control_panel": "disarmed",
}
"""The kinds of entity, named as in Home Assistant, and the state they start in."""


CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")


@lru_cache(maxsize=1 << 15)
def ways(name: str) -> tuple[str, ...]:
    """How a name is said: as it is written, and word by word where words are run
    together (`HeatPump`); nothing where it cannot be said."""
    both = (spoken(name), spoken(CAMEL.sub(" ", name)))
    return tuple(said for said in dict.fromkeys(both) if said)


@dataclass(frozen=True, slots=True)
class Area:
    """A room or place."""

    name: str
    aliases: tuple[str, ...] = ()
    floor: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing in the house."""

    id: str
    """As Home Assistant writes it: `light.bed_light`."""
    name: str
    domain: str
    area: str = ""
    aliases: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    kind: str = ""
    """What sort of cover or sensor: `window`, `garage`, `temperature`, ..."""
    unit: str = ""
    state: str = ""
    """The state at the very first start."""
    attributes: Mapping[str, Value] = field(default_factory=dict, hash=False)
    items: tuple[str, ...] = ()
    """Of a list: what stands on it at the very first start."""
    confirm: bool | None = None
    """Whether it is asked about before it is changed; None: as configured."""


@dataclass(frozen=True, slots=True)
class EntityState:
    """How an entity is right now."""

    state: str
    attributes: Mapping[str, Value] = field(default_factory=dict)

    def number(self, key: str) -> float | None:
        """An attribute as a number; None where it is none."""
        value = self.attributes.get(key)
        try:
            number = math.nan if value is None else float(value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Unmoved:
    """A thing that does not say that it did what it was asked for."""

    entity: Entity
    state: str
    """What it says instead: a state, `unavailable`, `unknown`, or `missing` where the
    house does not know it."""


@dataclass(frozen=True, slots=True)
class HouseModel:
    """Everything a `house.toml` says."""

    name: str = "house"
    areas: tuple[Area, ...] = ()
    entities: tuple[Entity, ...] = ()

    def find(self, name: str) -> Entity | None:
        """The first entity of that canonical name."""
        return next((e for e in self.entities if e.name == name), None)

    def named(self, name: str) -> tuple[Entity, ...]:
        """All that are called so (the same thing in two rooms), else by an alias."""
        said = {*ways(name)}
        same = tuple(e for e in self.entities if said & {*ways(e.name)})
        return same or tuple(
            entity
            for entity in self.entities
            if any(said & {*ways(alias)} for alias in entity.aliases)
        )

    def select(
        self, *domains: str, area: str = "", kind: str = ""
    ) -> tuple[Entity, ...]:
        """Entities of these domains, in an area and of a kind where given."""
        return tuple(
            entity
            for entity in self.entities
            if (not domains or entity.domain in domains)
            and (not area or entity.area == area)
            and (not kind or entity.kind == kind)
        )


class House(Protocol):
    """Reads and changes the world; blocking, raises `VoiceAgentError`."""

    @property
    def model(self) -> HouseModel:
        """What there is."""
        ...

    def state(self, entity: Entity) -> EntityState:
        """How it is now."""
        ...

    def states(self, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
        """How each is now; `missing` where the house does not know it."""
        ...

    def missing(self) -> Sequence[Entity]:
        """What the house does not know, though its model names it."""
        ...

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        """Do `service` (Home Assistant's name: `turn_on`, `lock`, ...) to them; those
        that do not say so afterwards."""
        ...

    def items(self, entity: Entity) -> list[str]:
        """What stands on a list."""
        ...


NEW_STATES: Mapping[str, str] = {
    "turn_on": "on",
    "turn_off": "off",
    "open_cover": "open",
    "close_cover": "closed",
    "open_valve": "open",
    "close_valve": "closed",
    "lock": "locked",
    "unlock": "unlocked",
    "media_play": "playing",
    "media_pause": "paused",
    "media_stop": "idle",
    "start": "cleaning",
    "return_to_base": "docked",
    "alarm_arm_home": "armed_home",
    "alarm_arm_away": "armed_away",
    "alarm_arm_night": "armed_night",
    "alarm_disarm": "disarmed",
}


class LocalHouse:
    """A house whose states live in the store: the demo, and houses without a hub."""

    def __init__(self, model: HouseModel, store: Store) -> None:
        self.model = model
        self._store = store

    def state(self, entity: Entity) -> EntityState:
        """What the store remembers, else what the house file starts with."""
        query = "FROM entities WHERE id = ?"
        kept = self._store.read_as(_kept_state, "entities", query, (entity.id,))
        return kept[0] if kept else EntityState(entity.state, dict(entity.attributes))

    def states(self, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
        """What the store remembers of each."""
        return {entity: self.state(entity) for entity in entities}

    def missing(self) -> Sequence[Entity]:
        """Nothing: the model is the house."""
        return ()

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        """Change the remembered states, all of them or none; they always follow."""
        if service in ("add_item", "remove_item", "clear_list"):
            self._change_list(entities, service, str(data.get("item", "")))
            return ()
        sql = "INSERT OR REPLACE INTO entities VALUES (?, ?)"
        rows = [(sql, (e.id, self._after(e, service, data))) for e in entities]
        self._store.write(*rows, passing=True)
        return ()

    def items(self, entity: Entity) -> list[str]:
        """What stands on a list, in the order it was put there."""
        if not self._store.setting(f"list:{entity.id}"):
            return list(entity.items)
        sql = "SELECT item FROM items WHERE list = ? ORDER BY rowid"
        return [str(row[0]) for row in self._store.read(sql, (entity.id,))]

    def _after(self, entity: Entity, service: str, data: Mapping[str, Value]) -> str:
        before = self.state(entity)
        attributes = {**before.attributes, **data}
        state = NEW_STATES.get(service, before.state)
        if service == "set_hvac_mode":
            return json.dumps(
                {"state": data["hvac_mode"], "attributes": before.attributes}
            )
        if service == "set_cover_position":
            state = "open" if data["position"] else "closed"
        if entity.domain == "media_player" and service == "turn_on":
            state = "on"
        return json.dumps({"state": state, "attributes": attributes})

    def _change_list(self, entities: Sequence[Entity], service: str, item: str) -> None:
        add = "INSERT OR IGNORE INTO items VALUES (?, ?)"
        remove = "DELETE FROM items WHERE list = ? AND item = ?"
        seen = "INSERT OR REPLACE INTO settings VALUES (?, 'kept')"
        for entity in entities:
            begun = self._store.setting(f"list:{entity.id}")
            first = [] if begun else [(add, (entity.id, kept)) for kept in entity.items]
            change = add if service == "add_item" else remove
            last: SqlStatement = (change, (entity.id, item))
            if service == "clear_list":
                last = ("DELETE FROM items WHERE list = ?", (entity.id,))
            self._store.write(*first, (seen, (f"list:{entity.id}",)), last)


def _kept_state(row: StoredRow) -> EntityState:
    """Raises `TypeError`, `ValueError` or `KeyError` for what is no state."""
    kept = json.loads(row[1])
    state, attributes = kept["state"], kept["attributes"]
    if not isinstance(state, str) or not isinstance(attributes, dict):
        raise TypeError("no state")
    return EntityState(state, attributes)
